"""Index files and reports say how pictures were prepared for their hashes."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from files import save
from lookalike import Hash, Index, PreparationWarning, find_duplicates
from lookalike.images import PREPARATION
from lookalike.index.stored.file import Header, open_file, write
from pictures import photo

LOOKALIKE = Path(sys.executable).with_name("lookalike")
HASH = Hash.from_hex("0123456789abcdef", algorithm="phash")


def saved(path: Path) -> Path:
    """An index of one entry, as it is saved now."""
    index = Index("phash")
    index.add("a.jpg", HASH)
    index.save(path)
    return path


def of_preparation(path: Path, preparation: int) -> Path:
    """The same as another version would have written it. Versions before this field wrote 0."""
    file = open_file(saved(path))
    sections = {name: array.copy() for name, array in file.sections.items()}
    write(path, Header("phash", 64, 1, 1, preparation), sections)
    return path


def test_a_file_of_this_preparation_opens_without_a_warning(tmp_path: Path) -> None:
    """Its number is also the same before and after saving."""
    assert Index("phash").preparation == PREPARATION
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        index = Index.open(saved(tmp_path / "index"))
    assert index.preparation == PREPARATION


@pytest.mark.parametrize("preparation", [0, 1, PREPARATION + 1])
def test_a_file_of_another_preparation_opens_with_a_warning(
    preparation: int, tmp_path: Path
) -> None:
    """The warning names the file and the affected pictures, at the line that opens it. The index
    can be used, and saving it again keeps its number.
    """
    path = of_preparation(tmp_path / "old", preparation)
    with pytest.warns(PreparationWarning) as caught:
        index = Index.open(path)
    [warning] = caught
    assert str(warning.message).startswith(f"{path}: its hashes were made ")
    assert "transparent" in str(warning.message)
    assert warning.filename == __file__
    assert index.preparation == (preparation or None)
    assert [match.key for match in index.query(HASH, 0)] == ["a.jpg"]
    index.save(tmp_path / "again")
    with pytest.warns(PreparationWarning):
        assert Index.open(tmp_path / "again").preparation == (preparation or None)


def test_an_index_of_plain_bits_has_no_preparation(tmp_path: Path) -> None:
    """Its hashes may be of anything, so there is nothing to warn of."""
    index = Index(bits=64)
    index.add(1, "0123456789abcdef")
    index.save(tmp_path / "index")
    assert Index.open(tmp_path / "index").preparation is index.preparation is None


def test_reports_name_the_preparation(tmp_path: Path) -> None:
    """The reports of `find` and `hash` both do."""
    save(tmp_path / "a.png", photo(64, 48))
    assert find_duplicates(tmp_path).to_dict()["preparation"] == PREPARATION
    for command in ("find", "hash"):
        done = subprocess.run(
            [LOOKALIKE, command, tmp_path, "--json"], capture_output=True, check=True
        )
        assert json.loads(done.stdout)["preparation"] == PREPARATION
