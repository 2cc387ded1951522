"""Pictures that a person told apart are not planned."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import lookalike
from files import save
from lookalike import Catalog
from pictures import photo

COMMAND = (sys.executable, "-m", "lookalike")


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_what_was_told_apart_is_not_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before, one of two copies would go. After, both stay."""
    monkeypatch.setenv("LOOKALIKE_CATALOG", str(tmp_path / "catalog"))
    folder = tmp_path / "photos"
    folder.mkdir()
    picture = Image.fromarray(photo(300, 200, 1))
    picture.save(folder / "a.png")
    picture.resize((150, 100)).save(folder / "b.png")
    assert run(folder, "plan", ".", "-o", "plan.json").returncode == 0
    told = run(folder, "apart", "add", "a.png", "b.png")
    assert told.returncode == 0, told.stderr
    again = run(folder, "plan", ".", "-o", "again.json")
    assert again.returncode == 3, again.stderr


def removed(folder: Path, **search: Any) -> int:
    """How many files a plan would remove, with what this user's catalogue says."""
    with Catalog.open() as catalog:
        found = lookalike.find_duplicates(folder, catalog=catalog, workers=1, **search)
    return lookalike.plan(found, metadata="ignore").totals.remove


@pytest.mark.thorough
def test_a_pair_that_was_told_apart_is_never_in_one_plan_whatever_happens_to_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moved, renamed, rated, scanned again, searched otherwise, forgotten, exported, imported."""
    monkeypatch.setenv("LOOKALIKE_CATALOG", str(tmp_path / "catalog"))
    folder = tmp_path / "photos"
    save(folder / "a.png", photo(300, 200, 1))
    save(folder / "b.jpg", photo(150, 100, 1))
    assert lookalike.plan(lookalike.find_duplicates(folder)).totals.remove == 1
    with Catalog.open() as catalog:
        catalog.apart.add([folder / "a.png", folder / "b.jpg"])
    assert removed(folder) == 0
    (folder / "a.png").rename(folder / "renamed.png")
    moved = folder.rename(tmp_path / "moved")
    assert removed(moved) == 0
    rate(moved / "b.jpg")
    assert removed(moved) == 0
    for search in ({"algorithm": "dhash"}, {"verify": False}, {"thorough": True}):
        assert removed(moved, **search) == 0, search
    with Catalog.open() as catalog:
        catalog.forget(moved)
        catalog.prune(older=0)
    assert removed(moved) == 0
    with Catalog.open() as catalog:
        text = catalog.apart.sets().to_json()
    monkeypatch.setenv("LOOKALIKE_CATALOG", str(tmp_path / "other"))
    with Catalog.open() as other:
        other.apart.add_from(lookalike.Apart.from_json(text))
    assert removed(moved) == 0
    with Catalog.open() as other:
        other.apart.remove([1])
    assert lookalike.plan(lookalike.find_duplicates(moved), metadata="ignore").totals.remove == 1


def rate(path: Path) -> None:
    """Write a rating into a JPEG, as another program does. Its pixels stay the same."""
    data = path.read_bytes()
    exif = Image.Exif()
    exif[0x4746] = 5
    block = b"Exif\0\0" + exif.tobytes()[6:]
    path.write_bytes(
        data[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + data[2:]
    )
