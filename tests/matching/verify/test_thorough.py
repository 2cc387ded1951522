"""What a thorough search finds by points, on drawn pictures."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

import lookalike
from lookalike import find_duplicates
from lookalike.hashing.content import Content, Depth, Reader, Wanted
from lookalike.report.words import text_of
from sheets import draw_sheet, entries_of
from sight_pictures import Pixels, cropped, framed, scene
from tight import room

SCENE = scene(5, 480, 360)


def coloured(tint: tuple[int, int, int], grey: Pixels = SCENE) -> Pixels:
    """A picture in one colour, about as light as in another one."""
    tinted: Pixels = (grey[..., None] * 0.5 + np.array(tint)).clip(0, 255).astype(np.uint8)
    return tinted


RED, GREEN, BLUE = coloured((100, 20, 60)), coloured((20, 60, 60)), coloured((50, 30, 160))


def pasted(picture: Pixels) -> Pixels:
    """In a page of another colour."""
    page = np.zeros((600, 800, 3), np.uint8) + np.array([230, 210, 40], np.uint8)
    page[120:480, 290:770] = picture
    return page


def mirrored(picture: Pixels) -> Pixels:
    """Left to right."""
    return np.ascontiguousarray(picture[:, ::-1])


def groups_of(result: lookalike.Result) -> list[list[int]]:
    """The positions in each group, in order."""
    return [sorted(group.positions.tolist()) for group in result.groups]


# Colour


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        (cropped(GREEN, 0.3), True),
        (mirrored(cropped(BLUE, 0.3)), True),
        (pasted(BLUE), True),
        (cropped(RED, 0.3), False),
        (pasted(RED), False),
        (mirrored(pasted(RED)), False),
    ],
)
def test_links_by_points_say_if_colours_differ(other: Pixels, differs: bool) -> None:
    """The colours are compared where both show something. Those around it are no difference."""
    (group,) = find_duplicates([RED, other], thorough=True).groups
    (one,) = group.duplicates
    assert one.evidence == "points"
    assert (one.colour_differs, group.links.colour_differs.tolist()) == (differs, [differs])


def test_colour_variants_are_told_apart_by_points_if_asked() -> None:
    """Crops, mirror images and pasted copies of each variant are still found."""
    variants = [RED, GREEN, BLUE]
    copies = [cropped(RED, 0.3), mirrored(cropped(GREEN, 0.3)), pasted(BLUE)]
    every = [*variants, *copies]
    assert groups_of(find_duplicates(every, thorough=True)) == [[0, 1, 2, 3, 4, 5]]
    result = find_duplicates(every, thorough=True, colour=True)
    assert groups_of(result) == [[0, 3], [1, 4], [2, 5]]
    assert not any(one.colour_differs for group in result.groups for one in group.duplicates)


@pytest.mark.parametrize("factor", [0.6, 1.2])
def test_brighter_and_darker_crops_keep_their_colours(factor: float) -> None:
    """As brighter and darker copies of the whole do."""
    enhance = ImageEnhance.Brightness(Image.fromarray(cropped(RED, 0.3)))
    (group,) = find_duplicates([RED, np.asarray(enhance.enhance(factor))], thorough=True).groups
    assert [(one.evidence, one.colour_differs) for one in group.duplicates] == [("points", False)]


def test_a_comparison_of_two_says_that_only_colours_differ() -> None:
    """With `colour`, such a crop is not alike, and the reason is given."""
    other = cropped(GREEN, 0.3)
    plain, told = (
        lookalike.compare(RED, other, thorough=True, colour=one) for one in (False, True)
    )
    assert (plain.alike, plain.colour_differs) == (True, True)
    assert (told.alike, told.colour_differs, told.shares_a_part) == (False, True, False)


def test_a_pair_has_one_link() -> None:
    """Pairs that the second look has confirmed are not listed again for their points."""
    copies = [SCENE, np.ascontiguousarray(SCENE[::2, ::2]), mirrored(SCENE), cropped(SCENE, 0.3)]
    (group,) = find_duplicates(copies, thorough=True).groups
    pairs = list(zip(group.links.i.tolist(), group.links.j.tolist(), strict=True))
    assert len(pairs) == len(set(pairs)) == 6


# Parts


@pytest.mark.parametrize(
    ("other", "said", "overlap"),
    [
        (cropped(SCENE, 0.3), "cropped to 49%", (0.49, 1)),
        (mirrored(cropped(SCENE, 0.3)), "mirrored, cropped to 49%", (0.49, 1)),
        (framed(SCENE, 0.1)[::2, ::2].copy(), "more around it", (1, 0.66)),
        (mirrored(SCENE), "mirrored", (1, 1)),
        (SCENE[::2, ::2].copy(), "alike", (1, 1)),
    ],
)
@pytest.mark.parametrize("keeper_first", [True, False])
def test_people_read_whether_one_is_a_part_of_the_other(
    other: Pixels, said: str, overlap: tuple[float, float], keeper_first: bool
) -> None:
    """At the end of the line. The shares in the JSON are of the keeper, then of the duplicate."""
    inputs = [SCENE, other] if keeper_first else [other, SCENE]
    result = find_duplicates(inputs, thorough=True)
    (line,) = (line for line in text_of(result, summary=False).splitlines() if "alike" in line)
    assert line.endswith(said)
    assert ("cropped" in line or "around" in line) == (min(overlap) < 1)
    (one,) = result.groups[0].duplicates
    assert one.overlap == pytest.approx(overlap, abs=0.03)
    document = json.loads(result.to_json())
    assert document["groups"][0]["duplicates"][0]["overlap"] == one.overlap
    again = lookalike.Result.from_json(result.to_json())
    assert text_of(again, summary=True) == text_of(result, summary=True)
    assert again.to_json() == result.to_json()


def test_a_part_that_only_others_link_to_the_keeper_is_not_named() -> None:
    """How it lies on the keeper is unknown."""
    left, right = (np.ascontiguousarray(SCENE[:, part]) for part in (np.s_[:250], np.s_[230:]))
    larger = np.asarray(Image.fromarray(left).resize((1000, 1440)))
    result = find_duplicates([larger, right, SCENE], thorough=True)
    found = {one.image.path: one for one in result.groups[0].duplicates}
    assert found["[2]"].overlap == pytest.approx((1, 250 / 480), abs=0.03)
    assert (found["[1]"].evidence, found["[1]"].overlap) == ("chain", None)
    (line,) = (line for line in text_of(result, summary=False).splitlines() if "[1]" in line)
    assert "only by way of others" in line
    assert "cropped" not in line


def test_the_summary_says_what_a_match_may_be() -> None:
    """Within the distance, or by points, which may be further apart."""
    pair = [SCENE, cropped(SCENE, 0.3)]
    thorough, plain = (find_duplicates(pair, thorough=one) for one in (True, False))
    assert thorough.groups[0].max_distance_within > thorough.max_distance
    within = "matched within 12 bits and by a second look"
    assert f"{within}, or by points: 1 group" in text_of(thorough, summary=True)
    assert f"{within}: 0 groups" in text_of(plain, summary=True)


# Room for temporary files


def crowded() -> list[Pixels]:
    """Pictures of which some are in groups, in all ways: crops, forms, colours."""
    forms = [np.asarray(draw_sheet("form", 1, entries_of(number))) for number in (1, 2)]
    scenes = [scene(seed, 360, 270) for seed in range(3)]
    edits = [cropped(scenes[0], 0.3), mirrored(scenes[1]), framed(scenes[2], 0.1)]
    smaller = [np.ascontiguousarray(one[::2, ::2]) for one in (RED, scenes[0])]
    return [RED, cropped(GREEN, 0.3), *scenes, *edits, *forms, cropped(forms[0], 0.1), *smaller]


CROWD = crowded()
EXPECTED: list[str] = []


def said() -> str:
    """All that a thorough search says."""
    result = find_duplicates(CROWD, thorough=True)
    links = [group.links for group in result.groups]
    return repr(([[column.tolist() for column in one] for one in links], result.to_json()))


def expected() -> str:
    """What is said with room enough."""
    if not EXPECTED:
        EXPECTED.append(said())
        assert EXPECTED[0].count("points") > 3
    return EXPECTED[0]


@pytest.mark.slow
@pytest.mark.parametrize("kilobytes", [0, 4, 24, 80, 400, 600])
def test_a_full_disk_does_not_change_the_result(
    tmp_path: Path, kilobytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the disk becomes full, and without a folder for temporary files at all."""
    wanted = expected()
    monkeypatch.setattr("lookalike.sight.points.spool.BLOCK", 2)
    monkeypatch.setattr("lookalike.sight.thumbs.BATCH", 2)
    with room(tmp_path, kilobytes):
        assert said() == wanted


def test_a_folder_that_cannot_be_written_does_not_change_the_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for any user but root."""
    wanted = expected()
    tmp_path.chmod(0o500)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert said() == wanted


def test_queries_that_found_no_room_are_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not kept in memory. The stored forms are."""
    depths: list[Depth] = []
    content = Reader.content

    def counted(reader: Reader, wanted: Wanted) -> Content:
        depths.append(wanted[1])
        return content(reader, wanted)

    monkeypatch.setattr(Reader, "content", counted)
    wanted = expected()
    depths.clear()
    assert said() == wanted
    once = depths.count(Depth.POINTS)
    depths.clear()
    with room(tmp_path, 0):
        assert said() == wanted
    assert (once, depths.count(Depth.POINTS)) == (len(CROWD), 2 * len(CROWD))


@pytest.mark.slow
def test_files_are_read_again_without_a_temporary_folder(tmp_path: Path) -> None:
    """From where they are."""
    for number, picture in enumerate(CROWD):
        Image.fromarray(picture).save(tmp_path / f"{number}.png")
    wanted = find_duplicates(tmp_path, thorough=True).to_json()
    with room(tmp_path, 0):
        assert find_duplicates(tmp_path, thorough=True).to_json() == wanted
