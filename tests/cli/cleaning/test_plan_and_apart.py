"""Pictures that a person told apart are not planned."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

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
