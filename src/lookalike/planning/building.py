"""From the outcome of a walk to the group of a plan, with the reasons in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blake3 import blake3

from lookalike.planning.plan import EXACT, Companion, Held, Kept, PlanGroup, Removal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lookalike.matching.keepers.ranking import Ranking
    from lookalike.planning.members import Members
    from lookalike.planning.plan import Action, PlannedFile
    from lookalike.planning.units import Unit
    from lookalike.planning.walk import Going, Outcome

KEY_BYTES = 8


class Building:
    """Makes the groups of a plan."""

    def __init__(
        self,
        members: Members,
        units: Sequence[Unit],
        ranking: Ranking,
        rank_of: Sequence[int],
        place_of: Sequence[int],
        do: tuple[Action, ...],
    ) -> None:
        """`rank_of`: the number of each member in the ranking. `place_of`: its place there."""
        self._members, self._units = members, units
        self._ranking, self._rank_of, self._do = ranking, rank_of, do
        self._place_of = place_of

    def group(self, ranked: Sequence[int], out: Outcome) -> PlanGroup | None:
        """The group of an outcome. None if nothing goes and nothing is held back."""
        files_only = {
            number: why for number, why in out.held.items() if self._members.states[number]
        }
        if not out.goes and not files_only:
            return None
        keep, index = self._kept(ranked, out)
        remove = [self._removal(going, index) for going in out.goes]
        held = [Held(self._members.file(number), why) for number, why in files_only.items()]
        return PlanGroup(
            _key([*(kept.file for kept in keep), *_going(remove), *(one.file for one in held)]),
            tuple(keep),
            tuple(sorted(remove, key=lambda one: one.file.path)),
            tuple(sorted(held, key=lambda one: one.file.path)),
        )

    def _kept(self, ranked: Sequence[int], out: Outcome) -> tuple[list[Kept], dict[str, int]]:
        """The files that stay and their numbers by path, without those that only are held."""
        relied = {found.stays for going in out.goes for found in going.found.values()}
        keep: list[Kept] = []
        for number in out.stays:
            if self._members.unfit[number] or (number in out.held and number not in relied):
                continue
            why = out.held.get(number) or out.why.get(number)
            if not why:
                why = "no direct match with what stays" if keep else self._best(number, ranked)
            keep.append(Kept(self._members.file(number), why))
        index = {kept.file.path: at for at, kept in enumerate(keep)}
        beside = {
            one.counterpart.path: one.counterpart
            for going in out.goes
            for one in going.beside
            if one.counterpart is not None
        }
        for path in sorted(beside.keys() - index.keys()):
            index[path] = len(keep)
            keep.append(Kept(beside[path], "belongs to a picture that stays"))
        return keep, index

    def _best(self, best: int, ranked: Sequence[int]) -> str:
        """What a member has over the next one of another unit."""
        later = ranked[ranked.index(best) + 1 :]
        others = (one for one in later if self._units[one] is not self._units[best])
        second = next(others, None)
        return "" if second is None else self._why(best, second, praise=True)

    def _why(self, better: int, worse: int, *, praise: bool = False) -> str:
        """The rule that decides between two members, with both values."""
        one, other = self._rank_of[better], self._rank_of[worse]
        stage = self._ranking.stages[int(self._ranking.deciding_one(one, other))]
        table, positions = self._members.table, self._members.positions
        shown = (
            stage.text(table, one, int(positions[better])),
            stage.text(table, other, int(positions[worse])),
        )
        word, values = (stage.rule.reason, shown) if praise else (stage.rule.lack, shown[::-1])
        return f"{word}: {values[0]} against {values[1]}" if any(shown) else word

    def _removal(self, going: Going, index: dict[str, int]) -> Removal:
        """A unit that goes. Its main picture is the one that is not a raw file."""
        members = self._members
        pictures = sorted(going.found, key=lambda one: (self._is_raw(one), members.paths[one]))
        main = pictures[0]

        def number_of(picture: int) -> int:
            return index[members.paths[going.found[picture].stays]]

        companions = [
            Companion(members.file(one), number_of(one), going.found[one].match)
            for one in pictures[1:]
        ]
        for file, twin in going.beside:
            exact = None if twin is None else (index[twin.path], EXACT)
            companions.append(Companion(file, *(exact or (None, None))))
        better = min(self._units[going.found[main].stays].pictures, key=self._place_of.__getitem__)
        worse = min(going.unit.pictures, key=self._place_of.__getitem__)
        return Removal(
            members.file(main),
            number_of(main),
            going.found[main].match,
            self._do,
            self._why(better, worse),
            tuple(sorted(companions, key=lambda one: one.file.path)),
        )

    def _is_raw(self, number: int) -> bool:
        return self._members.table.is_raw(int(self._members.positions[number]))


def _going(remove: list[Removal]) -> list[PlannedFile]:
    return [file for one in remove for file in (one.file, *(it.file for it in one.companions))]


def _key(files: list[PlannedFile]) -> str:
    """Follows from the digests of files, in any order."""
    text = ",".join(sorted({file.digest for file in files}))
    return blake3(text.encode()).hexdigest(KEY_BYTES)
