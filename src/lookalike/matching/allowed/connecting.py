"""Connected sets of images by their bits alone, if not every link is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lookalike.matching.allowed.joining import Joining
from lookalike.matching.nodes import connect
from lookalike.matching.verify.candidates import CHUNK, Candidates, Pictures, upright

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable
    from lookalike.matching.allowed.sides import Sides
    from lookalike.matching.nodes import Nodes
    from lookalike.matching.rules import Rule
    from lookalike.work.progress import Progress


def connected(
    table: HashTable,
    nodes: Nodes,
    rule: Rule,
    workers: int | None,
    progress: Progress,
    sides: Sides | None = None,
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The connected sets by bits alone: the number of that of each node, and of each image.

    Without `sides`, all links are allowed.
    """
    if sides is None:
        sets = connect(nodes, rule.max_distance, workers, progress)
        return sets, sets[nodes.of_image]
    pictures = Pictures.by_bits(table, nodes, sides)
    joining = Joining(len(pictures), pictures.is_reference)
    _join(pictures, joining, rule.max_distance, workers, progress)
    return joining.roots[pictures.of_nodes()], joining.roots[pictures.of_image]


def _join(
    pictures: Pictures,
    joining: Joining,
    max_distance: int,
    workers: int | None,
    progress: Progress,
) -> None:
    """Join the pictures that are near each other, the nearest first.

    Each distance is searched on its own, so no list of all pairs is kept. Pairs of one distance are
    taken in the order of the inputs, about `CHUNK` at a time.
    """
    for distance in range(max_distance + 1):
        for pairs in _in_chunks(pictures, distance, workers):
            open_ones = pairs.among(joining.open(pairs.i, pairs.j))
            ordered = open_ones.among(np.lexsort((open_ones.j, open_ones.i)))
            joining.join(ordered.i, ordered.j)
        progress("linking", distance + 1, max_distance + 1)


def _in_chunks(pictures: Pictures, distance: int, workers: int | None) -> Iterator[Candidates]:
    waiting: list[Candidates] = []
    count = 0
    for some in upright(pictures, distance - 1, distance, workers):
        waiting.append(some)
        count += len(some.i)
        if count >= CHUNK:
            yield Candidates.concatenated(waiting)
            waiting, count = [], 0
    yield Candidates.concatenated(waiting)
