"""The grey pictures that are looked at: 512 pixels along the longer side, and thumbs of 32 x 32.

Both are frozen, as defined in docs/sight.md, because what is computed from them is stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lookalike._native import kernel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lookalike.images.picture import Picture

LONGER_SIDE, LEAST_SIDE = 512, 16
"""The longer side of a grey picture in pixels, and the least that the shorter side may have."""
THUMB_SIDE = 32
EIGHTHS = 8
"""A JPEG is decoded at a half, a quarter or an eighth of its size, so the edges of the picture are
at whole eighths of the decoded pixels."""


def grey_picture(picture: Picture) -> NDArray[np.uint8]:
    """`(height, width)`: 512 pixels along the longer side, upright.

    A larger picture is reduced by the mean of areas. A smaller one is enlarged by Lanczos.
    """
    width, height = grey_size(*picture.decoded_size)
    left, top, right, bottom = picture.box
    if max(right - left, bottom - top) < LONGER_SIDE:
        return kernel.resample(picture.grey, width, height, picture.box)
    edges = (round(left * EIGHTHS), round(top * EIGHTHS))
    ends = (round(right * EIGHTHS), round(bottom * EIGHTHS))
    return kernel.area_mean(picture.grey, width, height, edges + ends)


def grey_size(width: int, height: int) -> tuple[int, int]:
    """Width and height of the grey picture of one that has `width` x `height` pixels.

    The shorter side keeps the proportions, rounded half up, but has at least 16 pixels.
    """
    longer = max(width, height)
    columns, rows = (
        max(LEAST_SIDE, (2 * side * LONGER_SIDE + longer) // (2 * longer))
        for side in (width, height)
    )
    return columns, rows


def thumb(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`(32, 32)`: the means of equal areas of a grey picture."""
    return shrunk(grey, THUMB_SIDE, THUMB_SIDE)


def shrunk(grey: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """`(height, width)`: the means of equal areas of the whole of a grey picture."""
    rows, columns = grey.shape
    return kernel.area_mean(grey, width, height, (0, 0, EIGHTHS * columns, EIGHTHS * rows))
