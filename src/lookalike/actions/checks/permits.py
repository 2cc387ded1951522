"""`Permits`: which files of a plan may go, wherever the plan came from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from lookalike.actions.disk.spot import Changed
from lookalike.actions.disk.trash import is_in_trash
from lookalike.planning.limits import Limits
from lookalike.planning.units import PAIRED, belonging, is_shared
from lookalike.sources.beside import Disk, Role

if TYPE_CHECKING:
    from lookalike.actions.disk.spot import State
    from lookalike.planning.plan import Plan, Removal


class Permits:
    """Which files of a plan may go."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._limits = Limits(plan.reference, plan.protect, plan.only)
        self._disk = Disk()

    def look_again(self) -> None:
        """Forget which files are beside others."""
        self._disk = Disk()

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
        roles = belonging(self._disk, removal.file.path)
        paths = _paths(removal)
        for one in removal.companions:
            path = one.file.path
            role = roles.get(path)
            if role is None:
                raise Changed(f"{path} does not belong to it")
            if one.keeper is None and role is not Role.SIDECAR:
                raise Changed(f"its {role} {path} has no copy")
            if role is Role.SIDECAR and is_shared(self._disk, path, paths):
                raise Changed(f"{path} belongs to another file, too")

    def require_whole(self, removal: Removal) -> None:
        """Raise `Changed` if a file belongs to the picture, but is not in the plan.

        It may be newer than the plan. Without its picture it would be left behind.
        """
        roles = belonging(self._disk, removal.file.path)
        planned = _paths(removal)
        for path, role in sorted(roles.items()):
            if path in planned or (self._plan.companions == "keep" and role not in PAIRED):
                continue
            if role is not Role.SIDECAR or not is_shared(self._disk, path, planned | roles.keys()):
                raise Changed(f"its {role} {path} is not in the plan")

    def require_all_names(self, state: State) -> None:
        """Raise `Changed` if a file has names besides those that the plan removes.

        Undoing could not join it with them again.
        """
        if state.links > 1 and state.links != len(self.names(state)):
            raise Changed("it has another name that stays, so nothing would be freed")

    def names(self, state: State) -> Sequence[str]:
        """All names of a file that are to go, as far as the plan knows."""
        return self._names.get((state.device, state.inode), ())

    @cached_property
    def _names(self) -> dict[tuple[int | None, int | None], list[str]]:
        found: dict[tuple[int | None, int | None], list[str]] = {}
        for file in (file for group in self._plan.groups for file in group.files()):
            found.setdefault((file.dev, file.inode), []).append(file.path)
        return found


def _paths(removal: Removal) -> set[str]:
    """A picture that goes, and what goes with it."""
    return {removal.file.path, *(one.file.path for one in removal.companions)}
