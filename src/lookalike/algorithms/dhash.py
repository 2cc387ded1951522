"""dHash, the difference hash: where the picture gets lighter from one sample to the next.

Source: N. Krawetz, "Kind of Like That" (2013),
https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lookalike.algorithms.margins import Margins

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images.picture import Picture


def dhash(picture: Picture, size: int) -> NDArray[np.bool_]:
    """ImageHash's `dhash`: grey, resized to size + 1 columns x size rows; a bit says that the
    sample to the right is lighter."""
    return margins(picture, size).above > 0


def margins(picture: Picture, size: int) -> Margins:
    """By how many levels of grey each sample is lighter than the one to its left."""
    grid = picture.grey_grid(size + 1, size).astype(np.int64)
    return Margins(grid[:, 1:] - grid[:, :-1])


def dhash_vertical(picture: Picture, size: int) -> NDArray[np.bool_]:
    """ImageHash's `dhash_vertical`: size columns x size + 1 rows; the sample below is lighter."""
    return margins_vertical(picture, size).above > 0


def margins_vertical(picture: Picture, size: int) -> Margins:
    """By how many levels of grey each sample is lighter than the one above."""
    grid = picture.grey_grid(size, size + 1).astype(np.int64)
    return Margins(grid[1:] - grid[:-1])


def dhash_imagededup(picture: Picture, size: int) -> NDArray[np.bool_]:
    """imagededup's `DHash`: as ImageHash's, but resized in colour, then grey."""
    grid = picture.colour_grid(size + 1, size)
    return grid[:, 1:] > grid[:, :-1]
