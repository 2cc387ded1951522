"""Progress: bars under the cells of a notebook, bars on a terminal, lines in a log, or nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import lookalike
from files import save
from lookalike.methods import PHash
from lookalike.work import progress
from pictures import photo
from terminal import drawn_by

LOOKALIKE = Path(sys.executable).with_name("lookalike")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Seven pictures."""
    for k in range(7):
        save(tmp_path / "photos" / f"{k}.png", photo(60, 40, k))
    return tmp_path / "photos"


def outputs(*cells: str) -> list[list[Any]]:
    """The output of a real notebook under each of its cells."""
    notebook = nbformat.v4.new_notebook(  # type: ignore[no-untyped-call]
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells]  # type: ignore[no-untyped-call]
    )
    NotebookClient(notebook, timeout=120, kernel_name="python3", allow_errors=True).execute()
    return [cell.outputs for cell in notebook.cells]


def bars(shown: list[Any]) -> list[tuple[str, str]]:
    """The stages in a cell's only picture, and the output after their bars."""
    (picture,) = [one for one in shown if one.output_type == "display_data"]
    plain = re.sub(r"\x1b\[[0-9;]*m", "", picture.data["text/plain"])
    assert "<pre" in picture.data["text/html"]
    rows = [re.fullmatch(r"(\w+) +[━╸╺ ]+ (\S+) .*", line.rstrip()) for line in plain.splitlines()]
    assert None not in rows, plain
    return [(row[1], row[2]) for row in rows if row is not None]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Jupyter's own
def test_a_notebook_shows_bars(folder: Path) -> None:
    """One picture under the cell is redrawn in place and stays, for this library's own functions
    and the drop-in. No widgets are needed, and nothing else is written.
    """
    scan, stages, drop_in, encodings, quiet, nothing = outputs(
        "import lookalike\n"
        "with lookalike.progress_bar() as bar:\n"
        f"    result = lookalike.find_duplicates({str(folder)!r}, progress=bar)",
        "import time\n"
        "with lookalike.progress_bar() as bar:\n"
        "    for k in range(1, 31):\n"
        "        bar('first', k, 30); time.sleep(0.02)\n"
        "    bar('second', 3, 8)",
        f"from lookalike.methods import PHash\nencodings = PHash().encode_images({str(folder)!r})",
        "_ = PHash().find_duplicates(encoding_map=encodings)",
        f"_ = PHash(verbose=False).find_duplicates({str(folder)!r})",
        "with lookalike.progress_bar() as bar:\n    pass",
    )
    assert bars(scan)[0] == ("reading", "7/7")
    assert bars(stages) == [("first", "30/30"), ("second", "3/8")]
    assert bars(drop_in) == [("encoding", "7/7")]
    assert bars(encodings) == [("comparing", "7/7")]
    assert quiet == nothing == []
    for shown in (scan, stages, drop_in, encodings):
        assert [one.output_type for one in shown] == ["display_data"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Jupyter's own
def test_a_bar_that_was_stopped_shows_how_far_it_came() -> None:
    """An error leaves the bar as it is, and appears under it."""
    (shown,) = outputs(
        "import lookalike\n"
        "with lookalike.progress_bar() as bar:\n"
        "    for k in range(4): bar('reading', k, 8)\n"
        "    raise ValueError('stop')"
    )
    assert bars(shown) == [("reading", "3/8")]
    assert [one.output_type for one in shown] == ["display_data", "error"]


def test_a_log_gets_lines_where_they_are_wanted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is a line for the end of each stage and one per second before. By default there is
    nothing.
    """
    with progress.progress_bar() as bar:
        bar("reading", 5, 5)
    assert capsys.readouterr().err == ""
    now = 0.0
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: now))
    with progress.progress_bar(lines=True) as bar:
        for done in range(30):
            now += 0.25
            bar("listing", done, None)
        for done in range(4001):
            bar("reading", done, 4000)
        now += 1
        bar("comparing", 1, 3)
        bar("comparing", 2, 3)
        bar("nothing", 0, 0)
    assert capsys.readouterr().err.splitlines() == [
        *(f"listing: {done}" for done in range(3, 30, 4)),
        "reading: 100%, 4,000 of 4,000",
        "comparing: 33%, 1 of 3",
    ]


def test_the_drop_in_shows_progress_where_no_terminal_is(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in tqdm, percents go to a captured standard error, and nothing to standard output. With
    `verbose=False`, there are none at all.
    """
    encodings = PHash(verbose=True).encode_images(folder)
    assert capsys.readouterr() == ("", "encoding: 100%, 7 of 7\n")
    PHash().find_duplicates(folder)
    assert capsys.readouterr() == (
        "", "encoding: 100%, 7 of 7\ncomparing: 100%, 7 of 7\n",
    )  # fmt: skip
    PHash().find_duplicates_to_remove(encoding_map=encodings)
    assert capsys.readouterr() == ("", "comparing: 100%, 7 of 7\n")
    PHash().find_duplicates(encoding_map={})
    quiet = PHash(verbose=False)
    quiet.find_duplicates(folder)
    quiet.find_duplicates_to_remove(encoding_map=encodings)
    assert capsys.readouterr() == ("", "")


def test_the_command_stays_silent_where_no_terminal_is(folder: Path) -> None:
    """Its output into a pipe is for programs."""
    for argument in ("find", "hash"):
        command = [str(LOOKALIKE), argument, str(folder), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert not re.search("reading|comparing|%|━", done.stderr)


def test_without_a_standard_error_nothing_is_shown(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """A program without a console has no standard error."""
    monkeypatch.setattr(sys, "stderr", None)
    assert len(PHash().find_duplicates(folder)) == 7


def test_the_drop_in_draws_a_bar_on_a_terminal(folder: Path) -> None:
    """On a terminal it is a bar, which is erased at the end."""
    script = f"from lookalike.methods import PHash; PHash().find_duplicates({str(folder)!r})"
    drawn = drawn_by(sys.executable, "-c", script)
    assert "━" in drawn.decode()
    assert b"encoding" in drawn
    assert b"of 7" not in drawn


def test_nothing_is_loaded_to_show_nothing() -> None:
    """A program whose progress nobody sees does not load rich."""
    script = (
        "import sys, lookalike\n"
        "with lookalike.progress_bar(lines=True) as bar: bar('reading', 1, 1)\n"
        "print('rich' in sys.modules, 'IPython' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("False False\n", "reading: 100%, 1 of 1\n")
    assert lookalike.progress_bar is progress.progress_bar
