"""Thumbnails: a picture in colour, small enough for a page or a figure.

A JPEG is decoded at the smallest scale that is enough: an eighth, a quarter or half of each side.
The thumbnail in its EXIF data is never used, because it may show another picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.checks import whole_number
from lookalike.images.reading import read_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images.picture import Picture
    from lookalike.images.source.door import ImageSource
    from lookalike.images.source.source import Source

MOST_SIDE = 1 << 16
"""The longest side that the kernel resamples to."""


class Thumbnail(NamedTuple):
    """A small picture, and the size of the whole one."""

    pixels: NDArray[np.uint8]
    """`(height, width, 3)` RGB."""
    width: int
    height: int
    """Size of the whole picture, upright."""


def read_thumbnail(source: ImageSource | Source, width: int, height: int) -> Thumbnail:
    """The picture within a box of `width` x `height` pixels.

    The whole picture is shown, upright and in its proportions. Transparent parts are on white, or
    on black if the picture is flat on white. It is never larger than the original. `source` is as
    for `read_picture`. Raises the errors of `read_picture`, and `ValueError` or `TypeError` for a
    width or height that is not a positive whole number.
    """
    box = (
        whole_number(width, "width", least=1, most=MOST_SIDE),
        whole_number(height, "height", least=1, most=MOST_SIDE),
    )
    picture = read_picture(source, within=box)
    return Thumbnail(_shrunk(picture, box), picture.width, picture.height)


def _shrunk(picture: Picture, box: tuple[int, int]) -> NDArray[np.uint8]:
    width, height = picture.decoded_size
    scale = min(box[0] / width, box[1] / height, 1)
    columns, rows = max(1, round(width * scale)), max(1, round(height * scale))
    pixels = kernel.resample(picture.pixels, columns, rows, picture.box)
    return pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)
