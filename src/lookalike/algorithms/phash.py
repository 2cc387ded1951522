"""pHash, the perceptual hash: which of the lowest frequencies are stronger than their median.

Sources: C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010);
N. Krawetz, "Looks Like It" (2011),
https://www.hackerfactor.com/blog/index.php?/archives/432-Looks-Like-It.html

The DCT is computed in integers, so that it is the same on every machine.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from lookalike._native import kernel
from lookalike.algorithms.family import EIGHT, Family
from lookalike.algorithms.grids import colour_grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images.picture import Picture

SAMPLES_PER_BIT = 4
"""The picture is resized to four times as many samples a side as the hash has bits, unless said."""
SHIFT = 40
"""Coefficients are scaled by 2 to the power of this, and their cosines by that of half of it."""


def phash(picture: Picture, size: int, samples_per_bit: int = SAMPLES_PER_BIT) -> NDArray[np.bool_]:
    """ImageHash's `phash`: grey, resized to 4 size x 4 size, DCT-II; a bit says that one of the
    size x size lowest coefficients is greater than the median of them all."""
    return margins(picture, size, samples_per_bit) > 0


def margins(
    picture: Picture, size: int, samples_per_bit: int = SAMPLES_PER_BIT
) -> NDArray[np.float64]:
    """By how much each coefficient is above the median. In levels of grey: a sample that is one
    level off changes a coefficient by so much at most, as if the cosines were of length 1."""
    side = samples_per_bit * size
    low = kernel.dct_low(picture.grey_grid(side, side), size)
    # The sign is exact: a whole number becomes the nearest float, which is 0 for 0 alone.
    above: NDArray[np.float64] = (2 * low - twice_median(low)) / (2.0 ** (SHIFT + 1) * side / 2)
    return above


def phash_simple(
    picture: Picture, size: int, samples_per_bit: int = SAMPLES_PER_BIT
) -> NDArray[np.bool_]:
    """ImageHash's `phash_simple`: grey, resized to 4 size x 4 size, DCT-II of each of the first
    size rows; a bit says that a coefficient is greater than the mean of them all. Of each row, the
    size lowest but the first, its mean, are taken."""
    return margins_simple(picture, size, samples_per_bit) > 0


def margins_simple(
    picture: Picture, size: int, samples_per_bit: int = SAMPLES_PER_BIT
) -> NDArray[np.float64]:
    """By how much each coefficient is above the mean; in levels of grey, as `margins`."""
    side = samples_per_bit * size
    samples = picture.grey_grid(side, side)[:size].astype(np.int64)
    low = (samples - samples[:, :1]) @ _cosines(side)[:, 1 : size + 1]
    length = 2.0 ** (SHIFT // 2) * (side / 2) ** 0.5
    above: NDArray[np.float64] = (low.size * low - low.sum()) / (low.size * length)
    return above


def phash_imagededup(picture: Picture, size: int) -> NDArray[np.bool_]:
    """imagededup's `PHash`: resized in colour, then grey; the median leaves the first coefficient,
    the mean of the picture, out; `>=`."""
    side = SAMPLES_PER_BIT * size
    low = kernel.dct_low(colour_grid(picture, side, side), size)
    return 2 * low >= twice_median(low.ravel()[1:])


@lru_cache(maxsize=16)
def _cosines(side: int) -> NDArray[np.int64]:
    """Those of the DCT-II, a column for each frequency, rounded to 20 bits behind the point."""
    x, k = np.ogrid[:side, :side]
    angles = k * (2 * x + 1) % (4 * side) / (2 * side)
    cosines: NDArray[np.float64] = np.cos(np.pi * angles)
    return np.rint(2**20 * cosines).astype(np.int64)


def twice_median(values: NDArray[np.int64]) -> np.int64:
    """Twice the median, which for an even number of values need not be a whole number itself."""
    ordered = np.sort(values, axis=None)
    middle: np.int64 = ordered[(ordered.size - 1) // 2] + ordered[ordered.size // 2]
    return middle


FAMILIES = (
    Family("phash", phash, 10, margins=margins, pixels_of_a_bit=20),
    # A coefficient of a single row has fewer samples to make up for the error of one.
    Family("phash_simple", phash_simple, 5, margins=margins_simple, doubtful_within=0.5),
    Family("phash@imagededup", phash_imagededup, 10, EIGHT),
)
