"""Decodes a Pillow image to pixels as stored, strip by strip.

Pillow exports pixels as bytes in many small pieces. Those of one strip fit in the processor's
cache, and their memory is reused for the next strip. For a large image, this takes a third of the
time.
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
    """Like `read_picture` with `as_stored`.

    With `grey`, only the grey of a Pillow image is kept. A Pillow image may have any number of
    pixels, because it is already open. Pillow's errors for a damaged one are passed on. An image
    without pixels becomes `nothing()`.
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
    """One black pixel, which stands for an image without pixels."""
    return Picture(np.zeros((1, 1), np.uint8))


def _pixels(image: Image.Image, grey: bool) -> NDArray[np.uint8]:
    pixels = decode(image, as_stored=True).pixels
    return kernel.grey(pixels) if grey and pixels.ndim == 3 else pixels
