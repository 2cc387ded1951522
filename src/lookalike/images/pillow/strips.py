"""A Pillow image to pixels as it is stored, strip by strip.

Pillow gives its pixels away as bytes, by way of many small pieces. For a strip of an image these
fit in the processor's cache, and their memory is used again for the next: for a large one, that
takes a third of the time.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from lookalike._native import kernel
from lookalike.images.picture import Picture
from lookalike.images.pillow.decoding import decode
from lookalike.images.reading import read_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images.source.door import ImageSource

STRIP_PIXELS = 1 << 19


def read_stored(source: ImageSource, *, grey: bool) -> Picture:
    """As `read_picture` with `as_stored`.

    With `grey`, only the grey of a Pillow image is kept. It may have any number of pixels, as it is
    open already, and what Pillow raises for a damaged one is left as it is. One without pixels is
    `nothing()`.
    """
    if not isinstance(source, Image.Image):
        return read_picture(source, max_pixels=sys.maxsize, as_stored=True)
    source.load()
    width, height = source.size
    if width == 0 or height == 0:
        return nothing()
    rows = max(STRIP_PIXELS // max(width, 1), 1)
    first = _pixels(source.crop((0, 0, width, min(rows, height))), grey)
    stored = np.empty((height, *first.shape[1:]), np.uint8)
    stored[:rows] = first
    for top in range(rows, height, rows):
        strip = source.crop((0, top, width, min(top + rows, height)))
        stored[top : top + rows] = _pixels(strip, grey)
    return Picture(stored)


def nothing() -> Picture:
    """One black pixel: what an image without any is taken for."""
    return Picture(np.zeros((1, 1), np.uint8))


def _pixels(image: Image.Image, grey: bool) -> NDArray[np.uint8]:
    pixels = decode(image, as_stored=True).pixels
    return kernel.grey(pixels) if grey and pixels.ndim == 3 else pixels
