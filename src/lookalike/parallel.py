"""Bounded work in threads: kernel and decoders release the GIL, so no processes are needed."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def worker_count(workers: int | None) -> int:
    """The number of threads to use: `workers`, or as many as this process may use processors."""
    if workers is None:
        affinity = getattr(os, "sched_getaffinity", None)
        return len(affinity(0)) if affinity else os.cpu_count() or 1
    if isinstance(workers, bool) or not isinstance(workers, int):
        raise TypeError(f"workers must be an int or None, not {workers!r}")
    if workers < 1:
        raise ValueError(f"workers must be 1 or more, not {workers}")
    return workers


def ordered_map(function: Callable[[T], R], items: Iterable[T], workers: int) -> Iterator[R]:
    """Yield `function(item)` for every item, in order, from `workers` threads.

    `items` is drawn on as results are taken, and at most a few items a thread are under way, so
    that memory does not grow with their number. When the caller stops early, or on Ctrl-C, what has
    not begun is dropped.
    """
    source = iter(items)
    under_way: deque[Future[R]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="lookalike")
    try:
        for item in islice(source, 4 * workers):
            under_way.append(pool.submit(function, item))
        while under_way:
            result = under_way.popleft().result()
            for item in islice(source, 1):
                under_way.append(pool.submit(function, item))
            yield result
    finally:
        pool.shutdown(cancel_futures=True)
