"""aHash, the average hash: which parts of the picture are lighter than its mean.

Source: N. Krawetz, "Looks Like It" (2011),
https://www.hackerfactor.com/blog/index.php?/archives/432-Looks-Like-It.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lookalike.algorithms.family import EIGHT, Family
from lookalike.algorithms.grids import colour_grid
from lookalike.algorithms.margins import Margins

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from lookalike.images.picture import Picture


def ahash(picture: Picture, size: int) -> NDArray[np.bool_]:
    """ImageHash's `average_hash`: grey, resized to size x size. A bit is set if `sample > mean`."""
    return margins(picture, size).above > 0


def margins(picture: Picture, size: int) -> Margins:
    """How many levels of grey each sample is lighter than their mean."""
    grid = picture.grey_grid(size, size)
    return Margins(times(grid, grid.size) - int(grid.sum()), grid.size)


def ahash_by(
    picture: Picture, size: int, mean: Callable[[NDArray[np.uint8]], float]
) -> NDArray[np.bool_]:
    """Like `ahash`, but compares with `mean(samples)` instead of the mean of the samples."""
    grid = picture.grey_grid(size, size)
    lighter: NDArray[np.bool_] = grid > mean(grid)
    return lighter


def ahash_imagededup(picture: Picture, size: int) -> NDArray[np.bool_]:
    """imagededup's `AHash`: resized in colour to size x size, then made grey.

    A bit is set if `sample >= mean`.
    """
    grid = colour_grid(picture, size, size)
    return times(grid, grid.size) >= int(grid.sum())


def times(grid: NDArray[np.uint8], factor: int) -> NDArray[np.int64]:
    """Multiply in whole numbers, so rounding cannot decide whether a sample equals the mean."""
    return grid.astype(np.int64) * factor


FAMILIES = (
    Family("ahash", ahash, 5, margins=margins, pixels_of_a_bit=20, in_kernel=True),
    Family("ahash@imagededup", ahash_imagededup, 10, EIGHT),
)
