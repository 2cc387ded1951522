"""How a picture with alpha is seen: on white, or on black if it is blank on white."""

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
    """The picture of `pixels` as it is seen.

    `pixels` is grey or RGB as for `Picture`, or RGBA, not premultiplied. `make` is `Picture` with
    its other arguments bound.
    """
    if pixels.ndim == 2 or pixels.shape[2] == 3:
        return make(pixels)
    pixels = np.ascontiguousarray(pixels)
    on_white = kernel.over_white(pixels)
    alpha = np.ascontiguousarray(pixels[..., 3])
    if alpha.min() == OPAQUE:
        return make(on_white)
    picture = make(on_white, alpha=alpha)
    # A white icon. If it is blank on black too, only its alpha distinguishes it from others.
    return make(_over_black(pixels), alpha=alpha) if picture.flat else picture


def _over_black(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`(c a + 127) / 255`, rounded down: inverts the colours, puts them on white, inverts again."""
    return ~kernel.over_white(pixels ^ INVERTED)
