"""How the result of a search against references is shown, written and read back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import lookalike
from files import save
from lookalike.cli.commands import commands
from pictures import photo


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Two new pictures, one of them twice, and one that is a reference, too, but smaller."""
    save(tmp_path / "new" / "a.png", photo(160, 120, 1))
    save(tmp_path / "new" / "b.png", photo(160, 120, 2))
    save(tmp_path / "new" / "c.jpg", photo(160, 120, 2))
    save(tmp_path / "old" / "a.jpg", photo(80, 60, 1), quality=80)
    (tmp_path / "old" / "damaged.jpg").write_bytes(b"\xff\xd8\xff\xe0 nothing")
    save(tmp_path / "old" / "d.png", photo(160, 120, 3))
    save(tmp_path / "old" / "e.png", photo(160, 120, 3))
    return tmp_path


def run(folders: Path, *arguments: str) -> Result:
    """Run `lookalike find` on the two folders."""
    names = ["find", str(folders / "new"), "--against", str(folders / "old"), "--quiet"]
    return CliRunner().invoke(commands, [*names, *arguments])


def test_the_reference_stays_though_it_is_worse(folders: Path) -> None:
    """The keeper is the reference, and only the new picture counts as saved."""
    result = lookalike.find_duplicates(folders / "new", against=folders / "old")
    (group,) = result.groups
    assert Path(group.keeper.path).name == "a.jpg"
    assert (group.keeper_reason, group.keeper_values) == ("reference", (True, False))
    assert result.bytes_to_save == (folders / "new" / "a.png").stat().st_size
    assert (result.image_count, result.reference_count) == (6, 3)
    assert [one.status for one in result.failures] == ["damaged"]


@pytest.mark.parametrize("verify", [True, False])
@pytest.mark.parametrize("within", [True, False])
def test_a_result_is_read_back_as_it_was(folders: Path, within: bool, verify: bool) -> None:
    """JSON, CSV and what was asked for are the same."""
    result = lookalike.find_duplicates(
        folders / "new", against=folders / "old", within=within, verify=verify
    )
    again = lookalike.Result.from_json(result.to_json())
    assert again.to_json() == result.to_json()
    assert json.loads(result.to_json()) == result.to_dict()
    assert again.to_csv() == result.to_csv()
    assert again.rule == result.rule
    assert again.reference_count == 3


def test_json_and_csv_say_in_which_set_each_image_is(folders: Path) -> None:
    """`reference` or `new`."""
    found = json.loads(run(folders, "--within", "--json").stdout)
    sets = [
        {Path(one["path"]).name: one["set"] for one in [group["keeper"], *group["duplicates"]]}
        for group in found["groups"]
    ]
    assert sets == [{"a.jpg": "reference", "a.png": "new"}, {"b.png": "new", "c.jpg": "new"}]
    assert (found["references"], found["against"], found["within"]) == (3, True, True)
    rows = csv.DictReader(io.StringIO(run(folders, "--csv").stdout))
    assert [(Path(row["path"]).name, row["set"]) for row in rows] == [
        ("a.jpg", "reference"),
        ("a.png", "new"),
        ("damaged.jpg", ""),
    ]


def test_a_search_of_one_set_says_nothing_of_sets(folders: Path) -> None:
    """The column of the CSV is empty, and the JSON has no such keys."""
    result = lookalike.find_duplicates(folders / "new")
    assert {row["set"] for row in result.rows()} == {None}
    assert not {"references", "against", "within"} & result.to_dict().keys()
    assert "set" not in result.to_dict()["groups"][0]["keeper"]


def test_the_text_names_the_reference_and_counts_both_sets(folders: Path) -> None:
    """The summary counts new images and references."""
    names = ["find", str(folders / "new"), "--against", str(folders / "old")]
    shown = CliRunner().invoke(commands, names).stdout
    lines = shown.splitlines()
    assert lines[1].strip().startswith("keep")
    assert lines[1].endswith("  reference")
    assert "3 new images and 3 references hashed by phash" in shown
    assert "1 group with 1 duplicate" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["new", "--within"], "--within requires --against"),
        (["new", "--against", "old/missing"], "no such file or folder: old/missing"),
        (["new", "--against", "./new/"], "is named twice"),
    ],
)
def test_wrong_arguments_are_usage_errors(
    folders: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    """Before anything is read."""
    monkeypatch.chdir(folders)
    found = CliRunner().invoke(commands, ["find", *arguments])
    assert found.exit_code == 2
    assert message in found.stderr
