"""Decodes an opened Pillow image to pixels with 8 bits per channel.

`as_stored` reads like ImageHash and imagededup: no orientation is applied, alpha is dropped, and
deeper samples are converted to 8 bits by Pillow's `convert`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.errors import ImageError, Status
from lookalike.images.formats.signatures import complaint_of, trouble
from lookalike.images.pillow.deep_grey import DEEP_MODES, deep_grey, mend_byte_order

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

ORIENTATION_TAG = 0x0112


class Decoded(NamedTuple):
    """Pixels as stored, and how to turn them."""

    pixels: NDArray[np.uint8]
    """`(height, width)` grey, `(height, width, 3)` RGB, or RGBA if there is transparency."""
    orientation: int
    """An EXIF number. 1 is upright."""


def decode(image: Image.Image, *, as_stored: bool) -> Decoded:
    """Decode the first frame of an opened image. Raises `ImageError`."""
    try:
        if not as_stored:
            mend_byte_order(image)
        image.load()
        pixels = _to_8_bits(image, as_stored)
        # Only after loading: by then TIFF has turned itself, and PNG may have its EXIF at the end.
        orientation = 1 if as_stored else _orientation(image)
    except ImageError:
        raise
    except MemoryError as error:
        raise ImageError(Status.TOO_LARGE, "its pixels do not fit in memory") from error
    except Exception as error:  # decoders raise anything on broken bytes
        raise ImageError(*trouble(complaint_of(error), "it cannot be decoded")) from error
    return Decoded(pixels, orientation)


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(ORIENTATION_TAG)
    except Exception:  # noqa: BLE001  # broken metadata raises anything, and the pixels are sound
        return 1
    return value if isinstance(value, int) else 1


def _to_8_bits(image: Image.Image, as_stored: bool) -> NDArray[np.uint8]:
    if image.mode == "La":  # the one mode that cannot become grey
        image = image.convert("LA")
    if image.mode in DEEP_MODES and not as_stored:
        return deep_grey(image)
    if not as_stored and image.has_transparency_data:
        return np.asarray(image.convert("RGBA"))
    if image.mode == "P":  # through RGBA, so Pillow does not warn about transparency
        image = image.convert("RGBA")
    grey = image.mode in {"1", "L", "LA"} or image.mode in DEEP_MODES
    mode = "L" if grey else "RGB"
    return np.asarray(image if image.mode == mode else image.convert(mode))
