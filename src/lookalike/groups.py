"""From hashes to groups: which images hang together, and which of them to keep.

Images of equal hashes are one node, so that 300,000 of them are no 45,000,000,000 pairs. Flat
and degenerate images, whose hashes mean nothing or little, are one node where their pixels are
equal, and are not searched.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.index import searcher_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashes import HashArray
    from lookalike.progress import Progress
    from lookalike.table import HashTable

EXACT_UP_TO = 10_000

REASONS = ("undamaged", "most pixels", "most bytes", "shortest path", "first by name")
"""Why a keeper was chosen; each decides only among those that are equal by the ones before."""


class Nodes(NamedTuple):
    """The distinct images of a table, as far as the search is concerned."""

    of_image: NDArray[np.uint32]
    """`(n,)`: the node of each image."""
    hashes: HashArray
    """Those of the first nodes; the nodes behind them are flat or degenerate, and have none."""
    total: int
    """How many nodes there are."""


def nodes_of(table: HashTable, hashes: HashArray) -> Nodes:
    """Collapse the images of a table."""
    flat = np.fromiter(table.flat_digests, np.intp, len(table.flat_digests))
    detailed = np.ones(len(table), np.bool_)
    detailed[flat] = False
    unique = hashes[detailed].unique()
    of_image = np.empty(len(table), np.uint32)
    of_image[detailed] = unique.inverse
    flat_nodes: dict[bytes, int] = {}
    for at, digest in table.flat_digests.items():
        of_image[at] = len(unique.hashes) + flat_nodes.setdefault(digest, len(flat_nodes))
    return Nodes(of_image, unique.hashes, len(unique.hashes) + len(flat_nodes))


def connect(
    nodes: Nodes, max_distance: int, workers: int | None, progress: Progress
) -> NDArray[np.uint32]:
    """`(nodes,)`: the smallest node of the connected set that each node belongs to."""
    roots = np.arange(nodes.total, dtype=np.uint32)
    hashes = nodes.hashes
    searcher = searcher_for(hashes.words, hashes.bits, max_distance, workers)
    connected = searcher.connected(max_distance, workers=workers, progress=progress)
    roots[: len(hashes)] = connected
    return roots


def choose_keeper(table: HashTable, members: NDArray[np.intp]) -> tuple[int, str]:
    """Which of the members stays, and why: one that is not damaged, then the one of most pixels,
    then most bytes, then the shortest path, then the first by name."""

    def rank(at: int) -> tuple[bool, int, int, int, str]:
        byte_count, width, height = table.size(at)
        path = table.paths[at]
        return at in table.damages, -width * height, -byte_count, len(path), path

    keeper, runner_up = heapq.nsmallest(2, members.tolist(), key=rank)
    first, second = rank(keeper), rank(runner_up)
    for reason, ours, theirs in zip(REASONS, first, second, strict=False):
        if ours != theirs:
            return keeper, reason
    return keeper, REASONS[-1]


def widest_distance(hashes: HashArray) -> tuple[int, bool]:
    """The largest distance between any two distinct hashes, and whether that is exact.

    Up to `EXACT_UP_TO` hashes it is. Above, it is a bound: as no hash is farther from the first
    than some d, no two are farther apart than 2 d.
    """
    if len(hashes) <= EXACT_UP_TO:
        return kernel.diameter(hashes.data), True
    from_first = int(np.bitwise_count(hashes.data ^ hashes.data[0]).sum(axis=1).max())
    return min(2 * from_first, hashes.bits), False
