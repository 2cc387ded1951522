"""The promises of every searcher, compared with brute force: the linear scan, and the multi-index
in many shapes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import twin
from hash_words import (
    Skew,
    Words,
    clusters,
    correlated,
    distances,
    made,
    random,
    sets_of,
    words_of,
    zero,
)
from lookalike.index.search import bands, linear, multi_index
from lookalike.index.search.bands import BitStatistics, near_shares, sample_of
from lookalike.index.search.linear import Linear
from lookalike.index.search.multi_index import MultiIndex, searcher_for
from lookalike.index.search.plan import Plan, make_plan, plan_with
from lookalike.index.search.searcher import BLOCK, Block, Searcher, concatenated

Make: TypeAlias = Callable[[Words, int], Searcher]

WIDEST_HERE = 10
"""The most bits in a band. A wider one takes long to search up to all of its bits."""
FLUSH = 32768
"""Pairs that a join may find at a time, beyond its capacity."""


class Forced(Plan):
    """A plan that is followed wherever possible, whatever the cost."""

    def is_linear(self, max_distance: int) -> bool:
        return max_distance >= len(self.schedule)


def with_bands(count: int) -> Make:
    """A searcher with this many bands. With 0, it has as many as needed to cover all bits."""

    def make(words: Words, bits: int) -> Searcher:
        sample = sample_of(words)
        if not len(sample) or not len((statistics := BitStatistics(sample, bits)).varying):
            return by_hand(words, bits)
        needed = -(-len(statistics.varying) // 8)
        plan = plan_with(sample, statistics, len(words), bits, count or needed)
        return MultiIndex(words, Forced(**vars(plan)), workers=1)

    return make


def by_hand(words: Words, bits: int) -> Searcher:
    """A searcher with bands of any size that leave out some bits, searched in any order."""
    rng = np.random.default_rng(bits + len(words))
    positions = -bits % 8 + rng.permutation(bits)[: max(bits - 2, 1)]
    cuts = np.cumsum(rng.integers(1, WIDEST_HERE, bits))
    dealt = [one.astype(np.uint16) for one in np.split(positions, cuts) if len(one)]
    steps = rng.permutation([at for at, one in enumerate(dealt) for _ in range(len(one) + 1)])
    steps = steps[: rng.integers(1, bits // 4 + 2)].astype(np.uint32)
    shares = near_shares(words[:50], dealt)
    return MultiIndex(words, Forced(len(words), bits, dealt, steps, shares), workers=1)


SEARCHERS: dict[str, Make] = {
    "linear": lambda words, bits: Linear(words),
    **{f"{count} bands": with_bands(count) for count in (1, 2, 3, 5)},
    "all bits": with_bands(0),
    "by hand": by_hand,
}


@pytest.fixture(scope="module", autouse=True)
def narrow_bands() -> Iterator[None]:
    """No band is wide, even if there are many bits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bands, "WIDEST", WIDEST_HERE)
        yield


@pytest.fixture(params=SEARCHERS)
def make(request: pytest.FixtureRequest) -> Make:
    """How to make each of the searchers."""
    return SEARCHERS[request.param]


every_searcher = pytest.mark.parametrize("name", SEARCHERS)


def examples(count: int) -> settings:
    return settings(deadline=None, max_examples=count)


bit_counts = st.sampled_from([8, 9, 42, 64, 65, 128, 144, 256]) | st.integers(8, 300)
worker_counts = st.sampled_from([1, 3])


def distinct(words: Words) -> Words:
    return words[np.sort(np.unique(words, axis=0, return_index=True)[1])]


@st.composite
def searches(draw: st.DrawFn) -> tuple[Words, Words, int, int]:
    """Hashes, queries like them, their bits, and a distance."""
    bits = draw(bit_counts)
    words = draw(sets_of(bits, 250))
    cut = draw(st.integers(0, 60))
    hashes, queries = words[cut:], words[: cut + 20]  # some of them the same
    if draw(st.sampled_from([True, True, False])):
        hashes = distinct(hashes)
    return hashes, queries, bits, draw(distances(bits))


def collected(blocks: Iterable[Block]) -> list[NDArray[Any]]:
    """The matches of all blocks by i, then j."""
    parts = [Block(*np.empty((3, 0), int)), *blocks]
    for part in parts[1:]:
        assert [column.dtype for column in part] == [np.uint32, np.uint32, np.uint16]
        assert len(part.i) == len(part.j) == len(part.distance)
    i, j, distance = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((j, i))
    return [i[order], j[order], distance[order]]


def brute_force(queries: Words, hashes: Words, max_distance: int) -> list[NDArray[Any]]:
    """The matches from all distances, by i, then j."""
    far = twin.distances(queries, hashes)
    i, j = np.nonzero(far <= max_distance)
    return [i, j, far[i, j]]


def brute_pairs(hashes: Words, max_distance: int) -> list[NDArray[Any]]:
    i, j, distance = brute_force(hashes, hashes, max_distance)
    return [column[i < j] for column in (i, j, distance)]


def assert_same(actual: Iterable[NDArray[Any]], expected: Iterable[NDArray[Any]]) -> None:
    for ours, theirs in zip(actual, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


# What is found


@every_searcher
@examples(60)
@given(search=searches(), workers=worker_counts)
def test_pairs_are_those_of_brute_force(
    name: str, search: tuple[Words, Words, int, int], workers: int
) -> None:
    """All pairs i < j within the distance are found once, with their distances and the sets they
    connect.
    """
    hashes, _, bits, max_distance = search
    searcher = SEARCHERS[name](hashes, bits)
    i, j, distance = brute_pairs(hashes, max_distance)
    assert_same(collected(searcher.pairs(max_distance, workers=workers)), (i, j, distance))
    expected = np.arange(len(hashes), dtype=np.uint32)
    twin.join_sets(expected, i.astype(np.uint32), j.astype(np.uint32))
    connected = searcher.connected(max_distance, workers=workers)
    np.testing.assert_array_equal(connected, expected, strict=True)


@every_searcher
@examples(50)
@given(search=searches(), workers=worker_counts, look_up=st.booleans())
def test_matches_are_those_of_brute_force(
    name: str, search: tuple[Words, Words, int, int], workers: int, look_up: bool
) -> None:
    """All hashes within the distance of each query are found once, with their distances. Queries
    may be looked up one by one or joined.
    """
    hashes, queries, bits, max_distance = search
    searcher = SEARCHERS[name](hashes, bits)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(multi_index, "LOOK_UP_COST", 0 if look_up else 1 << 40)
        patch.setattr(linear, "FEW_QUERIES", 1 << 40 if look_up else 0)
        found = collected(searcher.matches(queries, max_distance, workers=workers))
    assert_same(found, brute_force(queries, hashes, max_distance))


@every_searcher
@examples(50)
@given(search=searches(), workers=worker_counts, k=st.integers(1, 300))
def test_the_nearest_are_those_of_brute_force(
    name: str, search: tuple[Words, Words, int, int], workers: int, k: int
) -> None:
    """Each query gets its k nearest hashes, or all if there are fewer, by distance, then number."""
    hashes, queries, bits, _ = search
    searcher = SEARCHERS[name](hashes, bits)
    for count in {k, k % 25 + 1}:
        found = searcher.nearest(queries, count, workers=workers)
        expected = twin.scan_nearest(hashes, queries, (0, len(queries)), count)
        assert_same(found, expected)
        assert [column.dtype for column in found] == [column.dtype for column in expected]


@every_searcher
def test_very_long_hashes_are_searched(name: str) -> None:
    """Hashes of 4096 bits are searched like short ones."""
    hashes = made(1, 150, 4096, clusters)
    searcher = SEARCHERS[name](hashes, 4096)
    for max_distance in (0, 3, 240, 4096):
        found = collected(searcher.pairs(max_distance, workers=2))
        assert_same(found, brute_pairs(hashes, max_distance))
        found = collected(searcher.matches(hashes[:9], max_distance, workers=2))
        assert_same(found, brute_force(hashes[:9], hashes, max_distance))
    assert_same(searcher.nearest(hashes[:9], 12), twin.scan_nearest(hashes, hashes[:9], (0, 9), 12))


@pytest.mark.parametrize("skew", [random, correlated])
def test_the_cheapest_searcher_finds_what_the_linear_scan_finds(
    skew: Skew, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With many hashes, a plan is made as for users and followed if cheaper. It finds the pairs,
    sets, matches and nearest hashes of the linear scan.
    """
    monkeypatch.setattr(bands, "WIDEST", 24)
    originals = made(2, 10_000, 64, skew)
    copies = originals ^ words_of(np.random.default_rng(3).random((10_000, 64)) < 0.05)
    hashes = distinct(np.concatenate([originals, copies]))
    searcher, reference = searcher_for(hashes, 64, 6), Linear(hashes)
    assert isinstance(searcher, MultiIndex)
    assert not searcher.plan.is_linear(3)
    both = searcher, reference
    for max_distance in (0, 3, 6):
        found, expected = (collected(one.pairs(max_distance)) for one in both)
        assert_same(found, expected)
        assert_same(*([one.connected(max_distance)] for one in both))
        for queries in (hashes[:3], copies):
            found, expected = (collected(one.matches(queries, max_distance)) for one in both)
            assert_same(found, expected)
            assert len(found[0])
    for k in (1, 20):
        assert_same(*(one.nearest(copies[:50], k) for one in both))


def test_a_linear_search_says_so() -> None:
    """Few hashes are searched linearly, and every searcher explains itself."""
    hashes = made(4, 300, 64)
    assert isinstance(searcher_for(hashes, 64, 6), Linear)
    assert "linear" in Linear(hashes).explain(3)
    forced = SEARCHERS["5 bands"](hashes, 64)
    assert "5 bands" in forced.explain(3)
    assert "linear" in forced.explain(64)
    assert all("300" in one.explain(3) for one in (Linear(hashes), forced))


# Blocks and tiles


def test_tiles_leave_no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiles of any shape, and blocks smaller than a tile's matches, give the same pairs."""
    hashes = made(5, 120, 64, clusters)
    searcher = Linear(hashes)
    monkeypatch.setattr(linear, "FEW_QUERIES", 0)
    for rows, columns, least, block in ((7, 13, 1, 5), (64, 7, 32, 1), (13, 300, 32, 50), (1,) * 4):
        monkeypatch.setattr(linear, "TILE_ROWS", rows)
        monkeypatch.setattr(linear, "TILE_BYTES", columns * 8)
        monkeypatch.setattr(linear, "LEAST_COLUMNS", least)
        monkeypatch.setattr(linear, "BLOCK", block)
        assert_same(collected(searcher.pairs(4, workers=2)), brute_pairs(hashes, 4))
        found = collected(searcher.matches(hashes[:50], 4, workers=2))
        assert_same(found, brute_force(hashes[:50], hashes, 4))


@pytest.mark.slow
@every_searcher
def test_small_parts_give_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """If kernel calls stop after little work, or use small blocks, nothing is lost or repeated."""
    hashes = made(6, 1500, 42, clusters)
    searcher = SEARCHERS[name](hashes, 42)
    pairs, matches = brute_pairs(hashes, 4), brute_force(hashes[:80], hashes, 4)
    connected = searcher.connected(4)
    for block, work in ((1, 1 << 40), (1 << 40, 1), (1000, 5000)):
        for module in (linear, multi_index):
            monkeypatch.setattr(module, "BLOCK", block)
        monkeypatch.setattr(multi_index, "WORK", work)
        for cost, few in ((0, 1 << 40), (1 << 40, 0)):
            monkeypatch.setattr(multi_index, "LOOK_UP_COST", cost)
            monkeypatch.setattr(linear, "FEW_QUERIES", few)
            assert_same(collected(searcher.matches(hashes[:80], 4, workers=2)), matches)
        assert_same(collected(searcher.pairs(4, workers=2)), pairs)
        assert_same([searcher.connected(4, workers=2)], [connected])


@every_searcher
def test_blocks_do_not_depend_on_the_number_of_workers(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One worker and many give the same blocks in the same order."""
    monkeypatch.setattr(linear, "TILE_ROWS", 256)
    monkeypatch.setattr(linear, "TILE_BYTES", 2048)
    monkeypatch.setattr(multi_index, "WORK", 100_000)
    searcher = SEARCHERS[name](made(7, 5000, 64, correlated), 64)
    one, many = (list(searcher.pairs(2, workers=workers)) for workers in (1, 3))
    assert len(one) > 1
    assert [len(block.i) for block in one] == [len(block.i) for block in many]
    for left, right in zip(one, many, strict=True):
        assert_same(left, right)


@every_searcher
def test_blocks_stay_small_when_everything_matches(name: str) -> None:
    """Thousands of equal hashes come in blocks of bounded size."""
    n = 3000
    hashes = made(8, n, 64, zero)
    searcher = SEARCHERS[name](hashes, 64)
    sizes = [len(block.i) for block in searcher.pairs(0, workers=2)]
    assert sum(sizes) == n * (n - 1) // 2
    assert 0 < max(sizes) < BLOCK + FLUSH
    for queries in (hashes, hashes[:1000], hashes[:60]):
        sizes = [len(block.i) for block in searcher.matches(queries, 0, workers=2)]
        assert sum(sizes) == n * len(queries)
        assert 0 < max(sizes) < BLOCK + FLUSH


# Progress, and stopping

LARGE = made(9, 6000, 64, clusters)


@pytest.fixture
def many_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches come in many parts."""
    monkeypatch.setattr(linear, "TILE_ROWS", 256)
    monkeypatch.setattr(linear, "TILE_BYTES", 2048)
    monkeypatch.setattr(multi_index, "WORK", 100_000)


def searchers_at_work() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("lookalike")]


def assert_no_thread_is_left() -> None:
    """Work in progress ends, and no more begins."""
    deadline = time.monotonic() + 20
    while searchers_at_work():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@every_searcher
@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.usefixtures("many_parts")
def test_progress_ends_at_the_total_it_told(name: str, workers: int) -> None:
    """Progress counts up to the number of parts that it announced."""
    searcher = SEARCHERS[name](LARGE, 64)
    calls: list[tuple[str, int, int | None]] = []

    def note(stage: str, done: int, total: int | None) -> None:
        calls.append((stage, done, total))

    searches: list[Callable[[], object]] = [
        lambda: list(searcher.pairs(2, workers=workers, progress=note)),
        lambda: searcher.connected(2, workers=workers, progress=note),
    ]
    for search in searches:
        calls.clear()
        search()
        assert len(calls) > 1
        assert calls == [("comparing", k, len(calls)) for k in range(1, len(calls) + 1)]


@every_searcher
@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.usefixtures("many_parts")
def test_an_early_stop_leaves_no_thread_running(name: str, workers: int) -> None:
    """If the caller stops taking blocks, no more work is done."""
    searcher = SEARCHERS[name](LARGE, 64)
    for blocks in (
        searcher.pairs(2, workers=workers),
        searcher.matches(LARGE[:500], 2, workers=workers),
    ):
        assert len(next(blocks).i)
        assert isinstance(blocks, Generator)
        blocks.close()
        assert_no_thread_is_left()


@every_searcher
@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.usefixtures("many_parts")
def test_an_interrupt_stops_the_search(name: str, workers: int) -> None:
    """Ctrl-C, here while progress is shown, ends a search early, with its threads."""
    searcher = SEARCHERS[name](LARGE, 64)
    calls = []

    def interrupt(stage: str, done: int, total: int | None) -> None:
        calls.append(done)
        assert total is not None
        assert done < total
        raise KeyboardInterrupt

    searches: list[Callable[[], object]] = [
        lambda: list(searcher.pairs(2, workers=workers, progress=interrupt)),
        lambda: searcher.connected(2, workers=workers, progress=interrupt),
    ]
    for search in searches:
        with pytest.raises(KeyboardInterrupt):
            search()
        assert_no_thread_is_left()
    assert calls == [1, 1]


def test_a_band_without_a_copy_of_the_hashes_finds_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If copies for all would take too much memory, one band fetches its hashes one by one."""
    words = np.random.default_rng(4).integers(0, 1 << 62, (30_000, 1), dtype=np.uint64)
    words[15_000:] = words[:15_000] ^ np.uint64(0b1011 << 20)
    plan = make_plan(words, 64, 6)
    usual = MultiIndex(words, plan)
    assert plan.uncopied is None
    monkeypatch.setattr("lookalike.index.search.plan.MOST_BYTES", plan.nbytes - 1)
    sparing = MultiIndex(words, plan)
    missing = [at for at, one in enumerate(sparing.arrays) if one.sorted is None]
    assert missing == [plan.uncopied]
    for max_distance in (3, 6):
        expected = sorted(zip(*concatenated(usual.pairs(max_distance)), strict=True))
        assert len(expected) == (15_000 if max_distance >= 3 else 0)
        assert sorted(zip(*concatenated(sparing.pairs(max_distance)), strict=True)) == expected
        found = concatenated(sparing.matches(words[:50], max_distance))
        assert sorted(found.i.tolist()) == sorted([*range(50)] * 2)
