"""`Seen`: what a closer second look at one picture needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images import Picture

GREY_SIDE = 512
COLOUR_SIDE = 8
COLOUR_DIFFERS = 16.0
"""Two pictures differ in colour from this many levels on, as `colour_distances` measures it."""


class Seen(NamedTuple):
    """A picture in grey, and its colours."""

    grey: NDArray[np.uint8]
    """`(height, width)`, with at most `GREY_SIDE` pixels on the longer side."""
    colours: NDArray[np.uint8]
    """`(COLOUR_SIDE, COLOUR_SIDE, 3)` RGB."""

    @classmethod
    def of(cls, picture: Picture) -> Seen:
        """See a picture."""
        width, height = picture.decoded_size
        scale = min(GREY_SIDE / max(width, height), 1)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        colours = kernel.resample(picture.pixels, COLOUR_SIDE, COLOUR_SIDE, picture.box)
        if colours.ndim == 2:
            colours = np.repeat(colours[..., None], 3, axis=2)
        return cls(picture.grey_grid(*size), colours)


def colour_distances(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.float64]:
    """`(m,)`: how far the colours of pairs of pictures are apart, in levels of Cb and Cr.

    `one`, `other`: `(m, COLOUR_SIDE, COLOUR_SIDE, 3)`. It is the mean over the quarter of the cells
    that differ most, so that a small coloured thing counts.
    """
    difference = _chroma(one) - _chroma(other)
    cells = np.sort(np.hypot(difference[..., 0], difference[..., 1]).reshape(len(one), -1), axis=1)
    worst: NDArray[np.float64] = cells[:, -cells.shape[1] // 4 :].mean(axis=1)
    return worst


def _chroma(colours: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Cb and Cr as in JPEG, without their offset."""
    red, green, blue = np.moveaxis(colours.astype(np.float64), -1, 0)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return np.stack([(blue - luma) / 1.772, (red - luma) / 1.402], axis=-1)
