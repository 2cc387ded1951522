"""Joins the hashes of one task by the kernel, and keeps what connects them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.index import Block, searcher_for
from lookalike.index.search.searcher import BLOCK, roots
from lookalike.spark.blocks.packing import Edges, Nodes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.spark.blocks.bands import Spread

LARGE = 1 << 14
"""From how many hashes of one value on a search of their own is worth its planning."""
WORK = 1 << 28
"""Comparisons per call of the kernel."""
SAMPLED = 2
"""How many pairs of each distance a task keeps as a sample."""


class Found(NamedTuple):
    """What a task found."""

    edges: Edges
    """Enough of the pairs to connect the same images as all pairs do."""
    counts: NDArray[np.int64]
    """How many pairs there are of each distance."""
    sample: Edges
    """A few pairs, by distance."""
    sample_distance: NDArray[np.uint16]

    @property
    def packed(self) -> tuple[NDArray[Any], ...]:
        """All arrays, in order."""
        return (*self.edges, self.counts, *self.sample, self.sample_distance)


def joined(
    blocks: Mapping[tuple[int, bool], Nodes],
    joins: Sequence[tuple[int, int]],
    spread: Spread,
    at: int,
) -> Found:
    """Join the nodes of one task of a band.

    `blocks`: by role, and whether they are the second block of a pair. `joins`: which roles are
    compared with which. Each pair is found in the first band in which its two hashes agree.
    """
    starts, total = {}, 0
    for key, nodes in blocks.items():
        starts[key] = total
        total += len(nodes.ids)
    ids = np.concatenate([np.empty(0, np.int64), *(nodes.ids for nodes in blocks.values())])
    parent = np.arange(total, dtype=np.uint32)
    gathered = _Gathered(ids, spread.max_distance)
    for left, right in _sides(blocks, joins):
        rows, columns = blocks[left], None if left == right else blocks[right]
        begin, other = np.uint32(starts[left]), np.uint32(starts[right])
        for block in _pairs(rows.words, columns and columns.words, spread, at):
            i, j = block.i + begin, block.j + other
            kernel.join_sets(parent, i, j)
            gathered.add(i, j, block.distance)
    return gathered.found(roots(parent))


def _sides(
    blocks: Mapping[tuple[int, bool], Nodes], joins: Sequence[tuple[int, int]]
) -> Iterator[tuple[tuple[int, bool], tuple[int, bool]]]:
    """Which blocks are joined with which."""
    is_pair = any(second for _, second in blocks)
    for left, right in joins:
        wanted = [((left, False), (right, is_pair))]
        if is_pair and left != right:
            wanted.append(((left, True), (right, False)))
        yield from (pair for pair in wanted if pair[0] in blocks and pair[1] in blocks)


class _Gathered:
    """Counts pairs, and keeps a few."""

    def __init__(self, ids: NDArray[np.int64], max_distance: int) -> None:
        self._ids = ids
        self._counts = np.zeros(max_distance + 1, np.int64)
        self._sample: list[tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16]]] = []

    def add(
        self, i: NDArray[np.uint32], j: NDArray[np.uint32], distance: NDArray[np.uint16]
    ) -> None:
        counts = np.bincount(distance, minlength=len(self._counts))
        for bits in np.flatnonzero(counts & (self._counts < SAMPLED)):
            at = np.flatnonzero(distance == bits)[: SAMPLED - self._counts[bits]]
            self._sample.append((i[at], j[at], distance[at]))
        self._counts += counts

    def found(self, root: NDArray[np.uint32]) -> Found:
        linked = np.flatnonzero(root != np.arange(len(root)))
        edges = Edges(self._ids[root[linked]], self._ids[linked])
        none = (np.empty(0, np.uint32), np.empty(0, np.uint32), np.empty(0, np.uint16))
        i, j, distance = (
            np.concatenate(column) for column in zip(none, *self._sample, strict=True)
        )
        return Found(edges, self._counts, Edges(self._ids[i], self._ids[j]), distance)


def _pairs(
    rows: NDArray[np.uint64], columns: NDArray[np.uint64] | None, spread: Spread, at: int
) -> Iterator[Block]:
    """The pairs that agree in a band and in none before. Without columns, rows with themselves."""
    right = rows if columns is None else columns
    earlier = [np.array(one.positions, np.uint16) for one in spread.bands[:at]]
    positions = np.array(spread.bands[at].positions, np.uint16)
    if not len(positions):
        yield from _searched(rows, columns, spread)
        return
    band, sizes = _band(rows, positions)
    other, other_sizes = (band, sizes) if columns is None else _band(right, positions)
    large = np.flatnonzero(
        (sizes > LARGE) & (other_sizes > 0) | (other_sizes > LARGE) & (sizes > 0)
    )
    if not len(large):
        yield from _compared(band.band, other.band, rows, right, earlier, spread.max_distance)
        return
    masks = [_mask(one, spread.words) for one in earlier]
    for value in large.tolist():
        i = band.rows_of(value)
        j = None if columns is None else other.rows_of(value)
        for block in _searched(rows[i], None if j is None else right[j], spread):
            block = Block(i[block.i], (i if j is None else j)[block.j], block.distance)
            first = _agree_in_none(rows[block.i] ^ right[block.j], masks)
            yield Block._make(column[first] for column in block)
    left_rest, right_rest = band.without(large), other.without(large)
    if not (len(left_rest) and len(right_rest)):
        return
    rest = None if columns is None else right[right_rest]
    for block in _pairs(rows[left_rest], rest, spread, at):
        yield Block(left_rest[block.i], right_rest[block.j], block.distance)


class _Sorted(NamedTuple):
    """Hashes sorted by their values in a band."""

    band: kernel.Band
    offsets: NDArray[np.uint32]
    order: NDArray[np.uint32]

    def rows_of(self, value: int) -> NDArray[np.uint32]:
        """The hashes of a value."""
        return self.order[self.offsets[value] : self.offsets[value + 1]]

    def without(self, values: NDArray[np.intp]) -> NDArray[np.uint32]:
        """The hashes of all other values."""
        kept = np.ones(len(self.order), np.bool_)
        for value in values.tolist():
            kept[self.offsets[value] : self.offsets[value + 1]] = False
        return self.order[kept]


def _band(
    words: NDArray[np.uint64], positions: NDArray[np.uint16]
) -> tuple[_Sorted, NDArray[np.int64]]:
    """The hashes by their values, and how many have each value."""
    offsets, order, copy = kernel.sort_band(words, positions, True)
    band = kernel.Band(words, positions, offsets, order, copy)
    return _Sorted(band, offsets, order), (offsets[1:] - offsets[:-1]).astype(np.int64)


def _compared(
    left: kernel.Band,
    right: kernel.Band,
    rows: NDArray[np.uint64],
    columns: NDArray[np.uint64],
    earlier: Sequence[NDArray[np.uint16]],
    max_distance: int,
) -> Iterator[Block]:
    """Compare all hashes of equal values."""
    seen = [(_only_bits(rows, one), 0) for one in earlier]
    cursor, end = (0, 0, 0), len(columns)
    while cursor[0] < end:
        found, cursor = kernel.join_pairs(
            left, right, 0, max_distance, seen, cursor, end, BLOCK, WORK
        )
        if len(found[0]):
            yield Block(*found)


def _only_bits(words: NDArray[np.uint64], positions: NDArray[np.uint16]) -> kernel.Band:
    """A band of which only the bits are used: pairs that agree in it are left out."""
    nothing = np.zeros((1 << len(positions)) + 1, np.uint32)
    return kernel.Band(words, positions, nothing, np.zeros(len(words), np.uint32), None)


def _searched(
    rows: NDArray[np.uint64], columns: NDArray[np.uint64] | None, spread: Spread
) -> Iterator[Block]:
    """All pairs within the distance, by the fastest search."""
    bits, distance = spread.bits, spread.max_distance
    if columns is None:
        yield from searcher_for(rows, bits, distance, 1).pairs(distance, workers=1)
    else:
        yield from searcher_for(columns, bits, distance, 1).matches(rows, distance, workers=1)


def _mask(positions: NDArray[np.uint16], words: int) -> NDArray[np.uint64]:
    """The bits of a band as words."""
    bits = np.zeros(64 * words, np.uint8)
    bits[positions] = 1
    return np.packbits(bits).view(np.uint64)


def _agree_in_none(
    differing: NDArray[np.uint64], masks: Sequence[NDArray[np.uint64]]
) -> NDArray[np.bool_]:
    """Whether pairs differ in each of some bands, given the bits in which they differ."""
    first = np.ones(len(differing), np.bool_)
    for mask in masks:
        first &= (differing & mask).any(axis=1)
    return first
