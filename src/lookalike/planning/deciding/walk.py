"""`Walk`: decides which units of one group stay and which go, the best first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from lookalike.planning.choices import never_apart
from lookalike.planning.units import counterpart, file_beside, is_shared
from lookalike.sources.beside import Role
from lookalike.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lookalike.planning.by_hand.decided import Decided
    from lookalike.planning.choices import Choices
    from lookalike.planning.deciding.guards import Guards
    from lookalike.planning.limits import Limits
    from lookalike.planning.matches import Matches
    from lookalike.planning.members import Members
    from lookalike.planning.plan import Match, PlannedFile
    from lookalike.planning.units import Unit

MOST_ASKED = 256
"""A file is compared with at most this many that stay, the best of them."""


class Found(NamedTuple):
    """The picture that stays for one that goes."""

    stays: int
    match: Match


class Beside(NamedTuple):
    """A further file of a unit that goes."""

    file: PlannedFile
    counterpart: PlannedFile | None
    """The file that stays and has its bytes. None for a sidecar that is given up."""


class Going(NamedTuple):
    """A unit that goes."""

    unit: Unit
    found: dict[int, Found]
    """For each of its pictures, the one that stays."""
    beside: list[Beside]


@dataclass(slots=True)
class Outcome:
    """What becomes of one group. Pictures are numbers of members."""

    stays: list[int] = field(default_factory=list)
    """The pictures that stay, the best first."""
    why: dict[int, str] = field(default_factory=dict)
    """Why some of them stay."""
    goes: list[Going] = field(default_factory=list)
    held: dict[int, str] = field(default_factory=dict)
    """Why pictures that would go are held back. They are in `stays`, too."""
    none_wanted: bool = False
    """Whether a person wants none of what goes, so nothing stays for it."""

    def hold(self, going: Going, reason: str) -> None:
        """Let a unit stay that would have gone."""
        self.goes.remove(going)
        self.stays += going.unit.pictures
        self.held |= dict.fromkeys(going.unit.pictures, reason)


class _Copies:
    """Counts the units that stay, by group."""

    __slots__ = ("_counts", "_wanted", "enough")

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._counts: dict[int, int] = {}
        self.enough: set[int] = set()
        """The groups of which as many stay as are wanted."""

    def add(self, groups: Iterable[int]) -> None:
        """Count a unit with pictures of some groups."""
        for group in groups:
            count = self._counts[group] = self._counts.get(group, 0) + 1
            if count >= self._wanted:
                self.enough.add(group)


class Walk:
    """Walks through the units of a group."""

    def __init__(
        self,
        members: Members,
        units: Sequence[Unit],
        matches: Matches,
        guards: Guards,
        choices: Choices,
        limits: Limits,
        place_of: Sequence[int],
        decided: Decided | None = None,
    ) -> None:
        """`place_of`: the place of each member among all. Smaller is better.

        `decided`: what a person decided, if they did.
        """
        self._members, self._units = members, units
        self._matches, self._guards = matches, guards
        self._choices, self._limits, self._place_of = choices, limits, place_of
        self._is_limited, self._decided = bool(limits) or decided is not None, decided
        self._kept, self._reliable = _Copies(choices.copies), _Copies(choices.copies)
        apart = choices.told_apart is not never_apart
        self._is_choosy = apart or bool(choices.reference) or decided is not None

    def decide(self, ranked: Sequence[int]) -> Outcome:
        """What becomes of a group. `ranked`: its members, the best first.

        A unit goes only if each of its pictures matches one that already stays, directly. So a
        chain of matches takes nothing away. Groups that share a unit are decided as one, and each
        of them keeps its copies. What a person decided says itself how many stay.
        """
        by_hand = self._decided is not None
        out = Outcome()
        seen: set[int] = set()
        kept, reliable = self._kept, self._reliable
        unfit, group_of = self._members.unfit.__getitem__, self._members.group.__getitem__
        for number in ranked:
            unit = self._units[number]
            groups = {group_of(number)}
            if len(unit.pictures) > 1:
                if number in seen:
                    continue
                seen.update(unit.pictures)
                groups.update(map(group_of, unit.pictures))
            going = None
            stays = self._is_limited and self._must_stay(unit, out)
            if not stays and (by_hand or groups <= kept.enough):
                going = self._judged(unit, out)
            if going is not None and (by_hand or groups <= reliable.enough):
                out.goes.append(going)
                continue
            kept.add(groups)
            if not any(map(unfit, unit.pictures)):
                reliable.add(groups)
            out.stays.append(number)
            out.stays += [one for one in unit.pictures if one != number]
        return out

    def _must_stay(self, unit: Unit, out: Outcome) -> bool:
        reasons = {one: self._limits.reason(self._members.paths[one]) for one in unit.pictures}
        if self._decided is not None:
            self._follow(self._decided, reasons, out)
        out.why |= {picture: reason for picture, reason in reasons.items() if reason}
        return any(reasons.values())

    def _follow(self, decided: Decided, reasons: dict[int, str], out: Outcome) -> None:
        """Add what a person keeps to the reasons to stay. What they do not keep is held back."""
        for one in reasons:
            reasons[one] = decided.why(one) or reasons[one]
        staying = next((one for one, reason in reasons.items() if reason), None)
        if staying is None:
            return
        for one in decided.remove & reasons.keys():
            out.held[one] = reasons[one] or f"companion: {self._name(staying)} stays"

    def _judged(self, unit: Unit, out: Outcome) -> Going | None:
        """How a unit can go. None if it stays, and then the outcome says why."""
        found: dict[int, Found] = {}
        problem, lonely = "", None
        for picture in unit.pictures:
            stays, reason = self._standing_for(picture, out.stays)
            if stays is None:
                lonely = picture if lonely is None else lonely
                problem = problem or reason
            else:
                found[picture] = stays
        if lonely is not None:
            self._say_why(unit, lonely, problem, found, out)
            return None
        beside = self._beside(unit, found)
        if isinstance(beside, str):
            out.held |= dict.fromkeys(unit.pictures, beside)
            return None
        return Going(unit, found, beside)

    def _say_why(
        self, unit: Unit, lonely: int, problem: str, found: dict[int, Found], out: Outcome
    ) -> None:
        """Say why a unit stays of which a picture has nothing that stands for it."""
        if problem:
            out.held |= dict.fromkeys(unit.pictures, problem)
        elif self._decided is not None:
            reason = "no match: it matches nothing directly that you keep"
            out.held |= dict.fromkeys(unit.pictures, reason)
        elif found:
            kind = "raw file" if self._members.is_raw[lonely] else "picture"
            reason = f"companion: its {kind} {self._name(lonely)} has no copy"
            out.held |= dict.fromkeys(unit.pictures, reason)
        else:
            for going in out.goes[:MOST_ASKED]:
                near = [p for p in going.found if self._matches.between(lonely, p) is not None]
                if near:
                    out.why[lonely] = f"matches only {self._name(near[0])}, which goes"
                    return

    def _standing_for(self, picture: int, stays: Sequence[int]) -> tuple[Found | None, str]:
        """The best that stays and that a picture matches directly, or why there is none."""
        problem = ""
        first_open = None
        for other in stays[:MOST_ASKED]:
            if self._is_choosy and not self._may_stand(picture, other):
                continue
            match = self._matches.between(picture, other)
            if match is None:
                if first_open is None and self._matches.is_open(picture, other):
                    first_open = other
                continue
            reason = self._guards.reason(picture, other, match)
            if not reason and self._place_of[picture] < self._place_of[other]:
                reason = "" if match.same_pixels else self._worse(other)
            if not reason:
                return Found(other, match), ""
            problem = problem or reason
        if not problem and first_open is not None and not self._members.unfit[first_open]:
            match = self._matches.look(picture, first_open)
            problem = self._guards.reason(picture, first_open, match) if match else ""
            if match and not problem:
                return Found(first_open, match), ""
        return None, problem

    def _worse(self, other: int) -> str:
        """It stays only because of another picture of its unit."""
        return f"what stays: {self._name(other)} is worse, and stays with its raw file"

    def _may_stand(self, picture: int, other: int) -> bool:
        """Whether one picture could stay for another, if they match."""
        if self._decided is not None and other not in self._decided.keep:
            return False
        if self._choices.reference and not self._limits.is_reference(self._members.paths[other]):
            return False
        ours, theirs = self._members.digest(picture), self._members.digest(other)
        return not self._choices.told_apart(ours, theirs)

    def _beside(self, unit: Unit, found: dict[int, Found]) -> list[Beside] | str:
        """The further files of a unit that go along, or why they cannot."""
        if not unit.beside:
            return []
        going: list[Beside] = []
        disk = self._members.disk
        own = {self._members.paths[picture] for picture in unit.pictures} | unit.beside.keys()
        kept = [self._units[one.stays] for one in found.values()]
        for path, role in sorted(unit.beside.items()):
            name = printable(path.rpartition("/")[2])
            if role is Role.SIDECAR and is_shared(disk, path, own):
                continue
            file = file_beside(disk, path)
            if file is None:
                return f"companion: its {role} {name} cannot be read"
            twins = (counterpart(disk, file, role, one) for one in kept)
            twin = next(filter(None, twins), None)
            may_be_lost = role is Role.SIDECAR and self._choices.metadata == "ignore"
            if twin is None and not (may_be_lost and any(_has(one, role) for one in kept)):
                return f"companion: its {role} {name} has no copy"
            going.append(Beside(file, twin))
        return going

    def _name(self, number: int) -> str:
        return printable(self._members.paths[number].rpartition("/")[2])


def _has(unit: Unit, role: Role) -> bool:
    return role in unit.beside.values()
