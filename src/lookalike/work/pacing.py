"""Runs work in several threads, or in one thread as long as that is faster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from time import perf_counter, thread_time
from typing import Generic, TypeVar

from lookalike.work.threads import threaded_map

T = TypeVar("T")
R = TypeVar("R")

SHORT = 0.0005
"""Seconds of processor time per item. Above this, several threads always pay off."""
FIRST_LOOK, TRIAL = 32, 16
"""After how many items a single thread is first tried, and for how many items."""


def paced_map(
    function: Callable[[T], R],
    items: Iterable[T],
    workers: int,
    is_light: Callable[[T], bool] = lambda _: False,
) -> Iterator[R]:
    """Like `threaded_map`, for items some of which may take very little time.

    Threads that mostly run Python code block each other. So short work is tried in a single
    thread, and stays there as long as that is faster.
    """
    feed = _Feed(items)
    if workers == 1:
        yield from threaded_map(function, feed, workers, is_light)
        return
    count = FIRST_LOOK
    while not feed.ended:
        pace = yield from _together(function, feed, workers, count)
        alone = yield from _alone(function, feed, pace, is_light)
        # Back off after a trial that did not pay off.
        count = FIRST_LOOK if alone > count else 2 * count


class _Feed(Generic[T]):
    """An iterable that stops when `paused` is set, and continues when it is iterated again."""

    def __init__(self, items: Iterable[T]) -> None:
        self.paused = False
        self.ended = False
        self._source = iter(items)

    def __iter__(self) -> Iterator[T]:
        self.paused = False
        while not self.paused:
            try:
                item = next(self._source)
            except StopIteration:
                self.ended = True
                return
            yield item


def _together(
    function: Callable[[T], R], feed: _Feed[T], workers: int, count: int
) -> Generator[R, None, float]:
    """Work in threads until `count` successive items took little time.

    Returns the seconds that passed per item for these.
    """

    def timed(item: T) -> tuple[R, float]:
        begin = thread_time()
        return function(item), thread_time() - begin

    pace, begin, busy = 0.0, perf_counter(), 0.0
    for done, (result, seconds) in enumerate(threaded_map(timed, feed, workers), start=1):
        busy += seconds
        if done % count == 0:
            pace = (perf_counter() - begin) / count
            feed.paused = done > count and busy < SHORT * count  # the first wait for threads
            begin, busy = perf_counter(), 0.0
        yield result
    return pace


def _alone(
    function: Callable[[T], R], feed: _Feed[T], pace: float, is_light: Callable[[T], bool]
) -> Generator[R, None, int]:
    """Work in one thread while it is not slower than `pace`, in seconds per item.

    Returns the number of finished items.
    """
    worked = 0

    def counted(item: T) -> R:
        nonlocal worked
        worked += 1
        return function(item)

    begin, before, done = perf_counter(), 0, 0
    for done, result in enumerate(threaded_map(counted, feed, 1, is_light), start=1):
        yield result
        if perf_counter() - begin > pace * max(TRIAL, worked - before):
            feed.paused = True
        if done % TRIAL == 0:  # results come in batches, after the work on a whole batch
            begin, before = perf_counter(), worked
    return done
