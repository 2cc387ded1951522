"""A subclass of `Index` with an `__init__` of its own."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from lookalike import Index, IndexFileError


class Named(Index):
    def __init__(self, name: str) -> None:
        super().__init__("phash")
        self.name = name


def test_a_pickle_of_a_subclass_is_of_that_class_and_has_its_attributes() -> None:
    """Its `__init__` is not called again."""
    index = Named("holidays")
    index.add(["a", "b"], ["0" * 16, "f" * 16])
    again = pickle.loads(pickle.dumps(index))
    assert (type(again), again.name, list(again)) == (Named, "holidays", ["a", "b"])
    again.add("c", "0" * 16)
    assert len(index) == 2


def test_a_file_is_opened_as_the_subclass(tmp_path: Path) -> None:
    """With all its entries; attributes of the subclass are not in the file."""
    index = Named("holidays")
    index.add("a", "0" * 16)
    index.save(tmp_path / "i")
    opened = Named.open(tmp_path / "i")
    assert (type(opened), list(opened)) == (Named, ["a"])


def test_a_key_that_was_never_there_is_a_key_error(tmp_path: Path) -> None:
    """Also with a sound file."""
    index = Index("phash")
    index.add("a", "0" * 16)
    index.save(tmp_path / "i")
    with pytest.raises(KeyError, match="b"):
        Index.open(tmp_path / "i").remove("b")


def test_a_key_that_damage_hides_is_not_called_missing(tmp_path: Path) -> None:
    """The file is checked before it is believed."""
    path = tmp_path / "i"
    index = Index("phash")
    index.add(["holiday", "other"], ["0" * 16, "f" * 16])
    index.save(path)
    data = path.read_bytes()
    assert data.count(b"holiday") == 1
    path.write_bytes(data.replace(b"holiday", b"holidax"))
    with pytest.raises(IndexFileError, match="damaged"):
        Index.open(path).remove("holiday")
