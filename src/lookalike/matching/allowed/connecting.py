"""Connected sets of images by their bits alone, if not every link is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lookalike.matching.allowed.joining import Joining
from lookalike.matching.copies import first_equal
from lookalike.matching.nodes import connect
from lookalike.matching.verify.candidates import CHUNK, Candidates, Pictures, blank, upright

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable
    from lookalike.matching.allowed.marks import Marks
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
    marks: Marks | None = None,
) -> tuple[NDArray[np.uint32], NDArray[np.integer]]:
    """The connected sets by bits alone: the number of that of each node, and of each image.

    Without `sides` and `marks`, all links are allowed.
    """
    distance = rule.max_distance
    if sides is not None:
        pictures = Pictures.by_bits(table, nodes, sides, marks)
        joining = _joined(pictures, distance, workers, progress)
        return joining.roots[pictures.of_nodes()], joining.roots[pictures.of_image]
    sets = connect(nodes, distance, workers, progress)
    of_image: NDArray[np.integer] = sets[nodes.of_image]
    split = marks.in_conflict(of_image) if marks else None
    if split is not None and split.any():
        pictures = Pictures.by_bits(table, nodes, None, marks)
        among = np.flatnonzero(split[pictures.first])
        joining = _joined(pictures, distance, workers, progress, among)
        own = joining.roots[pictures.of_image].astype(np.int64)
        of_image = first_equal(split, np.where(split, own, of_image))
    return sets, of_image


def _joined(
    pictures: Pictures,
    max_distance: int,
    workers: int | None,
    progress: Progress,
    among: NDArray[np.intp] | None = None,
) -> Joining:
    """Join the pictures that are near each other, or some of them, the nearest first.

    Each distance is searched on its own, so no list of all pairs is kept. Pairs of one distance are
    taken in the order of the inputs, about `CHUNK` at a time.
    """
    joining = Joining(len(pictures), pictures.is_reference, pictures.labels)
    for pairs in blank(pictures):
        joining.join(pairs.i, pairs.j)
    for distance in range(max_distance + 1):
        found = upright(pictures, distance - 1, distance, workers, among)
        for pairs in _in_chunks(found):
            open_ones = pairs.among(joining.open(pairs.i, pairs.j))
            ordered = open_ones.among(np.lexsort((open_ones.j, open_ones.i)))
            joining.join(ordered.i, ordered.j)
        progress("linking", distance + 1, max_distance + 1)
    return joining


def _in_chunks(candidates: Iterator[Candidates]) -> Iterator[Candidates]:
    waiting: list[Candidates] = []
    count = 0
    for some in candidates:
        waiting.append(some)
        count += len(some.i)
        if count >= CHUNK:
            yield Candidates.concatenated(waiting)
            waiting, count = [], 0
    yield Candidates.concatenated(waiting)
