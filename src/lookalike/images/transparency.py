"""What is seen of a picture with alpha: the picture on white, or on black where that is blank."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from lookalike._native import kernel
from lookalike.images.picture import Picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

OPAQUE = 255
INVERTED = np.array([255, 255, 255, 0], np.uint8)


def seen(pixels: NDArray[np.uint8], make: Callable[..., Picture] = Picture) -> Picture:
    """`pixels`: grey or RGB, as for `Picture`, or RGBA, alpha not multiplied in.

    `make`: `Picture`, with what else it is to be told.
    """
    if pixels.ndim == 2 or pixels.shape[2] == 3:
        return make(pixels)
    pixels = np.ascontiguousarray(pixels)
    on_white = kernel.over_white(pixels)
    alpha = np.ascontiguousarray(pixels[..., 3])
    if alpha.min() == OPAQUE:
        return make(on_white)
    picture = make(on_white, alpha=alpha)
    # A white icon. One that is blank on black too is told from others by its alpha alone.
    return make(_over_black(pixels), alpha=alpha) if picture.flat else picture


def _over_black(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`(c a + 127) / 255`, rounded down: the negative of the negative on white."""
    return ~kernel.over_white(pixels ^ INVERTED)
