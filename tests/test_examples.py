"""The examples run, and show what they say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import lookalike

EXAMPLES = Path(__file__).parents[1] / "examples"


def run(name: str, *arguments: object) -> str:
    """Run an example and give what it prints."""
    command = [sys.executable, str(EXAMPLES / name), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pictures of the demo."""
    folder = tmp_path_factory.mktemp("demo") / "photos"
    run("draw_pictures.py", folder)
    return folder


def test_the_demo_shows_every_kind_of_outcome(photos: Path) -> None:
    """Its scenes with copies are a group each; the rest is alone, flat, skipped or a failure."""
    result = lookalike.find_duplicates(photos)
    assert len(result.groups) == 11
    assert result.duplicate_count == 36
    assert result.flat_count == 3
    assert sorted(one.status for one in result.failures) == ["damaged", "empty", "not_an_image"]
    assert result.skipped == {"text": 1, "video": 1}
    assert any(one.exact for group in result.groups for one in group.duplicates)


def test_the_demo_is_drawn_alike_each_time(photos: Path, tmp_path: Path) -> None:
    """Two runs give the same bytes; a folder with something in it is not drawn into."""
    again = tmp_path / "again"
    run("draw_pictures.py", again)
    files = [path.relative_to(photos) for path in sorted(photos.rglob("*")) if path.is_file()]
    assert len(files) == 56
    assert all((photos / name).read_bytes() == (again / name).read_bytes() for name in files)
    with pytest.raises(subprocess.CalledProcessError) as caught:
        run("draw_pictures.py", again)
    assert caught.value.returncode == 2


def test_the_imagededup_workflow_runs(photos: Path, tmp_path: Path) -> None:
    """It encodes, finds, saves and lists, with the import line alone changed."""
    outfile = tmp_path / "duplicates.json"
    printed = run("imagededup_workflow.py", photos, "--outfile", outfile)
    assert printed.startswith("51 images encoded\n")
    saved = json.loads(outfile.read_text())
    assert len(saved) == 51
    assert ["old/backup/bridge.jpg", 0] in saved["holiday/bridge.jpg"]
    assert "could go: " in printed


@pytest.mark.filterwarnings("ignore")  # Jupyter's own
def test_the_walkthrough_shows_what_it_says() -> None:
    """Run anew, every cell of the notebook gives the text that stands under it."""
    source = (EXAMPLES / "walkthrough.ipynb").read_text(encoding="utf-8")
    shown, run_anew = (nbformat.reads(source, 4) for _ in range(2))  # type: ignore[no-untyped-call]
    resources = {"metadata": {"path": str(EXAMPLES)}}
    NotebookClient(run_anew, timeout=120, kernel_name="python3", resources=resources).execute()
    assert texts(run_anew) == texts(shown)
    assert len(texts(shown)) > 5


def texts(notebook: nbformat.NotebookNode) -> list[str]:
    """What the cells of a notebook give as text, however it is set; pictures left out."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [
        output.data["text/plain"] for output in outputs if output.output_type == "execute_result"
    ]
