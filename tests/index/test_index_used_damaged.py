"""An index with a damaged file, used without `check`: each call answers, or raises `IndexFileError`
with the path.
"""

from __future__ import annotations

import copy
import pickle
import tempfile
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index_model import Kind, bands_of
from lookalike import AlgorithmMismatchError, Index, IndexFileError
from lookalike.index.search.multi_index import MultiIndex
from lookalike.index.search.searcher import Block
from lookalike.index.stored.file import open_file
from trying import cases

PHASH = Kind("phash", 64)
QUERY = "0123456789abcdef"


def saved(path: Path, *, texts: bool) -> Index:
    """Clustered hashes, some of them equal, in bands, with keys that come again."""
    hashes = PHASH.clusters(1, 240, 20, 0.03)
    hashes += hashes[:40]
    index = PHASH.new()
    numbers = [k % 200 for k in range(280)]
    index.add([f"é{k}.jpg" for k in numbers] if texts else numbers, PHASH.array(hashes))
    index.save(path)
    return index


def is_key(key: object) -> bool:
    return isinstance(key, int | str)


def are_matches(found: list[Any]) -> bool:
    return all(is_key(key) and isinstance(distance, int) for key, distance in found)


def same_lengths(columns: tuple[NDArray[Any], ...]) -> bool:
    return len({len(column) for column in columns}) == 1


def are_blocks(blocks: list[Block]) -> bool:
    return all(map(same_lengths, blocks))


def calls(index: Index, folder: Path, new: int | str) -> dict[str, Callable[[], object]]:
    """Every public method. False would be an answer of a wrong type."""
    array = PHASH.array(PHASH.clusters(1, 240, 20, 0.03)[:30])
    other = PHASH.new()
    other.add(range(30), array)
    return {
        "len": lambda: isinstance(len(index), int),
        "repr": lambda: isinstance(repr(index), str),
        "in": lambda: {type(one in index) for one in (5, "é5.jpg")} == {bool},
        "iter": lambda: all(is_key(key) for key in index),
        "keys_at": lambda: all(is_key(key) for key in index.keys_at(range(len(index)))),
        "query": lambda: all(are_matches(index.query(one, 3)) for one in array),
        "query_many": lambda: same_lengths(index.query_many(array, 3, workers=1)),
        "nearest": lambda: all(are_matches(index.nearest(one, 5)) for one in array),
        "pairs": lambda: are_blocks(list(islice(index.pairs(3, workers=2), 50))),
        "pairs_with": lambda: are_blocks(list(islice(index.pairs_with(other, 3, workers=1), 50))),
        "pairs_of": lambda: are_blocks(list(islice(other.pairs_with(index, 3, workers=1), 50))),
        "groups": lambda: all(len(one) > 1 for one in index.groups(3, workers=1)),
        "explain": lambda: isinstance(index.explain(3), str),
        "copy": lambda: is_key(next(iter(copy.copy(index)))),
        "pickle": lambda: len(pickle.loads(pickle.dumps(index))) == len(index),
        "save": lambda: index.save(folder / "again"),
        "add": lambda: index.add(new, array[0]),
        "remove": lambda: index.remove(new),
        "groups of changed": lambda: isinstance(index.groups(3, workers=1), list),
        "save changed": lambda: index.save(folder / "again"),
    }  # fmt: skip


def use(path: Path, *, texts: bool) -> Counter[str]:
    """Opens a file and calls everything, and says which calls met damage."""
    errors: dict[str, IndexFileError] = {}
    try:
        todo = calls(Index.open(path), path.parent, "new" if texts else -1)
    except IndexFileError as error:
        errors["open"], todo = error, {}
    with np.errstate(all="ignore"):
        for name, call in todo.items():
            try:
                assert call() is not False, name
            except IndexFileError as error:
                errors[name] = error
            except KeyError:
                # `remove` misses a key that `add` would refuse, or whose hash is damaged.
                assert name == "remove"
    for name, one in errors.items():
        assert one.path == str(path), name
        assert str(one).startswith(f"{path}: "), name
    return Counter({*errors})


@pytest.mark.slow
@settings(deadline=None, max_examples=cases(80))
@given(st.data())
def test_whatever_is_hit_it_is_named(data: st.DataObject) -> None:
    """Changed bytes of any section raise no other error, and saving or pickling always raises."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder, "some.index")
        bands_of(patch, 9)
        texts = data.draw(st.booleans())
        saved(path, texts=texts)
        section = data.draw(st.sampled_from(open_file(path)._table))  # noqa: SLF001
        content = bytearray(path.read_bytes())
        first = data.draw(st.integers(0, section.length - 1))
        for at in range(first, min(first + data.draw(st.integers(1, 64)), section.length)):
            content[section.offset + at] = data.draw(st.sampled_from([0, 1, 127, 128, 255]))
        changed = bytes(content) != path.read_bytes()
        path.unlink()
        path.write_bytes(content)
        met = use(path, texts=texts)
        if changed:
            assert met["open"] or (met["save"] and met["pickle"])
        else:
            assert not met
        assert (met["open"] > 0) or not (path.parent / "again").exists() or not changed


@pytest.mark.parametrize(
    ("section", "texts", "value", "named"),
    [
        ("keys.text", True, 0xFF, ["iter", "keys_at", "query", "nearest"]),
        ("keys.offsets", True, 0xFF, ["iter", "query", "nearest", "remove"]),
        ("keys.offsets", True, 0x7F, ["iter"]),
        ("entries.order", True, 0xFF, ["query", "query_many", "pairs", "pairs_with", "groups"]),
        ("entries.starts", False, 0xFF, ["query", "query_many", "pairs", "groups"]),
        ("band.{}.order", False, 0xFF, ["pairs", "groups"]),
        ("band.{}.offsets", False, 0xFF, ["pairs", "groups"]),
    ],
)
def test_a_section_of_nonsense_is_met(
    section: str, texts: bool, value: int, named: list[str],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """All but the ends of a section are overwritten: calls that read it say so, and others do
    nothing.
    """
    path = tmp_path / "some.index"
    bands_of(monkeypatch, 9)
    saved(path, texts=texts)
    assert not use(path, texts=texts)
    base = Index.open(path)._state.base  # noqa: SLF001
    assert base is not None
    assert isinstance(base.searcher, MultiIndex)
    section = section.format(base.searcher.plan.schedule[0])  # the band that is searched first
    one = next(one for one in open_file(path)._table if one.name == section)  # noqa: SLF001
    content = bytearray(path.read_bytes())
    content[one.offset + 8 : one.offset + one.length - 8] = bytes([value]) * (one.length - 16)
    path.unlink()
    path.write_bytes(content)
    met = use(path, texts=texts)
    assert {*named} <= {*met}, met


def damaged(path: Path) -> Index:
    saved(path, texts=True)
    section = next(one for one in open_file(path)._table if one.name == "keys.text")  # noqa: SLF001
    content = bytearray(path.read_bytes())
    content[section.offset : section.offset + section.length] = b"\xff" * section.length
    path.unlink()
    path.write_bytes(content)
    return Index.open(path)


@pytest.mark.parametrize("is_damaged", [False, True])
def test_wrong_arguments_stay_what_they_are(is_damaged: bool, tmp_path: Path) -> None:
    """The caller's own errors are not blamed on the file, damaged or not."""
    path = tmp_path / "some.index"
    saved(path, texts=True)
    index = damaged(path) if is_damaged else Index.open(path)

    def failing() -> Any:
        raise ValueError("the caller's own")
        yield

    wrong: list[tuple[type[Exception], Callable[[], object]]] = [
        (ValueError, lambda: index.query(QUERY, 65)),
        (ValueError, lambda: index.query("zz", 5)),
        (TypeError, lambda: index.query(QUERY, 1.5)),  # type: ignore[arg-type]
        (ValueError, lambda: index.nearest(QUERY, 0)),
        (ValueError, lambda: index.query_many([QUERY], 5, workers=0)),
        (ValueError, lambda: index.pairs(-1)),
        (ValueError, lambda: index.groups(5, workers=0)),
        (AlgorithmMismatchError, lambda: index.pairs_with(Index("dhash"), 5)),
        (IndexError, lambda: index.keys_at([len(index)])),
        (TypeError, lambda: index.keys_at(["a"])),  # type: ignore[list-item]
        (ValueError, lambda: index.add(["a", "b"], [QUERY])),
        (TypeError, lambda: index.add([5], [QUERY])),
        (ValueError, lambda: index.add(failing(), [QUERY])),
        (ValueError, lambda: index.remove(failing())),
        (ValueError, lambda: index.remove([1 << 64])),
    ]
    if not is_damaged:  # a damaged file may have lost the key
        wrong.append((KeyError, lambda: index.remove("nowhere")))
        wrong.append((FileNotFoundError, lambda: index.save(tmp_path / "missing" / "index")))
    for error, call in wrong:
        with pytest.raises(error) as caught:
            call()
        assert not isinstance(caught.value, IndexFileError)


def test_of_two_indexes_the_damaged_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is named whichever of the two is asked."""
    bands_of(monkeypatch, 9)
    for name in ("a", "b"):
        saved(tmp_path / name, texts=False)
    content = bytearray((tmp_path / "b").read_bytes())
    for one in open_file(tmp_path / "b")._table:  # noqa: SLF001
        if one.name == "entries.order":
            content[one.offset : one.offset + one.length] = b"\xff" * one.length
    (tmp_path / "b").unlink()
    (tmp_path / "b").write_bytes(content)
    sound, other = Index.open(tmp_path / "a"), Index.open(tmp_path / "b")
    assert list(sound.pairs_with(Index.open(tmp_path / "a"), 3))
    for left, right in ((sound, other), (other, sound)):
        with pytest.raises(
            IndexFileError, match=f"^{tmp_path / 'b'}: damaged section entries.order$"
        ):
            list(left.pairs_with(right, 3))


def test_an_index_in_memory_blames_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error inside one stays as it was."""
    index = Index("phash")
    index.add("a", QUERY)
    monkeypatch.setattr(type(index._state), "find", lambda *_: [][0])  # noqa: SLF001
    with pytest.raises(IndexError):
        index.query(QUERY, 3)


def test_short_memory_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`MemoryError` stays one if the file is sound, and becomes damage if it is not."""
    path = tmp_path / "some.index"
    saved(path, texts=False)
    sound, wrong = Index.open(path), damaged(tmp_path / "other.index")

    def find(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(type(sound._state), "find", find)  # noqa: SLF001
    with pytest.raises(MemoryError):
        sound.query(QUERY, 3)
    with pytest.raises(IndexFileError, match=r"other\.index: damaged section keys\.text$"):
        wrong.query(QUERY, 3)
