"""pHash, the perceptual hash: which of the lowest frequencies are stronger than their median.

Sources: C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010),
N. Krawetz, "Looks Like It" (2011),
https://www.hackerfactor.com/blog/index.php?/archives/432-Looks-Like-It.html

The DCT is computed in integers, so it is the same on every machine.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from lookalike._native import kernel
from lookalike.algorithms.family import EIGHT, Family
from lookalike.algorithms.grids import colour_grid
from lookalike.algorithms.margins import Margins

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images.picture import Picture

SAMPLES_PER_BIT = 4
"""By default, a side of the resized picture has four times as many samples as the hash has bits."""
SHIFT = 40
"""Coefficients are scaled by `2**SHIFT`, and their cosines by `2**(SHIFT // 2)`."""


def phash(picture: Picture, size: int, samples_per_bit: int = SAMPLES_PER_BIT) -> NDArray[np.bool_]:
    """ImageHash's `phash`: grey, resized to 4 size x 4 size, then a DCT-II.

    The size x size lowest coefficients are kept. A bit is set if its coefficient is greater than
    the median of them all.
    """
    return margins(picture, size, samples_per_bit).above > 0


def margins(picture: Picture, size: int, samples_per_bit: int = SAMPLES_PER_BIT) -> Margins:
    """How far each coefficient is above the median, in levels of grey.

    The cosines are scaled to length 1. So a sample that is one level off changes a coefficient by
    at most one level.
    """
    side = samples_per_bit * size
    low = kernel.dct_low(picture.grey_grid(side, side), size)
    return Margins(2 * low - twice_median(low), float(side << SHIFT))


def phash_simple(
    picture: Picture, size: int, samples_per_bit: int = SAMPLES_PER_BIT
) -> NDArray[np.bool_]:
    """ImageHash's `phash_simple`: grey, resized to 4 size x 4 size, then a DCT-II by rows.

    Only the first size rows are used. Each row gives its size lowest coefficients after the first,
    which is the row's mean. A bit is set if its coefficient is greater than the mean of them all.
    """
    return margins_simple(picture, size, samples_per_bit).above > 0


def margins_simple(picture: Picture, size: int, samples_per_bit: int = SAMPLES_PER_BIT) -> Margins:
    """How far each coefficient is above the mean, in levels of grey as in `margins`."""
    side = samples_per_bit * size
    samples = picture.grey_grid(side, side)[:size].astype(np.int64)
    low = (samples - samples[:, :1]) @ _cosines(side)[:, 1 : size + 1]
    length = 2.0 ** (SHIFT // 2) * (side / 2) ** 0.5
    return Margins(low.size * low - low.sum(), low.size * length)


def phash_imagededup(picture: Picture, size: int) -> NDArray[np.bool_]:
    """imagededup's `PHash`: resized in colour, then grey, compared with `>=`.

    The median leaves out the first coefficient, which is the mean of the picture.
    """
    side = SAMPLES_PER_BIT * size
    low = kernel.dct_low(colour_grid(picture, side, side), size)
    return 2 * low >= twice_median(low.ravel()[1:])


@lru_cache(maxsize=16)
def _cosines(side: int) -> NDArray[np.int64]:
    """The cosines of the DCT-II, one column per frequency, rounded to 20 bits after the point."""
    x, k = np.ogrid[:side, :side]
    angles = k * (2 * x + 1) % (4 * side) / (2 * side)
    cosines: NDArray[np.float64] = np.cos(np.pi * angles)
    return np.rint(2**20 * cosines).astype(np.int64)


def twice_median(values: NDArray[np.int64]) -> np.int64:
    """Twice the median. The median of an even number of values may not be a whole number."""
    ordered = np.sort(values, axis=None)
    middle: np.int64 = ordered[(ordered.size - 1) // 2] + ordered[ordered.size // 2]
    return middle


FAMILIES = (
    Family("phash", phash, 10, margins=margins, pixels_of_a_bit=12, in_kernel=True),
    # A coefficient of one row has fewer samples, so an error in one of them weighs more.
    Family("phash_simple", phash_simple, 5, margins=margins_simple, doubtful_within=0.5),
    Family("phash@imagededup", phash_imagededup, 10, EIGHT),
)
