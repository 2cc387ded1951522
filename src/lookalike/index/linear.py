"""The linear scan: every hash against every other, tile by tile, in threads.

The plainest exact search there is, and the reference for any that is cleverer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from lookalike._native import kernel
from lookalike.hashes import HashArray, require_same
from lookalike.parallel import ordered_map, worker_count

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TILE_ROWS = 4096
TILE_BYTES = 64 * 1024
"""The columns of a tile stay in the processor's cache while its rows go over them."""
BLOCK = 1 << 20
"""About how many matches a block holds at the most."""


class Block(NamedTuple):
    """Some of the matches of a scan, ordered by i, then j."""

    i: NDArray[np.uint32]
    """Positions among the hashes (or the queries)."""
    j: NDArray[np.uint32]
    """Positions among the hashes."""
    distance: NDArray[np.uint16]
    """In bits."""


class Tile(NamedTuple):
    """A rectangle of the matrix of all comparisons, as half-open ranges."""

    rows: tuple[int, int]
    columns: tuple[int, int]


Scan: TypeAlias = Callable[
    [tuple[int, int], tuple[int, int], int],
    "tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16], int]",
]
"""Rows, columns and capacity to i, j, distance and the row to go on at."""


def pairs(hashes: HashArray, max_distance: int, *, workers: int | None = None) -> Iterator[Block]:
    """All pairs i < j of hashes that differ in at most `max_distance` bits, in blocks.

    The same blocks in the same order, however many threads there are.
    """
    data = hashes.data
    tiles = [tile for tile in _tiles(data, data) if tile.columns[1] > tile.rows[0] + 1]
    return _blocks(partial(kernel.scan_pairs, data, max_distance), tiles, workers)


def matches(
    queries: HashArray, hashes: HashArray, max_distance: int, *, workers: int | None = None
) -> Iterator[Block]:
    """All pairs of a query i and a hash j that differ in at most `max_distance` bits, in blocks."""
    require_same(queries.algorithm, hashes.algorithm)
    scan = partial(kernel.scan_matches, queries.data, hashes.data, max_distance)
    return _blocks(scan, list(_tiles(queries.data, hashes.data)), workers)


def _tiles(queries: NDArray[np.uint8], hashes: NDArray[np.uint8]) -> Iterator[Tile]:
    width = -(-hashes.shape[1] // 8) * 8
    columns = max(TILE_BYTES // width, 1)
    for row in range(0, len(queries), TILE_ROWS):
        for column in range(0, len(hashes), columns):
            yield Tile(
                (row, min(row + TILE_ROWS, len(queries))),
                (column, min(column + columns, len(hashes))),
            )


def _blocks(scan: Scan, tiles: list[Tile], workers: int | None) -> Iterator[Block]:
    def begin(tile: Tile) -> tuple[Tile, Block, int]:
        i, j, distance, row = scan(tile.rows, tile.columns, BLOCK)
        return tile, Block(i, j, distance), row

    for tile, block, row in ordered_map(begin, tiles, worker_count(workers)):
        yield block
        while row < tile.rows[1]:  # a tile with more matches than fit in one block
            i, j, distance, row = scan((row, tile.rows[1]), tile.columns, BLOCK)
            yield Block(i, j, distance)
