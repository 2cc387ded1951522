"""`Guards`: what of a plan may never go, wherever the plan came from."""

from __future__ import annotations

import os
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from lookalike.actions.disk.spot import Changed, State
from lookalike.actions.disk.trash import is_in_trash
from lookalike.sources.beside import Disk, Role
from lookalike.sources.patterns import Patterns

if TYPE_CHECKING:
    from lookalike.planning.plan import Plan, Removal


class Guards:
    """What of a plan may never go."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._protect, self._only = Patterns(plan.protect), Patterns(plan.only)
        self._reference = tuple(os.path.join(folder, "") for folder in plan.reference)

    def require_allowed(self, path: str) -> None:
        """Raise `Changed` for a file that must not be touched."""
        inside = path.lstrip("/")
        if path.startswith(self._reference):
            raise Changed("it is an original, which stays")
        if self._protect and self._protect.match(inside):
            raise Changed("it is protected")
        if self._only and not self._only.match(inside):
            raise Changed("it is outside of what may be touched")
        if is_in_trash(path):
            raise Changed("it is in the trash already")

    def require_companions(self, removal: Removal) -> None:
        """Raise `Changed` for companions that do not belong to the picture."""
        if not removal.companions:
            return
        picture = removal.file.path
        folder = os.path.dirname(picture)
        roles = {one.name: one.role for one in Disk().companions(picture)}
        for one in removal.companions:
            path = one.file.path
            role = roles.get(os.path.basename(path))
            if os.path.dirname(path) != folder or role is None:
                raise Changed(f"{path} does not belong to it")
            if one.keeper is None and role is not Role.SIDECAR:
                raise Changed(f"its {role} {path} has no copy")

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
