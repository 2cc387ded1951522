"""`Permits`: which files of a plan may go, wherever the plan came from."""

from __future__ import annotations

import os
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from lookalike.actions.disk.spot import Changed
from lookalike.actions.disk.trash import is_in_trash
from lookalike.planning.limits import Limits
from lookalike.planning.units import PAIRED, is_shared
from lookalike.sources.beside import Disk, Role

if TYPE_CHECKING:
    from lookalike.actions.disk.spot import State
    from lookalike.planning.plan import Plan, Removal


class Permits:
    """Which files of a plan may go."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._limits = Limits(plan.reference, plan.protect, plan.only)

    def require_allowed(self, path: str) -> None:
        """Raise `Changed` for a file that must not be touched."""
        if reason := self._limits.reason(path):
            raise Changed(f"it is {reason}")
        if is_in_trash(path):
            raise Changed("it is in the trash already")

    def require_companions(self, removal: Removal) -> None:
        """Raise `Changed` for companions that do not belong to the picture alone."""
        if not removal.companions:
            return
        disk = Disk()  # a new one, because the folder may have changed since the last time
        roles = _unit(disk, removal.file.path)
        paths = {removal.file.path, *(one.file.path for one in removal.companions)}
        for one in removal.companions:
            path = one.file.path
            role = roles.get(path)
            if role is None:
                raise Changed(f"{path} does not belong to it")
            if one.keeper is None and role is not Role.SIDECAR:
                raise Changed(f"its {role} {path} has no copy")
            if role is Role.SIDECAR and is_shared(disk, path, paths):
                raise Changed(f"{path} belongs to another file, too")

    def require_all_names(self, state: State) -> None:
        """Raise `Changed` if a file has names besides those that the plan removes.

        Undoing could not join it with them again.
        """
        if state.links > 1 and state.links != self._names[(state.device, state.inode)]:
            raise Changed("it has another name that stays, so nothing would be freed")

    @cached_property
    def _names(self) -> Counter[tuple[int | None, int | None]]:
        """How many names of each file go."""
        files = (file for group in self._plan.groups for file in group.files())
        return Counter((file.dev, file.inode) for file in files)


def _unit(disk: Disk, picture: str) -> dict[str, Role]:
    """What belongs to a picture, and to the other pictures of its shot, by path."""
    found: dict[str, Role] = {}
    to_see = [picture]
    while to_see:
        path = to_see.pop()
        for name, role in disk.companions(path):
            other = os.path.join(os.path.dirname(path), name)
            if other != picture and other not in found:
                found[other] = role
                if role in PAIRED:
                    to_see.append(other)
    return found
