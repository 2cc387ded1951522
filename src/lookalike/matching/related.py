"""Pairs of images that have something in common: not duplicates, but worth knowing about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from lookalike._native import kernel
from lookalike.hashes import words_of
from lookalike.hashing.moments import moments_of
from lookalike.index import searcher_for
from lookalike.matching.sequences import agreement

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable
    from lookalike.index import Block, Searcher
    from lookalike.matching.allowed.sides import Sides
    from lookalike.matching.nodes import Nodes

BEGINS_ALIKE, SHARES_A_PART, SAME_LAYOUT = "begins alike", "shares a part", "same layout"
MOST_RELATED = 10_000
"""At most this many pairs are listed. A thousand films with one title make half a million."""


@dataclass(frozen=True, slots=True)
class Related:
    """Two images that have something in common."""

    first: str
    """The path of one."""
    second: str
    """The path of the other, which is later among the inputs."""
    agreeing: int
    """How many of the compared frames are alike."""
    compared: int
    """How many pairs of frames were compared, at the same moments. 0 for another `kind`."""
    kind: str = BEGINS_ALIKE
    """`begins alike`: their first frames with any detail are alike, but not all the others. `shares
    a part`: both show the same, on less than half of either. `same layout`: one form, page or
    screen with other entries."""
    agreement: float | None = None
    """How well the pixels agree where both show the same, from 0 to 1. None if they begin alike."""

    @property
    def share(self) -> float:
        """The share of frames that agree. At 1, some frames could not be compared.

        0 for another kind than `begins alike`.
        """
        return self.agreeing / self.compared if self.compared else 0.0

    @property
    def reason(self) -> str:
        """A description of the pair, for the first of the two."""
        if self.kind == BEGINS_ALIKE:
            return f"begins like {self.second}: {self.agreeing} of {self.compared} frames agree"
        if self.kind == SHARES_A_PART:
            return f"shares a part with {self.second}"
        return f"has the same layout as {self.second}"

    def to_dict(self) -> dict[str, Any]:
        """As plain types."""
        return {
            "first": self.first,
            "second": self.second,
            "agreeing": self.agreeing,
            "compared": self.compared,
            "kind": self.kind,
            "agreement": self.agreement,
        }


def related_images(
    table: HashTable,
    algorithm: str,
    nodes: Nodes,
    sets: NDArray[np.uint32],
    max_distance: int,
    workers: int | None,
    sides: Sides | None = None,
) -> list[Related]:
    """At most one pair per two sets that `connect` made, and at most `MOST_RELATED` in all.

    They are ordered by their positions among the inputs. `sides`: if some are references.
    """
    if not len(nodes.sequences):
        return []
    begun = _Begun(nodes, sets, max_distance, workers)
    found_pairs = (
        (x, y, int(one[x]), int(other[y]))
        for (ours, one), (theirs, other) in _sorts(table, nodes, sides)
        for x, y in begun.pairs(ours, theirs)
    )
    pairs: dict[tuple[int, int], tuple[int, int]] = {}
    for x, y, one, other in found_pairs:
        pairs.setdefault((min(sets[x], sets[y]), max(sets[x], sets[y])), (one, other))
        if len(pairs) == MOST_RELATED:
            break
    out = []
    for at in sorted((min(pair), max(pair)) for pair in pairs.values()):
        ours, theirs = (moments_of(table, number, algorithm) for number in at)
        found = agreement(ours, theirs, max_distance)
        first, second = (table.paths[number] for number in at)
        out.append(Related(first, second, found.agreeing, found.compared))
    return out


Sort: TypeAlias = "tuple[NDArray[np.bool_], NDArray[np.intp]]"
"""Which nodes have images of a sort, and the first such image of each."""


def _sorts(table: HashTable, nodes: Nodes, sides: Sides | None) -> list[tuple[Sort, Sort]]:
    """The sorts of images that are compared with each other: the same one twice, or two."""

    def sort(wanted: NDArray[np.bool_]) -> Sort:
        at = np.flatnonzero(wanted)[::-1]
        first = np.full(nodes.total, -1, np.intp)
        first[nodes.of_image[at]] = at
        return first >= 0, first

    if sides is None:
        every = sort(np.ones(len(table), np.bool_))
        return [(every, every)]
    new, old = sort(~sides.is_reference), sort(sides.is_reference)
    return [(new, old), (new, new)] if sides.within else [(new, old)]


class _Begun:
    """Finds nodes of different sets that begin alike. At least one of the two is a sequence.

    Their first frames with any detail are near each other, at the same moment.
    """

    def __init__(
        self, nodes: Nodes, sets: NDArray[np.uint32], max_distance: int, workers: int | None
    ) -> None:
        self._nodes = nodes
        self._sets = sets
        self._moments = nodes.sequences.first_moments()
        self._max_distance = max_distance
        self._workers = workers

    def pairs(
        self, ours: NDArray[np.bool_], theirs: NDArray[np.bool_]
    ) -> Iterator[tuple[int, int]]:
        """The pairs of one of our nodes and one of theirs, which may be the same."""
        for moment in np.unique(self._moments).tolist():
            words, of_class = self._sequences(moment, ours)
            others, of_other = self._sequences(moment, theirs)
            if ours is theirs:
                for nodes_of_set in of_class:
                    yield from combinations(nodes_of_set.values(), 2)
                searcher = self._searcher(words)
                blocks: Iterable[Block] = searcher.pairs(self._max_distance, workers=self._workers)
            else:
                blocks = self._matches(words, others)
            yield from self._of_different_sets(blocks, of_class, of_other.__getitem__)
            if moment == 0:
                yield from self._with_stills(words, of_class, theirs)
                if ours is not theirs:
                    found = self._with_stills(others, of_other, ours)
                    yield from ((one, other) for other, one in found)

    def _sequences(
        self, moment: int, wanted: NDArray[np.bool_]
    ) -> tuple[NDArray[np.uint64], list[dict[int, int]]]:
        """The distinct first frames of some sequences, and the first node of each set by these."""
        offset = len(self._nodes.hashes)
        sequences = self._nodes.sequences
        some = wanted[offset : offset + len(sequences)]
        numbers = np.flatnonzero((self._moments == moment) & some)
        words = words_of(np.ascontiguousarray(sequences.hashes[numbers, moment]))
        class_of, first = kernel.distinct(words)
        of_class: list[dict[int, int]] = [{} for _ in first]
        for number, at in zip(numbers.tolist(), class_of.tolist(), strict=True):
            node = offset + number
            of_class[at].setdefault(int(self._sets[node]), node)
        return words[first], of_class

    def _searcher(self, words: NDArray[np.uint64]) -> Searcher:
        return searcher_for(words, 64 * words.shape[1], self._max_distance, self._workers)

    def _matches(self, words: NDArray[np.uint64], others: NDArray[np.uint64]) -> Iterable[Block]:
        if not len(words) or not len(others):
            return ()
        return self._searcher(others).matches(words, self._max_distance, workers=self._workers)

    def _with_stills(
        self,
        words: NDArray[np.uint64],
        of_class: list[dict[int, int]],
        wanted: NDArray[np.bool_],
    ) -> Iterator[tuple[int, int]]:
        """The pairs of a sequence and a still."""
        stills = np.flatnonzero(wanted[: len(self._nodes.hashes)])

        def of_still(at: int) -> dict[int, int]:
            node = int(stills[at])
            return {int(self._sets[node]): node}

        blocks = self._matches(words, self._nodes.hashes.words[stills])
        return self._of_different_sets(blocks, of_class, of_still)

    @staticmethod
    def _of_different_sets(
        blocks: Iterable[Block],
        ours: list[dict[int, int]],
        theirs: Callable[[int], dict[int, int]],
    ) -> Iterator[tuple[int, int]]:
        for block in blocks:
            for i, j in zip(block.i.tolist(), block.j.tolist(), strict=True):
                for (x, a), (y, b) in product(ours[i].items(), theirs(j).items()):
                    if x != y:
                        yield a, b
