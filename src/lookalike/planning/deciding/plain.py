"""`Plain`: groups of single pictures of which all but the best go. Most groups are like that."""

from __future__ import annotations

from itertools import chain, pairwise, repeat
from typing import TYPE_CHECKING

from lookalike.planning.choices import never_apart
from lookalike.planning.plan import Kept, PlanGroup, Removal
from lookalike.planning.reasons import Reasons, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lookalike.matching.keepers.ranking import Ranking
    from lookalike.planning.choices import Choices
    from lookalike.planning.deciding.guards import Guards
    from lookalike.planning.matches import Matches
    from lookalike.planning.members import Members
    from lookalike.planning.plan import Action, Match
    from lookalike.planning.units import Unit


class Plain:
    """Decides such groups, and makes their part of the plan many at a time.

    Whatever speaks against it leaves a group to `Walk`, which would come to the same.
    """

    def __init__(
        self, members: Members, units: Sequence[Unit], matches: Matches, guards: Guards
    ) -> None:
        self._members, self._matches, self._guards = members, matches, guards
        self._alone = [len(unit.pictures) == 1 and not unit.beside for unit in units]
        self._best: list[int] = []
        self._next: list[int] = []
        self.goes: list[int] = []
        """The members that go."""
        self._why: list[Match] = []
        self._ends: list[int] = [0]

    def takes(self, ranked: Sequence[int]) -> bool:
        """Whether a group is plain, and so is decided. `ranked`: its members, the best first."""
        alone, between, reason = self._alone, self._matches.between, self._guards.reason
        best, *others = ranked
        if not alone[best] or not others:
            return False
        why = []
        for number in others:
            match = between(number, best)
            if match is None or not alone[number] or reason(number, best, match):
                return False
            why.append(match)
        self._best.append(best)
        self._next.append(others[0])
        self.goes += others
        self._why += why
        self._ends.append(len(self.goes))
        return True

    def groups(
        self, ranking: Ranking, rank_of: Sequence[int], do: tuple[Action, ...]
    ) -> Iterator[PlanGroup]:
        """Their groups in the plan. `rank_of`: the number of each member in the ranking."""
        sizes = (end - begin for begin, end in pairwise(self._ends))
        firsts = list(zip(self._best, self._next, strict=True))
        repeated = chain.from_iterable(map(repeat, self._best, sizes))
        pairs = list(zip(repeated, self.goes, strict=True))
        reasons = Reasons(self._members, ranking, rank_of, list(dict.fromkeys(firsts + pairs)))
        stay, go = (list(map(self._members.file, some)) for some in (self._best, self.goes))
        keep = map(Kept, stay, map(reasons.praise, firsts))
        remove = list(map(Removal, go, repeat(0), self._why, repeat(do), map(reasons.blame, pairs)))
        for kept, (begin, end) in zip(keep, pairwise(self._ends), strict=True):
            gone = remove[begin:end]
            if end - begin > 1:
                gone.sort(key=_path)
            key = key_of({kept.file.digest, *[one.file.digest for one in gone]})
            yield PlanGroup(key, (kept,), tuple(gone))


def _path(one: Removal) -> str:
    return one.file.path


def can_be_plain(choices: Choices) -> bool:
    """Whether choices leave it to the pictures alone what goes."""
    return not (
        choices.limits()
        or choices.copies > 1
        or choices.told_apart is not never_apart
        or choices.empty_folders == "hold"
    )
