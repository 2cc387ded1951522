"""What the rows of the search benchmark share: sizes, threads, targets and memory."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from benchmarks.measure import Report, Row, Timing, time_in_turn

import lookalike
from lookalike._native import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.index import Block

T = TypeVar("T")

THREADS = (1, 2)
WORTH_THREADS = 0.1
"""Seconds from which a second thread should help."""
TWICE = 1.7
"""The target speed of two threads relative to one."""
SCANNED = {"scalar": 10_000, "avx2": 20_000, "avx512": 30_000}
"""Hashes of a bare scan by the kernel's path. They fit in a processor's own cache."""


@dataclass
class Run:
    """One run of the program."""

    report: Report
    rounds: int
    quick: bool
    path: str
    """The kernel's forced path, or empty for the best one."""
    cache: Path
    """Where slow-to-make hashes are kept, and indexes temporarily."""
    faiss: Any
    """The module, or None."""
    usearch: Any
    """Likewise."""
    targets: list[Row] = field(default_factory=list)

    def size(self, count: int) -> int:
        """The number of hashes to use instead of this many."""
        return max(count // 20, 5000) if self.quick else count

    def target(
        self, work: str, reached: float, wanted: float, unit: str, *, least: bool = False
    ) -> None:
        """Report a target, at most or at least, next to the measured value."""
        met = reached >= wanted if least else reached <= wanted
        row: Row = {"work": work}
        row["target"] = f"{'>=' if least else '<='} {short(wanted)} {unit}"
        row["reached"] = f"{short(reached)} {unit}"
        row["met"] = "yes" if met else "NO"
        self.targets.append(row)

    def plan(self, work: str, explained: str, seconds: float, join: float) -> None:
        """Record how an index searched, the expected cost, and the time it took."""
        row: Row = {"work": work, "measured s": seconds, "join alone s": join}
        if expected := re.search(r"([\d.e+-]+) s on one core", explained):
            row["expected s"] = float(expected[1])
            row["measured to expected"] = seconds / float(expected[1])
        self.report.add("building and join on one thread, and what `explain` expected", row)
        self.report.notes.append(f"{work}: {explained}")

    def threads(
        self,
        work: str,
        timings: Mapping[str, Timing[T]],
        by: str = "lookalike",
        join: float | None = None,
    ) -> None:
        """How much faster two threads were than one, and two bare scans at that time.

        `join` is the same for the join alone.
        """
        one, two = (timings[f"{by}, {count}"].seconds for count in THREADS)
        bare = 2 * timings["bare scan, 1"].seconds / timings["bare scan, 2"].seconds
        row: Row = {"work": work, "lookalike": one / two}
        row["join alone"] = "" if join is None else short(join)
        row["two bare scans"] = bare
        faiss = [
            timings[name].seconds for name in ("FAISS flat, 1", "FAISS flat, 2") if name in timings
        ]
        row["FAISS flat"] = short(faiss[0] / faiss[1]) if len(faiss) == 2 else ""
        self.report.add("two threads: how many times as fast as one", row)
        if one > WORTH_THREADS:
            self.target(f"{work}: 2 threads to 1", one / two, TWICE, "x", least=True)
            self.targets[-1]["two bare scans"] = f"{short(bare)} x"

    def finish(self) -> None:
        """Put the targets after the other tables."""
        note = " (--quick: these are not the sizes they are set for)" * self.quick
        for row in self.targets:
            self.report.add(f"targets{note}", row)
        self.report.notes += [
            "Behind each name, its threads. A second thread pays as far as there is another "
            "processor: two bare scans at a time, in the same moments, say how far."
        ]


# Time


def timed_in_turn(
    work: str, alternatives: Mapping[str, Callable[[], T]], rounds: int
) -> dict[str, Timing[T]]:
    """`time_in_turn` with a line per alternative on stderr, since some take minutes."""
    timings = time_in_turn(alternatives, rounds)
    for name, timing in timings.items():
        print(f"{work}: {name}: {short(timing.seconds)} s", file=sys.stderr, flush=True)
    return timings


def timed_once(work: str, name: str, alternative: Callable[[], T]) -> Timing[T]:
    """The time of something that takes too long to be repeated."""
    begin = perf_counter()
    result = alternative()
    timing = Timing(perf_counter() - begin, result)
    print(f"{work}: {name}: {short(timing.seconds)} s, once", file=sys.stderr, flush=True)
    return timing


@contextmanager
def processors(count: int) -> Iterator[None]:
    """Use only this many processors: an index is sorted in as many threads as there are."""
    if not hasattr(os, "sched_setaffinity"):
        raise OSError("this system cannot keep a process to some processors")
    before = os.sched_getaffinity(0)
    if len(before) < count:
        raise OSError(f"there are no {count} processors")
    os.sched_setaffinity(0, sorted(before)[-count:])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def bare_scans() -> dict[str, Callable[[], int]]:
    """The same scan in one thread, and twice in parallel: what a second processor is worth now."""
    count = SCANNED[kernel.isa()]
    words = np.random.default_rng(0).integers(0, 256, (count, 8), np.uint8)

    def scan(_: int) -> int:
        everything = (0, count)
        return len(kernel.scan_matches(words, words, 0, everything, everything, 1 << 20)[0])

    def two() -> int:
        with ThreadPoolExecutor(2) as pool:
            return sum(pool.map(scan, range(2)))

    return {"bare scan, 1": lambda: scan(0), "bare scan, 2": two}


# What is timed


def built(hashes: NDArray[np.uint8], max_distance: int) -> tuple[lookalike.Index, str]:
    """An index, sorted for a distance, and its plan of a search."""
    index = lookalike.Index(bits=8 * hashes.shape[1])
    index.add(np.arange(len(hashes)), hashes)
    return index, index.explain(max_distance)


class Join:
    """From an array of hashes to all pairs within a distance, consuming all of them."""

    def __init__(self, hashes: NDArray[np.uint8], max_distance: int, threads: int) -> None:
        self.hashes, self.max_distance, self.threads = hashes, max_distance, threads
        self.explained = ""
        self._joins: list[float] = []

    def __call__(self) -> int:
        with processors(self.threads):
            index, self.explained = built(self.hashes, self.max_distance)
            begin = perf_counter()
            found = taken(index.pairs(self.max_distance, workers=self.threads))
            self._joins.append(perf_counter() - begin)
        return found

    @property
    def seconds(self) -> float:
        """The median of the join alone, without building the index."""
        return median(self._joins[1:] or self._joins)


def taken(blocks: Iterable[Block]) -> int:
    """The number of pairs in blocks."""
    return sum(len(block.i) for block in blocks)


# Memory


class Footprint(NamedTuple):
    """Memory of a fresh process, in bytes."""

    before: int
    """With imports and inputs."""
    peak: int
    """The peak while it worked, including imports and inputs."""
    kept: int
    """The memory of the result, beyond imports and inputs."""


def footprint(
    prepare: Callable[..., Callable[[], object]], path: str, *arguments: object
) -> Footprint:
    """The memory of a piece of work. `prepare(*arguments)`, of a module, gives it in that
    process.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_footprint, prepare, path, arguments).result()


def _footprint(
    prepare: Callable[..., Callable[[], object]], path: str, arguments: tuple[object, ...]
) -> Footprint:
    kernel.force_isa(path)
    work = prepare(*arguments)
    Path("/proc/self/clear_refs").write_text("5")  # resets the peak so far
    before = _status()
    result = work()
    after = _status()
    del result
    return Footprint(before["VmRSS"], after["VmHWM"], after["RssAnon"] - before["RssAnon"])


def _status() -> dict[str, int]:
    lines = Path("/proc/self/status").read_text().splitlines()
    pairs = (line.partition(":") for line in lines if line.endswith(" kB"))
    return {name: 1024 * int(size.split()[0]) for name, _, size in pairs}


# Text


def short(number: float) -> str:
    """Three significant digits."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
