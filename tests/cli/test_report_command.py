"""`lookalike report`, as a person or a script calls it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from files import save
from pictures import photo

LOOKALIKE = Path(sys.executable).with_name("lookalike")


def run(*arguments: object, cwd: Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Calls the installed command."""
    command = [str(LOOKALIKE), "report", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, cwd=cwd, input=given, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a pair of duplicates in `in`."""
    for side in (160, 120):
        save(tmp_path / "in" / f"{side}.png", photo(side, 90, 1))
    return tmp_path


@pytest.mark.slow
def test_a_report_comes_from_a_search_or_from_its_json(folder: Path) -> None:
    """Both write the same page, and print nothing."""
    assert run("in", "-o", "one.html", cwd=folder).stdout == b""
    find = [str(LOOKALIKE), "find", "in", "--json", "-q"]
    json = subprocess.run(find, capture_output=True, cwd=folder, check=True).stdout
    (folder / "found.json").write_bytes(json)
    assert run("--from", "found.json", "-o", "two.html", cwd=folder).returncode == 0
    assert run("--from", "-", "-o", "three.html", cwd=folder, given=json).returncode == 0
    pages = {(folder / f"{name}.html").read_bytes() for name in ("one", "two", "three")}
    assert len(pages) == 1
    assert pages.pop().count(b"<img ") == 2


@pytest.mark.slow
def test_reading_apart_gives_the_same_page(folder: Path) -> None:
    """With --isolate, pictures are decoded in other processes."""
    assert run("in", "-o", "one.html", cwd=folder).returncode == 0
    assert run("in", "-o", "two.html", "--isolate", cwd=folder).returncode == 0
    assert (folder / "one.html").read_bytes() == (folder / "two.html").read_bytes()


@pytest.mark.slow
def test_a_report_searches_as_find_does(folder: Path) -> None:
    """With a catalogue, also without naming a path again, and against references."""
    assert run("in", "-o", "one.html", "--catalog-at", "kept", cwd=folder).returncode == 0
    assert run("-o", "two.html", "--catalog-at", "kept", cwd=folder).returncode == 0
    for name in ("one", "two"):
        assert (folder / f"{name}.html").read_bytes().count(b"<img ") == 2
    save(folder / "new" / "a.png", photo(100, 60, 1))
    save(folder / "new" / "b.png", photo(100, 60, 2))
    save(folder / "new" / "c.png", photo(80, 48, 2))
    assert run("new", "--against", "in", "-o", "three.html", cwd=folder).returncode == 0
    page = (folder / "three.html").read_text()
    assert "a.png" in page
    assert "b.png" not in page
    assert run("new", "--against", "in", "--within", "-o", "four.html", cwd=folder).returncode == 0
    assert "b.png" in (folder / "four.html").read_text()


def test_who_stays_is_decided_by_rules(folder: Path) -> None:
    """Which is as large or as old as is asked for."""
    assert run("in", "-o", "one.html", "--keep", "name:120*", cwd=folder).returncode == 0
    assert run("in", "-o", "two.html", cwd=folder).returncode == 0
    first = [(folder / f"{name}.html").read_text().index("120.png") for name in ("one", "two")]
    assert first[0] < (folder / "one.html").read_text().index("160.png")
    assert first[1] > (folder / "two.html").read_text().index("160.png")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["-o", "r.html"], b"Missing argument 'PATH...'"),
        (["in", "--from", "in/120.png", "-o", "r.html"], b"--from cannot be given with images"),
        (["in", "-o", "r.html", "--links", "--no-paths"], b"a link tells the path"),
        (["in"], b"Missing option '-o' / '--output'"),
        (["in", "-o", "r.html", "--within"], b"--within requires --against"),
        (["in", "-o", "r.html", "--against", "none"], b"no such file or folder: none"),
        (["--from", "-", "--against", "in", "-o", "r.html"], b"--from cannot be given with"),
        (
            ["--from", "-", "--keep", "oldest", "-o", "r.html"],
            b"cannot be given with --keep",
        ),
        (["in", "--keep", "shiniest", "-o", "r.html"], b"shiniest"),
        (["--from", "in/120.png", "-o", "r.html"], b"in/120.png cannot be used: "),
        (["in", "-o", "none/r.html"], b"none cannot be written: No such file or directory"),
        (["--from", "none.json", "-o", "r.html"], b"none.json"),
    ],
)
def test_wrong_calls_say_what_is_wrong(
    folder: Path, arguments: list[str], complaint: bytes
) -> None:
    """They end with 2, and write nothing."""
    done = run(*arguments, cwd=folder)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert [one.name for one in folder.iterdir()] == ["in"]


@pytest.mark.slow
def test_a_report_needs_no_extra_and_a_review_names_its_own(folder: Path) -> None:
    """Without Starlette and uvicorn, a report is written, and a review says what to install."""
    code = """
import sys
for name in ("starlette", "uvicorn", "matplotlib", "pandas", "jinja2", "IPython"):
    sys.modules[name] = None
from lookalike.cli import main
main()
"""
    command = [sys.executable, "-c", code]

    def called(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *arguments], capture_output=True, text=True, cwd=folder, check=False
        )

    assert called("report", "in", "-o", "r.html").returncode == 0
    assert (folder / "r.html").read_bytes().count(b"<img ") == 2
    done = called("review", "in", "--decisions", "d.jsonl")
    assert done.returncode == 2
    assert "pip install 'lookalike[review]'" in done.stderr
    assert not (folder / "d.jsonl").exists()
