"""`Ranking`: the images of each set in order, the best first, with the reasons."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lookalike.matching.keepers.candidates import NOBODY, Candidates
from lookalike.matching.keepers.order import DEFAULT
from lookalike.matching.sequences import sizes_of
from lookalike.sources.beside import Disk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable
    from lookalike.matching.keepers.candidates import Favoured
    from lookalike.matching.keepers.order import Order
    from lookalike.matching.keepers.rules import KeeperRule


@dataclass(frozen=True)
class Stage:
    """What one rule decided."""

    rule: KeeperRule
    numbers: NDArray[np.intp]
    """The numbers of the images it compared, ascending."""
    values: NDArray[np.generic]
    """Their values."""
    places: NDArray[np.int32]
    """For every image, its place after this rule. Images that are still tied share one."""


@dataclass(frozen=True)
class Ranking:
    """The members of some sets, the best of each first."""

    order: NDArray[np.intp]
    """Numbers of members, by set, best first."""
    stages: list[Stage]
    """The rules that were asked, in order."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reason of each stage."""
        return tuple(stage.rule.reason for stage in self.stages)

    def decided(
        self, starts: NDArray[np.intp]
    ) -> tuple[NDArray[np.uint8], list[tuple[object, object]]]:
        """For each set of two or more, the stage that ranks the first above the second.

        And the values that it compared: of the first and of the second.
        """
        if not len(starts):
            return np.zeros(0, np.uint8), []
        first, second = self.order[starts], self.order[starts + 1]
        reason = self.deciding(first, second).astype(np.uint8)
        values = np.empty((len(starts), 2), object)
        for number, stage in enumerate(self.stages):
            here = reason == number
            for column, those in enumerate((first, second)):
                at = np.searchsorted(stage.numbers, those[here])
                values[here, column] = stage.values[at].tolist()
        return reason, [(one, other) for one, other in values.tolist()]

    def deciding(self, better: NDArray[np.intp], worse: NDArray[np.intp]) -> NDArray[np.intp]:
        """For each pair of members, the number of the stage that ranks one above the other."""
        differ = np.stack([one.places[better] != one.places[worse] for one in self.stages])
        differ[-1] = True  # two with the same name keep the order of the inputs
        found: NDArray[np.intp] = differ.argmax(axis=0)
        return found


def rank(
    table: HashTable,
    members: NDArray[np.intp],
    starts: NDArray[np.intp],
    order: Order = DEFAULT,
    *,
    unseen: Collection[int] | None = None,
    pixels: NDArray[np.intp] | None = None,
    disk: Disk | None = None,
    favoured: Favoured = NOBODY,
) -> Ranking:
    """Order the members of sets. `starts` is where each set begins in `members`.

    `unseen`, `pixels` and `favoured`: as in `Candidates`. None takes what the table knows. Each
    rule decides only between images that tie by all previous rules, and the others are not asked.
    """
    count = len(members)
    places = np.repeat(starts, sizes_of(members, starts)).astype(np.int32)
    those = Candidates(
        table,
        members,
        places.astype(np.intp),
        table.ends_unseen if unseen is None else unseen,
        np.arange(count) if pixels is None else pixels,
        disk or Disk(),
        favoured,
    )
    stages = []
    for rule in order.rules(favoured):
        tied = np.flatnonzero(np.bincount(places, minlength=count)[places] > 1)
        if not len(tied):
            break
        some = those.among(tied)
        values = rule.values(some)
        places = _refined(places, tied, rule.ranks(some, values))
        those = replace(those, sets=places.astype(np.intp))
        stages.append(Stage(rule, tied, values, places))
    return Ranking(np.lexsort((np.arange(count), places)), stages)


def _refined(
    places: NDArray[np.int32], tied: NDArray[np.intp], ranks: NDArray[np.int64]
) -> NDArray[np.int32]:
    """The places after images that shared one are ranked."""
    if (ranks == ranks[0]).all():
        return places
    order = np.lexsort((ranks, places[tied]))
    before, ordered = places[tied][order], ranks[order]
    here = np.arange(len(order))
    new_set = np.diff(before, prepend=-1) != 0
    new_class = new_set | (np.diff(ordered, prepend=0) != 0)
    set_begins = np.maximum.accumulate(np.where(new_set, here, 0))
    class_begins = np.maximum.accumulate(np.where(new_class, here, 0))
    found = places.copy()
    found[tied[order]] = before + class_begins - set_begins
    return found
