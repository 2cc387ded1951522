"""The linear scan: every hash against every other, tile by tile, in threads.

This is the simplest exact search, and the reference for any faster one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from lookalike._native import kernel
from lookalike.index.search.searcher import BLOCK, Block, Searcher, concatenated, in_parts
from lookalike.work.progress import silent
from lookalike.work.threads import ordered_map, worker_count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.work.progress import Progress

TILE_ROWS = 4096
TILE_BYTES = 64 * 1024
"""The columns of a tile stay in the processor's cache while its rows are compared with them."""
LEAST_COLUMNS = 32
"""The kernel compares this many hashes at a time."""
FEW_QUERIES = 64
"""Up to this many queries are looked up one by one: turning a tile must pay off."""


class Tile(NamedTuple):
    """A rectangle of the matrix of all comparisons, as half-open ranges."""

    rows: tuple[int, int]
    columns: tuple[int, int]


Scan: TypeAlias = Callable[
    [tuple[int, int], tuple[int, int], int],
    "tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16], int]",
]
"""Rows, columns and capacity to i, j, distance and the row to continue at."""


class Linear(Searcher):
    """Compares everything with everything."""

    def __init__(self, words: NDArray[np.uint64]) -> None:
        self.words = words
        self._bytes = words.view(np.uint8)

    def pairs(
        self, max_distance: int, *, workers: int | None = None, progress: Progress = silent
    ) -> Iterator[Block]:
        tiles = list(_tiles(self.words, self.words, above_diagonal=True))
        scan = partial(kernel.scan_pairs, self._bytes, max_distance)
        return _blocks(scan, tiles, workers, progress)

    def matches(
        self, queries: NDArray[np.uint64], max_distance: int, *, workers: int | None = None
    ) -> Iterator[Block]:
        if len(queries) <= FEW_QUERIES:
            return self._look_up(queries, max_distance)
        tiles = list(_tiles(queries, self.words, above_diagonal=False))
        scan = partial(kernel.scan_matches, queries.view(np.uint8), self._bytes, max_distance)
        return _blocks(scan, tiles, workers, silent)

    def nearest(self, queries: NDArray[np.uint64], k: int, *, workers: int | None = None) -> Block:
        find = partial(kernel.scan_nearest, self.words, queries)
        return by_query(lambda rows: find(rows, k), len(queries), workers)

    def explain(self, max_distance: int) -> str:  # noqa: ARG002
        count = len(self.words)
        return (
            f"linear scan of {count:,} distinct hashes, whatever the distance: "
            f"{count * (count - 1) // 2:,} comparisons for all pairs"
        )

    def _look_up(self, queries: NDArray[np.uint64], max_distance: int) -> Iterator[Block]:
        row = 0
        while row < len(queries):
            rows = (row, len(queries))
            found, row = kernel.scan_near(self.words, queries, max_distance, rows, BLOCK)
            yield Block(*found)


def by_query(
    find: Callable[
        [tuple[int, int]], tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16]]
    ],
    count: int,
    workers: int | None,
) -> Block:
    """Run `find` for ranges of queries in threads, and combine the results."""
    if count == 1:
        return Block(*find((0, 1)))
    threads = worker_count(workers)
    step = max(1, min(256, -(-count // (4 * threads))))
    ranges = [(row, min(row + step, count)) for row in range(0, count, step)]
    return concatenated(Block(*found) for found in ordered_map(find, ranges, threads))


def _tiles(
    queries: NDArray[np.uint64], hashes: NDArray[np.uint64], above_diagonal: bool
) -> Iterator[Tile]:
    columns = max(TILE_BYTES // (8 * hashes.shape[1]), LEAST_COLUMNS)
    for row in range(0, len(queries), TILE_ROWS):
        first = row // columns * columns if above_diagonal else 0
        for column in range(first, len(hashes), columns):
            yield Tile(
                (row, min(row + TILE_ROWS, len(queries))),
                (column, min(column + columns, len(hashes))),
            )


def _blocks(
    scan: Scan, tiles: list[Tile], workers: int | None, progress: Progress
) -> Iterator[Block]:
    def part(tile: Tile) -> tuple[Block, Tile | None]:
        i, j, distance, row = scan(tile.rows, tile.columns, BLOCK)
        rest = Tile((row, tile.rows[1]), tile.columns) if row < tile.rows[1] else None
        return Block(i, j, distance), rest

    return (block for block in in_parts(part, tiles, workers, progress) if len(block.i))
