"""Runs bounded work in threads. The kernel and the decoders release the GIL."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import islice
from time import perf_counter
from typing import TypeVar

from lookalike.checks import whole_number

T = TypeVar("T")
R = TypeVar("R")

WINDOW = 4
"""How many items per thread are in flight. Each may hold a picture."""
MOMENT = 0.005
"""How many seconds finished results may wait for others, and threads for new items."""
MOST = 16
"""How many items are handed to a single thread at a time, if they are light."""


def worker_count(workers: int | None) -> int:
    """The number of threads: `workers`, or the number of processors that this process may use."""
    if workers is None:
        affinity = getattr(os, "sched_getaffinity", None)
        return len(affinity(0)) if affinity else os.cpu_count() or 1
    return whole_number(workers, "workers", least=1)


def ordered_map(function: Callable[[T], R], items: Iterable[T], workers: int) -> Iterator[R]:
    """Yield `function(item)` for every item, in order, from `workers` threads.

    `items` is read as results are consumed. Only a few items per thread are in flight, so memory
    does not grow with their number. If the caller stops early, or on Ctrl-C, items that have not
    begun are dropped.
    """
    return ordered_parts(lambda item: (function(item), None), items, workers)


def threaded_map(
    function: Callable[[T], R],
    items: Iterable[T],
    workers: int,
    is_light: Callable[[T], bool] = lambda _: False,
) -> Iterator[R]:
    """Like `ordered_map`, but never in the caller's thread. It is for work that may take long.

    Python handles signals only in the main thread, and not while that is inside a decoder.
    `is_light`: whether many such items may be in memory at the same time.
    """
    if workers == 1:
        return _in_another_thread(function, items, is_light)
    return ordered_map(function, items, workers)


def in_thread(work: Callable[[], R]) -> R:
    """The result of `work`, while the caller's thread only waits and handles signals."""
    (result,) = threaded_map(lambda _: work(), [None], 1)
    return result


def ordered_parts(
    function: Callable[[T], tuple[R, T | None]], items: Iterable[T], workers: int
) -> Iterator[R]:
    """Like `ordered_map`, for work that comes in parts.

    `function(item)` returns a result and the rest of the item, or None at its end. The results of
    an item follow each other.
    """
    if workers == 1:
        yield from _in_this_thread(function, items)
        return
    source = iter(items)
    under_way: deque[Future[tuple[R, T | None]]] = deque()
    patient = True  # after an interrupt, nobody wants to wait for a large picture
    pool = ThreadPoolExecutor(workers, thread_name_prefix="lookalike")
    try:
        for item in islice(source, WINDOW * workers):
            under_way.append(pool.submit(function, item))
        while under_way:
            if not under_way[0].done():  # waking up for several results at a time is cheaper
                wait([under_way[len(under_way) // 2]], timeout=MOMENT)
            result, rest = under_way.popleft().result()
            if rest is not None:
                under_way.appendleft(pool.submit(function, rest))
            else:
                for item in islice(source, 1):
                    under_way.append(pool.submit(function, item))
            yield result
    except (KeyboardInterrupt, GeneratorExit):
        patient = False
        raise
    finally:
        pool.shutdown(wait=patient, cancel_futures=True)


def _in_this_thread(function: Callable[[T], tuple[R, T | None]], items: Iterable[T]) -> Iterator[R]:
    """Work in this thread. Read the next item before a result, as with several threads."""
    source = iter(items)
    ahead = deque(islice(source, 1))
    while ahead:
        result, rest = function(ahead.popleft())
        if rest is not None:
            ahead.appendleft(rest)
        else:
            ahead.extend(islice(source, 1))
        yield result


def _in_another_thread(
    function: Callable[[T], R], items: Iterable[T], is_light: Callable[[T], bool]
) -> Iterator[R]:
    """Work in one other thread. The caller's thread waits, so they never disturb each other.

    Short items are handed over many at a time, because that may take longer than the work.
    """
    source = iter(items)
    count = 1
    patient = True
    pool = ThreadPoolExecutor(1, thread_name_prefix="lookalike")
    try:
        batch = _drawn(source, count, is_light)
        while batch:
            begin = perf_counter()
            results, error = pool.submit(_some, function, batch).result()
            if len(results) == len(batch) and perf_counter() - begin < MOMENT / 2:
                count = min(2 * count, MOST)
            elif len(results) < len(batch):
                count = max(len(results), 1)
            del batch[: len(results)]
            if not batch and error is None:  # before the results, as with several threads
                batch = _drawn(source, count, is_light)
            yield from results
            if error is not None:
                raise error
    except KeyboardInterrupt:
        patient = False  # after an interrupt, nobody wants to wait for a large picture
        raise
    finally:
        pool.shutdown(wait=patient)


def _drawn(source: Iterator[T], count: int, is_light: Callable[[T], bool]) -> list[T]:
    """The next items: up to `count`, ending with the first heavy one."""
    batch: list[T] = []
    for item in islice(source, count):
        batch.append(item)
        if not is_light(item):
            break
    return batch


def _some(function: Callable[[T], R], batch: list[T]) -> tuple[list[R], BaseException | None]:
    """The results of the first items, until a moment has passed, and the error if any."""
    results: list[R] = []
    until = perf_counter() + MOMENT
    try:
        for item in batch:
            results.append(function(item))
            if perf_counter() > until:
                break
    except BaseException as error:  # noqa: BLE001  # raised again after the earlier results
        return results, error
    return results, None
