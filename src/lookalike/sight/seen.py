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
LEAST_GAIN = 0.6
"""Colours that are weaker by more than this factor are other colours, grey above all."""


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
    that differ most, so that a small coloured thing counts. Brighter copies and those of more
    contrast have stronger colours. So the stronger ones are weakened first, down to `LEAST_GAIN`.
    """
    ours, theirs = _chroma(one), _chroma(other)
    common = (ours * theirs).sum(axis=(1, 2, 3))
    gains = (
        (common / np.maximum((each**2).sum(axis=(1, 2, 3)), 1)).clip(LEAST_GAIN, 1)
        for each in (ours, theirs)
    )
    ours_weaker, theirs_weaker = (gain[:, None, None, None] for gain in gains)
    return np.minimum(
        _worst_quarter(ours * ours_weaker - theirs), _worst_quarter(ours - theirs * theirs_weaker)
    )


def _worst_quarter(difference: NDArray[np.float64]) -> NDArray[np.float64]:
    """`(m,)`: the mean over the cells that differ most."""
    cells = np.sort(np.hypot(*np.moveaxis(difference, -1, 0)).reshape(len(difference), -1), axis=1)
    worst: NDArray[np.float64] = cells[:, -cells.shape[1] // 4 :].mean(axis=1)
    return worst


def _chroma(colours: NDArray[np.uint8]) -> NDArray[np.float64]:
    """`(m, COLOUR_SIDE, COLOUR_SIDE, 2)`: Cb and Cr as in JPEG, without their offset."""
    red, green, blue = np.moveaxis(colours.astype(np.float64), -1, 0)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return np.stack([(blue - luma) / 1.772, (red - luma) / 1.402], axis=-1)
