"""The largest distance between any two members of a group."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from lookalike._native import kernel
from lookalike.hashes import HashArray
from lookalike.matching.sequences import at_moments, distances_at, sizes_of, with_samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable

EXACT_UP_TO = 10_000
SMALL = 8
"""Groups of up to this many members are measured together, one size at a time."""


def widths_of(
    table: HashTable, hashes: HashArray, members: NDArray[np.intp], starts: NDArray[np.intp]
) -> tuple[NDArray[np.uint16], NDArray[np.bool_]]:
    """The width of each group, and whether it is exact, as in `widest_distance`.

    `starts`: where each group begins in `members`.
    """
    sizes = sizes_of(members, starts)
    widths = np.zeros(len(starts), np.uint16)
    exact = np.ones(len(starts), np.bool_)
    alone = with_samples(table, members, starts) | (sizes > SMALL)
    for size in np.unique(sizes[~alone]).tolist():
        chosen = np.flatnonzero((sizes == size) & ~alone)
        for one, other in combinations(range(size), 2):
            pair = members[starts[chosen] + one], members[starts[chosen] + other]
            widths[chosen] = np.maximum(widths[chosen], distances_at(hashes, *pair))
    for at in np.flatnonzero(alone).tolist():
        group = members[starts[at] : starts[at] + sizes[at]]
        widths[at], exact[at] = widest_at_all(at_moments(table, group, hashes), hashes)
    return widths, exact


def widest_distance(hashes: HashArray) -> tuple[int, bool]:
    """The largest distance between any two distinct hashes, and whether that is exact.

    Up to `EXACT_UP_TO` hashes it is exact. Beyond that it is a bound: if no hash is farther than d
    from the first, no two are farther apart than 2 d.
    """
    if len(hashes) <= EXACT_UP_TO:
        return kernel.diameter(hashes.data), True
    from_first = int(np.bitwise_count(hashes.data ^ hashes.data[0]).sum(axis=1).max())
    return min(2 * from_first, hashes.bits), False


def widest_at_all(at_all: NDArray[np.uint8], hashes: HashArray) -> tuple[int, bool]:
    """The same for images with several moments: the largest distance at any moment."""
    moments = [np.ascontiguousarray(at_all[:, k]) for k in range(at_all.shape[1])]
    distinct = [HashArray(data, hashes.algorithm).unique().hashes for data in moments]
    widest = [widest_distance(one) for one in distinct]
    return max(bits for bits, _ in widest), all(exact for _, exact in widest)
