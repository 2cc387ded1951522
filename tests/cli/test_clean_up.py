"""`lookalike apply`, `undo` and `history`, run as a person or a script runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from clean_up import Place, group, plan, removal, snapshot
from files import encoded
from lookalike.planning.plan import Action
from pictures import photo


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Where a test has its files."""
    return Place.at(tmp_path, monkeypatch)


def run(*words: str | Path, typed: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lookalike", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, input=typed)


def plan_file(place: Place, *actions: Action) -> Path:
    """A plan in a file, by which b.jpg goes and a.jpg stays."""
    a, b = place.file("a.jpg", b"picture"), place.file("b.jpg", b"picture")
    path = place.root / "plan.json"
    path.write_text(plan(group([a], removal(b, *actions))).to_json())
    return path


def test_a_person_plans_applies_and_undoes_and_finds_the_tree_as_it_was(place: Place) -> None:
    place.file("a.jpg", encoded(photo(320, 240, 1), "JPEG", quality=95))
    place.file("sub/b.jpg", encoded(photo(160, 120, 1), "JPEG", quality=80))
    place.file("sub/other.jpg", encoded(photo(160, 120, 7), "JPEG"))
    before = snapshot(place.tree)
    path = place.root / "plan.json"
    assert run("plan", place.tree, "-o", path).returncode == 0
    assert snapshot(place.tree) == before
    tried = run("apply", path, "--dry-run")
    assert tried.returncode == 0
    assert "1 would be moved to the trash" in tried.stderr
    assert snapshot(place.tree) == before
    applied = run("apply", path, "--yes")
    assert applied.returncode == 0, applied.stderr
    assert "1 moved to the trash" in applied.stderr
    assert not (place.tree / "sub/b.jpg").exists()
    assert "1 moved to the trash" in run("history").stdout
    undone = run("undo", "--yes")
    assert undone.returncode == 0, undone.stderr
    assert "1 taken back" in undone.stderr
    assert snapshot(place.tree) == before


@pytest.mark.slow
def test_without_a_terminal_nothing_happens_without_yes(place: Place) -> None:
    path = plan_file(place)
    refused = run("apply", path, typed="y\n")
    assert refused.returncode == 2
    assert "needs --yes" in refused.stderr
    assert (place.tree / "b.jpg").exists()
    assert run("apply", path, "--yes").returncode == 0
    assert run("undo", typed="y\n").returncode == 2
    assert not (place.tree / "b.jpg").exists()


@pytest.mark.slow
def test_deleting_needs_the_number_of_files_even_with_yes(place: Place) -> None:
    path = plan_file(place, Action.DELETE)
    for words in (["--yes"], ["--yes", "--yes-delete", "2"]):
        refused = run("apply", path, *words)
        assert refused.returncode == 2
        assert "the plan deletes 1 file" in refused.stderr
    assert run("apply", path, "--yes-delete", "1").returncode == 0
    assert not (place.tree / "b.jpg").exists()
    assert run("undo", "-y").returncode == 0
    assert (place.tree / "b.jpg").read_bytes() == b"picture"


def test_a_plan_that_others_may_have_written_is_refused(place: Place) -> None:
    path = plan_file(place)
    path.chmod(0o666)
    refused = run("apply", path, "--yes")
    assert refused.returncode == 2
    assert "can be written by any user" in refused.stderr
    if os.geteuid() == 0:
        path.chmod(0o600)
        os.chown(path, 12345, -1)
        assert "belongs to another user" in run("apply", path, "--yes").stderr
    assert (place.tree / "b.jpg").exists()


@pytest.mark.slow
def test_what_is_no_plan_is_an_error_that_names_the_file(place: Place) -> None:
    path = place.root / "plan.json"
    for text, complaint in (("{}", "not a plan"), ("nothing", "not JSON")):
        path.write_text(text)
        refused = run("apply", path, "-y")
        assert refused.returncode == 2
        assert f"{path}: " in refused.stderr
        assert complaint in refused.stderr
    assert "cannot be read" in run("apply", place.root / "none.json", "-y").stderr


def test_what_cannot_be_taken_back_is_told_by_the_exit_status(place: Place) -> None:
    run("apply", plan_file(place), "--yes")
    (place.trash / "files/b.jpg").unlink()
    undone = run("undo", "--yes")
    assert undone.returncode == 1
    assert "is not there any more" in undone.stderr


@pytest.mark.slow
def test_history_is_json_on_request(place: Place) -> None:
    assert run("history").stdout == "No plan was applied yet.\n"
    run("apply", plan_file(place), "--yes")
    [one] = json.loads(run("history", "--json").stdout)
    assert one["counts"] == {"trash": 1}
    found = json.loads(run("history", one["run"], "--json").stdout)
    [entry] = found["files"]
    assert entry["path"] == str(place.tree / "b.jpg")
    assert entry["can_undo"]
    assert "can be taken back" in run("history", one["run"]).stdout


def test_a_failure_is_told_by_the_exit_status(place: Place) -> None:
    path = plan_file(place, Action.DEDUPE)
    if os.statvfs(place.tree).f_namemax and run("apply", path, "-y").returncode == 0:
        pytest.skip("files can share their bytes here")
    failed = run("apply", path, "-y", "-q")
    assert failed.returncode == 1
    assert "1 failed" in failed.stderr
