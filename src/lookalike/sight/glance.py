"""A glance at a picture: how much of it is one grey, and its colours.

It is kept beside the thumb. Two pictures whose glances are close need no closer look, for which
both would be read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lookalike.images.picture import turn
from lookalike.sight.colours import COLOUR_SIDE, chroma_distances, chroma_of
from lookalike.sight.grey import shrunk
from lookalike.sight.paper import Shares
from lookalike.sight.thumb import LEAST_SIDE
from lookalike.sight.turned import UPRIGHT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images import Picture

CELLS = COLOUR_SIDE * COLOUR_SIDE
BYTES = 3 + 2 * CELLS
"""Whether the colours are known, the two of `Shares` in 255ths, and then Cb and Cr of each cell."""
GREY = 128
"""Cb and Cr of what has no colour."""
SAMPLES = 2 * LEAST_SIDE
"""At least so many pixels along each side are enough for the mean colours of the cells."""
MOST_OF_ONE, MOST_OF_TWO = 0.25, 0.45
"""With smaller shares, a picture is not like paper, and no part of a pair of paper."""
NEAR = 8.0
"""Pictures differ in colour from twice this distance on, so they do not if it is less."""


def glance_of(picture: Picture) -> bytes:
    """`BYTES` bytes. The colours of a JPEG of which only the luma was read are unknown."""
    grey = picture.at(LEAST_SIDE).grey
    shares = Shares.of(_every(grey, LEAST_SIDE))
    known, chroma = True, np.full((2, CELLS), GREY, np.uint8)
    if picture.pixels.ndim == 3:
        colours = _means(_every(picture.pixels, SAMPLES))
        chroma = np.rint(chroma_of(colours).reshape(CELLS, 2).T + GREY).clip(0, 255)
    elif picture.is_reduced:
        known, chroma = False, np.zeros((2, CELLS), np.uint8)
    head = (int(known), *(int(255 * share + 0.5) for share in shares))
    return bytes(head) + chroma.astype(np.uint8).tobytes()


def _every(pixels: NDArray[np.uint8], least: int) -> NDArray[np.uint8]:
    """Every so many pixels along both axes, which leaves at least `least` on the shorter side."""
    step = max(min(pixels.shape[:2]) // least, 1)
    return np.ascontiguousarray(pixels[::step, ::step])


def _means(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`(COLOUR_SIDE, COLOUR_SIDE, 3)`: the means of equal areas of an RGB picture."""
    channels = map(np.ascontiguousarray, np.moveaxis(pixels, 2, 0))
    return np.stack([shrunk(one, COLOUR_SIDE, COLOUR_SIDE) for one in channels], axis=-1)


def close(
    one: NDArray[np.uint8], other: NDArray[np.uint8], orientations: NDArray[np.uint8]
) -> NDArray[np.bool_]:
    """`(m,)`: whether pairs surely have the same colours, and no pair is like paper.

    `one`, `other`: `(m, BYTES)` uint8. `orientations`: `(m,)`, how the other one is turned, as EXIF
    numbers.
    """
    same: NDArray[np.bool_] = (
        (one[:, 0] == 1) & (other[:, 0] == 1) & (_is_no_paper(one) | _is_no_paper(other))
    )
    at = np.flatnonzero(same)
    if not len(at):
        return same
    theirs = _chroma(other[at])
    for number in np.flatnonzero(orientations[at] != UPRIGHT).tolist():
        theirs[number] = turn(theirs[number], int(orientations[at[number]]))
    same[at] = chroma_distances(_chroma(one[at]), theirs) < NEAR
    return same


def _is_no_paper(glances: NDArray[np.uint8]) -> NDArray[np.bool_]:
    most = np.array([255 * MOST_OF_ONE, 255 * MOST_OF_TWO])
    return np.asarray((glances[:, 1:3] < most).all(axis=1))


def _chroma(glances: NDArray[np.uint8]) -> NDArray[np.float64]:
    """`(m, COLOUR_SIDE, COLOUR_SIDE, 2)`: Cb and Cr without their offset."""
    cells = glances[:, 3:].reshape(-1, 2, COLOUR_SIDE, COLOUR_SIDE).astype(np.float64) - GREY
    return np.ascontiguousarray(np.moveaxis(cells, 1, -1))
