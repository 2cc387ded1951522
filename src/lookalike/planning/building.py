"""From the outcomes of walks to the groups of a plan, with the reasons in words."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from lookalike.planning.plan import EXACT, Action, Companion, Held, Kept, PlanGroup, Removal
from lookalike.planning.reasons import Reasons, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lookalike.matching.keepers.ranking import Ranking
    from lookalike.planning.deciding.walk import Going, Outcome
    from lookalike.planning.members import Members
    from lookalike.planning.reasons import Pair
    from lookalike.planning.units import Unit

File = TypeVar("File", Removal, Held, Companion)


class _Draft(NamedTuple):
    """What a group needs before the reasons are known."""

    out: Outcome
    stays: list[int]
    """The members that are listed as staying."""
    first: Pair | None
    """The first of them and the next in rank, if there is one."""
    going: list[Pair]
    """For each unit that goes, the best of the one that stays for it and its own best."""


class Building:
    """Makes the groups of a plan."""

    def __init__(
        self,
        members: Members,
        units: Sequence[Unit],
        place_of: Sequence[int],
        do: tuple[Action, ...],
    ) -> None:
        """`place_of`: the place of each member in the ranking."""
        self._members, self._units = members, units
        self._place_of, self._do = place_of, do

    def groups(
        self,
        ranked: Sequence[Sequence[int]],
        outcomes: Sequence[Outcome],
        ranking: Ranking,
        rank_of: Sequence[int],
    ) -> Iterator[PlanGroup]:
        """The groups in which something goes or is held back.

        `ranked`: the members of each, the best first. `rank_of`: their numbers in the ranking.
        """
        drafts = [
            self._draft(one, out)
            for one, out in zip(ranked, outcomes, strict=True)
            if out.goes or any(self._members.states[number] for number in out.held)
        ]
        firsts = (draft.first for draft in drafts if draft.first)
        pairs = dict.fromkeys(chain(firsts, *(draft.going for draft in drafts)))
        self._reasons = Reasons(self._members, ranking, rank_of, list(pairs))
        return map(self._group, drafts)

    def _draft(self, ranked: Sequence[int], out: Outcome) -> _Draft:
        if out.none_wanted:
            return _Draft(out, [], None, [])
        stays = self._stays(out)
        first = None
        if stays and (second := self._next(stays[0], ranked)) is not None:
            first = stays[0], second
        return _Draft(out, stays, first, [self._representing(going) for going in out.goes])

    def _group(self, draft: _Draft) -> PlanGroup:
        out, members = draft.out, self._members
        keep, index = self._kept(draft)
        remove = (
            list(map(self._unwanted, out.goes))
            if out.none_wanted
            else [
                self._removal(going, pair, index)
                for going, pair in zip(out.goes, draft.going, strict=True)
            ]
        )
        held = [
            Held(members.file(number), why)
            for number, why in out.held.items()
            if members.states[number]
        ]
        digests = {one.file.digest for files in (keep, remove, held) for one in files}
        digests.update(beside.file.digest for one in remove for beside in one.companions)
        return PlanGroup(
            key_of(digests), tuple(keep), _by_path(remove), _by_path(held), out.none_wanted
        )

    def _stays(self, out: Outcome) -> list[int]:
        """The members that are listed as staying, without those that only are held back."""
        unfit, held = self._members.unfit, out.held
        if not held:
            return [number for number in out.stays if not unfit[number]]
        relied = {found.stays for going in out.goes for found in going.found.values()}
        return [
            number
            for number in out.stays
            if not unfit[number] and (number in relied or number not in held)
        ]

    def _next(self, best: int, ranked: Sequence[int]) -> int | None:
        """The next member in rank that belongs to another unit."""
        unit = self._units[best]
        for one in ranked[ranked.index(best) + 1 :]:
            if self._units[one] is not unit:
                return one
        return None

    def _representing(self, going: Going) -> Pair:
        """The best members of the unit that stays and of the one that goes."""
        main = self._main(going)
        stays, goes = self._units[going.found[main].stays].pictures, going.unit.pictures
        if len(stays) == len(goes) == 1:
            return stays[0], goes[0]
        place = self._place_of.__getitem__
        return min(stays, key=place), min(goes, key=place)

    def _main(self, going: Going) -> int:
        """The picture of a unit that is not a raw file."""
        pictures = going.unit.pictures
        if len(pictures) == 1:
            return pictures[0]
        members = self._members
        return min(pictures, key=lambda one: (members.is_raw[one], members.paths[one]))

    def _kept(self, draft: _Draft) -> tuple[list[Kept], dict[str, int]]:
        """The files that stay and their numbers by path."""
        keep: list[Kept] = []
        index: dict[str, int] = {}
        out = draft.out
        praise = self._reasons.praise(draft.first) if draft.first else ""
        for number in draft.stays:
            why = out.held.get(number) or out.why.get(number) or praise
            index[self._members.paths[number]] = len(keep)
            keep.append(Kept(self._members.file(number), why))
            praise = "no direct match with what stays"
        beside = [one for going in out.goes if going.beside for one in going.beside]
        for twin in sorted(one.counterpart for one in beside if one.counterpart):
            if twin.path not in index:
                index[twin.path] = len(keep)
                keep.append(Kept(twin, "belongs to a picture that stays"))
        return keep, index

    def _removal(self, going: Going, pair: Pair, index: dict[str, int]) -> Removal:
        """A unit that goes."""
        members = self._members
        main = self._main(going)
        paths = members.paths
        companions = [
            Companion(members.file(one), index[paths[found.stays]], found.match)
            for one, found in going.found.items()
            if one != main
        ]
        for file, twin in going.beside:
            exact = None if twin is None else (index[twin.path], EXACT)
            companions.append(Companion(file, *(exact or (None, None))))
        stays, match = going.found[main]
        return Removal(
            members.file(main),
            index[paths[stays]],
            match,
            self._do,
            self._reasons.blame(pair),
            _by_path(companions),
        )

    def _unwanted(self, going: Going) -> Removal:
        """A picture that goes although nothing stays for it. Its sidecars go with it."""
        (picture,) = going.unit.pictures
        beside = (Companion(one.file, None, None) for one in going.beside)
        why, do = "you want none of its group", (Action.TRASH,)
        return Removal(self._members.file(picture), None, None, do, why, tuple(beside))


def _by_path(files: list[File]) -> tuple[File, ...]:
    if len(files) > 1:
        files.sort(key=_path)
    return tuple(files)


def _path(one: Removal | Held | Companion) -> str:
    return one.file.path
