"""The small grids that hashes are made of. A picture keeps each, however many algorithms ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lookalike._native import kernel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lookalike.images.picture import Picture


def grey_grid(picture: Picture, width: int, height: int) -> NDArray[np.uint8]:
    """`(height, width)`: made grey, then resized."""
    return picture.cached(
        ("grey", width, height),
        lambda: kernel.resample(picture.grey, width, height, picture.box),
    )


def colour_grid(picture: Picture, width: int, height: int) -> NDArray[np.uint8]:
    """`(height, width)`: resized in colour, then made grey."""
    if picture.pixels.ndim == 2:
        return grey_grid(picture, width, height)
    return picture.cached(
        ("colour", width, height),
        lambda: kernel.grey(kernel.resample(picture.pixels, width, height)),
    )
