"""Rows of the search benchmark: all pairs within a distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .data import random_hashes
from .run import THREADS, Join, Run, bare_scans, short, timed_in_turn, timed_once

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from benchmarks.measure import Row, Timing
    from numpy.typing import NDArray

SCALED_FROM = 100_000
"""Hashes that FAISS joins by comparing all with all. The time for more is extrapolated."""
HASH_BITS, HASH_FLIPS = 16, 3
"""`IndexBinaryHash` looks where the first 16 bits differ in up to 3. It is not exact. Only up to 10
would be, which is most of all values and slower than comparing everything.
"""
TABLES, TABLE_BITS = 4, 16
"""For `IndexBinaryMultiHash`: together all 64 bits. It is exact if the pairs cannot differ in more
bits than it flips in every one of the tables: (flips + 1) x tables > distance.
"""


class Pairs(NamedTuple):
    """A row: the number of hashes, their bits, the distance, and the target in seconds."""

    number: int
    bits: int
    max_distance: int
    target: float


ROWS = {
    "pairs-100k": Pairs(100_000, 64, 10, 0.1),
    "pairs-1m-4": Pairs(1_000_000, 64, 4, 0.2),
    "pairs-1m-10": Pairs(1_000_000, 64, 10, 1.5),
    "pairs-1m-256": Pairs(1_000_000, 256, 31, 10),
    "pairs-10m-4": Pairs(10_000_000, 64, 4, 5),
    "pairs-10m-8": Pairs(10_000_000, 64, 8, 60),
}
FASTER = 60
"""The target speed of a join of 100,000 relative to FAISS."""


class FaissPairs:
    """From an array of hashes to all pairs, by a FAISS index, which finds each twice."""

    def __init__(
        self,
        faiss: Any,
        make: Callable[[], Any],
        hashes: NDArray[np.uint8],
        max_distance: int,
        threads: int,
    ) -> None:
        self.faiss, self.make, self.hashes = faiss, make, hashes
        self.max_distance, self.threads = max_distance, threads

    def __call__(self) -> int:
        self.faiss.omp_set_num_threads(self.threads)
        index = self.make()
        index.add(self.hashes)
        limits, _, _ = index.range_search(self.hashes, self.max_distance + 1)  # it is exclusive
        return (int(limits[-1]) - len(self.hashes)) // 2


def compare(run: Run, name: str) -> None:
    """One row: lookalike with one thread and two, and FAISS."""
    row = ROWS[name]
    count = run.size(row.number)
    work = f"pairs of {count:,} of {row.bits} bits within {row.max_distance}"
    hashes = random_hashes(count, row.bits)
    joins = {
        f"lookalike, {threads}": Join(hashes, row.max_distance, threads) for threads in THREADS
    }
    ways: dict[str, Callable[[], int]] = {**joins, **bare_scans()}
    sample = hashes[: run.size(SCALED_FROM)]
    if run.faiss:
        for threads in THREADS[: 2 if count == len(sample) else 1]:
            ways[f"FAISS flat, {threads}"] = FaissPairs(
                run.faiss,
                lambda: run.faiss.IndexBinaryFlat(row.bits),
                sample,
                row.max_distance,
                threads,
            )
    timings = timed_in_turn(work, ways, run.rounds)
    check_same(work, timings, with_faiss=count == len(sample))

    faiss = timings.get("FAISS flat, 1")
    scale = (count / len(sample)) ** 2
    flat = faiss.seconds * scale if faiss else None
    for by, join in joins.items():
        seconds = timings[by].seconds
        add(run, work, by, seconds, join.seconds, timings[by].result, flat)
        if by == "lookalike, 1":
            run.target(f"{work}, with building", seconds, row.target, "s")
            if flat and count == len(sample):
                run.target(f"{work}: FAISS flat to it", flat / seconds, FASTER, "x", least=True)
            run.plan(work, join.explained, seconds, join.seconds)
    if faiss and flat and count == len(sample):
        for by in ("FAISS flat, 1", "FAISS flat, 2"):
            add(run, work, by, timings[by].seconds, None, timings[by].result, flat)
        compare_hash_indexes(run, work, hashes, row.max_distance, faiss.result, flat)
        note = "usearch is left out of pairs and queries: it finds the k nearest, not all within."
        run.report.notes.append(note)
    elif flat:
        by = f"FAISS flat, 1: {short(scale)} x its time for {len(sample):,}"
        add(run, work, by, flat, None, None, flat)
    one, two = (join.seconds for join in joins.values())
    run.threads(work, timings, join=one / two)


def compare_hash_indexes(
    run: Run,
    work: str,
    hashes: NDArray[np.uint8],
    max_distance: int,
    expected: int,
    flat: float,
) -> None:
    """The two FAISS indexes that look up some bits, once each, and their share of the pairs."""
    flips = max_distance // TABLES
    faiss = run.faiss

    def hash_index() -> Any:
        index = faiss.IndexBinaryHash(64, HASH_BITS)
        index.nflip = HASH_FLIPS
        return index

    def multi_hash() -> Any:
        index = faiss.IndexBinaryMultiHash(64, TABLES, TABLE_BITS)
        index.nflip = flips
        return index

    ways = {
        f"FAISS Hash, 1 ({HASH_BITS} bits, nflip {HASH_FLIPS})": hash_index,
        f"FAISS MultiHash, 1 ({TABLES} x {TABLE_BITS} bits, nflip {flips})": multi_hash,
    }
    for by, make in ways.items():
        timing = timed_once(work, by, FaissPairs(faiss, make, hashes, max_distance, 1))
        add(run, work, by, timing.seconds, None, timing.result, flat, timing.result / expected)


def add(
    run: Run,
    work: str,
    by: str,
    seconds: float,
    join: float | None,
    found: int | None,
    flat: float | None,
    recall: float = 1.0,
) -> None:
    """A line of the table."""
    row: Row = {"work": work, "by, threads": by, "s": seconds}
    row["join alone s"] = "" if join is None else short(join)
    row["pairs"] = "" if found is None else f"{found:,}"
    row["recall %"] = 100 * recall
    row["FAISS flat to it"] = "?" if flat is None else short(flat / seconds)
    run.report.add("pairs: from an array of hashes to all pairs taken", row)


def check_same(work: str, timings: Mapping[str, Timing[int]], *, with_faiss: bool) -> None:
    """All exact ways must find the same number of pairs."""
    found = {
        name: timing.result
        for name, timing in timings.items()
        if name.startswith("lookalike") or (with_faiss and name.startswith("FAISS"))
    }
    if len(set(found.values())) > 1:
        raise ValueError(f"{work}: not the same number of pairs: {found}")
