"""Plans from a catalogue: equal to others, and no unchanged file is opened for them."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image

from catalogs import settle
from files import save
from lookalike.cli.commands import commands
from pictures import photo
from remembering import watched


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pictures of which some are copies, smaller, or have metadata that the larger one lacks."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("LOOKALIKE_CATALOG", str(tmp_path / "other"))
    folder = tmp_path / "photos"
    for number in range(4):
        save(folder / f"{number}.png", photo(160, 120, number))
        save(folder / "small" / f"{number}.png", photo(80, 60, number))
    shutil.copy(folder / "3.png", folder / "copy.png")
    shutil.copytree(folder / "small", tmp_path / "originals")
    rated = Image.Exif()
    rated[0x4746] = 5
    Image.fromarray(photo(80, 60, 0)).save(folder / "small/0.png", exif=rated)
    settle()
    return folder


def planned(folder: Path, *words: object) -> tuple[dict[str, Any], Counter[str]]:
    """The plan, and how often each file in the folder was opened for it."""
    with watched(folder) as opened:
        done = CliRunner().invoke(commands, ["plan", *map(str, words)])
    assert done.exit_code == 0, done.output
    plan = json.loads(done.stdout)
    return {**plan, "argv": None, "roots": None}, opened


def test_it_equals_a_plan_without_one_and_opens_nothing_the_second_time(
    folder: Path, tmp_path: Path
) -> None:
    at = ("--catalog-at", tmp_path / "catalog")
    without, _ = planned(folder, folder)
    assert without["totals"]["remove"] == 4
    assert without["totals"]["held"] == 1
    first, opened = planned(folder, folder, *at)
    assert opened
    second, again = planned(folder, folder, *at)
    assert first == second == without
    assert again == {}
    everything, again = planned(folder, *at)
    assert everything == without
    assert again == {}
    save(folder / "1.png", photo(320, 240, 1))
    os.utime(folder / "1.png", (1, 1))
    _, again = planned(folder, folder, *at)
    assert set(again) == {"1.png"}


def test_against_plans_only_what_the_originals_have(folder: Path, tmp_path: Path) -> None:
    """Nothing goes for another new file, whether or not a catalogue remembers them."""
    originals = tmp_path / "originals"
    for at in ([], ["--catalog-at", tmp_path / "catalog"]):
        plan, _ = planned(folder, folder, "--against", originals, "--exact", *at)
        gone = {one["path"] for group in plan["groups"] for one in group["remove"]}
        assert gone == {str(folder / "small" / f"{number}.png") for number in (1, 2, 3)}
        for group in plan["groups"]:
            for one in group["remove"]:
                assert group["keep"][one["keeper"]]["path"].startswith(str(originals))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--from", "-", "--catalog-at", "."], "--from cannot be given with --catalog"),
        (["--catalog-at", ".", "--against", "."], "name either PATHs to search"),
        ([".", "--against", "missing"], "no such file or folder: missing"),
        ([".", "--against", "."], "is named twice"),
    ],
)
def test_wrong_calls_are_explained(
    words: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(commands, ["plan", *words])
    assert done.exit_code == 2
    assert message in done.output
