"""What tasks do with packed blocks finds every pair once, and connects what belongs together."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hash_words import SKEWS, Bits, Skew, random, words_of
from lookalike.hashes import words_of as words_of_bytes
from lookalike.spark.blocks.bands import Spread
from lookalike.spark.blocks.joining import LARGE, joined
from lookalike.spark.blocks.packing import Edges, Nodes, bucket_bits, buckets_of, slices_of
from lookalike.spark.blocks.stars import labels_of, large_star, small_star

SELF = ((0, 0),)


def distinct(bits: Bits) -> NDArray[np.uint64]:
    return np.unique(words_of(bits), axis=0)


def spread_for(words: NDArray[np.uint64], bits: int, distance: int, most: int) -> Spread:
    return Spread.of(words, len(words), bits, distance, target=most // 2 or 1, most=most)


def run(
    roles: dict[int, Nodes], joins: tuple[tuple[int, int], ...], spread: Spread
) -> tuple[list[Edges], NDArray[np.int64]]:
    """The edges and counts of all tasks. The hashes of each role arrive in two blocks."""
    edges, counts = [], np.zeros(spread.max_distance + 1, np.int64)
    for at in range(len(spread.bands)):
        tasks: dict[int, dict[tuple[int, bool], list[Nodes]]] = defaultdict(dict)
        for role, nodes in roles.items():
            half = len(nodes.ids) // 2
            for some in (nodes.among(slice(half)), nodes.among(slice(half, None))):
                for part in spread.parts(some, at):
                    tasks[part.task].setdefault((role, part.second), []).append(part.nodes)
        for blocks in tasks.values():
            whole = {key: Nodes.concatenated(some, spread.words) for key, some in blocks.items()}
            found = joined(whole, joins, spread, at)
            edges.append(found.edges)
            counts += found.counts
    return edges, counts


def near(
    rows: NDArray[np.uint64], columns: NDArray[np.uint64], distance: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int64]]:
    """All pairs within the distance, by comparing all."""
    apart = np.bitwise_count(rows[:, None] ^ columns[None]).sum(axis=2)
    i, j = np.nonzero(apart <= distance)
    return i, j, apart[i, j]


def sets_of(edges: Edges) -> dict[int, int]:
    return dict(zip(*(side.tolist() for side in labels_of(edges)), strict=True))


@pytest.mark.thorough
@pytest.mark.parametrize("skew", SKEWS)
@pytest.mark.parametrize("bits", [42, 64, 256])
@pytest.mark.parametrize(("distance", "most"), [(0, 40), (4, 1000), (4, 60), (12, 100)])
def test_every_pair_is_counted_once_and_the_same_sets_are_connected(
    skew: Skew, bits: int, distance: int, most: int
) -> None:
    """Whatever the bands, the bounds and the blocks are."""
    words = distinct(skew(np.random.default_rng(bits), 400, bits))
    nodes = Nodes(words, np.arange(len(words), dtype=np.int64) * 3 + 7)
    edges, counts = run({0: nodes}, SELF, spread_for(words, bits, distance, most))
    i, j, apart = near(words, words, distance)
    wanted = i < j
    assert counts.tolist() == np.bincount(apart[wanted], minlength=distance + 1).tolist()
    every = Edges(nodes.ids[i[wanted]], nodes.ids[j[wanted]])
    assert sets_of(Edges.concatenated(edges)) == sets_of(every)


@pytest.mark.parametrize("most", [50, 1000])
def test_two_sets_are_joined_only_with_each_other(most: int) -> None:
    """No pair within one set is found, however near."""
    rng = np.random.default_rng(2)
    bits = random(rng, 150, 64)
    ours = distinct(np.concatenate([bits, bits ^ (rng.random(bits.shape) < 0.02)]))
    theirs = distinct(bits ^ (rng.random(bits.shape) < 0.02))
    roles = {
        0: Nodes(ours, np.arange(len(ours), dtype=np.int64)),
        1: Nodes(theirs, np.arange(len(theirs), dtype=np.int64) + 1000),
    }
    spread = spread_for(np.concatenate([ours, theirs]), 64, 4, most)
    _, counts = run(roles, ((0, 1),), spread)
    _, _, apart = near(ours, theirs, 4)
    assert counts.tolist() == np.bincount(apart, minlength=5).tolist()


@pytest.mark.slow
def test_a_value_with_very_many_hashes_is_searched_by_itself() -> None:
    """More hashes of one value than are compared one by one, with others beside them."""
    rng = np.random.default_rng(3)
    bits = random(rng, LARGE + 2500, 64)
    bits[: LARGE + 500, :20] = False
    bits[1:400:2] = bits[:400:2] ^ (rng.random((200, 64)) < 0.02)
    words = distinct(bits)
    nodes = Nodes(words, np.arange(len(words), dtype=np.int64))
    spread = spread_for(words, 64, 3, 1 << 22)
    _, counts = run({0: nodes}, SELF, spread)
    within = (len(near(words[a : a + 500], words, 3)[0]) for a in range(0, len(words), 500))
    assert 2 * counts.sum() + len(words) == sum(within)


def test_a_hot_value_becomes_pairs_of_blocks() -> None:
    """Half of all hashes have few values in each band, and no task gets more than two blocks."""
    rng = np.random.default_rng(4)
    bits = random(rng, 4000, 64)
    bits[:2000] &= np.arange(64) >= 48
    words = distinct(bits)
    spread = spread_for(words, 64, 3, 50)
    assert max(max(band.blocks) for band in spread.bands) >= 2
    nodes = Nodes(words, np.arange(len(words), dtype=np.int64))
    for at in range(len(spread.bands)):
        sizes: dict[int, int] = defaultdict(int)
        for part in spread.parts(nodes, at):
            sizes[part.task] += len(part.nodes.ids)
        assert max(sizes.values()) <= 2 * 50 * 1.5
        assert max(sizes) < spread.tasks


def test_a_spread_survives_its_manifest() -> None:
    """It is read back as it was."""
    words = distinct(random(np.random.default_rng(5), 500, 64))
    spread = spread_for(words, 64, 4, 100)
    assert Spread.from_plain(spread.plain()) == spread


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=60))
def test_large_and_small_stars_end_in_the_sets_of_a_union_find(
    pairs: list[tuple[int, int]],
) -> None:
    """Until neither step changes an edge."""
    pairs = [(i, j) for i, j in pairs if i != j]
    left, right = np.array(pairs, np.int64).reshape(-1, 2).T
    edges, rounds, changes = Edges(left, right), 0, 1
    while changes:
        both = Edges(np.concatenate(edges), np.concatenate(edges[::-1]))
        large = large_star(both)
        downwards = Edges(*np.sort(np.stack(large.edges), axis=0)[::-1])
        small = small_star(downwards)
        edges, changes = small.edges, large.changes + small.changes
        rounds += 1
        assert rounds < 20
    found = dict(zip(edges.left.tolist(), edges.right.tolist(), strict=True))
    expected = {k: v for k, v in sets_of(Edges(left, right)).items() if k != v}
    assert found == expected


def test_buckets_hold_about_as_many_as_asked() -> None:
    """And every row is in one of them."""
    words = words_of_bytes(np.random.default_rng(6).integers(0, 256, (5000, 16), dtype=np.uint8))
    buckets = buckets_of(words, bucket_bits(len(words), 600))
    sizes = {bucket: len(rows) for bucket, rows in slices_of(buckets)}
    assert sum(sizes.values()) == 5000
    assert len(sizes) == 16
    assert max(sizes.values()) < 600
