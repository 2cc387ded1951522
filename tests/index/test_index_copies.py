"""Copies and pickles of an index are independent, and answer as a plain list of entries."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index_model import KINDS, Key, Kind, Model, bands_of, collected, small_tails
from lookalike import Index, IndexFileError
from lookalike.index.stored.file import open_file
from trying import cases

PHASH = Kind("phash", 64)


def pickled(index: Index) -> Index:
    again: Index = pickle.loads(pickle.dumps(index))
    return again


WAYS: dict[str, Callable[[Index], Index]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": pickled,
}

every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def check(index: Index, model: Model, within: int) -> None:
    """All answers are those of the model."""
    assert (index.algorithm, index.bits) == (model.kind.algorithm, model.kind.bits)
    assert (len(index), list(index)) == (len(model.entries), model.keys)
    for key in {*model.keys[:3], *model.keys[-3:]}:
        assert key in index
    for _, query in model.entries[::7]:
        array = model.kind.array([query])[0]
        assert index.query(array, within) == model.query(query, within)
        assert index.nearest(array, 4) == model.query(query, index.bits)[:4]
    assert collected(index.pairs(within)) == model.pairs(within)
    assert [one.tolist() for one in index.groups(within)] == model.groups(within)


@pytest.mark.slow
@settings(deadline=None, max_examples=cases(80))
@given(st.data())
def test_copies_go_their_own_ways(data: st.DataObject) -> None:
    """Whichever index is copied, and whatever is done to either, each answers as its own list."""
    kind = data.draw(st.sampled_from(KINDS))
    texts, bands = data.draw(st.booleans()), data.draw(st.sampled_from([0, 7]))
    pairs = [(kind.new(), Model(kind))]
    count = 0
    with pytest.MonkeyPatch.context() as patch:
        small_tails(patch, *data.draw(st.sampled_from([(8, 16), (4096, 65536)])))
        if bands:
            bands_of(patch, bands)
        for _ in range(data.draw(st.integers(1, 12))):
            index, model = data.draw(st.sampled_from(pairs))
            what = data.draw(st.sampled_from(["add", "add", "remove", "search", *WAYS]))
            if what == "add":
                number = data.draw(st.integers(0, 20))
                hashes = kind.clusters(count, number, 4, 0.03)
                keys: list[Key] = [f"é{k}" if texts else k for k in range(count, count + number)]
                count += number
                index.add(keys, kind.array(hashes))
                model.add(keys, hashes)
            elif what == "remove" and model.keys:
                key = data.draw(st.sampled_from(model.keys))
                index.remove(key)
                model.remove([key])
            elif what == "search":
                index.groups(kind.bits // 10)
            elif what in WAYS:
                pairs.append((WAYS[what](index), Model(kind, model.entries)))
        for index, model in pairs:
            check(index, model, kind.bits // 8)


@pytest.mark.thorough
@every_way
@pytest.mark.parametrize("texts", [False, True])
def test_of_an_opened_index(way: Callable[[Index], Index], texts: bool, tmp_path: Path) -> None:
    """A copy has the entries of the file and of memory, and the file is unchanged."""
    path = tmp_path / "index"
    keys: list[Key] = [f"{k}.jpg" if texts else k for k in range(300)]
    hashes = PHASH.clusters(1, 300, 30, 0.03)
    index, model = PHASH.new(), Model(PHASH, zip(keys, hashes, strict=True))
    index.add(keys, PHASH.array(hashes))
    index.save(path)
    before = path.read_bytes()
    opened = Index.open(path)
    more: list[Key] = ["new" if texts else -1]
    opened.add(more, PHASH.array([5]))
    opened.remove(keys[7])
    model.add(more, [5])
    model.remove([keys[7]])
    copied = way(opened)
    theirs = Model(PHASH, model.entries)
    copied.remove(keys[9])
    theirs.remove([keys[9]])
    opened.add(more, PHASH.array([6]))
    model.add(more, [6])
    check(opened, model, 8)
    check(copied, theirs, 8)
    assert path.read_bytes() == before


@every_way
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.algorithm or kind.bits}")
def test_of_an_empty_index(way: Callable[[Index], Index], kind: Kind) -> None:
    """The copy is of the same kind, and either accepts keys of any sort."""
    index = kind.new()
    copied = way(index)
    index.add("a", kind.array([1])[0])
    copied.add(1, kind.array([2])[0])
    assert (list(index), list(copied)) == (["a"], [1])
    assert (copied.algorithm, copied.bits) == (kind.algorithm, kind.bits)


def test_a_shallow_copy_shares_memory() -> None:
    """Copying a hundred thousand entries takes no memory until either index grows."""
    index = Index("phash")
    random = np.random.default_rng(1)
    index.add(range(100_000), random.integers(0, 256, (100_000, 8), np.uint8))
    copied = copy.copy(index)
    ours, theirs = index._state, copied._state  # noqa: SLF001
    assert np.shares_memory(ours.tail, theirs.tail)
    assert all(
        np.shares_memory(array, theirs.keys.to_sections()[name])
        for name, array in ours.keys.to_sections().items()
    )


def test_a_pickle_is_read_in_another_process() -> None:
    """It gives the same answers."""
    index = Index("phash")
    index.add(["a", "b"], ["0" * 16, "0" * 15 + "7"])
    script = (
        "import pickle, sys; index = pickle.load(sys.stdin.buffer); "
        "print(index, index.query('0' * 16, 3))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=pickle.dumps(index), capture_output=True, check=True
    )
    assert done.stdout.decode().strip() == f"{index} {index.query('0' * 16, 3)}"


@every_way
def test_a_copy_has_the_entries_of_a_moment(way: Callable[[Index], Index]) -> None:
    """Keys and hashes of a copy belong together while another thread adds and removes."""
    index, stop = Index("phash"), threading.Event()
    index.add(0, f"{0:016x}")

    def write() -> None:
        key = 1
        while not stop.is_set() and key < 20_000:
            index.add(range(key, key + 3), [f"{k:016x}" for k in range(key, key + 3)])
            index.remove(key)
            key += 3

    thread = threading.Thread(target=write)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    thread.start()
    try:
        lengths: set[int] = set()
        while len(lengths) < 20 and thread.is_alive():
            copied = way(index)
            keys = [int(key) for key in copied]
            assert len(copied) == len(keys)
            lengths.add(len(keys))
            removed = [k for k in range(keys[-1] + 1) if k % 3 != 1]
            assert keys in (removed, sorted([*removed, keys[-1] - 2]))
            for key in keys[-2:]:
                assert copied.query(f"{key:016x}", 0) == [(key, 0)]
    finally:
        sys.setswitchinterval(interval)
        stop.set()
        thread.join()
    assert len(lengths) == 20


def test_damage_is_not_pickled(tmp_path: Path) -> None:
    """A pickle of a damaged file would lack checksums, so it is refused, with the path."""
    path = tmp_path / "index"
    index = Index("phash")
    index.add(["a", "b"], ["0" * 16, "f" * 16])
    index.save(path)
    assert list(pickled(Index.open(path))) == ["a", "b"]
    data = bytearray(path.read_bytes())
    data[next(s.offset for s in open_file(path)._table if s.name == "hashes")] ^= 1  # noqa: SLF001
    path.write_bytes(data)
    opened = Index.open(path)
    with pytest.raises(IndexFileError, match=f"^{path}: damaged section hashes$"):
        pickle.dumps(opened)
    assert len(copy.copy(opened)) == 2
    with pytest.raises(IndexFileError, match=f"^{path}: damaged section hashes$"):
        copy.deepcopy(opened).check()
