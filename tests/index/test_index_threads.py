"""One thread changes an index while others search it."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from index_model import bands_of, small_tails
from lookalike import Index
from lookalike.index.search.multi_index import MultiIndex

SECONDS = 4
CENTRE = 0x0123456789ABCDEF
READERS: dict[str, Callable[[Index], tuple[int, int]]] = {}
"""Each gives the first key, and one more than the last key, of all entries that it saw."""


def reader(search: Callable[[Index], tuple[int, int]]) -> Callable[[Index], tuple[int, int]]:
    READERS[search.__name__] = search
    return search


def hash_of(key: int) -> str:
    """A hash within 3 bits of the centre, so any two are within 6 of each other."""
    return f"{CENTRE ^ 1 << key % 64 ^ 1 << key * 7 % 61 ^ 1 << key * 5 % 53:016x}"


def span(keys: list[int]) -> tuple[int, int]:
    """The keys must be all of a range."""
    assert sorted(keys) == list(range(min(keys), max(keys) + 1))
    return min(keys), max(keys) + 1


@reader
def query(index: Index) -> tuple[int, int]:
    found = index.query(f"{CENTRE:016x}", 3)
    distances = [one.distance for one in found]
    assert distances == sorted(distances)
    return span([int(one.key) for one in found])


@reader
def nearest(index: Index) -> tuple[int, int]:
    return span([int(one.key) for one in index.nearest(f"{CENTRE:016x}", 10_000)])


@reader
def iterate(index: Index) -> tuple[int, int]:
    return span([int(key) for key in index])


@reader
def count(index: Index) -> tuple[int, int]:
    """A range of that length with unknown ends."""
    return -1, len(index)


@reader
def query_many(index: Index) -> tuple[int, int]:
    found = index.query_many([f"{CENTRE:016x}"] * 3, 3, workers=2)
    entries = len(found.query) // 3
    for which in range(3):
        mine = found.position[found.query == which]
        assert sorted(mine.tolist()) == list(range(entries))
    return -1, entries


@reader
def pairs(index: Index) -> tuple[int, int]:
    """Counts the entries from the number of all pairs."""
    blocks = list(index.pairs(6, workers=1))
    total = sum(len(block.i) for block in blocks)
    entries = int((1 + (1 + 8 * total) ** 0.5) / 2)
    assert total == entries * (entries - 1) // 2
    assert max(int(block.j.max()) for block in blocks) == entries - 1
    return -1, entries


@reader
def groups(index: Index) -> tuple[int, int]:
    (members,) = index.groups(6, workers=1)
    np.testing.assert_array_equal(members, np.arange(len(members)))
    return -1, len(members)


@contextmanager
def hurried_switching() -> Iterator[None]:
    """Threads switch as often as they can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)


@pytest.mark.slow
def test_every_answer_was_right_while_it_was_sought(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys come and go at the ends of a range. Each answer is a range that existed at that time, in
    the index and in the file to which it is repeatedly saved.
    """
    small_tails(monkeypatch, 40, 60)
    bands_of(monkeypatch, 8)
    index, path = Index("phash"), tmp_path / "index"
    index.add(range(200), [hash_of(key) for key in range(200)])
    index.save(path)
    history, done = [(0, 200)], 0
    """The ranges so far. The last may still be in the making. All before `done`, and that one,
    existed.
    """
    wrong: list[BaseException] = []
    answers = dict.fromkeys([*READERS, "opened"], 0)
    stop = threading.Event()

    def read(name: str) -> None:
        try:
            while not stop.is_set():
                first = done
                source = Index.open(path) if name == "opened" else index
                begin, end = READERS.get(name, iterate)(source)
                possible = history[0 if name == "opened" else first :]
                if begin < 0:
                    assert end in [after - before for before, after in possible], (name, end)
                else:
                    assert (begin, end) in possible, (name, begin, end)
                answers[name] += 1
        except BaseException as error:  # noqa: BLE001
            wrong.append(error)
            stop.set()

    readers = [threading.Thread(target=read, args=(name,)) for name in answers]
    kinds: set[type] = set()
    with hurried_switching():
        for one in readers:
            one.start()
        until = time.monotonic() + SECONDS
        while time.monotonic() < until and not stop.is_set():
            begin, end = history[-1]
            step = len(history) % 23
            if len(history) % 2:
                history.append((begin, end + step))
                index.add(range(end, end + step), [hash_of(key) for key in range(end, end + step)])
            else:
                history.append((begin + step, end))
                index.remove(range(begin, begin + step))
            done = len(history) - 1
            if len(history) % 7 == 0:
                index.save(path)
            base = index._state.base  # noqa: SLF001
            assert base is not None
            kinds.add(type(base.searcher))
        stop.set()
        for one in readers:
            one.join()
    assert wrong == []
    assert MultiIndex in kinds
    assert len(history) > 50
    assert min(answers.values()) > 5, answers


def test_whoever_searches_does_not_wait_for_the_one_who_writes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While another thread holds the index to change it, its current entries are searched."""
    small_tails(monkeypatch, 0, 0)
    index = Index("phash")
    index.add([1, 2], ["0" * 16, "1" * 16])
    index.explain()
    index.add(3, "0" * 16)
    found: list[object] = []
    with index._lock:  # noqa: SLF001
        thread = threading.Thread(target=lambda: found.append(index.query("0" * 16, 0)))
        thread.start()
        thread.join(timeout=30)
        assert found == [[(1, 0), (3, 0)]]
    thread.join()


def test_a_key_is_not_there_before_its_entry() -> None:
    """Keys are written first, but a key whose entry is still to come is not found."""
    index = Index("phash")
    index.add([1, 2], ["0" * 16] * 2)
    keys = index._state.keys  # noqa: SLF001
    keys.extend(keys.checked([3]))
    assert 3 not in index
    assert list(index) == [1, 2]
