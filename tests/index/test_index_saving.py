"""An index and its file: saving, opening, sharing between processes, and overwriting."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from index_model import KINDS, Key, Kind, Model, bands_of, collected, small_tails
from lookalike import Index, IndexFileError
from lookalike.images import PREPARATION
from lookalike.index.search.multi_index import MultiIndex
from lookalike.index.stored import layout, storage
from lookalike.index.stored.file import Header, open_file

PHASH = Kind("phash", 64)


def filled(kind: Kind, count: int = 150, *, texts: bool = False) -> tuple[Index, Model]:
    """Clustered hashes, some of them equal, with keys that come again."""
    hashes = kind.clusters(1, count, 20, 0.03)
    hashes[count // 2 :] = hashes[: count - count // 2]
    keys: list[Key] = [f"é{k % 99}.jpg" if texts else k % 99 for k in range(count)]
    index, model = kind.new(), Model(kind, zip(keys, hashes, strict=True))
    index.add(keys, kind.array(hashes))
    return index, model


def check(index: Index, model: Model) -> None:
    """All answers are those of the model, at several distances."""
    assert list(index) == model.keys
    _, query = model.entries[5]
    for share in (0, 0.05, 0.2, 0.4, 1):
        within = round(share * index.bits)
        assert index.query(model.array[5], within) == model.query(query, within)
        assert collected(index.pairs(within)) == model.pairs(within)
        assert [one.tolist() for one in index.groups(within)] == model.groups(within)
    assert index.nearest(model.array[5], 7) == model.query(query, index.bits)[:7]


@pytest.mark.parametrize("size", [0, 9])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.algorithm or kind.bits}")
def test_a_saved_index_answers_as_before(
    kind: Kind, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The opened index is of the same kind and has all answers, for any distance and search."""
    if size:
        bands_of(monkeypatch, size)
    index, model = filled(kind, texts=bool(size))
    index.save(tmp_path / "index")
    check(index, model)
    opened = Index.open(tmp_path / "index")
    assert (opened.algorithm, opened.bits) == (kind.algorithm, kind.bits)
    assert opened.explain() == index.explain()
    assert ("multi-index" in opened.explain()) == bool(size)
    check(opened, model)
    opened.check()
    opened.save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "index").read_bytes()


def test_what_is_saved_has_no_removed_entries(tmp_path: Path) -> None:
    """Neither they nor their keys are in the file, and both indexes go on from there."""
    index, model = filled(PHASH, texts=True)
    index.remove(["é3.jpg", "é98.jpg"])
    model.remove(["é3.jpg", "é98.jpg"])
    index.save(tmp_path / "index")
    assert open_file(tmp_path / "index").header.entries == len(model.entries)
    assert "é3.jpg".encode() not in (tmp_path / "index").read_bytes()
    opened = Index.open(tmp_path / "index")
    for one in (index, opened):
        check(one, model)
        assert "é3.jpg" not in one
    opened.add("é3.jpg", PHASH.array([5])[0])
    model.add(["é3.jpg"], [5])
    check(opened, model)


def test_more_bands_than_a_file_holds_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They do not prevent saving: the opened index has all answers, by scanning."""
    bands_of(monkeypatch, 9)
    index, model = filled(PHASH, texts=True)
    index.save(tmp_path / "bands")
    sections = len(open_file(tmp_path / "bands").sections)
    for most in (sections, sections - 1):
        monkeypatch.setattr(storage, "MAX_SECTIONS", most)
        index.save(tmp_path / "index")
        opened = Index.open(tmp_path / "index")
        assert ("multi-index" in opened.explain()) == (most == sections)
        check(opened, model)


def test_an_empty_index_is_saved(tmp_path: Path) -> None:
    """It opens as an empty index, and accepts keys of any kind."""
    for keys in (["a"], [1]):
        index = Index(bits=12)
        index.add([], [])
        index.save(tmp_path / "index")
        opened = Index.open(tmp_path / "index")
        opened.check()
        assert (len(opened), opened.query("000", 12), opened.nearest("000", 3)) == (0, [], [])
        opened.add(keys, ["fff"])
        assert opened.nearest("000", 3) == [(keys[0], 12)]


def test_an_opened_file_is_not_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Searching, adding and removing change neither the file nor any other index that has it
    open.
    """
    small_tails(monkeypatch)
    bands_of(monkeypatch, 9)
    path = tmp_path / "index"
    index, model = filled(PHASH, texts=True)
    index.save(path)
    before = path.read_bytes()
    one, other = Index.open(path), Index.open(path)
    check(one, model)
    one.add([f"é{k}" for k in range(50)], PHASH.array(range(50)))
    one.remove("é5.jpg")
    one.groups(3)
    check(other, model)
    assert path.read_bytes() == before
    other.check()
    state = other._state  # noqa: SLF001
    assert state.base is not None
    with pytest.raises(ValueError, match="read-only"):
        state.base.searcher.words[0] = 0


@pytest.mark.skipif(sys.platform == "win32", reason="does not replace a mapped file")
def test_an_open_file_may_be_written_over(tmp_path: Path) -> None:
    """Even the index opened from it may overwrite it. Others that have the old file open keep
    it.
    """
    path = tmp_path / "index"
    index, model = filled(PHASH)
    index.save(path)
    one, other = Index.open(path), Index.open(path)
    one.add(7, PHASH.array([1])[0])
    one.remove(3)
    for _ in range(2):
        one.save(path)
        check(other, model)
        other.check()
    model.add([7], [1])
    model.remove([3])
    check(one, model)
    check(Index.open(path), model)
    assert [file.name for file in tmp_path.iterdir()] == ["index"]


def test_a_failed_save_leaves_the_old_file(tmp_path: Path) -> None:
    """The index also answers as before."""
    index, model = filled(PHASH)
    with pytest.raises(FileNotFoundError):
        index.save(tmp_path / "missing" / "index")
    check(index, model)


SCRIPT = """
import json, sys
from lookalike import Index
index = Index.open(sys.argv[1])
print("open", flush=True)
sys.stdin.readline()
query = index.query(sys.argv[2], 20), index.nearest(sys.argv[2], 9)
pairs = sorted([int(n) for n in pair] for block in index.pairs(6) for pair in zip(*block))
index.add("more", sys.argv[2])
groups = [one.tolist() for one in index.groups(6)]
print(json.dumps([list(index), query, pairs, groups]))
"""


def test_processes_share_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several processes open it at once and answer alike. None sees what another adds."""
    path = tmp_path / "index"
    bands_of(monkeypatch, 9)
    index, model = filled(PHASH, texts=True)
    index.save(path)
    query = model.array[5].tobytes().hex()
    children = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT, path, query],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "open\n"
    answers = [child.communicate("go\n", timeout=60)[0] for child in children]
    model_query = model.entries[5][1]
    more = Model(PHASH, [*model.entries, ("more", model_query)])
    for answer in answers:
        keys, (found, nearest), pairs, groups = json.loads(answer)
        assert keys == [*model.keys, "more"]
        assert [*map(tuple, found)] == model.query(model_query, 20)
        assert [*map(tuple, nearest)] == model.query(model_query, 64)[:9]
        assert [*map(tuple, pairs)] == sorted(model.pairs(6))
        assert groups == more.groups(6)


@pytest.mark.skipif(sys.platform == "win32", reason="has no sparse files unless asked")
def test_opening_reads_no_hashes_and_no_keys(tmp_path: Path) -> None:
    """An index of 500,000,000 entries opens without their 8 GB in memory."""
    count = 500_000_000
    sections, offset = [], layout.start_of_sections(2)
    for name, dtype, shape in (("hashes", "|u1", (count, 8)), ("keys.int", "<i8", (count,))):
        sections.append(layout.Section(name, dtype, shape, offset, 8 * count, 0))
        offset = sections[-1].end
    header = Header("phash", 64, count, count, PREPARATION)
    path = tmp_path / "index"
    path.write_bytes(layout.packed(header, sections, offset))
    os.truncate(path, offset)
    tracemalloc.start()
    index = Index.open(path)
    assert (len(index), index.keys_at([count - 1])) == (count, [0])
    assert tracemalloc.get_traced_memory()[1] < 1e6
    tracemalloc.stop()


@pytest.mark.parametrize("texts", [False, True])
def test_damage_is_found_by_check(
    texts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file opens with a changed byte in any large section, and `check` names the section."""
    path = tmp_path / "index"
    bands_of(monkeypatch, 9)
    filled(PHASH, texts=texts)[0].save(path)
    data, table = path.read_bytes(), open_file(path)._table  # noqa: SLF001
    names = {one.name for one in table}
    assert {"hashes", "entries.order", "entries.starts", "band.0.hashes", "band.0.order"} <= names
    assert ({"keys.text", "keys.offsets"} if texts else {"keys.int"}) <= names
    for section in table:
        changed = bytearray(data)
        changed[section.offset + section.length // 2] ^= 1
        path.write_bytes(changed)
        try:
            index = Index.open(path)
        except IndexFileError:
            assert section.name.startswith("bands.")  # which are small, and read at once
        else:
            with pytest.raises(IndexFileError, match=f"{path}: damaged section {section.name}$"):
                index.check()
        path.unlink()


def test_a_plan_serves_every_distance(tmp_path: Path) -> None:
    """Bands chosen for one distance are opened, and are complete for all others."""
    data = np.random.default_rng(3).integers(0, 256, (20_000, 8), dtype=np.uint8)
    index, few = Index("phash"), Index("phash")
    index.add(range(20_000), data)
    few.add([0, 1], data[:2])
    index.query(data[0], 4)
    index.save(tmp_path / "index")
    opened = Index.open(tmp_path / "index")
    base = opened._state.base  # noqa: SLF001
    assert base is not None
    assert isinstance(base.searcher, MultiIndex)
    distances = np.bitwise_count(data[:, None] ^ data[:2]).sum(2)
    for within in (4, 8, 12, 16, 24, 40):
        i, j = np.nonzero(distances <= within)
        expected = {*zip(i.tolist(), j.tolist(), distances[i, j].tolist(), strict=True)}
        assert collected(opened.pairs_with(few, within)) == expected
        near = {(key, distance) for key, distance in opened.query(data[0], within)}
        assert near == {(i, distance) for i, j, distance in expected if j == 0}


def test_the_former_name_of_check_warns_and_checks(tmp_path: Path) -> None:
    """`verify` finds the same damage, and gives the new name."""
    index = Index("phash")
    index.add(range(5), np.zeros((5, 8), np.uint8))
    index.save(tmp_path / "index")
    with pytest.warns(DeprecationWarning, match="use Index.check"):
        Index.open(tmp_path / "index").verify()
    data = bytearray((tmp_path / "index").read_bytes())
    data[-1] ^= 1
    (tmp_path / "index").write_bytes(data)
    opened = Index.open(tmp_path / "index")
    with pytest.raises(IndexFileError, match="damaged section"):
        opened.check()
    with (
        pytest.warns(DeprecationWarning, match="use Index.check"),
        pytest.raises(IndexFileError, match="damaged section"),
    ):
        opened.verify()
