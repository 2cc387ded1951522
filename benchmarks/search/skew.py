"""Rows of the search benchmark: hashes as they come from pictures, compared with random ones."""

from __future__ import annotations

import os
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from .data import (
    ALGORITHMS,
    clustered_hashes,
    copied_hashes,
    equal_hashes,
    picture_hashes,
    random_hashes,
)
from .run import Run, bare_scans, built, footprint, processors, short, timed_in_turn
from .store import warm_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy as np
    from benchmarks.measure import Row
    from numpy.typing import NDArray

    from lookalike.index import Block

COUNT, MAX_DISTANCE = 1_000_000, 10
SLOWER = 3
"""The allowed time relative to that for random hashes."""
MORE_MEMORY = 1.1
"""The memory ratio that still counts as the same."""
LONGEST = 60
"""Seconds until listing the pairs stops. Many equal hashes have too many pairs."""

MAKERS: dict[str, Callable[[int], NDArray[np.uint8]]] = {
    "random": random_hashes,
    "30 % are one hash": equal_hashes,
    "30 % are copies": copied_hashes,
    "clusters": clustered_hashes,
}


def make(kind: str, count: int, cache: Path) -> NDArray[np.uint8]:
    """Hashes of a kind."""
    maker = MAKERS.get(kind)
    return maker(count) if maker else picture_hashes(kind.split()[0], count, cache)


def skew(run: Run) -> None:
    """Groups and pairs of hashes of each kind."""
    count = run.size(COUNT)
    kinds = [*MAKERS, *(f"{algorithm} of variations" for algorithm in ALGORITHMS)]
    hashes = {kind: make(kind, count, run.cache) for kind in kinds}
    work = f"groups of {count:,} within {MAX_DISTANCE}"
    ways: dict[str, Callable[[], int]] = {
        kind: partial(groups, each, 1) for kind, each in hashes.items()
    }
    timings = timed_in_turn(work, ways, run.rounds)
    peaks = {kind: footprint(prepare_groups, run.path, kind, count, run.cache) for kind in kinds}
    base = peaks["random"].peak - peaks["random"].before
    for kind, timing in timings.items():
        peak = peaks[kind].peak - peaks[kind].before
        slower = timing.seconds / timings["random"].seconds
        row: Row = {
            "work": work,
            "hashes": kind,
            "s": timing.seconds,
            "to random": slower,
            "groups": f"{timing.result:,}",
            "peak beyond inputs MB": peak / 1e6,
            "to that of random": peak / base,
        }
        run.report.add("skewed hashes: building and groups, one thread", row)
        if kind != "random":
            run.target(f"{work}, {kind}: time to random", slower, SLOWER, "x")
            run.target(f"{work}, {kind}: memory to random", peak / base, MORE_MEMORY, "x")
    for kind, each in hashes.items():
        list_pairs(run, f"{count:,} hashes, {kind}", each)
        two_threads(run, f"{work}, {kind}", each)


def groups(hashes: NDArray[np.uint8], threads: int) -> int:
    """The number of groups."""
    with processors(threads):
        index, _ = built(hashes, MAX_DISTANCE)
        return len(index.groups(MAX_DISTANCE, workers=threads))


def two_threads(run: Run, work: str, hashes: NDArray[np.uint8]) -> None:
    """Groups by one thread and by two."""
    ways: dict[str, Callable[[], int]] = {
        f"lookalike, {threads}": partial(groups, hashes, threads) for threads in (1, 2)
    }
    run.threads(work, timed_in_turn(work, ways | bare_scans(), 1))


def prepare_groups(kind: str, count: int, cache: Path) -> Callable[[], object]:
    """What `footprint` measures."""
    hashes = make(kind, count, cache)
    warm_up()
    groups(hashes[:10_000], 1)
    return partial(groups, hashes, len(os.sched_getaffinity(0)))


def list_pairs(run: Run, work: str, hashes: NDArray[np.uint8]) -> None:
    """The number of pairs, and how fast they come."""
    with processors(1):
        begin = perf_counter()
        index, explained = built(hashes, MAX_DISTANCE)
        joining = perf_counter()
        found, is_all = taken_in_time(index.pairs(MAX_DISTANCE, workers=1))
        seconds, join = (perf_counter() - start for start in (begin, joining))
    row: Row = {"work": work, "s": seconds}
    row["pairs"] = f"{found:,}" + ", and more" * (not is_all)
    row["million a s"] = found / seconds / 1e6
    run.report.add("skewed hashes: building and pairs, one thread, once", row)
    if is_all:
        run.plan(f"pairs of {work}", explained, seconds, join)
    else:
        run.report.notes.append(f"pairs of {work}, stopped after {short(seconds)} s: {explained}")


def taken_in_time(blocks: Iterator[Block]) -> tuple[int, bool]:
    """The number of pairs that come before time is up, and whether they are all."""
    end = perf_counter() + LONGEST
    found = 0
    for block in blocks:
        found += len(block.i)
        if perf_counter() > end:
            return found, False
    return found, True
