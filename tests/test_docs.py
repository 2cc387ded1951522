"""The documentation says what is so."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

import lookalike
from files import save
from pictures import photo

ROOT = Path(__file__).parents[1]


def test_the_help_in_the_docs_is_that_of_the_command() -> None:
    """docs/command.md holds the present help texts; `make docs` writes them anew."""
    with_help = runpy.run_path(str(ROOT / "docs" / "write_help.py"))["with_help"]
    page = (ROOT / "docs" / "command.md").read_text(encoding="utf-8")
    assert page == with_help(page)


def test_the_tables_of_distances_are_those_of_the_code() -> None:
    """docs/choosing-a-distance.md holds the present figures; `make docs` writes them anew."""
    with_tables = runpy.run_path(str(ROOT / "docs" / "write_distances.py"))["with_tables"]
    page = (ROOT / "docs" / "choosing-a-distance.md").read_text(encoding="utf-8")
    assert page == with_tables(page)
    examples = re.findall(r"^(lookalike\..*)  # (\S+)$", page, re.MULTILINE)
    assert [f"{eval(code):.3g}" for code, _ in examples] == [shown for _, shown in examples]
    assert len(examples) == 2


def test_the_readme_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The Python of the README works as it stands there."""
    save(tmp_path / "photos" / "a.jpg", photo(300, 200, 1))
    save(tmp_path / "photos" / "b.png", photo(150, 100, 1))
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    exec(code, {})
    assert capsys.readouterr().out.startswith("keep photos/a.jpg because: most pixels\n")


@pytest.mark.parametrize(
    "page", [*ROOT.glob("docs/*.md"), ROOT / "README.md"], ids=lambda p: p.name
)
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a file of the project names one that there is."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_every_status_and_algorithm_is_documented() -> None:
    """docs/reading.md tells of every status, docs/hashes.md of every algorithm."""
    reading = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
    hashes = (ROOT / "docs" / "hashes.md").read_text(encoding="utf-8")
    assert all(f"| `{status}` |" in reading for status in lookalike.Status)
    assert all(f"| `{name}` |" in hashes for name in lookalike.algorithm_names())


def test_documented_defaults_are_those_of_the_code() -> None:
    """The table of default distances in docs/algorithms.md agrees with the registry."""
    page = (ROOT / "docs" / "algorithms.md").read_text(encoding="utf-8")
    for names, default in re.findall(r"^\| (`[^|]+) \|[^|]+\| (\d+)[^|]* \|$", page, re.MULTILINE):
        for name in re.findall(r"`([a-z_]+)`", names):
            assert lookalike.get_algorithm(name).default_max_distance == int(default), name
