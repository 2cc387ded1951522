"""The multi-index: hashes sorted by several bands of their bits, so that few are compared."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.index.search.linear import Linear, by_query
from lookalike.index.search.plan import Plan, make_plan
from lookalike.index.search.searcher import BLOCK, Block, Searcher, in_parts, roots
from lookalike.work.progress import silent
from lookalike.work.threads import ordered_map, ordered_parts, worker_count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.work.progress import Progress

WORK = 60_000_000
"""Comparisons per call of the kernel: a few dozen milliseconds, then Ctrl-C can take effect."""
LEAST_UNITS = 16
"""Parts of a join in one band, so that all threads have work until it ends."""
LOOK_UP_COST = 40
"""Looking up a value for one query costs as much as this many steps of a join over all values."""


class Sorted(NamedTuple):
    """A band's arrays, as the kernel's `sort_band` makes them."""

    offsets: NDArray[np.uint32]
    order: NDArray[np.uint32]
    sorted: NDArray[np.uint64] | None


class Unit(NamedTuple):
    """A part of a join: some of the columns of a band."""

    at: int
    """Which of the bands."""
    begin: tuple[int, int, int]
    """Where to begin, as a cursor of the kernel: a column, a value, a row."""
    end: int

    def from_there(self, reached: tuple[int, int, int]) -> Unit | None:
        """The rest of the unit, or None at its end."""
        return self._replace(begin=reached) if reached[0] < self.end else None


class MultiIndex(Searcher):
    """Compares only hashes that are near each other in one of the bands of a plan.

    If that would cost more than comparing everything, a distance is searched linearly.
    """

    def __init__(
        self,
        words: NDArray[np.uint64],
        plan: Plan,
        arrays: list[Sorted] | None = None,
        *,
        workers: int | None = None,
    ) -> None:
        """`arrays`: the bands, if they are already sorted."""
        self.words = words
        self.plan = plan
        self.arrays = (
            sort_bands(words, plan.bands, workers, plan.uncopied) if arrays is None else arrays
        )
        self._linear = Linear(words)
        self._bands = [
            kernel.Band(words, positions, *one)
            for positions, one in zip(plan.bands, self.arrays, strict=True)
        ]

    def pairs(
        self, max_distance: int, *, workers: int | None = None, progress: Progress = silent
    ) -> Iterator[Block]:
        if self.plan.is_linear(max_distance):
            return self._linear.pairs(max_distance, workers=workers, progress=progress)
        return self._join(self._bands, max_distance, workers, progress)

    def matches(
        self, queries: NDArray[np.uint64], max_distance: int, *, workers: int | None = None
    ) -> Iterator[Block]:
        if self.plan.is_scanned(max_distance):
            return self._linear.matches(queries, max_distance, workers=workers)
        values = sum(1 << len(band) for band in self.plan.bands)
        if len(queries) * LOOK_UP_COST * len(self.plan.bands) < values:
            return self._look_up(queries, max_distance, workers)
        arrays = sort_bands(queries, self.plan.bands, workers)
        rows = [
            kernel.Band(queries, positions, *one)
            for positions, one in zip(self.plan.bands, arrays, strict=True)
        ]
        return self._join(rows, max_distance, workers, silent)

    def nearest(self, queries: NDArray[np.uint64], k: int, *, workers: int | None = None) -> Block:
        if k > len(self.words) // 8:
            return self._linear.nearest(queries, k, workers=workers)
        find = partial(kernel.probe_nearest, self._bands, self.plan.schedule, queries)
        return by_query(lambda rows: find(rows, k), len(queries), workers)

    def connected(
        self, max_distance: int, *, workers: int | None = None, progress: Progress = silent
    ) -> NDArray[np.uint32]:
        if self.plan.is_linear(max_distance):
            return self._linear.connected(max_distance, workers=workers, progress=progress)
        distances = self.plan.distances(max_distance)
        parent = np.arange(len(self.words), dtype=np.uint32)
        labels: dict[int, NDArray[np.uint32]] = {}

        def part(unit: Unit) -> tuple[None, Unit | None]:
            if unit.at not in labels:
                labels[unit.at] = self._in_order(unit.at, parent)
            reached = kernel.join_groups(
                self._bands[unit.at], distances[unit.at], max_distance, unit.begin, unit.end, WORK,
                parent, labels[unit.at],
            )  # fmt: skip
            return None, unit.from_there(reached)

        for _ in in_parts(part, self._units(max_distance), workers, progress):
            pass
        return roots(parent)

    def explain(self, max_distance: int) -> str:
        if self.plan.is_linear(max_distance):
            return self._linear.explain(max_distance)
        distances = ", ".join("-" if d < 0 else str(d) for d in self.plan.distances(max_distance))
        everything = len(self.words) * (len(self.words) - 1) // 2
        comparisons = self.plan.comparisons(max_distance)
        return (
            f"{self.plan} of {len(self.words):,} distinct hashes; within {max_distance} bits the "
            f"bands are searched up to {distances} bits: about {comparisons:,.0f} of "
            f"{everything:,} comparisons for all pairs, "
            f"{self.plan.seconds(max_distance):.2g} s on one core"
        )

    def _join(
        self, rows: list[kernel.Band], max_distance: int, workers: int | None, progress: Progress
    ) -> Iterator[Block]:
        distances = self.plan.distances(max_distance)

        def part(unit: Unit) -> tuple[Block, Unit | None]:
            at = unit.at
            seen = [(rows[k], distances[k]) for k in range(at) if distances[k] >= 0]
            found, reached = kernel.join_pairs(
                rows[at], self._bands[at], distances[at], max_distance, seen, unit.begin, unit.end,
                BLOCK, WORK,
            )  # fmt: skip
            return Block(*found), unit.from_there(reached)

        units = self._units(max_distance)
        return (block for block in in_parts(part, units, workers, progress) if len(block.i))

    def _in_order(self, at: int, numbers: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """The number that belongs to the hash at each place of a band."""
        try:
            return numbers[self.arrays[at].order]
        except IndexError:
            raise kernel.DamagedError("the order of a band points outside its hashes") from None

    def _units(self, max_distance: int) -> list[Unit]:
        """Parts of about equal numbers of columns, the same for any number of threads."""
        count = len(self.words)
        units: list[Unit] = []
        for at, distance in enumerate(self.plan.distances(max_distance)):
            if distance < 0:
                continue
            work = count * (count - 1) / 2 * float(self.plan.shares[at][distance])
            parts = min(max(int(work / WORK), LEAST_UNITS), max(count // 256, 1))
            edges = np.linspace(0, count, parts + 1).astype(int).tolist()
            units += [Unit(at, (begin, 0, 0), end) for begin, end in pairwise(edges)]
        return units

    def _look_up(
        self, queries: NDArray[np.uint64], max_distance: int, workers: int | None
    ) -> Iterator[Block]:
        distances = self.plan.distances(max_distance)

        def part(rows: tuple[int, int]) -> tuple[Block, tuple[int, int] | None]:
            found, reached = kernel.probe(
                self._bands, distances, queries, max_distance, rows, BLOCK
            )
            return Block(*found), (reached, rows[1]) if reached < rows[1] else None

        count = len(queries)
        threads = worker_count(workers) if count > 1 else 1
        step = max(1, min(256, -(-count // (4 * threads))))
        ranges = ((row, min(row + step, count)) for row in range(0, count, step))
        for block in ordered_parts(part, ranges, threads):
            if len(block.i):
                yield block


def sort_bands(
    words: NDArray[np.uint64],
    bands: list[NDArray[np.uint16]],
    workers: int | None,
    uncopied: int | None = None,
) -> list[Sorted]:
    """Sort hashes into bands. Those of one word are copied there, so reads are sequential."""

    def sort(at: int) -> Sorted:
        copy = words.shape[1] == 1 and at != uncopied
        return Sorted(*kernel.sort_band(words, bands[at], copy))

    threads = worker_count(workers) if len(words) > 1000 else 1
    return list(ordered_map(sort, range(len(bands)), threads))


def searcher_for(
    words: NDArray[np.uint64], bits: int, max_distance: int, workers: int | None = None
) -> Searcher:
    """The cheapest way to join distinct hashes within a distance."""
    plan = make_plan(words, bits, max_distance)
    return MultiIndex(words, plan, workers=workers) if plan.bands else Linear(words)
