"""The colours of two pictures in the part that both show."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from lookalike.images import read_picture
from lookalike.sight.colours import (
    COLOUR_DIFFERS,
    FINE_SIDE,
    colour_distances,
    colours_of,
    shared_colours,
)
from pictures import Pixels, photo

WHOLE = [[1, 0, 0], [0, 1, 0]]


def fine(pixels: Pixels) -> NDArray[np.uint8]:
    """The colours of a picture on the fine grid."""
    return colours_of(read_picture(pixels), FINE_SIDE)


def distance(one: Pixels, other: Pixels, transform: object) -> float:
    """How far apart the colours are where both show something."""
    shared = shared_colours(fine(one), fine(other), np.array(transform, np.float32))
    return float(colour_distances(*shared)[0])


def tinted(pixels: Pixels) -> Pixels:
    """With red and blue exchanged."""
    return np.ascontiguousarray(pixels[..., ::-1])


PHOTO = photo(480, 320, 2)
PART = np.ascontiguousarray(PHOTO[80:240, 120:360])
IN_WHOLE = [[0.5, 0, 0.25], [0, 0.5, 0.25]]
PAGE = np.zeros((900, 1200, 3), np.uint8) + np.array([255, 120, 0], np.uint8)
PAGE[100:420, 700:1180] = PHOTO
ON_PAGE = np.array([[480 / 1200, 0, 700 / 1200], [0, 320 / 900, 100 / 900]])


def test_equal_parts_have_equal_colours() -> None:
    """A part in its whole, a picture on a page, either way round, and one turned and mirrored."""
    assert distance(PHOTO, PART, IN_WHOLE) < 2
    assert distance(PAGE, PHOTO, ON_PAGE) < 2
    back = np.linalg.inv(np.vstack([ON_PAGE, [0, 0, 1]]))[:2]
    assert distance(PHOTO, PAGE, back) < 2
    turned = np.ascontiguousarray(np.rot90(PHOTO)[:, ::-1])
    assert distance(PHOTO, turned, [[0, -1, 1], [-1, 0, 1]]) < 2


def test_other_colours_in_the_part_are_found() -> None:
    """They are as far apart as those of the same parts, cut out."""
    assert distance(PHOTO, tinted(PHOTO), WHOLE) >= COLOUR_DIFFERS
    assert distance(PHOTO, tinted(PART), IN_WHOLE) >= COLOUR_DIFFERS
    assert distance(PAGE, tinted(PHOTO), ON_PAGE) >= COLOUR_DIFFERS
    assert distance(tinted(PHOTO), PART, IN_WHOLE) == pytest.approx(
        distance(tinted(PART), PART, WHOLE), rel=0.1
    )


def test_what_is_outside_of_the_part_does_not_count() -> None:
    """Other colours around a picture are no difference, at its edges neither."""
    blue = PAGE.copy()
    blue[:, :] = [0, 0, 255]
    blue[100:420, 700:1180] = PHOTO
    assert distance(blue, PHOTO, ON_PAGE) < 2
    around = tinted(PHOTO)
    around[80:240, 120:360] = PART
    assert distance(around, PART, IN_WHOLE) < 2


def strong(seed: int) -> Pixels:
    """A picture with strong colours, of which brighter copies are clipped."""
    picture: Pixels = (photo(320, 240, seed).astype(np.float64) * [1, 0.5, 0.15]).astype(np.uint8)
    picture[:, 160:] = picture[:, 160:, ::-1]
    return picture


@pytest.mark.thorough
@pytest.mark.parametrize("factor", [0.6, 0.8, 1.2, 1.4])
@pytest.mark.parametrize("seed", range(3))
def test_brighter_and_darker_copies_keep_their_colours(seed: int, factor: float) -> None:
    """Even if strong colours are clipped. Other colours differ at any brightness."""
    plain = strong(seed)
    changed = (plain * factor).clip(0, 255).astype(np.uint8)
    assert distance(plain, changed, WHOLE) < COLOUR_DIFFERS
    assert distance(changed, plain, WHOLE) < COLOUR_DIFFERS
    assert distance(plain, tinted(changed), WHOLE) >= COLOUR_DIFFERS
    assert distance(tinted(changed), plain, WHOLE) >= COLOUR_DIFFERS


def test_white_is_no_brighter_copy_of_a_colour() -> None:
    """Nor is grey one of a strong colour, at any brightness."""
    red = np.zeros((80, 80, 3), np.uint8) + np.array([230, 60, 40], np.uint8)
    for level in (40, 128, 200, 255):
        assert distance(red, np.full_like(red, level), WHOLE) >= COLOUR_DIFFERS


def test_pictures_that_do_not_meet_have_no_colours_in_common() -> None:
    """So these do not differ."""
    assert distance(PHOTO, PHOTO, [[1, 0, 1.5], [0, 1, 0]]) == 0
    assert distance(PHOTO, PHOTO, [[0, 0, 2], [0, 0, 2]]) == 0


@pytest.mark.slow
@given(
    st.floats(0.4, 1),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(-np.pi, np.pi),
    st.booleans(),
)
def test_cells_show_the_same_under_any_map(
    size: float, across: float, down: float, angle: float, mirrored: bool
) -> None:
    """Two views of a smooth picture agree cell by cell, wherever the second one is in the first."""
    y, x = (np.mgrid[:FINE_SIDE, :FINE_SIDE] + 0.5) / FINE_SIDE
    cos, sin = size * np.cos(angle), size * np.sin(angle)
    linear = np.array([[cos, -sin], [sin, cos]]) * ([-1, 1] if mirrored else [1, 1])
    middle = np.array([0.25 + across / 2, 0.25 + down / 2])
    transform = np.column_stack([linear, middle - linear.sum(axis=1) / 2])

    def colours(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.uint8]:
        waves = [np.sin(3 * x), np.cos(4 * y), np.sin(2 * x + 3 * y)]
        return np.rint(127.5 + 127.5 * np.stack(waves, axis=-1)).astype(np.uint8)

    places = np.tensordot(transform, np.stack([x, y, np.ones_like(x)]), 1)
    ours, theirs = shared_colours(colours(x, y), colours(*places), transform)
    assert len(ours[0]) > 4
    np.testing.assert_allclose(ours, theirs, atol=3)


def test_grey_pictures_have_colours_too() -> None:
    """All three are equal."""
    grey = np.asarray(Image.fromarray(PHOTO).convert("L"))
    found = fine(grey)
    assert found.shape == (FINE_SIDE, FINE_SIDE, 3)
    assert (found == found[..., :1]).all()
