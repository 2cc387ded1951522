"""`compare` with a thorough look: where one picture is in the other, and what else they share."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import lookalike
from lookalike.cli.commands import commands
from lookalike.matching.comparison import Comparison, compare
from lookalike.report.words import comparison_lines
from sheets import draw_sheet, entries_of
from sight_pictures import Pixels, cropped, framed, scene

WHOLE = scene(1, 480, 360)
CROP = cropped(WHOLE, 0.3)
LEFT, RIGHT = (np.ascontiguousarray(WHOLE[:, part]) for part in (np.s_[:300], np.s_[180:]))
"""120 of 300 columns are in both."""


def mirrored(picture: Pixels) -> Pixels:
    """Left to right."""
    return np.ascontiguousarray(picture[:, ::-1])


def forms(layout: int = 3) -> tuple[Image.Image, Image.Image]:
    """One form, filled in twice."""
    one, other = (draw_sheet("form", layout, entries_of(seed)) for seed in (1, 2))
    return one, other


PAIRS: dict[str, tuple[Any, Any]] = {
    "a crop": (WHOLE, CROP),
    "the whole of a crop": (CROP, WHOLE),
    "a mirrored crop": (WHOLE, mirrored(CROP)),
    "a frame": (WHOLE, framed(WHOLE, 0.1)),
    "half the size": (WHOLE, np.ascontiguousarray(WHOLE[::2, ::2])),
    "a mirror image": (WHOLE, mirrored(WHOLE)),
    "two parts": (LEFT, RIGHT),
    "two forms": forms(),
    "strangers": (WHOLE, scene(2, 480, 360)),
    "a turned crop": (WHOLE, np.ascontiguousarray(np.rot90(CROP))),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_thorough_comparison_says_what_a_thorough_search_says(name: str) -> None:
    """The same verdict, evidence, agreement, map and shares."""
    pair = PAIRS[name]
    found = compare(*pair, thorough=True)
    result = lookalike.find_duplicates(pair, thorough=True, reading="exact")
    kinds = [one.kind for one in result.related]
    assert found.alike == (len(result.groups) == 1)
    assert kinds == ["same layout"] * found.same_layout + ["shares a part"] * found.shares_a_part
    if found.alike:
        (group,) = result.groups
        (one,) = group.duplicates
        assert (found.evidence, found.distance) == (one.evidence, one.distance)
        assert found.mirrored == one.mirrored
        assert found.transform == tuple(map(tuple, group.links.transform[0].tolist()))
        assert found.overlap == tuple(group.links.overlap[0].tolist())
        assert found.agreement == pytest.approx(one.agreement, abs=1e-4)
    elif kinds:
        assert found.agreement == pytest.approx(result.related[0].agreement, abs=1e-4)


def test_a_crop_lies_where_it_was_cut_out() -> None:
    """As a map from its places to those of the whole, and as shares of both."""
    found = compare(WHOLE, CROP, thorough=True)
    assert (found.alike, found.evidence, found.mirrored) == (True, "points", False)
    assert found.transform is not None
    assert found.overlap is not None
    np.testing.assert_allclose(found.transform, [[0.7, 0, 0.15], [0, 0.7, 0.15]], atol=0.01)
    assert found.overlap == pytest.approx((0.49, 1), abs=0.05)
    back = compare(CROP, WHOLE, thorough=True)
    assert back.overlap == pytest.approx((1, 0.49), abs=0.05)


def test_a_mirrored_crop_is_found_and_says_so() -> None:
    """The default comparison does not find it, nor where it is."""
    found = compare(WHOLE, mirrored(CROP), thorough=True)
    assert (found.alike, found.mirrored, found.turned) == (True, True, 0)
    plain = compare(WHOLE, mirrored(CROP))
    assert (plain.alike, plain.transform, plain.overlap) == (False, None, None)


def test_parts_forms_and_strangers_are_not_alike() -> None:
    """Each with its own reason. Only what was found lies somewhere."""
    parts, sheets, strangers = (
        compare(*PAIRS[name], thorough=True) for name in ("two parts", "two forms", "strangers")
    )
    assert (parts.alike, sheets.alike, strangers.alike) == (False, False, False)
    assert (parts.shares_a_part, parts.same_layout) == (True, False)
    assert parts.overlap == pytest.approx((0.4, 0.4), abs=0.05)
    assert (sheets.shares_a_part, sheets.same_layout) == (False, True)
    assert (strangers.shares_a_part, strangers.same_layout) == (False, False)
    assert (strangers.transform, strangers.overlap) == (None, None)


def test_equal_bytes_lie_on_each_other_whole() -> None:
    """There is nothing to look for."""
    found = compare(WHOLE, WHOLE, thorough=True)
    assert (found.evidence, found.overlap) == ("bytes", (1, 1))
    assert found.transform == ((1, 0, 0), (0, 1, 0))


def test_the_least_agreement_counts_for_points_too() -> None:
    """A crop that agrees less is not alike."""
    found = compare(WHOLE, CROP, thorough=True)
    assert found.agreement is not None
    more = (found.agreement + 1) / 2
    assert not compare(WHOLE, CROP, thorough=True, min_agreement=more).alike


SAID = {
    "a crop": ["alike: their points match", "49% of the first and 100% of the second"],
    "a mirrored crop": ["alike: their points match", "The second has to be mirrored to lie on"],
    "two parts": ["not alike: ", "only share a part", "41% of the first and 41% of the second"],
    "two forms": ["not alike: ", "only have the same layout"],
    "strangers": ["not alike: "],
}


@pytest.mark.parametrize("name", SAID)
def test_people_read_the_reason(name: str) -> None:
    """And how much of each of the two shows the same."""
    lines = comparison_lines(compare(*PAIRS[name], thorough=True))
    for said in SAID[name]:
        assert any(line.startswith(said) or said in line for line in lines), lines
    if name == "strangers":
        assert len(lines) == 1


def test_the_command_compares_by_points(tmp_path: Path) -> None:
    """In JSON it gives all that the library gives, and the status says whether they are alike."""
    names = [str(tmp_path / name) for name in ("whole.png", "crop.png")]
    for name, picture in zip(names, (WHOLE, CROP), strict=True):
        Image.fromarray(picture).save(name)
    run = CliRunner().invoke
    done = run(commands, ["compare", *names, "--thorough", "--json"])
    assert done.exit_code == 0
    expected = asdict(compare(*names, thorough=True))
    assert json.loads(done.output) == json.loads(json.dumps(expected))
    assert run(commands, ["compare", *names]).exit_code == 1


def test_bits_alone_have_no_thorough_look() -> None:
    """The message names the options."""
    with pytest.raises(ValueError, match="thorough cannot be combined with verify=False"):
        compare(WHOLE, CROP, verify=False, thorough=True)
    assert isinstance(compare(WHOLE, CROP, verify=False), Comparison)
