"""What an index answers: order, ties, removed entries, many equal hashes."""

from __future__ import annotations

import tracemalloc
from itertools import combinations, islice
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from index_model import Key, Kind, Model, collected, small_tails
from lookalike import Hash, HashArray, Index, Match
from lookalike.index import Linear, part
from lookalike.index.search.multi_index import MultiIndex
from lookalike.index.search.searcher import BLOCK

BYTE = Kind(None, 8)
SORTED = [0, 3, 6]
"""How many of six entries are sorted. The others come after."""


def index_of(
    hashes: list[int], sorted_count: int, patch: pytest.MonkeyPatch, keys: list[Key] | None = None
) -> Index:
    """An index of bytes, the first of them sorted."""
    keys = list(range(len(hashes))) if keys is None else keys
    index = BYTE.new()
    index.add(keys[:sorted_count], BYTE.array(hashes[:sorted_count]))
    with patch.context() as now:
        small_tails(now, 0, 0)
        index.query("00", 0)
    index.add(keys[sorted_count:], BYTE.array(hashes[sorted_count:]))
    state = index._state  # noqa: SLF001
    assert (sorted_count, 6 - sorted_count) == (state.places - len(state.tail), len(state.tail))
    return index


@pytest.mark.parametrize("sorted_count", SORTED)
def test_matches_come_by_distance_then_insertion(
    sorted_count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nearer entries come first. Ties keep the order of insertion, whatever the key."""
    keys: list[Key] = ["c", "a", "b", "d", "a", "e"]
    index = index_of([0b01, 0, 0b10, 0b01, 0, 0b11], sorted_count, monkeypatch, keys)
    near = [Match("a", 0), Match("a", 0), Match("c", 1), Match("b", 1), Match("d", 1)]
    assert index.query("00", 1) == near
    assert index.query("00", 2) == [*near, Match("e", 2)]
    many = index.query_many(["03", "00"], 1)
    assert many.query.tolist() == [0] * 4 + [1] * 5
    assert many.position.tolist() == [5, 0, 2, 3, 1, 4, 0, 2, 3]
    assert many.distance.tolist() == [0, 1, 1, 1, 0, 0, 1, 1, 1]


@pytest.mark.thorough
@pytest.mark.parametrize("sorted_count", SORTED)
def test_nearest_ties_go_by_insertion(sorted_count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first k are found for every set of removed entries and every k, even beyond their
    number.
    """
    hashes = [1, 2, 1, 0, 2, 1]
    for gone in (set(one) for count in range(7) for one in combinations(range(6), count)):
        index = index_of(hashes, sorted_count, monkeypatch)
        index.remove(gone)
        model = Model(BYTE, [entry for entry in enumerate(hashes) if entry[0] not in gone])
        for k in range(1, 9):
            assert index.nearest("00", k) == model.query(0, 8)[:k]
            assert index.nearest("06", k) == model.query(6, 8)[:k]


@pytest.mark.parametrize("sorted_count", SORTED)
def test_removed_entries_connect_nothing(
    sorted_count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries linked only by a removed one are apart, and positions close up."""
    index = index_of([0b0001, 0b0011, 0b0111, 0b1111, 0, 0b0011], sorted_count, monkeypatch)
    assert [one.tolist() for one in index.groups(1)] == [[0, 1, 2, 3, 4, 5]]
    index.remove(5)
    assert [one.tolist() for one in index.groups(1)] == [[0, 1, 2, 3, 4]]
    index.remove([1])
    assert collected(index.pairs(1)) == {(0, 3, 1), (1, 2, 1)}
    assert [one.tolist() for one in index.groups(1)] == [[0, 3], [1, 2]]
    assert index.keys_at([0, 3, 1, 2]) == [0, 4, 2, 3]
    assert list(index) == [0, 2, 3, 4]
    index.add(1, "03")
    assert [one.tolist() for one in index.groups(1)] == [[0, 1, 2, 3, 4]]


def test_positions_are_ranks() -> None:
    """`keys_at` gives the keys that a search found, whatever the form of the positions."""
    index = BYTE.new()
    index.add([*"abcdef"], ["01", "02", "01", "02", "01", "02"])
    index.remove(["a", "d"])
    found = index.query_many(["01", "02"], 0)
    assert found.position.tolist() == [1, 2, 0, 3]
    assert index.keys_at(found.position) == ["c", "e", "b", "f"]
    given: list[Any] = [
        range(1, 3),
        (1, 2),
        iter([1, 2]),
        np.array([1, 2], np.uint8),
        [np.int8(1), 2],
    ]
    for positions in given:
        assert index.keys_at(positions) == ["c", "e"]
    assert index.keys_at([]) == []


def test_a_key_may_come_again() -> None:
    """Each addition makes an entry. All entries of a key are removed together, and the key may
    return.
    """
    index = BYTE.new()
    index.add([7, 8, 7], ["00", "01", "03"])
    index.add(7, "00")
    assert index.query("00", 8) == [(7, 0), (7, 0), (8, 1), (7, 2)]
    index.remove(7)
    assert (len(index), 7 in index, index.query("00", 8)) == (1, False, [(8, 1)])
    with pytest.raises(KeyError, match="^7$"):
        index.remove(7)
    index.add(7, "07")
    assert (list(index), 7 in index) == ([8, 7], True)
    index.remove([7, 7, 8])
    assert list(index) == []


def test_a_key_is_there_or_not() -> None:
    """Keys are found as Python's or NumPy's ints and strs. A value that cannot be a key is not
    found.
    """
    numbers, texts = BYTE.new(), BYTE.new()
    numbers.add([5, 2**63 - 1], ["00", "01"])
    texts.add("é", "00")
    wanted: list[Any] = [5, np.int64(5), np.uint8(5), 2**63 - 1, np.str_("é"), "é"]
    assert [one in numbers for one in wanted] == [True] * 4 + [False] * 2
    assert [one in texts for one in wanted] == [False] * 4 + [True] * 2
    others: list[Any] = [
        6,
        2**63,
        "5",
        b"5",
        5.0,
        True,
        None,
        [5],
        np.timedelta64(5, "s"),
        object(),
    ]
    assert not any(one in numbers or one in texts for one in others)
    numbers.remove(np.int64(5))
    numbers.add(np.int16(6), "02")
    assert list(numbers) == [2**63 - 1, 6]


def test_adding_nothing_changes_nothing() -> None:
    """No keys with no hashes, in any form, leave the index unchanged and open to keys of either
    kind.
    """
    index = Index("phash")
    nothing: list[Any] = [
        [],
        (),
        np.empty((0, 8), np.uint8),
        HashArray(np.empty((0, 8), np.uint8), "phash"),
    ]
    for hashes in nothing:
        index.add([], hashes)
        index.add(np.empty(0, np.int64), hashes)
    index.remove([])
    assert (len(index), list(index)) == (0, [])
    index.add(["a"], ["0" * 16])
    index.add([], [])
    assert index.query("0" * 16, 0) == [("a", 0)]


def test_an_empty_index_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is found in an index without entries, or with all removed, sorted or not."""
    small_tails(monkeypatch, 0, 0)
    removed = BYTE.new()
    removed.add([1, 2], ["00", "01"])
    removed.remove([1, 2])
    other = BYTE.new()
    other.add([1], ["00"])
    for index in (BYTE.new(), removed):
        for _ in range(2):  # the first search may sort
            assert (len(index), 1 in index, list(index)) == (0, False, [])
            assert index.query("00", 8) == index.nearest("00", 3) == index.groups(8) == []
            assert [one.tolist() for one in index.query_many(["00", "01"], 8)] == [[], [], []]
            assert [*index.pairs(8), *index.pairs_with(other, 8), *other.pairs_with(index, 8)] == []
            assert index.explain() == "there is nothing to search"
    removed.add(3, "07")
    assert removed.nearest("00", 3) == [(3, 3)]


def test_an_index_says_what_it_is() -> None:
    """It gives its algorithm's usual name, its bits, and its number of entries."""
    index, plain = Index("phash:8"), Index(bits=12)
    index.add([1, 2], ["0" * 16] * 2)
    assert (index.algorithm, index.bits) == ("phash", 64)
    assert (plain.algorithm, plain.bits) == (None, 12)
    assert repr(index) == "<Index phash, 2 entries>"
    assert repr(plain) == "<Index 12 bits, 0 entries>"


def test_what_changed_is_sorted_when_it_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search sorts first when there are more than this many new or removed entries."""
    small_tails(monkeypatch, 4, 6)
    index = BYTE.new()

    def sizes() -> tuple[int, int, int]:
        """The numbers of sorted, unsorted and removed entries after a search."""
        index.query("00", 0)
        state = index._state  # noqa: SLF001
        return state.places - len(state.tail), len(state.tail), len(state.removed)

    def add(count: int) -> None:
        first = len(index._state.keys)  # noqa: SLF001
        index.add(range(first, first + count), np.zeros((count, 1), np.uint8))

    add(4)
    assert sizes() == (0, 4, 0)
    add(1)
    assert sizes() == (5, 0, 0)
    add(4)
    index.remove([0, 1, 2, 8])
    assert sizes() == (5, 4, 4)
    index.remove(3)
    assert sizes() == (4, 0, 0)
    add(396)
    assert sizes() == (400, 0, 0)
    add(6)  # a 16th would be 25
    index.remove(list(islice(index, 100)))
    assert sizes() == (400, 6, 100)
    add(1)
    assert sizes() == (307, 0, 0)


def test_a_search_sees_the_moment_of_its_beginning() -> None:
    """Entries added or removed while the pairs are read are not among them."""
    index = BYTE.new()
    index.add(range(3000), np.zeros((3000, 1), np.uint8))
    blocks = index.pairs(0)
    first = next(blocks)
    index.remove(range(1000))
    index.add(range(50), np.zeros((50, 1), np.uint8))
    index.groups(0)
    assert len(first.i) + sum(len(block.i) for block in blocks) == 3000 * 2999 // 2


def clustered(count: int) -> NDArray[np.uint8]:
    """64-bit hashes: random ones, then some near and some equal to those."""
    random = np.random.default_rng(1)
    data = random.integers(0, 256, (count, 8), dtype=np.uint8)
    half = count // 2
    flips = np.packbits(random.random((half, 64)) < 0.04, axis=1)
    data[half : 2 * half] = data[random.integers(0, half, half)] ^ flips
    return data


@pytest.mark.thorough
def test_a_planned_search_finds_what_a_scan_finds() -> None:
    """Answers are complete for tens of thousands of entries, sorted, added later or removed."""
    data = clustered(30_000)
    index = Index("phash")
    index.add(np.arange(26_000), data[:26_000])
    index.groups(10)
    index.add(np.arange(26_000, 30_000), data[26_000:])
    gone = np.arange(0, 30_000, 11)
    index.remove(gone)
    left = np.delete(np.arange(30_000), gone)
    words = data[left].view(np.uint64)
    scan = Linear(words)
    for max_distance in (0, 5, 10, 15):
        assert collected(index.pairs(max_distance)) == collected(scan.pairs(max_distance))
    queries = data[::97].copy()
    found = index.query_many(queries, 12)
    state = index._state  # noqa: SLF001
    assert state.base is not None
    assert isinstance(state.base.searcher, MultiIndex)
    assert len(state.tail) == 4000
    assert len(state.removed) == len(gone)
    near = collected(scan.matches(queries.view(np.uint64), 12))
    assert {*zip(*(column.tolist() for column in found), strict=True)} == near
    assert len(near) > len(queries)
    distances = np.bitwise_count(queries[:20].view(np.uint64) ^ words.T)
    for query, row in zip(queries, distances, strict=False):
        for k in (1, 3, 500):
            nearest = np.lexsort((np.arange(len(row)), row))[:k]
            expected = [*zip(left[nearest].tolist(), row[nearest].tolist(), strict=True)]
            assert index.nearest(query, k) == expected


def test_hashes_of_an_algorithm_fit_an_index_of_as_many_bits() -> None:
    """An index of plain bits accepts them, since it knows only their number of bits."""
    index = Index(bits=64)
    one = Hash.from_hex("00ff" * 4, algorithm="dhash")
    index.add([1], [one])
    index.add([2], HashArray.from_hex(["00ff" * 4], algorithm="phash"))
    assert index.query(one, 0) == [(1, 0), (2, 0)]


# Equal hashes in great numbers


@pytest.mark.slow
def test_all_pairs_of_equal_hashes_come_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each pair comes once, from 1000 equal hashes and others near them, in blocks of this size."""
    monkeypatch.setattr(part, "BLOCK", 1000)
    small_tails(monkeypatch)
    index = BYTE.new()
    index.add(range(1100), [*["00"] * 600, *["01"] * 100, *["00"] * 400])
    blocks = list(index.pairs(1))
    assert len(collected(blocks)) == 1100 * 1099 // 2
    assert max(len(block.i) for block in blocks) <= 1000
    assert {(int(i), int(j)) for i, j, d in collected(blocks) if d} == {
        (min(i, j), max(i, j)) for i in range(600, 700) for j in [*range(600), *range(700, 1100)]
    }


def test_pairs_of_equal_hashes_are_not_held() -> None:
    """The 199,990,000 pairs of 20,000 equal hashes are made in blocks, as they are consumed."""
    index = Index("phash")
    index.add(range(20_000), np.zeros((20_000, 8), np.uint8))
    index.explain()
    tracemalloc.start()
    blocks = list(islice(index.pairs(0), 3))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert all(0 < len(block.i) <= BLOCK for block in blocks)
    assert sum(len(block.i) for block in blocks) > BLOCK
    assert peak < 120 * BLOCK  # bytes. A pair takes 10.


@pytest.mark.parametrize("sorted_first", [True, False])
def test_groups_of_equal_hashes_take_no_pairs(
    sorted_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """300,000 equal hashes form a group without making 45 billion pairs, sorted or not."""
    if not sorted_first:
        small_tails(monkeypatch, 1 << 20, 1 << 20)
    index = Index("phash")
    index.add([0, 1], ["f" * 16, "0" * 15 + "1"])
    index.add(range(2, 300_002), np.zeros((300_000, 8), np.uint8))
    tracemalloc.start()
    (group,) = index.groups(1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_array_equal(group, np.arange(1, 300_002))
    assert (len(index._state.tail) == 0) == sorted_first  # noqa: SLF001
    assert peak < 60e6
