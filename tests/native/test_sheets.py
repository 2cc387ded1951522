"""The kernel's comparison of paper-like pictures, on each instruction set."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

import paper_twin
from lookalike._native import kernel
from sheets import KINDS, draw_sheet, entries_of

Grey = NDArray[np.uint8]

SCALES = {"form": 0.28, "table": 0.3, "code": 0.35, "icon": 0.35, "slide": 0.25}

on_every_isa = pytest.mark.usefixtures("isa")


@lru_cache
def drawn(kind: str, entries: int = 1, scale: float = 0.5) -> Image.Image:
    return draw_sheet(kind, 3, entries_of(entries), scale).convert("L")


def compare(*greys: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The disagreement of the first with each of the others, and the grid: `(n - 1, 2)`."""
    others = np.arange(1, len(greys), dtype=np.uint32)
    sheets = [kernel.Sheet(np.ascontiguousarray(grey)) for grey in greys]
    return kernel.compare_sheets(sheets, np.zeros_like(others), others)


@on_every_isa
@pytest.mark.parametrize(("kind", "scale"), SCALES.items())
@pytest.mark.parametrize("radius", [0, 0.4, 0.7])
def test_pictures_that_are_not_moved_disagree_as_the_twin_says(
    kind: str, scale: float, radius: float
) -> None:
    """A blurred copy disagrees by as much as in NumPy, up to rounding."""
    picture = drawn(kind, scale=scale)
    first, second = (
        np.asarray(p) for p in (picture, picture.filter(ImageFilter.GaussianBlur(radius)))
    )
    expected = paper_twin.disagreement(first, second)
    assert expected <= 0.45
    found, grid = compare(first, second)[0]
    assert found == pytest.approx(expected, abs=1e-3)
    assert grid == round(0.7 * max(picture.size))


@pytest.mark.slow
@on_every_isa
@pytest.mark.parametrize("kind", KINDS)
def test_every_instruction_set_gives_the_same_bytes(kind: str) -> None:
    """Whether pairs are dismissed at a glance, registered or bent, no float differs."""
    one = drawn(kind)
    moved = one.rotate(0.7, Image.Resampling.BICUBIC, fillcolor=one.getpixel((0, 0)))
    greys = [np.asarray(p) for p in (one, drawn(kind, 2), moved, one.point(bend))]
    found = compare(*greys)
    forced = kernel.isa()
    kernel.force_isa("scalar")
    plain = compare(*greys)
    kernel.force_isa(forced)
    assert found.tobytes() == plain.tobytes()


def bend(level: int) -> int:
    """A tone curve that makes the lower half of the greys nearly black."""
    return round(255 * (level / 255) ** 3)


@on_every_isa
@pytest.mark.parametrize("kind", ["form", "code", "slide"])
@pytest.mark.parametrize(
    "move",
    [(1.02, 0, -3, 0, 1.02, -2), (1, 0.01, 1, -0.01, 1, 4), (0.97, 0, 2, 0, 1.03, -5)],
    ids=["cropped", "rotated", "stretched"],
)
def test_a_moved_copy_is_found_where_it_lies(kind: str, move: tuple[float, ...]) -> None:
    """An affine move of a few pixels is undone before windows are compared."""
    picture = drawn(kind, scale=0.5)
    moved = picture.transform(
        picture.size, Image.Transform.AFFINE, move, Image.Resampling.BICUBIC, fillcolor=255
    )
    assert compare(np.asarray(picture), np.asarray(moved))[0, 0] <= 0.45


@on_every_isa
def test_a_bent_tone_curve_is_bent_back() -> None:
    """Faint and strong lines stay the same picture if only the curve of grey levels differs."""
    rng = np.random.default_rng(1)
    levels = rng.choice(np.array([40, 110, 150, 190, 220], np.uint8), (20, 20))
    levels[rng.random((20, 20)) < 0.7] = 255
    first = np.kron(levels, np.ones((12, 12), np.uint8))
    lookup = np.arange(256)
    lookup[:231] = 255 * (np.arange(231) / 400) ** 3
    second = lookup.astype(np.uint8)[first]
    assert paper_twin.disagreement(first, second) > 0.45
    assert compare(first, second)[0, 0] <= 0.45
    assert compare(first, 255 - second)[0, 0] > 0.45


@on_every_isa
def test_pairs_of_one_layout_are_dismissed_on_a_coarse_grid() -> None:
    """Other entries are seen at 64 or 128 pixels, which is what makes many pairs cheap."""
    forms = [np.asarray(draw_sheet("form", 3, entries_of(k), 0.55).convert("L")) for k in range(4)]
    assert set(compare(*forms)[:, 1].tolist()) <= {64, 128}


@pytest.mark.parametrize(("side", "grid"), [(191, 0), (192, 134)])
def test_small_pictures_are_not_compared(side: int, grid: int) -> None:
    """Below 192 pixels on the longer side there is no grid."""
    grey = np.random.default_rng(2).integers(0, 256, (side, 60), np.uint8)
    found = compare(grey, grey)[0]
    assert found[1] == grid
    assert (found[0] < 0.2) == (grid > 0)


@on_every_isa
@pytest.mark.parametrize("shape", [(2, 512), (512, 2), (2, 192), (193, 3), (500, 33)])
def test_narrow_pictures_are_compared_without_fault(shape: tuple[int, int]) -> None:
    """Any shape gives a number, for copies and for others."""
    rng = np.random.default_rng(3)
    one, other = (rng.integers(0, 256, shape, np.uint8) for _ in range(2))
    found = compare(one, one, other, np.ascontiguousarray(other.T))
    assert np.isfinite(found).all()
    assert (found[1:, 0] > 0.45).all()
