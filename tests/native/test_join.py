"""The kernel's joins and look-ups by bands, compared with their NumPy twins on every
instruction set.
"""

import ast
import gc
import os
import re
import subprocess
import sys
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from itertools import pairwise, product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

import twin
from hash_words import Words, clusters, distances, made, seeds, sets_of, spans, words_of
from kernels import UNLIMITED, assert_same, examples, lets_others_run, on_every_isa
from lookalike import _native
from lookalike._native import kernel
from twin import Columns, Cursor, Numbers

Positions = NDArray[np.uint16]

START = (0, 0, 0)
FLUSH = 32768
"""Pairs that a join may find at a time, beyond its capacity."""


def by_number(columns: Columns) -> Columns:
    """The pairs in the order of their numbers."""
    i, j, distance = columns
    order = np.lexsort((j, i))
    return i[order], j[order], distance[order]


def assert_same_pairs(actual: Columns, expected: Columns) -> None:
    assert_same(by_number(actual), by_number(expected))


# Bands


class Bands(NamedTuple):
    """The same band twice: the kernel's, and its twin."""

    ours: kernel.Band
    theirs: twin.Band


def band(hashes: Words, positions: ArrayLike, copy: bool = True) -> Bands:
    positions = np.array(positions, np.uint16)
    arrays = kernel.sort_band(hashes, positions, copy)
    return Bands(kernel.Band(hashes, positions, *arrays), twin.Band(hashes, positions, *arrays))


def positions_of(hashes: Words, size: int, seed: int) -> Positions:
    """Some positions in any order. They are those of varying bits if there are enough."""
    bits = np.unpackbits(hashes.view(np.uint8), axis=1)
    constant = (bits == bits[:1]).all(axis=0)
    chosen = np.random.default_rng(seed).permutation(len(constant))
    return chosen[np.argsort(constant[chosen], kind="stable")][:size].astype(np.uint16)


sizes = st.integers(1, 10)
word_counts = st.sampled_from([1, 2, 3, 4, 5, 40])
capacities = st.integers(1, 40) | st.just(UNLIMITED)


@st.composite
def hashes(draw: st.DrawFn, most: int = 400) -> Words:
    return draw(sets_of(64 * draw(word_counts), most))


@st.composite
def bands_of(draw: st.DrawFn, hashes: Words) -> Bands:
    return band(hashes, positions_of(hashes, draw(sizes), draw(seeds)), draw(st.booleans()))


def seen_of(hashes: Words) -> st.SearchStrategy[list[tuple[Bands, int]]]:
    """Other bands, and up to which distance they were joined."""
    distance = st.sampled_from([0, 0, 1, 3])
    return st.just([]) | st.lists(st.tuples(bands_of(hashes), distance), max_size=3)


@st.composite
def two_sets(draw: st.DrawFn) -> tuple[Words, Words]:
    """Two sets of hashes of the same kind."""
    both = draw(hashes())
    cut = draw(st.integers(0, len(both)))
    return both[:cut], both[cut:]


class Planned(NamedTuple):
    """Bands that share out the bits in which some hashes differ, and how far each is searched. By
    the pigeonhole principle, all pairs within a distance are found.
    """

    hashes: Words
    mask: Words
    """The bits that the bands have."""
    bands: list[Bands]
    schedule: Numbers
    """Which band is searched one bit further to find all pairs within 0, 1, ... bits."""

    @property
    def max_distance(self) -> int:
        return len(self.schedule) - 1

    @property
    def reach(self) -> list[int]:
        """Up to how many bits each band is searched, or -1 for not at all."""
        return [int(np.sum(self.schedule == k)) - 1 for k in range(len(self.bands))]


@st.composite
def plans(draw: st.DrawFn) -> Planned:
    bits = 64 * draw(st.sampled_from([1, 2, 5]))
    rng = np.random.default_rng(draw(seeds))
    used = rng.permutation(bits)[: draw(st.integers(8, 50))]
    mask = np.zeros((1, bits), np.bool_)
    mask[0, used] = True
    hashes = draw(sets_of(bits, 300)) & words_of(mask)
    bounds = np.cumsum(draw(st.lists(sizes, min_size=50, max_size=50)))
    copy = draw(st.booleans())
    bands = [band(hashes, one, copy) for one in np.split(used, bounds) if len(one)]
    steps = rng.integers(0, len(bands), draw(st.integers(1, 13)))
    return Planned(hashes, words_of(mask), bands, steps.astype(np.uint32))


@examples(100)
@given(hashes(), sizes, seeds, st.booleans())
def test_hashes_are_sorted_by_their_bits(hashes: Words, size: int, seed: int, copy: bool) -> None:
    """Bits in any order give the twin's values, and hashes of one value keep their order."""
    arguments = hashes, positions_of(hashes, size, seed), copy
    assert_same(kernel.sort_band(*arguments), twin.sort_band(*arguments))


def test_bits_are_numbered_as_they_stand_in_the_bytes() -> None:
    """Position 0 is the most significant bit of the first byte, and the first position that of a
    value.
    """
    data = np.zeros((3, 8), np.uint8)
    data[1, 0], data[2, 1] = 0x80, 0x01
    offsets, order, _ = kernel.sort_band(data.view(np.uint64), np.array([15, 0], np.uint16), False)
    assert offsets.tolist() == [0, 1, 2, 3, 3]
    assert order.tolist() == [0, 1, 2]


def test_the_widest_band_is_sorted() -> None:
    """A band of 24 bits has a directory of all its values."""
    arguments = made(1, 500, 64), np.arange(24, dtype=np.uint16) * 2 + 1, True
    assert_same(kernel.sort_band(*arguments), twin.sort_band(*arguments))


@examples(100)
@given(hashes())
def test_equal_hashes_are_told_as_by_the_twin(hashes: Words) -> None:
    """Each hash has the number of its value, in order of first appearance."""
    assert_same(kernel.distinct(hashes), twin.distinct(hashes))


def test_equal_hashes_are_told_among_many() -> None:
    """A hundred thousand hashes of few words, sequential and random, are distinguished."""
    values = np.random.default_rng(2).integers(0, 70_000, 100_000).astype(np.uint64)
    for hashes in (values, values << np.uint64(40), values * np.uint64(0x9E3779B97F4A7C15)):
        number, first = kernel.distinct(np.stack([hashes, hashes[::-1] * 0], axis=1))
        assert (hashes[first][number] == hashes).all()
        assert (first[1:] > first[:-1]).all()
        assert len(first) == len(np.unique(hashes))


@examples(40)
@given(hashes(100), st.lists(sizes, max_size=4), seeds)
def test_distances_in_bands_are_counted_as_by_the_twin(
    hashes: Words, sizes: list[int], seed: int
) -> None:
    """All pairs of each band are counted by the number of bits in which they differ."""
    bands = [positions_of(hashes, size, seed + size) for size in sizes]
    assert_same(kernel.band_distances(hashes, bands), twin.band_distances(hashes, bands))


# Pairs


def assert_joined_as_by_the_twin(
    rows: Bands,
    columns: Bands,
    near: tuple[int, int],
    seen: list[tuple[Bands, int]],
    span: tuple[int, int],
) -> None:
    begin, end = (span[0], 0, 0), span[1]
    ours = [(one.ours, distance) for one, distance in seen]
    theirs = [(one.theirs, distance) for one, distance in seen]
    found, cursor = kernel.join_pairs(
        rows.ours, columns.ours, *near, ours, begin, end, UNLIMITED, UNLIMITED
    )
    expected, expected_cursor = twin.join_pairs(
        rows.theirs, columns.theirs, *near, theirs, begin, end, UNLIMITED, UNLIMITED
    )
    assert_same_pairs(found, expected)
    assert cursor == expected_cursor


@on_every_isa
@examples(80)
@given(hashes(), st.data())
def test_pairs_of_a_set_are_those_of_the_twin(hashes: Words, data: st.DataObject) -> None:
    """Pairs near in the band and near enough in all bits are found once, in any part of the
    columns. Pairs seen by other bands are left out.
    """
    one = data.draw(bands_of(hashes))
    near = data.draw(st.integers(0, 12)), data.draw(distances(64 * hashes.shape[1]))
    assert_joined_as_by_the_twin(
        one, one, near, data.draw(seen_of(hashes)), data.draw(spans(len(hashes)))
    )


@on_every_isa
@examples(60)
@given(two_sets(), st.data())
def test_pairs_of_two_sets_are_those_of_the_twin(
    sets: tuple[Words, Words], data: st.DataObject
) -> None:
    """All pairs of a row and a column are found once, as in one set, whatever their numbers."""
    left, right = sets
    positions = positions_of(np.concatenate(sets), data.draw(sizes), data.draw(seeds))
    rows, columns = (band(one, positions, data.draw(st.booleans())) for one in sets)
    near = data.draw(st.integers(0, 12)), data.draw(distances(64 * left.shape[1]))
    assert_joined_as_by_the_twin(
        rows, columns, near, data.draw(seen_of(left)), data.draw(spans(len(right)))
    )


def test_a_set_and_its_like_are_two_sets() -> None:
    """Two bands of the same arrays are joined as two sets: each pair both ways, and with itself."""
    hashes = made(3, 50, 64)
    one, other = band(hashes, [0, 1, 2]), band(hashes, [0, 1, 2])
    (i, j, _), _ = kernel.join_pairs(
        one.ours, other.ours, 3, 64, [], START, 50, UNLIMITED, UNLIMITED
    )
    assert set(zip(i.tolist(), j.tolist(), strict=True)) == {
        (a, b) for a in range(50) for b in range(50)
    }


def joined(parts: list[Columns]) -> Columns:
    i, j, distance = (np.concatenate(column) for column in zip(*parts, strict=True))
    return i, j, distance


def all_parts(
    join: Callable[[Cursor], tuple[Columns, Cursor]], end: int, capacity: int
) -> tuple[Columns, list[Cursor]]:
    """The pairs of a join that is resumed until it ends, and where it was."""
    parts, cursors = [], [START]
    while cursors[-1][0] < end:
        part, cursor = join(cursors[-1])
        assert len(part[0]) < capacity + FLUSH
        assert cursor > cursors[-1]
        parts.append(part)
        cursors.append(cursor)
    return joined(parts), cursors


@on_every_isa
@examples(50)
@given(two_sets(), st.booleans(), st.data())
def test_a_resumed_join_finds_what_one_call_finds(
    sets: tuple[Words, Words], itself: bool, data: st.DataObject
) -> None:
    """A join that stops after few pairs or little work continues, and nothing is lost or
    repeated.
    """
    positions = positions_of(np.concatenate(sets), data.draw(sizes), data.draw(seeds))
    columns = band(sets[1], positions, data.draw(st.booleans())).ours
    rows = columns if itself else band(sets[0], positions).ours
    end = len(sets[1])
    near = data.draw(st.integers(0, 10)), data.draw(distances(64 * sets[0].shape[1]))
    join = partial(kernel.join_pairs, rows, columns, *near, [])
    whole, _ = join(START, end, UNLIMITED, UNLIMITED)
    capacity, work = data.draw(capacities), data.draw(st.integers(1, 400))
    if end:
        parts, _ = all_parts(lambda at: join(at, end, capacity, work), end, capacity)
        assert_same_pairs(parts, whole)


class Large(NamedTuple):
    """A join in which many rows are near each column, so it can stop between them."""

    n: int
    words: int
    bits: int
    band_distance: int
    max_distance: int
    copy: bool


LARGE = [
    Large(2500, 1, 1, 0, 20, True),  # long runs of rows
    Large(2500, 1, 3, 3, 20, False),
    Large(1500, 3, 2, 1, 70, False),
    Large(2000, 1, 10, 10, 18, True),  # more short runs of rows than are put together
    Large(1500, 2, 9, 9, 44, False),
]


@cache
def large(case: Large, itself: bool) -> tuple[Bands, Bands, Columns]:
    """The bands of a large join, and what brute force finds."""
    hashes = made(5, case.n, 64 * case.words)
    positions = list(range(7, 7 + case.bits))
    columns = band(hashes, positions, case.copy)
    rows = columns if itself else band(hashes[::-1].copy(), positions, case.copy)
    near = case.band_distance, case.max_distance
    expected, _ = twin.join_pairs(rows.theirs, columns.theirs, *near, [], START, case.n, 1, 1)
    return rows, columns, by_number(expected)


@on_every_isa
@pytest.mark.parametrize("itself", [True, False])
@pytest.mark.parametrize("case", LARGE)
@pytest.mark.parametrize(("capacity", "work"), [(1, UNLIMITED), (UNLIMITED, 1), (500, 200_000)])
def test_a_join_can_stop_at_every_place(
    case: Large, itself: bool, capacity: int, work: int
) -> None:
    """A join can stop and continue even between the rows of one value or of several."""
    rows, columns, expected = large(case, itself)
    near = case.band_distance, case.max_distance
    join = partial(kernel.join_pairs, rows.ours, columns.ours, *near, [])
    found, cursors = all_parts(lambda at: join(at, case.n, capacity, work), case.n, capacity)
    assert_same(by_number(found), expected)
    assert len(cursors) > 3
    if work == 1:
        assert any(row for _, _, row in cursors)
        assert not case.band_distance or any(difference for _, difference, _ in cursors)
    assert_same_pairs(join(START, case.n, UNLIMITED, UNLIMITED)[0], expected)


@on_every_isa
@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize(
    ("count", "words"),
    [*product([31, 32, 33, 1023, 1024, 1025], [1, 2]), (5000, 1)],
)
def test_runs_of_equal_hashes_of_any_length_are_joined(count: int, words: int, copy: bool) -> None:
    """Runs that fill a vector or a block of rows, or miss it by one, give every pair. Pairs with
    their few neighbours in the band are included.
    """
    few, n = 5, count + 5
    hashes = np.zeros((n, words), np.uint64)
    odd = np.random.default_rng(count).permutation(n)[:few]
    hashes[odd] = 2**64 - 1
    is_odd = np.isin(np.arange(n), odd)
    one = band(hashes, [0, 17], copy).ours
    for max_distance in (0, 64 * words) if count < 5000 else (0,):
        (i, j, distance), _ = kernel.join_pairs(
            one, one, 2, max_distance, [], START, n, UNLIMITED, UNLIMITED
        )
        assert ((is_odd[i] != is_odd[j]) * (64 * words) == distance).all()
        assert (i < j).all()
        together = np.zeros((n, n), np.bool_)
        together[i, j] = True
        expected = n * (n - 1) // 2 - (few * count if max_distance == 0 else 0)
        assert len(i) == np.count_nonzero(together) == expected


# Sets


def brute_sets(hashes: Words, max_distance: int) -> Numbers:
    """The smallest number of the set of each hash, from all distances."""
    parent = np.arange(len(hashes), dtype=np.uint32)
    i, j = np.nonzero(twin.distances(hashes, hashes) <= max_distance)
    twin.join_sets(parent, i.astype(np.uint32), j.astype(np.uint32))
    return parent


@on_every_isa
@examples(40)
@given(hashes(), st.data())
def test_sets_of_a_band_are_those_of_the_twin(hashes: Words, data: st.DataObject) -> None:
    """Joining part of the columns, with stops, gives the sets of the twin's pairs."""
    ours, theirs = data.draw(bands_of(hashes))
    begin, end = data.draw(spans(len(hashes)))
    near = data.draw(st.integers(0, 12)), data.draw(distances(64 * hashes.shape[1]))
    work = data.draw(st.integers(1, 5000) | st.just(UNLIMITED))
    parent = np.arange(len(hashes), dtype=np.uint32)
    labels = parent[theirs.order]
    cursor = (begin, 0, 0)
    while cursor[0] < end:
        cursor = kernel.join_groups(ours, *near, cursor, end, work, parent, labels)
    expected = np.arange(len(hashes), dtype=np.uint32)
    twin.join_groups(theirs, *near, (begin, 0, 0), end, work, expected, labels)
    assert_same(twin.roots(parent), twin.roots(expected))
    # A label is a member of the set of the hash at its place.
    assert_same(expected[labels], expected[theirs.order])


@on_every_isa
@examples(30)
@given(plans(), st.data())
def test_threads_join_the_sets_of_brute_force(plan: Planned, data: st.DataObject) -> None:
    """Four threads join all bands of a plan, part by part. They give the sets of brute force, each
    under its smallest member.
    """
    hashes, bands, reach = plan.hashes, plan.bands, plan.reach
    cuts = data.draw(st.lists(st.integers(0, len(hashes)), max_size=6))
    work = data.draw(st.sampled_from([1, 100, UNLIMITED]))
    parent = np.arange(len(hashes), dtype=np.uint32)
    labels = [parent[one.theirs.order] for one in bands]

    def join(part: tuple[int, tuple[int, int]]) -> None:
        at, (begin, end) = part
        cursor = (begin, 0, 0)
        while cursor[0] < end:
            cursor = kernel.join_groups(
                bands[at].ours, reach[at], plan.max_distance, cursor, end, work, parent, labels[at]
            )

    parts = list(pairwise(sorted([0, *cuts, len(hashes)])))
    work_list = [(at, part) for at, d in enumerate(reach) if d >= 0 for part in parts]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(join, work_list))
    assert_same(twin.roots(parent), brute_sets(hashes, plan.max_distance))


@on_every_isa
def test_threads_join_large_sets() -> None:
    """Four threads join chains and clusters of thousands of hashes as one thread does."""
    steps = np.tri(64, dtype=np.bool_)  # each one bit from the next
    chains = words_of(np.repeat(steps, 40, axis=0) ^ (np.arange(2560) % 40 % 2 > 0)[:, None])
    for hashes in (chains[np.random.default_rng(1).permutation(2560)], made(2, 3000, 64, clusters)):
        n = len(hashes)
        bands = [band(hashes, list(range(k, 64, 7))) for k in range(7)]
        sets = []
        for threads in (1, 4):
            parent = np.arange(n, dtype=np.uint32)
            labels = [parent[one.theirs.order] for one in bands]
            with ThreadPoolExecutor(threads) as pool:
                for begin in range(0, n, 250):
                    for one, label in zip(bands, labels, strict=True):
                        pool.submit(
                            kernel.join_groups, one.ours, 0, 3, (begin, 0, 0),
                            min(begin + 250, n), UNLIMITED, parent, label,
                        )  # fmt: skip
            sets.append(twin.roots(parent))
        assert_same(*sets)
        assert_same(sets[0], brute_sets(hashes, 3))


def test_a_number_that_is_no_node_joins_nothing() -> None:
    """Labels or parents that point outside the nodes are skipped."""
    one = band(made(4, 100, 64), [0]).ours
    nodes = np.arange(100, dtype=np.uint32)
    for parent, labels in ((nodes, nodes + np.uint32(100)), (nodes + np.uint32(100), nodes)):
        before = parent.copy()
        kernel.join_groups(one, 1, 64, START, 100, UNLIMITED, parent, labels.copy())
        assert_same(parent, before)


# A plan


@on_every_isa
@examples(60)
@given(plans(), st.data())
def test_bands_of_a_plan_find_each_pair_once(plan: Planned, data: st.DataObject) -> None:
    """Bands that share out the bits, each skipping pairs already seen, find brute force's pairs
    once.
    """
    n = len(plan.hashes)
    capacity, work = data.draw(capacities), data.draw(st.sampled_from([50, UNLIMITED]))
    found: list[Columns] = [(np.empty(0, np.uint32),) * 2 + (np.empty(0, np.uint16),)]
    seen: list[tuple[kernel.Band, int]] = []
    for (one, _), distance in zip(plan.bands, plan.reach, strict=True):
        if n and distance >= 0:
            join = partial(kernel.join_pairs, one, one, distance, plan.max_distance, [*seen])
            parts, _ = all_parts(partial(join, end=n, capacity=capacity, work=work), n, capacity)
            found.append(parts)
            seen.append((one, distance))
    far = twin.distances(plan.hashes, plan.hashes)
    expected = np.nonzero(np.triu(far <= plan.max_distance, k=1))
    i, j, distances = by_number(joined(found))
    assert_same((i.astype(np.intp), j.astype(np.intp)), expected)
    assert (distances == far[expected]).all()


@on_every_isa
@examples(60)
@given(plans(), st.data())
def test_a_plan_finds_the_neighbours_and_the_nearest(plan: Planned, data: st.DataObject) -> None:
    """Looking queries up in a plan's bands finds what a full scan does, once each. The nearest are
    found even if the schedule ends too early.
    """
    hashes, bands = plan.hashes, [one.ours for one in plan.bands]
    others = data.draw(sets_of(64 * hashes.shape[1], 8)) & plan.mask
    queries = np.concatenate([hashes[: data.draw(st.integers(0, 20))], others])
    rows = (0, len(queries))
    rest = queries, plan.max_distance, rows, UNLIMITED
    found, _ = kernel.probe(bands, plan.reach, *rest)
    assert_same_pairs(found, twin.scan_near(hashes, *rest)[0])
    k = data.draw(st.integers(1, 30) | st.just(UNLIMITED))
    nearest = kernel.probe_nearest(bands, plan.schedule, queries, rows, k)
    assert_same(nearest, twin.scan_nearest(hashes, queries, rows, k))


# Look-ups


@on_every_isa
@examples(80)
@given(two_sets(), st.data())
def test_queries_are_looked_up_as_by_the_twin(
    sets: tuple[Words, Words], data: st.DataObject
) -> None:
    """In any bands up to any distances, the twin's hashes are found once, up to the twin's row."""
    queries, hashes = sets
    queries = queries[:40]
    bands = data.draw(st.lists(bands_of(hashes), min_size=1, max_size=4))
    reach = data.draw(
        st.lists(st.integers(-1, 11) | st.just(2**31 - 1), min_size=len(bands), max_size=len(bands))
    )
    rows = data.draw(spans(len(queries)))
    max_distance = data.draw(distances(64 * hashes.shape[1]))
    rest = reach, queries, max_distance, rows, data.draw(capacities)
    found, next_row = kernel.probe([one.ours for one in bands], *rest)
    expected, expected_row = twin.probe([one.theirs for one in bands], *rest)
    assert (found[0][1:] >= found[0][:-1]).all()
    assert_same_pairs(found, expected)
    assert next_row == expected_row


@on_every_isa
@examples(60)
@given(two_sets(), st.data())
def test_all_hashes_are_looked_at_as_by_the_twin(
    sets: tuple[Words, Words], data: st.DataObject
) -> None:
    """Scans for a few queries give the twin's hashes, in order, up to the twin's row. The nearest
    ones at equal distance come by number.
    """
    queries, hashes = sets
    rows = data.draw(spans(len(queries)))
    max_distance = data.draw(distances(64 * hashes.shape[1]))
    near = hashes, queries, max_distance, rows, data.draw(capacities)
    assert_same(kernel.scan_near(*near), twin.scan_near(*near))
    nearest = hashes, queries, rows, data.draw(st.integers(1, 420) | st.just(UNLIMITED))
    assert_same(kernel.scan_nearest(*nearest), twin.scan_nearest(*nearest))


def test_a_look_up_stops_once_it_has_enough() -> None:
    """The query that brings the matches to the capacity is the last one."""
    hashes = np.zeros((10, 1), np.uint64)
    one = band(hashes, [0]).ours
    for capacity, expected in ((1, 3), (10, 3), (11, 4), (20, 4), (21, 5), (80, 10), (81, 10)):
        rest = hashes, 0, (2, 10), capacity
        for found, next_row in (kernel.probe([one], [0], *rest), kernel.scan_near(hashes, *rest)):
            assert next_row == expected
            assert len(found[0]) == 10 * (expected - 2)


@on_every_isa
@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("words", [1, 2])
def test_the_nearest_of_many_are_found(words: int, copy: bool) -> None:
    """If bands leave little to look at, the nearest are those of brute force. No nearer one is
    missed, none is repeated, and ties come in order.
    """
    n, bits, rng = 16_000, 64 * words, np.random.default_rng(words)
    centres = rng.random((n // 40, bits)) < 0.5
    near = np.repeat(centres, 40, axis=0) ^ (rng.random((n, bits)) < 3 / bits)
    hashes = words_of(near)[rng.permutation(n)]
    queries = words_of(np.concatenate([centres[:20], near[:20]]))
    dealt = np.array_split(rng.permutation(bits), 5 * words)
    bands = [band(hashes, one, copy).ours for one in dealt]
    schedule = np.tile(rng.permutation(len(bands)), 4).astype(np.uint32)
    columns = twin.scan_nearest(hashes, queries, (0, 40), 41)
    for k in (1, 7, 20, 41):
        found = kernel.probe_nearest(bands, schedule, queries, (0, 40), k)
        expected = (column.reshape(40, 41)[:, :k].ravel() for column in columns)
        assert_same(found, tuple(expected))


@on_every_isa
@pytest.mark.parametrize("words", [1, 2])
@pytest.mark.parametrize("count", [31, 33, 1024, 4095, 4096, 4097, 10_000])
def test_runs_of_equal_hashes_of_any_length_are_looked_up(count: int, words: int) -> None:
    """A run that fills one step of a look-up, or misses it by one, is found whole. The nearest have
    the smallest numbers.
    """
    hashes = np.zeros((count + 2, words), np.uint64)
    hashes[[0, count // 2]] = 2**64 - 1
    equal = np.flatnonzero(hashes[:, 0] == 0).tolist()
    query, rows = np.zeros((1, words), np.uint64), (0, 1)
    for copy in (True, False):
        one = band(hashes, [3, 4], copy).ours
        (_, found, _), _ = kernel.probe([one], [0], query, 5, rows, UNLIMITED)
        assert found.tolist() == equal
        for k in (1, 10, count + 1, count + 5):
            expected = [*equal, 0, count // 2][:k]
            schedule = np.zeros(2, np.uint32)
            for _, nearest, distance in (
                kernel.scan_nearest(hashes, query, rows, k),
                kernel.probe_nearest([one], schedule, query, rows, k),
            ):
                assert nearest.tolist() == expected
                assert distance.tolist() == [0] * min(k, count) + [64 * words] * (
                    len(expected) - count
                )
    (_, found, _), _ = kernel.scan_near(hashes, query, 5, rows, UNLIMITED)
    assert found.tolist() == equal


@on_every_isa
@pytest.mark.parametrize("words", [1, 2, 3, 4, 5, 8, 31, 32, 33, 40, 62, 63, 64, 1023])
def test_all_bits_can_differ(words: int) -> None:
    """Hashes of any width without a common bit are as far apart as possible."""
    bits, n = 64 * words, 40
    hashes = np.repeat(np.arange(n, dtype=np.uint64)[:, None] % 2, words, axis=1) * (2**64 - 1)
    one = band(hashes, [bits - 1, 0, bits // 2]).ours
    for max_distance, pairs in ((bits, n // 2 * n // 2), (bits - 1, 0)):
        (i, j, distance), _ = kernel.join_pairs(
            one, one, 3, max_distance, [], START, n, UNLIMITED, UNLIMITED
        )
        assert len(i) == n * (n // 2 - 1) // 2 + pairs
        assert (distance == (i + j) % 2 * bits).all()
        (_, found, distance), _ = kernel.probe([one], [3], hashes[:1], max_distance, (0, 1), 1)
        assert len(found) == n // 2 + (n // 2 if pairs else 0)
        assert (distance == found % 2 * bits).all()
    _, _, distance = kernel.scan_nearest(hashes, hashes[:1], (0, 1), n)
    assert distance.tolist() == [0] * (n // 2) + [bits] * (n // 2)


# Which object keeps which alive


def test_a_band_keeps_its_arrays() -> None:
    """The arrays of a band live as long as it does, and no longer."""
    hashes = made(6, 200, 64).copy()
    positions = np.array([5, 9], np.uint16)
    arrays = [hashes, positions, *kernel.sort_band(hashes, positions, True)]
    one = kernel.Band(*arrays)  # type: ignore[arg-type]
    kept = [weakref.ref(array) for array in arrays if array is not None]
    expected = twin.scan_nearest(hashes, hashes[:3], (0, 3), 4)
    queries = hashes[:3].copy()
    del hashes, positions, arrays
    gc.collect()
    assert all(array() is not None for array in kept)
    assert_same(kernel.probe_nearest([one], np.zeros(2, np.uint32), queries, (0, 3), 4), expected)
    del one
    gc.collect()
    assert all(array() is None for array in kept)


# Refusals

HASHES = made(7, 4, 64)
POSITIONS = np.array([0, 9], np.uint16)
ARRAYS = dict(
    zip(("offsets", "order", "sorted"), kernel.sort_band(HASHES, POSITIONS, True), strict=True)
)
BAND = kernel.Band(HASHES, POSITIONS, **ARRAYS)  # type: ignore[arg-type]
NARROW = band(HASHES, [3]).ours
WIDE = band(made(7, 4, 128), [0, 9]).ours
FEWER = band(HASHES[:3], [0, 9]).ours
NODES = np.arange(4, dtype=np.uint32)

JOIN = {"band_distance": 1, "max_distance": 9, "begin": START, "end": 4, "work": 1}
LOOK_UP = {"queries": HASHES, "rows": (0, 4)}
VALID: dict[str, dict[str, Any]] = {
    "Band": {"hashes": HASHES, "positions": POSITIONS} | ARRAYS,
    "sort_band": {"hashes": HASHES, "positions": POSITIONS, "copy": True},
    "distinct": {"hashes": HASHES},
    "band_distances": {"hashes": HASHES, "positions": [POSITIONS]},
    "join_pairs": {"rows": BAND, "columns": BAND, "seen": [(NARROW, 1)], "capacity": 1} | JOIN,
    "join_groups": {"band": BAND, "parent": NODES.copy(), "labels": NODES.copy()} | JOIN,
    "probe": {"bands": [BAND], "band_distances": [1], "max_distance": 9, "capacity": 1} | LOOK_UP,
    "scan_near": {"hashes": HASHES, "max_distance": 9, "capacity": 1} | LOOK_UP,
    "probe_nearest": {"bands": [BAND, NARROW], "schedule": NODES[:2], "k": 1} | LOOK_UP,
    "scan_nearest": {"hashes": HASHES, "k": 1} | LOOK_UP,
}
ARRAY_ARGUMENTS = [
    (function, name)
    for function, arguments in VALID.items()
    for name, value in arguments.items()
    if isinstance(value, np.ndarray)
]
NO_POSITION = "^positions must be different and below 64, not "
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    *(
        (function, {"hashes": hashes}, rf"^hashes must have 1 to 1023 words a hash, not .* {shape}")
        for function in ("Band", "sort_band", "distinct", "band_distances", "scan_near")
        for hashes, shape in (
            (HASHES[:, :0].copy(), r"\(4, 0\)"),
            (np.zeros((1, 1024), np.uint64), r"\(1, 1024\)"),
        )
    ),
    *(
        (function, {"positions": np.array(positions, np.uint16)}, message)
        for function in ("Band", "sort_band")
        for positions, message in (
            ([], "^positions must be 1 to 24, not 0$"),
            (range(25), "^positions must be 1 to 24, not 25$"),
            ([0, 64], f"{NO_POSITION}64$"),
            ([3, 5, 3], f"{NO_POSITION}3$"),
            ([65535], f"{NO_POSITION}65535$"),
        )
    ),
    ("band_distances", {"positions": [POSITIONS, POSITIONS[:0]]}, "^positions must be 1 to 24"),
    ("Band", {"offsets": NODES}, r"^offsets must be 5, not uint32 of shape \(4,\)$"),
    ("Band", {"order": NODES[:3]}, r"^order must be as many as hashes, 4, not .* \(3,\)$"),
    ("Band", {"sorted": HASHES[:3]}, r"^sorted must be as large as hashes, not .* \(3, 1\)$"),
    ("Band", {"sorted": made(1, 4, 65)}, r"^sorted must be as large as hashes, not .* \(4, 2\)$"),
    *(
        (function, {name: value}, rf"^{name} must be {least} or more, not {value}$")
        for function, arguments in VALID.items()
        for name, least in {
            "band_distance": 0, "max_distance": 0, "end": 0, "capacity": 1, "work": 1, "k": 1,
        }.items()
        if name in arguments
        for value in (least - 1, -(2**40))
    ),
    *(
        (function, {"rows": rows}, message)
        for function in ("probe", "scan_near", "probe_nearest", "scan_nearest")
        for rows, message in (
            ((-1, 2), "^the first row must be 0 or more, not -1$"),
            ((3, 2), "^the row after the last must be 3 or more, not 2$"),
            ((0, 5), "^rows must lie within 0 and 4, not end at 5$"),
            ((5, 5), "^rows must lie within 0 and 4, not end at 5$"),
        )
    ),
    *(
        (function, {"queries": made(1, 4, 65)}, r"^queries must have 1 words, .* \(4, 2\)$")
        for function in ("probe", "scan_near", "probe_nearest", "scan_nearest")
    ),
    ("join_pairs", {"end": 5}, "^end must be at most 4, not 5$"),
    ("join_groups", {"end": 5}, "^end must be at most 4, not 5$"),
    ("join_pairs", {"rows": NARROW}, "^bands must have as many bits, not 1 and 2$"),
    ("join_pairs", {"rows": WIDE}, "^bands must have hashes of the same width, not 2 and 1 words$"),
    ("join_pairs", {"seen": [(WIDE, 1)]}, "^bands must have hashes of the same width, not 1 and 2"),
    ("join_pairs", {"seen": [(BAND, -1)]}, "^the distance of a band seen must be 0 or more"),
    ("join_pairs", {"seen": [(None, 1)]}, "^seen must not hold None$"),
    ("join_groups", {"parent": NODES[:3].copy()}, r"^parent must be as many as hashes, 4, not"),
    ("join_groups", {"labels": NODES[:3].copy()}, r"^labels must be as many as hashes, 4, not"),
    *(
        (function, {"bands": bands}, message)
        for function in ("probe", "probe_nearest")
        for bands, message in (
            ([], "^bands must be one or more$"),
            ([BAND, None], "^bands must not hold None$"),
            ([None], "^bands must not hold None$"),
            ([BAND, FEWER], "^bands must be of the same hashes$"),
            ([BAND, WIDE], "^bands must be of the same hashes$"),
        )
    ),
    ("probe", {"band_distances": [1, 1]}, "^band_distances must be as many as bands, 1, not 2$"),
    ("probe_nearest", {"schedule": NODES[:3]}, "^schedule must hold .* below 2, not 2$"),
]  # fmt: skip


def call(function: str, **changes: object) -> object:
    """Calls a function of the kernel with valid arguments, except for the changes."""
    result: object = getattr(kernel, function)(**VALID[function] | changes)
    return result


@pytest.mark.parametrize("function", VALID)
def test_what_is_valid_is_accepted(function: str) -> None:
    """Each function accepts the arguments from which the refused ones differ in one place."""
    assert call(function) is not None


@pytest.mark.parametrize(("function", "changes", "message"), REFUSED)
def test_what_cannot_be_is_refused(function: str, changes: dict[str, Any], message: str) -> None:
    """A wrong argument is named, with what was expected and what came."""
    with pytest.raises(ValueError, match=message):
        call(function, **changes)


@pytest.mark.parametrize(("function", "name"), ARRAY_ARGUMENTS)
def test_arrays_of_another_kind_are_refused(function: str, name: str) -> None:
    """An array of another dtype, with an extra axis or with gaps is refused and described."""
    array = VALID[function][name]
    for other in (array.astype(np.int64), array.astype(np.uint8), array[None], array[..., None]):
        came = re.escape(f"not {other.dtype} of shape {other.shape}")
        with pytest.raises(ValueError, match=rf"^{name} must be a contiguous array \(.*{came}$"):
            call(function, **{name: other})
    gaps = np.repeat(array, 2, axis=0)[::2]
    with pytest.raises(ValueError, match=rf"^{name} must be .*\(not contiguous\)$"):
        call(function, **{name: gaps})


@pytest.mark.parametrize("name", ["parent", "labels"])
def test_a_parent_that_cannot_be_written_is_refused(name: str) -> None:
    """The array that `join_groups` changes may not be read-only."""
    read_only = NODES.copy()
    read_only.flags.writeable = False
    with pytest.raises(TypeError):
        call("join_groups", **{name: read_only})


def test_a_cursor_beyond_everything_ends_the_join() -> None:
    """Wherever it starts, a join ends and finds nothing that does not exist."""
    one = band(made(8, 3000, 64), [0, 1]).ours
    for begin in [(0, 0, 50), (0, 0, 2**63), (5, 9, 1), (2999, 2, 7), (3000, 0, 0), (2**40, 1, 1)]:
        for end in (0, 1, 3000):
            (i, j, _), cursor = kernel.join_pairs(
                one, one, 1, 24, [], begin, end, UNLIMITED, UNLIMITED
            )
            assert cursor[0] >= end
            assert (i < j).all()
            assert len(np.unique(i.astype(np.int64) * 3000 + j)) == len(i)


# Damage


def damage(seed: int, rounds: int) -> None:
    """Uses bands with some wrong numbers, and counts how many were found out."""
    rng = np.random.default_rng(seed)
    found_out = 0
    for _ in range(rounds):
        n, words, size = (
            int(rng.integers(1, 3000)),
            int(rng.integers(1, 4)),
            int(rng.integers(1, 8)),
        )
        n = n if rng.random() < 0.3 else n % 100 + 1
        hashes = made(int(rng.integers(2**32)), n, 64 * words, clusters)
        positions = rng.permutation(64 * words)[:size].astype(np.uint16)
        offsets, order, copied = kernel.sort_band(hashes, positions, bool(rng.integers(2)))
        labels, parent = order.copy(), np.arange(n, dtype=np.uint32)
        schedule = np.zeros(size, np.uint32)
        for array in (offsets, order, labels, parent):
            many = rng.random() < 0.2
            for at in rng.integers(0, len(array), rng.integers(0, len(array) if many else 3)):
                other = [rng.integers(2**32), n, n + 1, 0, array[rng.integers(len(array))], at]
                array[at] = other[rng.integers(len(other))]
        one, good = kernel.Band(hashes, positions, offsets, order, copied), band(hashes, positions)
        near = int(rng.integers(size + 1)), int(rng.integers(64 * words))
        begin = (int(rng.integers(n)), 0, 0)
        end = int(rng.integers(begin[0], n + 1))
        stop = int(rng.integers(1, 100_000))
        rows = (0, min(n, 20))
        calls: list[Callable[[], object]] = [
            lambda: kernel.join_pairs(one, one, *near, [(one, 0)], begin, end, stop, stop),  # noqa: B023
            lambda: kernel.join_pairs(one, good.ours, *near, [], begin, end, stop, stop),  # noqa: B023
            lambda: kernel.join_pairs(good.ours, one, *near, [], begin, end, stop, stop),  # noqa: B023
            lambda: kernel.join_groups(one, *near, begin, end, stop, parent, labels),  # noqa: B023
            lambda: kernel.probe([good.ours, one], [0, near[0]], hashes, near[1], rows, stop),  # noqa: B023
            lambda: kernel.probe_nearest([one], schedule, hashes, rows, 5),  # noqa: B023
        ]
        for one_call in calls:
            try:
                one_call()
            except kernel.DamagedError:
                found_out += 1
    print(found_out)


@pytest.mark.slow
def test_damaged_bands_never_crash() -> None:
    """Whatever the arrays of a band hold, a call returns or raises `DamagedError`."""
    for seed in range(2):
        script = f"import test_join; test_join.damage({seed}, 150)"
        child = subprocess.run(
            [sys.executable, "-c", script],
            cwd=Path(__file__).parent,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert child.returncode == 0, child.stderr
        assert int(child.stdout) > 50


@pytest.mark.parametrize("copy", [True, False])
def test_damage_that_leads_out_of_the_arrays_is_told(copy: bool) -> None:
    """Descending offsets, and offsets or numbers beyond the hashes, are reported by every function
    that meets them. The error is the same everywhere, and is a `ValueError`.
    """
    hashes = made(9, 100, 64)
    good = kernel.sort_band(hashes, POSITIONS, copy)
    for which, values in ((0, [0, 60, 20, 80, 100]), (0, [0, 0, 0, 0, 101]), (1, [100] * 100)):
        arrays = list(good)
        arrays[which] = np.array(values, np.uint32)
        one = kernel.Band(hashes, POSITIONS, *arrays)  # type: ignore[arg-type]
        calls: list[Callable[[], object]] = [
            lambda: kernel.join_pairs(one, one, 2, 64, [], START, 100, UNLIMITED, UNLIMITED),  # noqa: B023
            lambda: kernel.probe([one], [2], hashes, 64, (0, 100), UNLIMITED),  # noqa: B023
            lambda: kernel.probe_nearest([one], NODES[:1] * 0, hashes, (0, 100), 5),  # noqa: B023
        ]
        for one_call in calls:
            with pytest.raises(kernel.DamagedError, match="of a band .* damaged$"):
                one_call()
    assert issubclass(kernel.DamagedError, ValueError)


# Threads

MANY = band(made(10, 30_000, 64), list(range(8)))
ALL = MANY.theirs.hashes
LONG_CALLS: dict[str, Callable[[], object]] = {
    "sort_band": lambda: kernel.sort_band(ALL, np.arange(20, dtype=np.uint16), True),
    "distinct": lambda: kernel.distinct(ALL),
    "band_distances": lambda: kernel.band_distances(ALL[:1500], [POSITIONS]),
    "join_pairs": lambda: kernel.join_pairs(
        MANY.ours, MANY.ours, 1, 0, [], START, 30_000, UNLIMITED, UNLIMITED
    ),
    "join_groups": lambda: kernel.join_groups(
        MANY.ours, 1, 0, START, 30_000, UNLIMITED, *np.indices((2, 30_000), np.uint32)[1]
    ),
    "probe": lambda: kernel.probe([MANY.ours], [8], ALL, 0, (0, 200), UNLIMITED),
    "scan_near": lambda: kernel.scan_near(ALL, ALL, 0, (0, 200), UNLIMITED),
    "probe_nearest": lambda: kernel.probe_nearest(
        [MANY.ours], np.zeros(8, np.uint32), ALL, (0, 200), 5
    ),
    "scan_nearest": lambda: kernel.scan_nearest(ALL, ALL, (0, 200), 5),
}


@pytest.mark.parametrize("name", LONG_CALLS)
def test_other_threads_run_during_a_call(name: str) -> None:
    """A second thread makes progress while the kernel works, without waiting for the GIL."""
    assert lets_others_run(LONG_CALLS[name])


# The description


def test_the_stub_describes_the_classes() -> None:
    """`kernel.pyi` has exactly the module's classes, documented, with the same parameters."""
    stub = next(file for entry in _native.__path__ if (file := Path(entry, "kernel.pyi")).is_file())
    described = {
        node.name: node
        for node in ast.parse(stub.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef)
    }
    classes = {name for name, value in vars(kernel).items() if isinstance(value, type)}
    assert set(described) == classes
    assert all(map(ast.get_docstring, described.values()))
    (make,) = (node for node in described["Band"].body if isinstance(node, ast.FunctionDef))
    signature = kernel.Band.__init__.__doc__ or ""
    assert [one.arg for one in make.args.args] == ["self", *re.findall(r"(\w+): ", signature)]
