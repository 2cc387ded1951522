"""What the command says of images that match by their pixels alone."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

LOOKALIKE = Path(sys.executable).with_name("lookalike")


def bars(path: Path, seed: int) -> None:
    """A barcode: it varies along one axis only."""
    row = np.random.default_rng(seed).choice([0, 255], 40).astype(np.uint8)
    Image.fromarray(np.tile(np.repeat(row, 5), (120, 1))).save(path)


def said(*arguments: object) -> str:
    run = subprocess.run([LOOKALIKE, *map(str, arguments)], capture_output=True, text=True)
    assert not run.stderr
    return run.stdout


@pytest.mark.slow
def test_bars_are_compared_by_their_pixels(tmp_path: Path) -> None:
    """Equal ones are alike and others are not; no distance of hashes is given for either."""
    for name, seed in (("a", 1), ("same", 1), ("b", 2)):
        bars(tmp_path / f"{name}.png", seed)
    alike = said("compare", tmp_path / "a.png", tmp_path / "same.png")
    assert alike.startswith("alike: their pixels are equal")
    differing = said("compare", tmp_path / "a.png", tmp_path / "b.png")
    assert differing.startswith("not alike: their pixels differ")
    for text in (alike, differing):
        assert "bits" not in text
        assert "one axis only" in text


@pytest.mark.slow
def test_blank_pictures_that_differ_agree_in_no_frame(tmp_path: Path) -> None:
    """The keys of the JSON do not contradict each other, though the hashes are equal."""
    for name, grey in (("a", 250), ("b", 240)):
        Image.new("L", (60, 40), grey).save(tmp_path / f"{name}.png")
    found = json.loads(said("compare", tmp_path / "a.png", tmp_path / "b.png", "--json"))
    assert (found["flat"], found["distance"], found["alike"]) == (True, 0, False)
    assert (found["agreeing"], found["compared"], found["first_frames_alike"]) == (0, 1, False)
    same = json.loads(said("compare", tmp_path / "a.png", tmp_path / "a.png", "--json"))
    assert (same["agreeing"], same["first_frames_alike"], same["alike"]) == (1, True, True)


@pytest.mark.thorough
def test_a_group_of_bars_has_equal_pixels(tmp_path: Path) -> None:
    """Its heading says so, and each image is said to have one axis."""
    for name, seed in (("a", 1), ("same", 1), ("b", 2)):
        bars(tmp_path / f"{name}.png", seed)
    text = said("find", tmp_path)
    assert "equal pixels" in text
    assert "one axis" in text
    assert "equal hashes" not in text
    assert "degenerate" not in text
