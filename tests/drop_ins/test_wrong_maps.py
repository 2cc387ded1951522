"""Maps of the wrong kind, given to the drop-in for imagededup: the error says what was expected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from files import save
from lookalike.methods import PHash
from lookalike.plotting import plot_duplicates
from pictures import photo


@pytest.mark.parametrize("wrong", [[1], "abc", 7])
def test_encodings_must_be_a_map(wrong: Any) -> None:
    """Of names to hashes."""
    for method in (
        PHash(verbose=False).find_duplicates,
        PHash(verbose=False).find_duplicates_to_remove,
    ):
        with pytest.raises(TypeError, match="must map names of files to hashes, not be a"):
            method(encoding_map=wrong)


@pytest.mark.thorough
def test_encodings_are_not_plotted_as_duplicates(tmp_path: Path) -> None:
    """Unless there are files of these names."""
    pytest.importorskip("matplotlib")
    save(tmp_path / "a.png", photo(40, 30, 1))
    wrong = {"a.png": ["8ce7f158b83a27ca"]}
    with pytest.raises(ValueError, match="not encodings: 'a.png' has"):
        plot_duplicates(tmp_path, wrong, "a.png", tmp_path / "out.png")
    save(tmp_path / "b.png", photo(40, 30, 1)).rename(tmp_path / "8ce7f158b83a27ca")
    plot_duplicates(tmp_path, wrong, "a.png", tmp_path / "out.png")
    assert (tmp_path / "out.png").exists()
