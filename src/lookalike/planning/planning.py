"""`plan`: which duplicates of a result can go. It decides, and changes nothing."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike.matching.keepers.order import CHOSEN, PROTECTED, REFERENCE
from lookalike.matching.keepers.ranking import rank
from lookalike.matching.rules import Rule
from lookalike.planning.building import Building
from lookalike.planning.by_hand.unwanted import Unwanted
from lookalike.planning.choices import Choices
from lookalike.planning.deciding.guards import Guards
from lookalike.planning.deciding.plain import Plain, can_be_plain
from lookalike.planning.deciding.walk import Walk
from lookalike.planning.folders import Emptied, warnings
from lookalike.planning.matches import Matches
from lookalike.planning.members import Members
from lookalike.planning.plan import Plan
from lookalike.planning.stored.document import RULE
from lookalike.planning.units import units_of
from lookalike.sources.beside import Disk

if TYPE_CHECKING:
    import os

    from numpy.typing import NDArray

    from lookalike.matching.keepers.ranking import Ranking
    from lookalike.planning.by_hand.decided import Decided
    from lookalike.planning.choices import Paths
    from lookalike.planning.deciding.walk import Outcome
    from lookalike.planning.units import Unit
    from lookalike.report.result import Result


def plan(
    result: Result,
    *,
    keep: str | Iterable[str] = (),
    prefer: Paths = (),
    reference: Paths = (),
    protect: str | Iterable[str] = (),
    only: str | Iterable[str] = (),
    between: Paths = (),
    roots: Paths = (),
    do: str | Iterable[str] = "trash",
    to: str | os.PathLike[str] | None = None,
    copies: int = 1,
    distance_for_action: int | None = None,
    exact: bool = False,
    take_edited: bool = False,
    empty_folders: str = "warn",
    companions: str = "with",
    metadata: str = "hold",
    bursts: str = "hold",
    chosen: Paths = (),
    told_apart: Callable[[str, str], bool] | None = None,
    kept_before: Collection[str] = (),
    argv: Iterable[str] = (),
) -> Plan:
    """Decide which duplicates can go, and which file stays for each. Nothing is changed.

    A file goes only if it matches one that stays directly, together with the files beside it that
    belong to it. `docs/clean-up.md` has the rules and what is held back.

    `keep`: rules that choose what stays, in order, such as `("format:heic,jpeg", "pixels")`.
    `prefer`: folders whose files stay, the first most of all. `reference`: folders of originals.
    They stay untouched, and only what matches them goes. `protect`, `only`: patterns that may not
    change, and outside of which nothing may. `between`: only groups with files of two or more of
    these folders. `roots`: the folders that were searched, if they are reached through links.
    `do`: `trash`, `move` (to the folder `to`), `dedupe`, `hardlink` or `delete`, or several to try.
    `copies`: how many files of each group stay. `distance_for_action`: the largest distance that is
    planned, in bits. None means the search's own, and 0 for links and `delete`. `exact`: equal
    bytes only. `take_edited`: also crops, turned and recoloured pictures. `empty_folders`: `warn`,
    or `hold` the last files. `companions`: they go `with` their pictures, or `keep` them.
    `metadata`: `hold` files that know more than the one that stays, or `ignore` that. `bursts`:
    `hold` or `take` them. `chosen`: paths that a person wants to keep. `told_apart`: says of two
    digests in hex whether their images are no duplicates. `kept_before`: digests of files that stay
    for some that went in earlier runs. `argv`: is written into the plan.

    Equal input gives an equal plan. Raises `ValueError` and `TypeError` for wrong arguments.
    """
    given: dict[str, Any] = {name: value for name, value in locals().items() if name != "result"}
    return planned(result, Choices.of(**given), Disk())


def planned(result: Result, choices: Choices, disk: Disk, decided: Decided | None = None) -> Plan:
    """The plan for a result, with what a disk says of its files.

    `decided`: what a person decided. Then nothing else goes, and only what they keep stays for it.
    """
    with _without_collecting():
        return _planned(result, choices, disk, decided)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Pause the collection of cycles. A plan is many small values without any, and looking for
    them takes a third of the time.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _planned(result: Result, choices: Choices, disk: Disk, decided: Decided | None) -> Plan:
    members = Members(result, choices, disk)
    units = units_of(members, with_companions=choices.companions == "with")
    matches = Matches(result, members, bytes_only=choices.equal_bytes_only)
    guards = Guards(result, members, matches, choices, by_hand=decided is not None)
    groups = _wanted(result, members, units, choices)
    if decided is not None:
        groups = [one for one in groups if not decided.remove.isdisjoint(one)]
    ranking, numbers, starts = _ranked(result, members, groups, choices, decided)
    rank_of = np.zeros(len(members.paths), np.intp)
    rank_of[numbers] = np.arange(len(numbers))
    ranked = numbers[ranking.order]
    in_order, ends = ranked.tolist(), [*starts.tolist(), len(ranked)]
    sets = [in_order[begin:end] for begin, end in pairwise(ends)]
    place_of = np.zeros(len(members.paths), np.intp)
    place_of[ranked] = np.arange(len(ranked))
    places = place_of.tolist()
    plain = Plain(members, units, matches, guards)
    if decided is None and can_be_plain(choices):
        sets = [one for one in sets if not plain.takes(one)]
    walk = Walk(members, units, matches, guards, choices, choices.limits(), places, decided)
    decide = walk.decide if decided is None else _by_hand(walk, members, units, choices, decided)
    outcomes = list(map(decide, sets))
    if choices.empty_folders == "hold":
        Emptied(members, outcomes).hold()
    building = Building(members, units, places, choices.do)
    ranks = rank_of.tolist()
    walked = building.groups(sets, outcomes, ranking, ranks)
    built = chain(walked, plain.groups(ranking, ranks, choices.do))
    return Plan(
        rule=Rule(**{name: getattr(result.rule, name) for name in RULE}),
        groups=tuple(sorted(built, key=_first_path)),
        distance_for_action=guards.distance,
        keep=choices.keep,
        reference=choices.limits().reference,
        protect=choices.protect,
        only=choices.only,
        roots=tuple(sorted({disk.real(root) for root in choices.roots})),
        companions=choices.companions,
        to=choices.to,
        warnings=tuple(warnings(members, outcomes, plain.goes)),
        argv=choices.argv,
    )


def _by_hand(
    walk: Walk, members: Members, units: list[Unit], choices: Choices, decided: Decided
) -> Callable[[list[int]], Outcome]:
    """Decides groups as a person did, also those of which nothing is wanted."""
    unwanted = Unwanted(members, units, decided, choices.limits())
    return lambda one: (unwanted if decided.wants_none(one) else walk).decide(one)


def _first_path(group: Any) -> str:
    path: str = (group.keep or group.remove or group.held)[0].file.path
    return path


def _wanted(
    result: Result, members: Members, units: list[Unit], choices: Choices
) -> list[list[int]]:
    """The members of each group to plan. Groups that share a unit become one."""
    columns = result.columns
    ends = [*columns.starts.tolist(), len(columns.members)]
    sets = [list(range(begin, end)) for begin, end in pairwise(ends)]
    if any(len(unit.pictures) > 1 for unit in units):
        joined = _joined(units, members.group, len(sets))
        sets = [[number for at in one for number in sets[at]] for one in joined]
    folders = tuple(f"{members.disk.real(one).rstrip('/')}/" for one in choices.between)
    limits = choices.limits()

    def is_wanted(numbers: list[int]) -> bool:
        paths = [members.paths[number] for number in numbers]
        if choices.reference and not any(map(limits.is_reference, paths)):
            return False
        if not folders:
            return True
        inside = {max((f for f in folders if p.startswith(f)), key=len, default="") for p in paths}
        return len(inside - {""}) > 1

    if not choices.reference and not folders:
        return sets
    return list(filter(is_wanted, sets))


def _joined(units: list[Unit], group: list[int], count: int) -> list[list[int]]:
    """The numbers of groups that share units, in sets."""
    root = list(range(count))

    def find(at: int) -> int:
        while root[at] != at:
            root[at] = at = root[root[at]]
        return at

    for number, unit in enumerate(units):
        if len(unit.pictures) > 1:
            root[find(group[number])] = find(group[unit.pictures[0]])
    sets: dict[int, list[int]] = {}
    for at in range(count):
        sets.setdefault(find(at), []).append(at)
    return list(sets.values())


def _ranked(
    result: Result,
    members: Members,
    sets: list[list[int]],
    choices: Choices,
    decided: Decided | None,
) -> tuple[Ranking, NDArray[np.intp], NDArray[np.intp]]:
    """The ranking of the members of each set, their numbers, and where each set begins."""
    numbers = np.array(list(chain.from_iterable(sets)), np.intp)
    starts = np.cumsum([0, *map(len, sets)], dtype=np.intp)[:-1]
    positions = members.positions[numbers]
    ranking = rank(
        result.table,
        positions,
        starts,
        choices.order(),
        pixels=result.columns.copies.pixels[numbers],
        disk=members.disk,
        favoured=_favoured(members, choices, decided),
    )
    return ranking, numbers, starts


def _favoured(members: Members, choices: Choices, decided: Decided | None) -> dict[str, set[int]]:
    """The positions of references, of what is protected and of what a person chose."""
    limits = choices.limits()
    wanted: dict[str, Callable[[str], bool]] = {}
    if choices.reference:
        wanted[REFERENCE] = limits.is_reference
    if choices.protect:
        wanted[PROTECTED] = limits.is_protected
    if choices.chosen:
        wanted[CHOSEN] = choices.chosen.__contains__
    positions = members.positions.tolist()
    found = {
        name: {at for at, path in zip(positions, members.paths, strict=True) if is_so(path)}
        for name, is_so in wanted.items()
    }
    if decided is not None:
        found[CHOSEN] = {positions[number] for number in decided.keep}
    return found
