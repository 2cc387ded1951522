"""Which inputs of a search against references are new, and which are references."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import lookalike
from lookalike.sources import Choice
from lookalike.sources.two_sets import TwoSets

Named = list[str]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Six files in nested folders."""
    for name in ("inbox/a.jpg", "inbox/b.jpg", "best/c.jpg", "best/old/d.jpg", "e.jpg", "f.jpg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path


def listed(new: object, old: object, root: Path) -> tuple[Named, Named, dict[str, int]]:
    """The names of the new images and of the references, and what was skipped."""
    both = TwoSets(new, old, Choice(archives=True))  # type: ignore[arg-type]
    keys = [os.path.relpath(one.key, root) for one in both]
    flags = list(both.is_reference)
    new_ones = [key for key, flag in zip(keys, flags, strict=True) if not flag]
    old_ones = [key for key, flag in zip(keys, flags, strict=True) if flag]
    return sorted(new_ones), sorted(old_ones), dict(both.skipped)


def test_a_new_folder_inside_the_references_is_new(tree: Path) -> None:
    """So an inbox can be compared with the library that it is in."""
    new, old, skipped = listed(tree / "inbox", tree, tree)
    assert new == ["inbox/a.jpg", "inbox/b.jpg"]
    assert old == ["best/c.jpg", "best/old/d.jpg", "e.jpg", "f.jpg"]
    assert skipped == {"same file": 2}


def test_references_inside_a_new_folder_are_references(tree: Path) -> None:
    """So all of a library can be compared with the best of it."""
    new, old, skipped = listed([tree], [tree / "best", str(tree / "e.jpg")], tree)
    assert new == ["f.jpg", "inbox/a.jpg", "inbox/b.jpg"]
    assert old == ["best/c.jpg", "best/old/d.jpg", "e.jpg"]
    assert skipped == {"same file": 3}


def test_links_and_dots_do_not_hide_that_a_folder_is_inside_another(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths are resolved before they are compared."""
    (tree / "elsewhere").symlink_to(tree / "best")
    monkeypatch.chdir(tree / "inbox")
    new, old, _ = listed("..", "../elsewhere/../best", tree)
    assert "best/c.jpg" not in new
    assert old == ["best/c.jpg", "best/old/d.jpg"]


def test_one_path_cannot_be_both(tree: Path) -> None:
    """Whether it is spelled in the same way or not."""
    with pytest.raises(ValueError, match=r"best' is named twice: as new"):
        TwoSets([tree / "best"], f"{tree}/inbox/../best/", Choice())
    with pytest.raises(ValueError, match="within requires against"):
        lookalike.find_duplicates(tree, within=True)


def test_a_file_with_two_names_counts_once(tree: Path) -> None:
    """A hard link in the references to a new file is that file."""
    (tree / "best" / "a.jpg").hardlink_to(tree / "inbox" / "a.jpg")
    new, old, skipped = listed(tree / "inbox", tree / "best", tree)
    assert new == ["inbox/a.jpg", "inbox/b.jpg"]
    assert old == ["best/c.jpg", "best/old/d.jpg"]
    assert skipped == {"same file": 1}


def test_archives_are_counted_by_their_members(tree: Path) -> None:
    """A member that is named as new is left out of the archive with the references."""
    with zipfile.ZipFile(tree / "x.zip", "w") as file:
        for name in ("a.jpg", "b.jpg"):
            file.writestr(name, name)
    new, old, _ = listed(f"{tree}/x.zip!/a.jpg", tree / "x.zip", tree)
    assert (new, old) == (["x.zip!/a.jpg"], ["x.zip!/b.jpg"])


def test_images_without_a_name_are_numbered_through_both_sets(tree: Path) -> None:
    """Also from iterators. None of these can be the same input."""

    def given() -> Iterator[bytes]:
        yield from (b"1", b"2")

    for new in ([b"1", b"2"], given()):
        both = TwoSets(new, [tree / "e.jpg", b"1"], Choice())
        assert [one.key for one in both] == ["[0]", "[1]", str(tree / "e.jpg"), "[3]"]
        assert list(both.is_reference) == [0, 0, 1, 1]
