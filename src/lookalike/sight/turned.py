"""The hashes of a picture turned and mirrored, from its thumb.

Turning a picture by quarters moves the coefficients of its DCT or changes their signs. So one DCT
gives the pHash in all eight orientations. These hashes only find candidates.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from lookalike.images.picture import MIRRORED, UPSIDE_DOWN
from lookalike.sight.thumb import SIDE

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZE = 8
"""A hash has SIZE x SIZE bits."""
UPRIGHT = 1
"""The EXIF orientation of a picture that needs no turning."""
QUARTERS = (6, 3)
"""The EXIF orientations of turned pictures to search for. If A turned by 90 degrees is B, then B
turned by 270 degrees is A, so two of three are enough."""
MIRRORINGS = (2, 4, 5, 7)
"""Those of mirrored pictures."""
INVERSE = {**{one: one for one in (1, 2, 3, 4, 5, 7)}, 6: 8, 8: 6}
"""The EXIF orientation that undoes each."""


def hashes_of(thumbs: NDArray[np.uint8], orientations: tuple[int, ...]) -> NDArray[np.uint8]:
    """`(orientations, n, 8)` uint8: the pHash of each thumb, turned by each EXIF orientation.

    `thumbs`: `(n, SIDE * SIDE)`. The bits are those of `phash`, except where a coefficient is very
    close to the median.
    """
    cosines = _cosines()
    grids = thumbs.reshape(-1, SIDE, SIDE).astype(np.float64)
    low = cosines @ grids @ cosines.T  # whole numbers below 2**53, so the sums are exact
    return np.stack([_hash(_turned(low, orientation)) for orientation in orientations])


def _turned(low: NDArray[np.float64], orientation: int) -> NDArray[np.float64]:
    if orientation >= 5:
        low = low.swapaxes(1, 2)
    signs = np.where(np.arange(SIZE) % 2, -1.0, 1.0)
    if orientation in UPSIDE_DOWN:
        low = low * signs[:, None]
    if orientation in MIRRORED:
        low = low * signs
    return low


def _hash(low: NDArray[np.float64]) -> NDArray[np.uint8]:
    flat = low.reshape(len(low), -1)
    half = flat.shape[1] // 2  # `np.median` imports a package for its checks
    median = np.partition(flat, (half - 1, half))[:, half - 1 : half + 1].mean(
        axis=1, keepdims=True
    )
    return np.packbits(flat > median, axis=1)


@lru_cache(maxsize=1)
def _cosines() -> NDArray[np.float64]:
    """`(SIZE, SIDE)`: the cosines of the lowest frequencies of a DCT-II, in whole numbers."""
    k, x = np.ogrid[:SIZE, :SIDE]
    cosines: NDArray[np.float64] = np.rint(2.0**12 * np.cos(np.pi * k * (2 * x + 1) / (2 * SIDE)))
    return cosines
