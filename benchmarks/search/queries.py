"""Rows of the search benchmark: looking up one hash, many hashes, and the nearest."""

from __future__ import annotations

from functools import partial
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from .data import near, random_hashes
from .run import (
    THREADS,
    Run,
    bare_scans,
    built,
    processors,
    short,
    taken,
    timed_in_turn,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from benchmarks.measure import Row
    from numpy.typing import NDArray

    from lookalike import Index

STORED, QUERIES, MAX_DISTANCE = 10_000_000, 500, 10
MANY, FAISS_MANY = 10_000, 100
"""Queries in one call. FAISS gets fewer, and its time is scaled up."""
BATCH = 50
"""Queries in a row before the next alternative has its turn."""
K, NEAREST_STORED, USEARCH_QUERIES = 10, 1_000_000, 10


def one_query(run: Run) -> None:
    """The time of a single query."""
    count = run.size(STORED)
    hashes = random_hashes(count)
    index, explained = built(hashes, MAX_DISTANCE)
    work = f"query in {count:,} within {MAX_DISTANCE}"
    run.report.notes.append(f"{work}: {explained}")
    ways: dict[str, Callable[[NDArray[np.uint8]], int]] = {
        "lookalike": lambda query: len(index.query(query, MAX_DISTANCE))
    }
    if run.faiss:
        run.faiss.omp_set_num_threads(1)
        flat = flat_index(run.faiss, hashes)
        ways["FAISS flat"] = lambda query: int(
            flat.range_search(query[None], MAX_DISTANCE + 1)[0][-1]  # it is exclusive
        )
    for kind, queries in queries_by_kind(hashes, QUERIES).items():
        times = each_in_turn(f"{work}, {kind}", ways, queries)
        ours = add_queries(run, f"{work}, {kind}", times)
        run.target(f"{work}, {kind}", ours * 1000, 0.2, "ms")
        compare_to_flat(run, f"{work}, {kind}", times, 45)


def many_queries(run: Run) -> None:
    """The time of many queries in one call, and of joining two indexes."""
    count = run.size(STORED)
    hashes = random_hashes(count)
    work = f"{MANY:,} queries in {count:,} within {MAX_DISTANCE}"
    halves = queries_by_kind(hashes, MANY // 2)
    queries = np.concatenate(list(halves.values()))
    np.random.default_rng(6).shuffle(queries)
    index, _ = built(hashes, MAX_DISTANCE)
    other, _ = built(queries, MAX_DISTANCE)

    def pairs_with(threads: int) -> int:
        return taken(index.pairs_with(other, MAX_DISTANCE, workers=threads))

    ways: dict[str, Callable[[], int]] = {}
    for threads in THREADS:
        ways[f"query_many, {threads}"] = partial(query_many, index, queries, threads)
        ways[f"pairs_with, {threads}"] = partial(pairs_with, threads)
    ways |= bare_scans()
    if run.faiss:
        flat = flat_index(run.faiss, hashes)
        for threads in THREADS:
            ways[f"FAISS flat, {threads}"] = partial(
                search_flat, run.faiss, flat, queries[:FAISS_MANY], threads
            )
    timings = timed_in_turn(work, ways, run.rounds)
    few = query_many(index, queries[:FAISS_MANY], 1)
    if run.faiss and few != timings["FAISS flat, 1"].result:
        raise ValueError(f"{work}: FAISS found {timings['FAISS flat, 1'].result}, we {few}")
    scale = MANY / FAISS_MANY
    faiss = timings.get("FAISS flat, 1")
    for by, timing in timings.items():
        if by.startswith("bare"):
            continue
        is_faiss = by.startswith("FAISS")
        seconds = timing.seconds * (scale if is_faiss else 1)
        row: Row = {
            "work": work,
            "by, threads": f"{by}: {short(scale)} x its time for {FAISS_MANY}" * is_faiss or by,
            "s": seconds,
            "found": "" if is_faiss else f"{timing.result:,}",
            "FAISS flat to it": scale * faiss.seconds / seconds if faiss else None,
        }
        run.report.add("many queries in one call", row)
    for by in ("query_many", "pairs_with"):
        if faiss:
            ratio = scale * faiss.seconds / timings[f"{by}, 1"].seconds
            run.target(f"{work}, {by}: FAISS flat to it", ratio, 60, "x", least=True)
        run.threads(f"{work}, {by}", timings, by)


def query_many(index: Index, queries: NDArray[np.uint8], threads: int) -> int:
    """How many matches a call finds."""
    with processors(threads):
        return len(index.query_many(queries, MAX_DISTANCE, workers=threads).query)


def search_flat(faiss: Any, flat: Any, queries: NDArray[np.uint8], threads: int) -> int:
    """How many FAISS finds."""
    faiss.omp_set_num_threads(threads)
    return int(flat.range_search(queries, MAX_DISTANCE + 1)[0][-1])


def nearest(run: Run) -> None:
    """The time to find the ten nearest hashes of one."""
    count = run.size(NEAREST_STORED)
    random = np.random.default_rng(5)
    hashes = random_hashes(count)
    anywhere = random.integers(0, 256, (QUERIES, 8), np.uint8)
    company = random.integers(0, 256, (QUERIES, 8), np.uint8)
    rows = random.choice(count, K * QUERIES, replace=False)
    hashes[rows] = near(np.repeat(company, K, axis=0), 8, random)
    index, explained = built(hashes, MAX_DISTANCE)
    run.report.notes.append(f"nearest {K} in {count:,}: {explained}")
    ways: dict[str, Callable[[NDArray[np.uint8]], int]] = {
        "lookalike": lambda query: sum(match.distance for match in index.nearest(query, K))
    }
    if run.faiss:
        run.faiss.omp_set_num_threads(1)
        flat = flat_index(run.faiss, hashes)
        ways["FAISS flat"] = lambda query: int(flat.search(query[None], K)[0].sum())
    for kind, queries, wanted in (
        ("random", anywhere, 6),
        ("ten of them within 8 bits", company, 20),
    ):
        work = f"nearest {K} in {count:,}, {kind}"
        times = each_in_turn(work, ways, queries)
        if run.usearch:
            hamming = run.usearch.MetricKind.Hamming
            exact = partial(run.usearch.search, metric=hamming, exact=True, threads=1)
            by = "usearch exact"
            slow = {by: lambda query: int(exact(hashes, query, K).distances.sum())}  # noqa: B023
            times |= each_in_turn(work, slow, queries[:USEARCH_QUERIES])
        add_queries(run, work, times)
        compare_to_flat(run, work, times, wanted)


# Shared


def flat_index(faiss: Any, hashes: NDArray[np.uint8]) -> Any:
    """The hashes in FAISS."""
    index = faiss.IndexBinaryFlat(8 * hashes.shape[1])
    index.add(hashes)
    return index


def queries_by_kind(hashes: NDArray[np.uint8], count: int) -> dict[str, NDArray[np.uint8]]:
    """Random queries, and queries 1 to 8 bits away from stored hashes."""
    random = np.random.default_rng(5)
    chosen = hashes[random.choice(len(hashes), count, replace=False)]
    return {
        "random": random.integers(0, 256, (count, hashes.shape[1]), np.uint8),
        "a few bits off a stored one": near(chosen, 8, random, least=1),
    }


def each_in_turn(
    work: str,
    ways: Mapping[str, Callable[[NDArray[np.uint8]], int]],
    queries: NDArray[np.uint8],
) -> dict[str, list[float]]:
    """The seconds of every query by every way, some queries by one way, then by the next.

    All ways must give the same result for a query.
    """
    times: dict[str, list[float]] = {name: [] for name in ways}
    for batch in batches(queries):
        results = []
        for name, find in ways.items():
            found = []
            for query in batch:
                begin = perf_counter()
                found.append(find(query))
                times[name].append(perf_counter() - begin)
            results.append(found)
        if any(found != results[0] for found in results):
            raise ValueError(f"{work}: {' and '.join(ways)} do not find the same")
    return times


def batches(queries: NDArray[np.uint8]) -> Iterable[NDArray[np.uint8]]:
    """Some queries at a time."""
    return (queries[at : at + BATCH] for at in range(0, len(queries), BATCH))


def add_queries(run: Run, work: str, times: Mapping[str, list[float]]) -> float:
    """Add a line per way, and return lookalike's median."""
    for by, seconds in times.items():
        row: Row = {"work": work, "by": by}
        row["median ms"] = 1000 * median(seconds)
        row["19 of 20 within ms"] = 1000 * quantiles(seconds, n=20)[-1]
        row["queries"] = len(seconds)
        if "FAISS flat" in times:
            row["FAISS flat to it"] = median(times["FAISS flat"]) / median(seconds)
        run.report.add("one query after the other, one thread", row)
    return median(times["lookalike"])


def compare_to_flat(run: Run, work: str, times: Mapping[str, list[float]], wanted: float) -> None:
    """How many times faster than FAISS a query is, and its target."""
    if "FAISS flat" in times:
        ratio = median(times["FAISS flat"]) / median(times["lookalike"])
        run.target(f"{work}: FAISS flat to it", ratio, wanted, "x", least=True)
