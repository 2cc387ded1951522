"""Thumbnails: a picture in colour, small enough for a page or a figure.

A JPEG is decoded at the smallest scale that is enough: an eighth, a quarter or half of each side.
The thumbnail in its EXIF data is never used, because it may show another picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import simplejpeg

from lookalike._native import kernel
from lookalike.checks import whole_number
from lookalike.images.limits import DEFAULT_MAX_BYTES, DEFAULT_MAX_PIXELS
from lookalike.images.reading import read_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images.picture import Picture
    from lookalike.images.source.door import ImageSource
    from lookalike.images.source.source import Source
    from lookalike.images.stamp import Stamp

QUALITY = 85
"""Of thumbnails as JPEG."""
MOST_SIDE = 1 << 16
"""The longest side that the kernel resamples to."""


class Thumbnail(NamedTuple):
    """A small picture, and the size of the whole one."""

    pixels: NDArray[np.uint8]
    """`(height, width, 3)` RGB."""
    width: int
    height: int
    """Size of the whole picture, upright."""
    stamp: Stamp | None = None
    """The stamp of its file when it was opened. None if it is not a file on this machine."""

    def to_jpeg(self) -> bytes:
        """The thumbnail as a JPEG, with its pixels and no metadata of the file."""
        pixels = np.ascontiguousarray(self.pixels)
        encoded: bytes = simplejpeg.encode_jpeg(pixels, QUALITY, "RGB", "420")
        return encoded


def read_thumbnail(
    source: ImageSource | Source,
    width: int,
    height: int,
    *,
    take_damaged: bool = False,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    max_bytes: int = DEFAULT_MAX_BYTES,
) -> Thumbnail:
    """The picture within a box of `width` x `height` pixels.

    The whole picture is shown, upright and in its proportions. Transparent parts are on white, or
    on black if the picture is flat on white. It is never larger than the original. `source` and the
    other arguments are as for `read_picture`. Raises the errors of `read_picture`, and `ValueError`
    or `TypeError` for a width or height that is not a positive whole number.
    """
    box = (
        whole_number(width, "width", least=1, most=MOST_SIDE),
        whole_number(height, "height", least=1, most=MOST_SIDE),
    )
    picture = read_picture(
        source,
        within=box,
        take_damaged=take_damaged,
        max_pixels=max_pixels,
        max_bytes=max_bytes,
    )
    return Thumbnail(_shrunk(picture, box), picture.width, picture.height, picture.stamp)


def _shrunk(picture: Picture, box: tuple[int, int]) -> NDArray[np.uint8]:
    width, height = picture.decoded_size
    scale = min(box[0] / width, box[1] / height, 1)
    columns, rows = max(1, round(width * scale)), max(1, round(height * scale))
    pixels = kernel.resample(picture.pixels, columns, rows, picture.box)
    return pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)
