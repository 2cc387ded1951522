"""The thumb of a picture: a small grey copy for the second look."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lookalike.images import Picture

SIDE = 32
BYTES = SIDE * SIDE
LEAST_SIDE = 96
"""A picture is decoded to at least this many pixels on its shorter side, as for `phash`."""


def thumb_of(picture: Picture) -> NDArray[np.uint8]:
    """`(SIDE, SIDE)`: the whole picture in grey, the same grid that `phash` uses."""
    return picture.at(LEAST_SIDE).grey_grid(SIDE, SIDE)
