"""Work in threads: in order, bounded, and dropped when nobody wants it any more."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Generator, Iterator
from itertools import pairwise
from typing import Any

import pytest

from lookalike.work.pacing import paced_map
from lookalike.work.threads import in_thread, ordered_map, threaded_map, worker_count


class Source:
    """The numbers from 0 on, and how many of them were drawn."""

    def __init__(self, count: int) -> None:
        self.drawn = 0
        self._count = count

    def __iter__(self) -> Iterator[int]:
        for number in range(self._count):
            self.drawn += 1
            yield number


class Work:
    """A function that notes its arguments. 0 may fail, and later items take their time."""

    SECONDS = 0.3

    def __init__(self, *, fails: bool = False) -> None:
        self.begun: list[int] = []
        self._fails = fails

    def __call__(self, number: int) -> int:
        self.begun.append(number)
        if number:
            time.sleep(self.SECONDS)
        elif self._fails:
            raise KeyError("no zero")
        return number


def stop(results: Iterator[Any]) -> None:
    """Stops taking results, as leaving a loop over them does."""
    assert isinstance(results, Generator)
    results.close()


@pytest.mark.parametrize("workers", [1, 2, 7])
@pytest.mark.parametrize("count", [0, 1, 3, 200])
def test_results_come_in_the_order_of_the_items(count: int, workers: int) -> None:
    """This holds for any duration of an item and any number of threads."""

    def late_if_even(number: int) -> int:
        time.sleep(0.0005 * (1 - number % 2))
        return -number

    assert list(ordered_map(late_if_even, range(count), workers)) == [-n for n in range(count)]


@pytest.mark.parametrize("workers", [2, 5])
def test_items_are_worked_on_at_the_same_time(workers: int) -> None:
    """Exactly the requested number of threads work together, and none is the caller's."""
    all_here = threading.Barrier(workers)

    def meet(_: int) -> int:
        all_here.wait(timeout=20)
        return threading.get_ident()

    threads = set(ordered_map(meet, range(3 * workers), workers))
    assert len(threads) == workers
    assert threading.get_ident() not in threads


def test_a_long_item_keeps_none_of_the_others_from_their_turn() -> None:
    """While one item takes long, results before it are taken, so the next items begin."""
    begun = [threading.Event() for _ in range(40)]

    def one_waits_for_a_later_one(number: int) -> bool:
        begun[number].set()
        return begun[number + 6].wait(timeout=20) if number == 4 else True

    assert all(ordered_map(one_waits_for_a_later_one, range(40), 2))


def test_no_more_than_the_workers_are_at_work() -> None:
    """The number of threads is a limit, too."""
    at_work, most = 0, 0
    lock = threading.Lock()

    def count(_: int) -> None:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.001)
        with lock:
            at_work -= 1

    list(ordered_map(count, range(60), 3))
    assert most <= 3


@pytest.mark.parametrize("workers", [1, 4])
def test_items_are_drawn_as_results_are_taken(workers: int) -> None:
    """Nothing is drawn before the first result is requested, and never far ahead of the results."""
    source = Source(1000)
    results = ordered_map(lambda number: number, source, workers)
    assert source.drawn == 0
    for taken, _ in enumerate(results, start=1):
        assert source.drawn - taken <= 4 * workers
    assert source.drawn == 1000


def test_items_may_be_without_end() -> None:
    """An endless source gives its first results."""
    source = Source(2**62)
    results = ordered_map(lambda number: 2 * number, source, 2)
    assert [next(results) for _ in range(5)] == [0, 2, 4, 6, 8]
    stop(results)
    assert source.drawn < 20


def test_an_exception_of_the_function_comes_in_its_place() -> None:
    """The results before it are given, and then it is raised unchanged."""
    results = ordered_map(lambda number: 6 // (3 - number), range(9), 2)
    assert [next(results) for _ in range(3)] == [2, 3, 6]
    with pytest.raises(ZeroDivisionError):
        next(results)
    with pytest.raises(StopIteration):
        next(results)


def test_an_exception_drops_what_has_not_begun() -> None:
    """Items that wait behind a failed one never begin."""
    work = Work(fails=True)
    with pytest.raises(KeyError, match="no zero"):
        list(ordered_map(work, range(100), 1))
    assert set(work.begun) <= {0, 1}


def test_an_exception_of_the_source_comes_through() -> None:
    """If drawing the next item fails, so does the map, and its threads end."""

    def source() -> Iterator[int]:
        yield from range(20)
        raise KeyError("no more")

    before = threading.active_count()
    with pytest.raises(KeyError, match="no more"):
        list(ordered_map(lambda number: number, source(), 2))
    assert threading.active_count() <= before  # some of an earlier test may have ended


def test_a_caller_that_stops_early_drops_what_has_not_begun() -> None:
    """Closing the results lets current work end, begins nothing else, and leaves no thread."""
    before = threading.active_count()
    work, source = Work(), Source(100)
    results = ordered_map(work, source, 1)
    assert next(results) == 0
    stop(results)
    drawn, begun = source.drawn, set(work.begun)
    assert begun <= {0, 1}
    assert threading.active_count() == before
    time.sleep(0.02)
    assert (source.drawn, set(work.begun)) == (drawn, begun)


def test_by_default_there_is_a_worker_for_every_processor_of_the_process() -> None:
    """None means the processors that this process may use, which may be fewer than there are."""
    assert 1 <= worker_count(None) <= (os.cpu_count() or 1)
    assert worker_count(3) == 3


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processors cannot be assigned")
def test_a_process_with_one_processor_has_one_worker() -> None:
    """A process limited to one processor uses no more."""
    processors = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(processors)})
    try:
        assert worker_count(None) == 1
    finally:
        os.sched_setaffinity(0, processors)


@pytest.mark.parametrize(
    ("workers", "error"),
    [(0, ValueError), (-1, ValueError), (True, TypeError), (2.0, TypeError), ("2", TypeError)],
)
def test_a_wrong_number_of_workers_is_named(workers: Any, error: type[Exception]) -> None:
    """The number of workers must be a whole number of at least 1. Anything else is refused by
    name.
    """
    with pytest.raises(error, match=f"not {workers!r}"):
        worker_count(workers)


# Short work


@pytest.mark.thorough
@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 31, 64, 65, 1000])
def test_paced_results_come_in_the_order_of_the_items(count: int, workers: int) -> None:
    """Items may be short, long, or first the one and then the other."""

    def long_now_and_then(number: int) -> int:
        if number % 400 > 300:
            time.sleep(0.001)
        return -number

    assert list(paced_map(long_now_and_then, range(count), workers)) == [-n for n in range(count)]


def light(_: object) -> bool:
    """Whether many may be in memory at a time, which is true of numbers."""
    return True


def in_a_row(threads: list[int]) -> int:
    """How many items were worked on by the same thread as the item before."""
    return sum(one == other for one, other in pairwise(threads))


def test_short_work_comes_to_be_done_by_one_thread() -> None:
    """Several would spend longer passing it around. The thread is not the caller's, which handles
    signals.
    """
    threads = list(paced_map(lambda _: threading.get_ident(), range(5000), 3, light))
    assert in_a_row(threads) > 4000
    assert threading.get_ident() not in threads


def test_work_that_waits_stays_with_threads() -> None:
    """It uses little of a processor, but many items can wait at the same time."""

    def wait(_: int) -> int:
        time.sleep(0.002)
        return threading.get_ident()

    assert in_a_row(list(paced_map(wait, range(1000), 8, light))) < 400


@pytest.mark.parametrize("seconds", [0.0, 0.002])
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.thorough
def test_work_is_never_done_by_the_caller(workers: int, seconds: float) -> None:
    """For long or short work and any number of threads, the caller's stays free to handle
    signals.
    """

    def work(_: int) -> int:
        until = time.thread_time() + seconds
        while time.thread_time() < until:
            pass
        return threading.get_ident()

    for mapped in (threaded_map, paced_map):
        assert threading.get_ident() not in set(mapped(work, range(200), workers))
    assert in_thread(lambda: work(0)) != threading.get_ident()


def test_one_thread_is_given_light_items_many_at_a_time_and_heavy_ones_singly() -> None:
    """Light ones take almost no memory. Of heavy ones, only the next is drawn ahead."""
    for is_light, most in ((light, 32), (lambda _: False, 2)):
        source = Source(1000)
        ahead = [
            source.drawn - taken
            for taken, _ in enumerate(threaded_map(lambda n: n, source, 1, is_light))
        ]
        assert max(ahead) == most


@pytest.mark.slow
def test_a_long_item_keeps_no_result_waiting() -> None:
    """Items are handed over many at a time, but a result waits for at most one more item."""
    ends: list[float] = []

    def now_and_then_long(number: int) -> int:
        time.sleep(0.05 if number > 200 else 0)
        ends.append(time.monotonic())
        return number

    results = threaded_map(now_and_then_long, range(230), 1, light)
    waited = [time.monotonic() - ends[number] for number in results]
    assert max(waited) < 0.3  # of 16 items together 0.8


def test_a_failure_of_short_work_reaches_the_caller() -> None:
    """It reaches the caller wherever the work is done, and later items do not begin."""
    begun = []

    def fail_late(number: int) -> None:
        begun.append(number)
        if number == 2000:
            raise KeyError(number)

    with pytest.raises(KeyError, match="2000"):
        list(paced_map(fail_late, range(5000), 2))
    assert max(begun) < 2100
