"""A glance at a picture: how much of it is one grey, and its colours.

It is kept beside the thumb. Two pictures whose glances are close need no closer look, for which
both would be read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lookalike._native import kernel
from lookalike.errors import ImageError
from lookalike.images import BytesSource, read_picture
from lookalike.images.picture import turn
from lookalike.sight.colours import COLOUR_SIDE, chroma_distances
from lookalike.sight.thumb import LEAST_SIDE, SIDE
from lookalike.sight.turned import UPRIGHT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images import Picture

CELLS = COLOUR_SIDE * COLOUR_SIDE
BYTES = 4 + 2 * CELLS
"""Whether the colours are known, the two of `Shares` and the roughness in 255ths, Cb of each cell,
and Cr of each.

The shares are those of a sample of the grey pixels, with at least 48 along each side. The roughness
is 1 - the correlation of these with their neighbours, across or down, whichever is more. The
colours are means over the cells, of a sample with at least 192 along each side.
"""
GREY = 128
"""Cb and Cr of what has no colour."""
MOST_OF_ONE, MOST_OF_TWO = 0.3, 0.5
"""With smaller shares, a smooth picture is not like paper, and its pairs need no rule for it."""
MOST_ROUGHNESS = 0.15
"""What is rougher may be small print or dots, which become many greys when they are reduced."""
NEAR = 12.0
"""Below this distance, pictures do not differ in colour: a closer look measures up to 3 more."""


def glance_of(picture: Picture) -> bytes:
    """`BYTES` bytes. The colours may be unknown if only the luma of a JPEG was read."""
    return kernel.glance(picture.at(LEAST_SIDE).grey, _colours(picture))


def _colours(picture: Picture) -> NDArray[np.uint8] | None:
    """The pixels with their colours. They are read again if only the luma of a JPEG was."""
    if picture.pixels.ndim == 3 or not picture.is_reduced:
        return picture.pixels
    file = picture.whole_file
    if file is None:
        return None
    try:
        return read_picture(BytesSource(file), within=(SIDE, SIDE)).pixels
    except ImageError:  # damage in what luma does not need
        return None


def close(
    one: NDArray[np.uint8], other: NDArray[np.uint8], orientations: NDArray[np.uint8]
) -> NDArray[np.bool_]:
    """`(m,)`: whether pairs surely have the same colours, and no pair is like paper.

    `one`, `other`: `(m, BYTES)` uint8. `orientations`: `(m,)`, how the other one is turned, as EXIF
    numbers.
    """
    same: NDArray[np.bool_] = (
        (one[:, 0] == 1) & (other[:, 0] == 1) & (_are_unlike_paper(one) | _are_unlike_paper(other))
    )
    at = np.flatnonzero(same)
    if not len(at):
        return same
    theirs = _chroma(other[at])
    for number in np.flatnonzero(orientations[at] != UPRIGHT).tolist():
        theirs[number] = turn(theirs[number], int(orientations[at[number]]))
    same[at] = chroma_distances(_chroma(one[at]), theirs) < NEAR
    return same


def _are_unlike_paper(glances: NDArray[np.uint8]) -> NDArray[np.bool_]:
    most = 255 * np.array([MOST_OF_ONE, MOST_OF_TWO, MOST_ROUGHNESS])
    return np.asarray((glances[:, 1:4] < most).all(axis=1))


def _chroma(glances: NDArray[np.uint8]) -> NDArray[np.float64]:
    """`(m, COLOUR_SIDE, COLOUR_SIDE, 2)`: Cb and Cr without their offset."""
    cells = glances[:, 4:].reshape(-1, 2, COLOUR_SIDE, COLOUR_SIDE).astype(np.float64) - GREY
    return np.ascontiguousarray(np.moveaxis(cells, 1, -1))
