"""The examples run, and print what they promise."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image

import lookalike

EXAMPLES = Path(__file__).parents[1] / "examples"


def run(name: str, *arguments: object) -> str:
    """Runs an example and returns what it prints."""
    command = [sys.executable, str(EXAMPLES / name), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pictures of the demo."""
    folder = tmp_path_factory.mktemp("demo") / "photos"
    run("draw_pictures.py", folder)
    return folder


def groups_drawn(wanted: Callable[[Any], bool]) -> set[frozenset[str]]:
    """The paths of each scene and its copies, as drawn. `wanted`: which copies count."""
    drawn = runpy.run_path(str(EXAMPLES / "draw_pictures.py"))
    members = {name: {scene.path} for name, scene in drawn["SCENES"].items()}
    for copy in filter(wanted, drawn["COPIES"]):
        members[copy.scene].add(copy.path)
    return {frozenset(paths) for paths in members.values() if len(paths) > 1}


def groups_found(result: lookalike.Result, folder: Path) -> set[frozenset[str]]:
    """The paths of each group, relative to a folder."""
    return {
        frozenset(str(Path(one.path).relative_to(folder)) for one in group.members)
        for group in result.groups
    }


def found_by_hashes(copy: Any) -> bool:
    """Whether the demo promises that a copy is found without a thorough search."""
    return not copy.frame and copy.crop < 0.1 and copy.turn != Image.Transpose.FLIP_LEFT_RIGHT


@pytest.mark.slow
def test_the_demo_shows_every_kind_of_outcome(photos: Path) -> None:
    """Its scenes with copies are a group each, turned ones included, and the rest is alone, flat,
    skipped or a failure.
    """
    result = lookalike.find_duplicates(photos)
    assert groups_found(result, photos) == groups_drawn(found_by_hashes)
    duplicates = [one for group in result.groups for one in group.duplicates]
    assert {Path(one.image.path).name: one.turned for one in duplicates if one.turned} == {
        "sailing boat, on its side.jpg": 90,
        "desert, upside down.jpg": 180,
    }
    assert result.flat_count == 3
    assert sorted(one.status for one in result.failures) == ["damaged", "empty", "not_an_image"]
    assert result.skipped == {"text": 1, "video": 1}
    assert any(one.exact for one in duplicates)


@pytest.mark.slow
def test_a_thorough_search_of_the_demo_finds_every_copy(photos: Path) -> None:
    """Those that were cropped, framed or mirrored join the groups of their scenes."""
    result = lookalike.find_duplicates(photos, thorough=True)
    assert groups_found(result, photos) == groups_drawn(lambda copy: True)
    duplicates = [one for group in result.groups for one in group.duplicates]
    mirrored = {Path(one.image.path).name for one in duplicates if one.mirrored}
    assert mirrored == {"fruit, mirrored.jpg", "flowers, mirrored detail.png"}


@pytest.mark.slow
def test_the_demo_is_drawn_alike_each_time(photos: Path, tmp_path: Path) -> None:
    """Two runs give the same bytes, and a folder that is not empty is left alone."""
    again = tmp_path / "again"
    run("draw_pictures.py", again)
    files = [path.relative_to(photos) for path in sorted(photos.rglob("*")) if path.is_file()]
    assert len(files) == 63
    assert all((photos / name).read_bytes() == (again / name).read_bytes() for name in files)
    with pytest.raises(subprocess.CalledProcessError) as caught:
        run("draw_pictures.py", again)
    assert caught.value.returncode == 2


@pytest.mark.slow
def test_the_imagededup_workflow_runs(photos: Path, tmp_path: Path) -> None:
    """It encodes, finds, saves and lists, with only the import line changed."""
    outfile = tmp_path / "duplicates.json"
    printed = run("imagededup_workflow.py", photos, "--outfile", outfile)
    assert printed.startswith("58 images encoded\n")
    saved = json.loads(outfile.read_text())
    assert len(saved) == 58
    assert ["old/backup/bridge.jpg", 0] in saved["holiday/bridge.jpg"]
    assert "could go: " in printed


@pytest.mark.slow
def test_stored_hashes_are_grouped(tmp_path: Path) -> None:
    """The example finds the groups of a table, and says which line is wrong."""
    file = tmp_path / "hashes.csv"
    lines = ['"a, b.jpg",00000000000000FF', "c.jpg,8000000000000001", "d é.jpg,0000000000000000"]
    for end in ("\n", "\r\n"):
        file.write_bytes(end.join(["path,phash", *lines]).encode() + end.encode() * (end == "\n"))
        printed = run("group_hashes.py", file).splitlines()
        assert printed[0] == "3 hashes, 1 groups with 3 images"
        assert printed[1] == "  3 images: a, b.jpg, c.jpg, d é.jpg"
        assert run("group_hashes.py", file, "--max-distance", 1).startswith("3 hashes, 0 groups")
    for wrong in ("e.jpg", "e.jpg,00", ",0000000000000000z", "e.jpg,00000000  000000"):
        file.write_text(f"path,phash\nb.jpg,0000000000000000\n{wrong}")
        with pytest.raises(subprocess.CalledProcessError) as caught:
            run("group_hashes.py", file)
        assert f"{file}, line 3: not a path, a comma and 16 hex digits\n" in caught.value.stderr
    file.write_text("\n".join(["path,phash,status", *lines]))
    with pytest.raises(subprocess.CalledProcessError) as caught:
        run("group_hashes.py", file)
    assert "the first line must be path,phash" in caught.value.stderr
    file.write_text("\n".join(lines))
    with pytest.raises(subprocess.CalledProcessError) as caught:
        run("group_hashes.py", file)
    assert "the first line must be path,phash" in caught.value.stderr


def test_a_table_of_hashes_is_made_to_try(tmp_path: Path) -> None:
    """About a tenth of its hashes are near others, and as many are found."""
    file = tmp_path / "hashes.csv"
    run("group_hashes.py", "--make", 5000, file)
    assert file.read_text().count("\n") == 5001
    first = re.match(
        "5,000 hashes, ([0-9]+) groups with ([0-9]+) images\n", run("group_hashes.py", file)
    )
    assert first is not None
    groups, images = map(int, first.groups())
    assert 400 < images - groups < 600


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Jupyter's own
def test_the_walkthrough_shows_what_it_says() -> None:
    """Run again, every cell of the notebook gives the text under it."""
    source = (EXAMPLES / "walkthrough.ipynb").read_text(encoding="utf-8")
    shown, run_anew = (nbformat.reads(source, 4) for _ in range(2))  # type: ignore[no-untyped-call]
    resources = {"metadata": {"path": str(EXAMPLES)}}
    NotebookClient(run_anew, timeout=120, kernel_name="python3", resources=resources).execute()
    assert texts(run_anew) == texts(shown)
    assert len(texts(shown)) > 5


def texts(notebook: nbformat.NotebookNode) -> list[str]:
    """The text output of a notebook's cells, in any layout, without pictures."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [
        output.data["text/plain"] for output in outputs if output.output_type == "execute_result"
    ]
