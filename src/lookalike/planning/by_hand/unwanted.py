"""Groups of which a person wants nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lookalike.planning.deciding.walk import Beside, Going, Outcome
from lookalike.planning.members import DAMAGED
from lookalike.planning.units import file_beside, is_shared
from lookalike.sources.beside import Role
from lookalike.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lookalike.planning.by_hand.decided import Decided
    from lookalike.planning.limits import Limits
    from lookalike.planning.members import Members
    from lookalike.planning.units import Unit


class Unwanted:
    """Decides what goes of such groups. Sidecars go with their pictures, and nothing else does."""

    def __init__(
        self, members: Members, units: Sequence[Unit], decided: Decided, limits: Limits
    ) -> None:
        self._members, self._units = members, units
        self._decided, self._limits = decided, limits

    def decide(self, numbers: Sequence[int]) -> Outcome:
        """What becomes of a group."""
        out = Outcome()
        seen: set[int] = set()
        for number in numbers:
            unit = self._units[number]
            if number in seen:
                continue
            seen.update(unit.pictures)
            reason = self._reason(unit)
            beside = [] if reason else self._beside(unit)
            if isinstance(beside, str):
                reason = beside
            elif not reason:
                out.goes.append(Going(unit, {}, beside))
                continue
            out.stays += unit.pictures
            out.held |= {one: reason for one in unit.pictures if one in self._decided.remove}
        out.none_wanted = bool(out.goes)
        return out

    def _reason(self, unit: Unit) -> str:
        """Why a unit stays. Empty if it may go."""
        members = self._members
        if len(unit.pictures) > 1:
            return "companion: a raw file and its picture cannot go without a copy"
        (one,) = unit.pictures
        if reason := self._decided.why(one) or self._limits.reason(members.paths[one]):
            return reason
        unfit = members.unfit[one] if members.unfit[one] != DAMAGED else ""
        unread = "" if members.digest(one) else "unreadable"
        return unfit or members.blocked[one] or unread

    def _beside(self, unit: Unit) -> list[Beside] | str:
        """The sidecars that go along, or why the unit stays."""
        disk = self._members.disk
        own = {self._members.paths[picture] for picture in unit.pictures} | unit.beside.keys()
        going = []
        for path, role in sorted(unit.beside.items()):
            name = printable(path.rpartition("/")[2])
            if role is not Role.SIDECAR:
                return f"companion: its {role} {name} has no copy"
            if is_shared(disk, path, own):
                continue
            file = file_beside(disk, path)
            if file is None:
                return f"companion: its {role} {name} cannot be read"
            going.append(Beside(file, None))
        return going
