"""Pairs of images that have something in common: not duplicates, but worth knowing about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike._native import kernel
from lookalike.hashes import words_of
from lookalike.hashing.moments import moments_of
from lookalike.index import searcher_for
from lookalike.matching.sequences import agreement

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable
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
) -> list[Related]:
    """At most one pair per two sets that `connect` made, and at most `MOST_RELATED` in all.

    They are ordered by their positions among the inputs.
    """
    first_of = np.empty(nodes.total, np.intp)
    first_of[nodes.of_image[::-1]] = np.arange(len(table))[::-1]
    pairs: dict[tuple[int, int], tuple[int, int]] = {}
    for one, other in _pairs_of_nodes(nodes, sets, max_distance, workers):
        key = (min(sets[one], sets[other]), max(sets[one], sets[other]))
        pairs.setdefault(key, (first_of[one], first_of[other]))
        if len(pairs) == MOST_RELATED:
            break
    out = []
    for one, other in sorted((min(pair), max(pair)) for pair in pairs.values()):
        ours, theirs = (moments_of(table, int(at), algorithm) for at in (one, other))
        found = agreement(ours, theirs, max_distance)
        out.append(Related(table.paths[one], table.paths[other], found.agreeing, found.compared))
    return out


def _pairs_of_nodes(
    nodes: Nodes, sets: NDArray[np.uint32], max_distance: int, workers: int | None
) -> Iterator[tuple[int, int]]:
    """Pairs of nodes of different sets that begin alike. At least one is a sequence.

    Their first frames with any detail are near each other, at the same moment.
    """
    sequences = nodes.sequences
    moments = sequences.first_moments()
    for moment in np.unique(moments).tolist():
        numbers = np.flatnonzero(moments == moment)
        words = words_of(np.ascontiguousarray(sequences.hashes[numbers, moment]))
        class_of, first = kernel.distinct(words)
        of_class: list[dict[int, int]] = [{} for _ in first]
        """For each distinct hash, the first node of each set."""
        for number, at in zip(numbers.tolist(), class_of.tolist(), strict=True):
            node = len(nodes.hashes) + number
            of_class[at].setdefault(int(sets[node]), node)
        for nodes_of_set in of_class:
            yield from combinations(nodes_of_set.values(), 2)
        distinct = words[first]
        searcher = searcher_for(distinct, 64 * distinct.shape[1], max_distance, workers)
        for block in searcher.pairs(max_distance, workers=workers):
            for i, j in zip(block.i.tolist(), block.j.tolist(), strict=True):
                yield from _of_different_sets(of_class[i], of_class[j])
        if moment == 0:
            stills = searcher_for(nodes.hashes.words, nodes.hashes.bits, max_distance, workers)
            for block in stills.matches(distinct, max_distance, workers=workers):
                for i, j in zip(block.i.tolist(), block.j.tolist(), strict=True):
                    yield from _of_different_sets(of_class[i], {int(sets[j]): j})


def _of_different_sets(ours: dict[int, int], theirs: dict[int, int]) -> Iterator[tuple[int, int]]:
    return ((a, b) for (x, a), (y, b) in product(ours.items(), theirs.items()) if x != y)
