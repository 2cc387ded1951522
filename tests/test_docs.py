"""The documentation agrees with the code."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import numpy as np
import pytest

import lookalike
from files import save
from lookalike.index.search import plan
from lookalike.index.stored.file import open_file
from pictures import photo

ROOT = Path(__file__).parents[1]


def test_the_help_in_the_docs_is_that_of_the_command() -> None:
    """docs/command.md holds the current help texts, which `make docs` writes."""
    with_help = runpy.run_path(str(ROOT / "docs" / "write_help.py"))["with_help"]
    page = (ROOT / "docs" / "command.md").read_text(encoding="utf-8")
    assert page == with_help(page)


def test_the_tables_of_distances_are_those_of_the_code() -> None:
    """docs/choosing-a-distance.md holds the current figures, which `make docs` writes."""
    with_tables = runpy.run_path(str(ROOT / "docs" / "write_distances.py"))["with_tables"]
    page = (ROOT / "docs" / "choosing-a-distance.md").read_text(encoding="utf-8")
    assert page == with_tables(page)
    examples = re.findall(r"^(lookalike\..*)  # (\S+)$", page, re.MULTILINE)
    assert [f"{eval(code):.3g}" for code, _ in examples] == [shown for _, shown in examples]
    assert len(examples) == 2


@pytest.mark.parametrize("page", ["README.md", "docs/python.md"])
def test_the_examples_in_the_docs_run(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The Python of the README and of docs/python.md works as shown there."""
    save(tmp_path / "photos" / "a.jpg", photo(300, 200, 1))
    save(tmp_path / "photos" / "b.png", photo(150, 100, 1))
    monkeypatch.chdir(tmp_path)
    exec(python_of(ROOT / page), {})
    printed = capsys.readouterr().out
    assert printed.startswith("keep photos/a.jpg because: most pixels\n")
    assert "[Match(key='photos/a.jpg', distance=0), " in printed
    assert "[['photos/a.jpg', 'photos/b.png']]\n" in printed


def test_the_index_explains_itself_as_the_docs_show(capsys: pytest.CaptureFixture[str]) -> None:
    """The code of docs/search.md runs, and prints the same for fewer hashes, with other numbers."""
    page = ROOT / "docs" / "search.md"
    exec(python_of(page).replace("1_000_000", "30_000"), {})
    (shown,) = re.findall(r"```text\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    numbers = re.compile("[0-9][0-9,.e-]*( [0-9][0-9,.e-]*)*")
    assert numbers.sub("N", capsys.readouterr().out) == numbers.sub("N", shown)


def test_the_costs_of_the_planner_are_those_in_the_docs() -> None:
    """docs/search.md has the constants of the plan, in its table and its text."""
    page = (ROOT / "docs" / "search.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"\| `([A-Z_]+)` \| (.*) \|", page))
    seconds = {
        name: [*map(float, re.findall("[0-9.]+e-[0-9]+", row))] for name, row in rows.items()
    }
    assert seconds == {
        "COMPARE": [plan.COMPARE[path] for path in ("scalar", "avx2", "avx512")],
        "LOOK": [plan.LOOK],
        "FAR_LOOK": [plan.FAR_LOOK],
        "TURN": [plan.TURN],
        "PROBE": [plan.PROBE],
        "PLACE": [plan.PLACE],
        "FAR_PLACE": [plan.FAR_PLACE],
        "GATHER": [plan.GATHER],
    }
    assert f"{plan.ENOUGH_BETTER:g} times cheaper" in page


def test_every_section_of_an_index_is_documented(tmp_path: Path) -> None:
    """docs/index-format.md has exactly the sections that are written, with their dtypes."""
    written: dict[str, str] = {}
    hashes = np.random.default_rng(0).integers(0, 256, (30_000, 8), dtype=np.uint8)
    hashes[1] = hashes[0]
    for keys in (range(30_000), [f"{k}.jpg" for k in range(30_000)]):
        index = lookalike.Index("phash")
        index.add(keys, hashes)
        index.save(tmp_path / "index")
        for name, array in open_file(tmp_path / "index").sections.items():
            written[re.sub("[0-9]+", "K", name)] = array.dtype.newbyteorder("<").str
    lookalike.SightIndex().save(tmp_path / "index")
    for name, array in open_file(tmp_path / "index").sections.items():
        written[name] = array.dtype.newbyteorder("<").str
    page = (ROOT / "docs" / "index-format.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-zK.]+)` \| `([^`]+)` \|", page, re.MULTILINE)
    assert {name: dtype.replace("\\", "") for name, dtype in rows} == written


def python_of(page: Path) -> str:
    """All the Python that a page shows."""
    return "".join(re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))


@pytest.mark.parametrize(
    "page", [*ROOT.glob("docs/*.md"), *ROOT.glob("*.md")], ids=lambda p: p.name
)
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a file of the project names one that exists."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_every_status_and_algorithm_is_documented() -> None:
    """docs/reading.md describes every status, and docs/hashes.md every algorithm."""
    reading = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
    hashes = (ROOT / "docs" / "hashes.md").read_text(encoding="utf-8")
    assert all(f"| `{status}` |" in reading for status in lookalike.Status)
    assert all(f"| `{name}` |" in hashes for name in lookalike.algorithm_names())


def test_documented_defaults_are_those_of_the_code() -> None:
    """The table of default distances in docs/algorithms.md agrees with the registry."""
    page = (ROOT / "docs" / "algorithms.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]+) \|[^|]+\| (\d+)[^|]* \|$", page, re.MULTILINE)
    written = {
        name: int(default) for names, default in rows for name in re.findall(r"`([a-z_]+)`", names)
    }
    named = [name for name in lookalike.algorithm_names() if "@" not in name]
    defaults = {name: lookalike.get_algorithm(name).default_max_distance for name in named}
    assert written == defaults
    assert ("`...@imagededup`", "10") in rows
    for name in lookalike.algorithm_names():
        assert "@" not in name or lookalike.get_algorithm(name).default_max_distance == 10
