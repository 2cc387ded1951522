"""Rows of the search benchmark: building, saving and opening an index, and memory."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

from lookalike import Index

from .data import copied_hashes, random_hashes
from .run import (
    THREADS,
    Join,
    Run,
    bare_scans,
    built,
    footprint,
    processors,
    short,
    timed_in_turn,
    timed_once,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from benchmarks.measure import Row
    from numpy.typing import NDArray

SMALL, LARGE, MAX_DISTANCE = 1_000_000, 10_000_000, 10
OPENINGS = 20
BUILD_TARGET, OPEN_TARGET = 0.3, 10
"""Seconds for 1,000,000, and milliseconds."""
PAIRS_MEMORY, INDEX_MEMORY = 300, 600
"""In MB: the whole process for pairs of 1,000,000, and an index of 10,000,000."""


def build(run: Run) -> None:
    """Building an index, saving it and opening it."""
    for count in (run.size(SMALL), run.size(LARGE)):
        hashes = random_hashes(count)
        work = f"building an index of {count:,}"
        ways: dict[str, Callable[[], int]] = {
            f"lookalike, {threads}": partial(building, hashes, threads) for threads in THREADS
        }
        timings = timed_in_turn(work, ways | bare_scans(), run.rounds)
        for by in ways:
            add(run, work, by, 1000 * timings[by].seconds, "ms")
        if count == run.size(SMALL):
            run.target(work, timings["lookalike, 1"].seconds, BUILD_TARGET, "s")
        run.threads(work, timings)
    run.cache.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=run.cache) as folder:
        save_and_open(run, hashes, Path(folder) / "hashes.index")


def building(hashes: NDArray[np.uint8], threads: int) -> int:
    """Build an index and release it."""
    with processors(threads):
        return len(built(hashes, MAX_DISTANCE)[0])


def save_and_open(run: Run, hashes: NDArray[np.uint8], path: Path) -> None:
    """Write an index to a file and map it. The file is in memory then."""
    count = len(hashes)
    index, explained = built(hashes, MAX_DISTANCE)
    run.report.notes.append(f"building an index of {count:,}: {explained}")
    work = f"an index of {count:,}"
    timing = timed_once(work, "save", partial(index.save, path))
    add(run, work, "save", 1000 * timing.seconds, "ms")
    add(run, work, "size of the file", path.stat().st_size / count, "bytes a hash")
    queries = random_hashes(count)[:OPENINGS]
    opened, first, later = [], [], []
    for query in queries:
        begin = perf_counter()
        mapped = Index.open(path)
        opened.append(perf_counter() - begin)
        begin = perf_counter()
        found = mapped.query(query, MAX_DISTANCE)
        first.append(perf_counter() - begin)
        if found != index.query(query, MAX_DISTANCE):
            raise ValueError("an opened index does not find the same")
    for query in queries:
        begin = perf_counter()
        mapped.query(query, MAX_DISTANCE)
        later.append(perf_counter() - begin)
    for what, times in (
        ("open", opened),
        ("first query after it", first),
        ("other queries", later),
    ):
        add(run, work, what, 1000 * median(times), "ms")
    run.target(f"opening {work}", 1000 * median(opened), OPEN_TARGET, "ms")


def add(run: Run, work: str, what: str, value: float, unit: str) -> None:
    """A line of the table."""
    row: Row = {"work": work, "what": what, "": value, "unit": unit}
    run.report.add("building, saving and opening", row)


# Memory


def memory(run: Run) -> None:
    """The memory of a fresh process that joins, and of one that keeps an index."""
    join = f"pairs of {run.size(SMALL):,} within {MAX_DISTANCE}"
    index = f"an index of {run.size(LARGE):,}"
    for work, prepare, count in (
        (join, prepare_join, run.size(SMALL)),
        (index, prepare_index, run.size(LARGE)),
        (f"{index}, 30 % copies", prepare_copies, run.size(LARGE)),
    ):
        used = footprint(prepare, run.path, count)
        row: Row = {"work": work}
        row["imports and inputs MB"] = used.before / 1e6
        row["peak MB"] = used.peak / 1e6
        row["peak beyond them MB"] = (used.peak - used.before) / 1e6
        row["kept MB"] = used.kept / 1e6
        row["kept, bytes a hash"] = used.kept / count
        run.report.add(f"memory of a fresh process, {short(os.cpu_count() or 1)} threads", row)
        if prepare is prepare_join:
            run.target(f"{work}: peak of the process", used.peak / 1e6, PAIRS_MEMORY, "MB")
        elif prepare is prepare_index:
            run.target(f"{work}: kept", used.kept / 1e6, INDEX_MEMORY, "MB")


def prepare_join(count: int) -> Callable[[], object]:
    """What `footprint` measures for a join."""
    hashes = random_hashes(count)
    warm_up()
    return Join(hashes, MAX_DISTANCE, len(os.sched_getaffinity(0)))


def prepare_index(count: int) -> Callable[[], object]:
    """What `footprint` measures for an index."""
    hashes = random_hashes(count)
    warm_up()
    return lambda: built(hashes, MAX_DISTANCE)[0]


def prepare_copies(count: int) -> Callable[[], object]:
    """The same with many equal hashes."""
    hashes = copied_hashes(count)
    warm_up()
    return lambda: built(hashes, MAX_DISTANCE)[0]


def warm_up() -> None:
    """Import all that a search needs."""
    Join(random_hashes(10_000), MAX_DISTANCE, 1)()
