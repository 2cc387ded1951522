"""Small grids of a picture that several algorithms share. A picture caches each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lookalike._native import kernel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lookalike.images.picture import Picture


def colour_grid(picture: Picture, width: int, height: int) -> NDArray[np.uint8]:
    """`(height, width)`: resized in colour, then made grey."""
    if picture.pixels.ndim == 2:
        return picture.grey_grid(width, height)
    return picture.cached(
        ("colour", width, height),
        lambda: kernel.grey(kernel.resample(picture.pixels, width, height)),
    )
