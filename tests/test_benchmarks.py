"""The pictures and the counts of the benchmark of sight are what they are said to be."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from benchmarks.sight.edits import EDITS, edited
from benchmarks.sight.graphics import KINDS
from benchmarks.sight.layouts import COPIES, LEAST_SIDE, SHARES, Entries, Layout
from benchmarks.sight.photos import photos_in
from benchmarks.sight.systems import Match, System
from benchmarks.sight.trial import Score, Trial
from PIL import Image

from pictures import photo

RANDOM = ("colour filter", "crop 30 %", "mirrored crop 30 %", "meme bars", "perspective")


def copy(edit: str, picture: Image.Image, seed: int = 0) -> Image.Image:
    """An edited picture. The other tiles of a collage are black."""
    others = [Image.new("RGB", (90, 60))] * 3
    return Image.open(io.BytesIO(edited(edit, picture, "a name", seed, others)))


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    """A picture with detail everywhere."""
    return Image.fromarray(photo(400, 300))


def test_there_are_27_edits_and_each_changes_the_picture(picture: Image.Image) -> None:
    """No edit leaves the pixels as saving alone does."""
    untouched = io.BytesIO()
    picture.save(untouched, "JPEG", quality=90)
    plain = Image.open(untouched).tobytes()
    assert len(EDITS) == 27
    assert all(copy(edit, picture).tobytes() != plain for edit in EDITS)


def test_random_choices_depend_on_the_seed_alone(picture: Image.Image) -> None:
    """The same seed gives the same bytes, and another seed gives others."""
    for edit in RANDOM:
        first, again, other = (copy(edit, picture, seed).tobytes() for seed in (1, 1, 2))
        assert first == again
        assert first != other


def test_edits_have_the_stated_sizes(picture: Image.Image) -> None:
    """A crop keeps its share of both sides, and frames add theirs."""
    sizes = {edit: copy(edit, picture).size for edit in EDITS}
    assert sizes["crop 5 %"] == (380, 285)
    assert sizes["crop 12.5 %"] == (350, 262)
    assert sizes["crop 30 %"] == sizes["mirrored crop 30 %"] == (280, 210)
    assert sizes["crop 50 %"] == sizes["resize 50 %"] == (200, 150)
    assert sizes["border 5 %"] == (440, 340)
    assert sizes["thumbnail"] == (64, 48)
    assert sizes["squeeze"] == (300, 300)
    assert sizes["90 degrees"] == (300, 400)
    assert sizes["meme bars"] == (400, 396)
    assert sizes["screenshot"][0] == round(400 / 0.6)


def test_a_crop_is_a_part_of_the_picture() -> None:
    """Its columns and rows follow each other as in the picture, mirrored ones in reverse."""
    ramp = np.zeros((200, 200, 3), np.uint8)
    ramp[..., 0], ramp[..., 1] = np.arange(200), np.arange(200)[:, None]
    picture = Image.fromarray(ramp)
    plain = np.asarray(copy("crop 50 %", picture), float)
    mirrored = np.asarray(copy("mirrored crop 30 %", picture), float)
    assert np.polyfit(np.arange(100), plain[..., 0].mean(axis=0), 1)[0] == pytest.approx(1, abs=0.1)
    assert np.polyfit(np.arange(100), plain[..., 1].mean(axis=1), 1)[0] == pytest.approx(1, abs=0.1)
    slope = np.polyfit(np.arange(140), mirrored[..., 0].mean(axis=0), 1)[0]
    assert slope == pytest.approx(-1, abs=0.1)


def test_one_tile_of_a_collage_is_the_picture(picture: Image.Image) -> None:
    """The other three are the other photographs, which are black here."""
    sheet = np.asarray(copy("collage", picture), float)
    tiles = [sheet[y : y + 150, x : x + 200] for y in (0, 150) for x in (0, 200)]
    shown = sorted(tiles, key=lambda tile: float(tile.mean()))
    half = np.asarray(picture.resize((200, 150), Image.Resampling.LANCZOS), float)
    assert all(tile.mean() < 3 for tile in shown[:3])
    assert np.abs(shown[3] - half).mean() < 12


@pytest.mark.parametrize("kind", KINDS)
def test_variants_differ_in_the_stated_share(kind: str) -> None:
    """The base is drawn alike each time, and each share of entries gives other pixels."""
    draw = KINDS[kind]
    layout = Layout(kind, draw, 0)
    assert layout.base.tobytes() == Layout(kind, draw, 0).base.tobytes()
    assert max(layout.base.size) >= LEAST_SIDE
    differing = []
    for share in SHARES.values():
        variant = layout.variant(share, 1)
        assert variant.size == layout.base.size
        differing.append(float((np.asarray(variant) != np.asarray(layout.base)).mean()))
    everything, quarter, one = differing
    assert everything > quarter > 0
    assert one > 0


def test_unchanged_entries_keep_their_numbers() -> None:
    """Only the changed entry of a layout gives other numbers, and the layout gives the same."""
    plain, changed = Entries(3), Entries(3, {1}, 5)
    assert plain.layout.integers(1 << 60) == changed.layout.integers(1 << 60)
    one, other = ([e.next().integers(1 << 60) for _ in range(3)] for e in (plain, changed))
    assert [a == b for a, b in zip(one, other, strict=True)] == [True, False, True]


def test_true_copies_show_the_same_picture() -> None:
    """Their pixels are near those of the base in grey, apart from size and brightness."""
    base = Layout("form", KINDS["form"], 0).base
    half = base.width // 2, base.height // 2
    grey = np.asarray(base.convert("L").resize(half), float)
    for name, make in COPIES.items():
        copied = Image.open(io.BytesIO(make(base))).convert("L")
        assert copied.size == (half if name == "half size" else base.size)
        back = np.asarray(copied.resize(half), float)
        assert np.corrcoef(grey.ravel(), back.ravel())[0, 1] > 0.9, name


def test_fillers_of_collages_are_not_among_the_originals(tmp_path: Path) -> None:
    """Nor are photographs for choosing among those for reporting, and flat ones are in neither."""
    for at in range(40):
        Image.fromarray(photo(200, 150, seed=at)).save(tmp_path / f"{at}.png")
    Image.new("RGB", (200, 150), "red").save(tmp_path / "flat.png")
    photos = photos_in([tmp_path])
    assert len(photos.reporting) + len(photos.choosing) == 40
    assert not set(photos.reporting) & set(photos.choosing)
    assert photos.fillers
    assert set(photos.originals) == {*photos.reporting, *photos.choosing} - set(photos.fillers)


class Said(System):
    """A system that says what it was told to."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        super().__init__("said")
        self.pairs = {frozenset(map(Path, pair)) for pair in pairs}

    def matches(self, edited: Sequence[Path], originals: Sequence[Path]) -> set[Match]:
        return {pair for pair in self.pairs if pair <= {*edited, *originals}}


def test_recall_and_false_pairs_are_counted() -> None:
    """Copies of one original are the same picture. Any other pair that matches is false."""
    copies = {Path("a1"): Path("a"), Path("a2"): Path("a"), Path("b1"): Path("b")}
    trial = Trial("an edit", copies, [Path("a"), Path("b"), Path("c")])
    score = Score(Said([("a1", "a"), ("a1", "a2"), ("b1", "a"), ("b1", "a2"), ("b", "c")]))
    score.run(trial)
    assert score.recall == {"an edit": pytest.approx(1 / 3)}
    assert {tuple(sorted(map(str, pair))) for pair in score.false} == {
        ("a", "b1"),
        ("a2", "b1"),
        ("b", "c"),
    }
    assert score.pairs == 9
