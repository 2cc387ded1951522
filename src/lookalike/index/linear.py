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
from lookalike.progress import silent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lookalike.progress import Progress

TILE_ROWS = 4096
TILE_BYTES = 64 * 1024
"""The columns of a tile stay in the processor's cache while its rows go over them."""
LEAST_COLUMNS = 32
"""The kernel compares as many hashes at a time."""
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


def pairs(
    hashes: HashArray,
    max_distance: int,
    *,
    workers: int | None = None,
    progress: Progress = silent,
) -> Iterator[Block]:
    """All pairs i < j of hashes that differ in at most `max_distance` bits, in blocks.

    The same blocks in the same order, however many threads there are.
    """
    data = hashes.data
    tiles = partial(_tiles, data, data, above_diagonal=True)
    return _blocks(partial(kernel.scan_pairs, data, max_distance), tiles, workers, progress)


def matches(
    queries: HashArray, hashes: HashArray, max_distance: int, *, workers: int | None = None
) -> Iterator[Block]:
    """All pairs of a query i and a hash j that differ in at most `max_distance` bits, in blocks."""
    require_same(queries.algorithm, hashes.algorithm)
    scan = partial(kernel.scan_matches, queries.data, hashes.data, max_distance)
    tiles = partial(_tiles, queries.data, hashes.data, above_diagonal=False)
    return _blocks(scan, tiles, workers, silent)


def _tiles(
    queries: NDArray[np.uint8], hashes: NDArray[np.uint8], above_diagonal: bool
) -> Iterator[Tile]:
    width = -(-hashes.shape[1] // 8) * 8
    columns = max(TILE_BYTES // width, LEAST_COLUMNS)
    for row in range(0, len(queries), TILE_ROWS):
        first = row // columns * columns if above_diagonal else 0
        for column in range(first, len(hashes), columns):
            yield Tile(
                (row, min(row + TILE_ROWS, len(queries))),
                (column, min(column + columns, len(hashes))),
            )


def _blocks(
    scan: Scan, tiles: Callable[[], Iterator[Tile]], workers: int | None, progress: Progress
) -> Iterator[Block]:
    def begin(tile: Tile) -> tuple[Tile, Block, int]:
        i, j, distance, row = scan(tile.rows, tile.columns, BLOCK)
        return tile, Block(i, j, distance), row

    total = sum(1 for _ in tiles())
    scanned = ordered_map(begin, tiles(), worker_count(workers))
    for done, (tile, block, row) in enumerate(scanned, start=1):
        progress("comparing", done, total)
        yield block
        while row < tile.rows[1]:  # a tile with more matches than fit in one block
            i, j, distance, row = scan((row, tile.rows[1]), tile.columns, BLOCK)
            yield Block(i, j, distance)
