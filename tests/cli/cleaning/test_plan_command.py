"""The command `plan`: what it writes, prints and exits with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from files import save
from lookalike import Plan
from pictures import photo


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A picture, a copy, a smaller one, and another picture."""
    folder = tmp_path / "photos"
    save(folder / "a.png", photo(160, 120, 1))
    shutil.copy(folder / "a.png", folder / "b.png")
    save(folder / "sub" / "c.png", photo(80, 60, 1))
    save(folder / "sub" / "d.png", photo(80, 60, 2))
    return folder


def state_of(folder: Path) -> list[tuple[Path, int, int, int]]:
    """Every file, when it was modified, its inode and its size."""
    found = ((path, path.stat()) for path in sorted(folder.rglob("*")))
    return [(path, one.st_mtime_ns, one.st_ino, one.st_size) for path, one in found]


def run(*words: object, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "lookalike", *map(str, words)]
    return subprocess.run(command, input=given, capture_output=True)


def names(text: bytes) -> list[str]:
    """The names of the files that go."""
    plan = Plan.from_json(text)
    return sorted(Path(file.path).name for group in plan.groups for file in group.files())


def test_it_writes_a_plan_and_a_summary_and_changes_nothing(folder: Path, tmp_path: Path) -> None:
    before = state_of(folder)
    out = tmp_path / "plan.json"
    done = run("plan", folder, "-o", out)
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"2 files of 1 group would go to the trash: " in done.stderr
    assert names(out.read_bytes()) == ["b.png", "c.png"]
    assert state_of(folder) == before


def test_only_its_owner_may_read_and_change_a_plan(folder: Path, tmp_path: Path) -> None:
    """However open the file was that it replaces."""
    out = tmp_path / "plan.json"
    out.write_text("old")
    out.chmod(0o666)
    run("plan", folder, "-q", "-o", out)
    assert out.stat().st_mode & 0o777 == 0o600
    assert out.stat().st_uid == os.getuid()


@pytest.mark.slow
def test_a_result_from_a_pipe_gives_the_same_groups(folder: Path) -> None:
    found = run("find", folder, "--json")
    piped = run("plan", "--from", "-", given=found.stdout)
    searched = run("plan", folder)
    assert (piped.returncode, searched.returncode) == (0, 0)
    assert json.loads(piped.stdout)["groups"] == json.loads(searched.stdout)["groups"]


@pytest.mark.slow
def test_another_order_than_that_of_the_search_looks_again(folder: Path, tmp_path: Path) -> None:
    """The smaller file stays, and the others go because they were compared with it."""
    result = tmp_path / "result.json"
    run("find", folder, "--json", "-o", result)
    done = run("plan", "--from", result, "--keep", "-pixels")
    assert names(done.stdout) == ["a.png", "b.png"]
    group = json.loads(done.stdout)["groups"][0]
    assert [one["evidence"] for one in group["remove"]] == ["agreement", "agreement"]
    assert group["keep"][0]["path"].endswith("c.png")


def test_nothing_to_do_is_a_status_of_its_own(folder: Path) -> None:
    done = run("plan", folder / "sub")
    assert (done.returncode, json.loads(done.stdout)["groups"]) == (3, [])
    assert done.stderr.endswith(b"Nothing can go.\n")


@pytest.mark.slow
def test_show_prints_a_line_per_file(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    run("plan", folder, "--exact", "-o", out)
    lines = run("plan", "show", out).stdout.decode().splitlines()
    a, b = folder / "a.png", folder / "b.png"
    assert lines[0].startswith(f"keep     {a}  (first by name: ")
    assert f"trash    {b}  (same bytes as {a}; later by name: {b} against {a})" in lines
    assert run("plan", "show", "-", given=out.read_bytes()).stdout.decode().splitlines() == lines


def test_references_stay_and_nothing_else_is_planned(folder: Path, tmp_path: Path) -> None:
    save(tmp_path / "new" / "x.png", photo(80, 60, 2))
    shutil.copy(tmp_path / "new" / "x.png", tmp_path / "new" / "y.png")
    done = run("plan", tmp_path / "new", "--against", folder)
    assert names(done.stdout) == ["x.png", "y.png"]


@pytest.mark.slow
def test_between_leaves_groups_within_one_folder_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    shutil.copy(folder / "sub" / "d.png", tmp_path / "other")
    done = run("plan", folder, tmp_path / "other", "--between", "--exact")
    assert names(done.stdout) == ["d.png"]
    alone = run("plan", folder, "--between")
    assert (alone.returncode, b"--between requires two or more PATHs" in alone.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "name either PATHs to search or a result with --from"),
        ([".", "--from", "y"], "--from cannot be given with images"),
        ([".", "--do", "shred"], "--do must be 'trash', 'move'"),
        ([".", "--do", "move"], "needs a folder as to"),
        ([".", "--to", "x"], "--to needs do='move'"),
        ([".", "--keep", "best"], "--keep must be rules such as pixels, not 'best'"),
        ([".", "--protect", "/"], "'/' is not a pattern for names"),
        ([".", "--copies", "0"], "'--copies'"),
        (["--from", "missing.json"], "missing.json cannot be read: No such file"),
        (["show", "missing.json"], "missing.json cannot be read: No such file"),
    ],
)
def test_wrong_calls_are_explained(words: list[str], message: str, tmp_path: Path) -> None:
    done = run("plan", *words)
    assert (done.returncode, message in done.stderr.decode()) == (2, True), done.stderr


def test_other_files_are_no_results_and_no_plans(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{}")
    assert b"is not a result of find --json" in run("plan", "--from", wrong).stderr
    assert b"not a plan: plan must be 1" in run("plan", "show", wrong).stderr


@pytest.mark.slow
def test_a_name_that_is_not_text_survives(tmp_path: Path) -> None:
    save(tmp_path / "a.png", photo(160, 120, 1))
    shutil.copy(tmp_path / "a.png", tmp_path / os.fsdecode(b"b\xff.png"))
    found = run("find", tmp_path, "--json")
    done = run("plan", "--from", "-", given=found.stdout)
    (removal,) = Plan.from_json(done.stdout).groups[0].remove
    assert os.fsencode(removal.file.path).endswith(b"/b\xff.png")


@pytest.mark.slow
def test_neither_threads_nor_the_seed_of_hashes_change_a_plan(folder: Path) -> None:
    """Nor does the order of the paths."""
    (folder / "a.png.xmp").write_bytes(b"<x/>")
    shutil.copy(folder / "a.png.xmp", folder / "b.png.xmp")
    paths = [folder / "sub", folder / "a.png", folder / "b.png"]
    plans = []
    for seed, workers, order in (("0", "1", paths), ("1", "3", paths[::-1])):
        command = [
            sys.executable,
            "-m",
            "lookalike",
            "plan",
            "--workers",
            workers,
            *map(str, order),
        ]
        done = subprocess.run(
            command, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed}
        )
        plans.append(json.loads(done.stdout) | {"argv": None})
    assert plans[0] == plans[1]
    assert plans[0]["totals"]["remove"] == 2
