"""An opened Pillow image to pixels: upright, opaque, 8 bits a channel.

`as_stored` reads as ImageHash and imagededup do: no orientation is applied, alpha is dropped, and
deeper samples become 8 bits as Pillow's `convert` makes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.errors import ImageError, Status
from lookalike.images.signatures import complaint_of, trouble

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

ORIENTATION_TAG = 0x0112

DEEP_MODES = {"I", "F", "I;16", "I;16L", "I;16B", "I;16N"}


class Decoded(NamedTuple):
    """Pixels as stored, and how they are to be seen."""

    pixels: NDArray[np.uint8]
    """`(height, width)` grey or `(height, width, 3)` RGB."""
    orientation: int
    """As EXIF counts; 1 is upright."""


def decode(image: Image.Image, *, as_stored: bool) -> Decoded:
    """Decode the first frame of an opened image. Raises `ImageError`."""
    try:
        image.load()
        pixels = _to_8_bits(image, as_stored)
        # Asked after loading: TIFF has turned itself by then, and PNG may bear its EXIF last.
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
        return scale_samples(np.asarray(image))
    if not as_stored and image.has_transparency_data:
        return kernel.over_white(np.asarray(image.convert("RGBA")))
    if image.mode == "P":  # by way of RGBA, where Pillow has no warning to give about transparency
        image = image.convert("RGBA")
    grey = image.mode in {"1", "L", "LA"} or image.mode in DEEP_MODES
    mode = "L" if grey else "RGB"
    return np.asarray(image if image.mode == mode else image.convert(mode))


def scale_samples(samples: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Deep grey samples to 8 bits, scaled and rounded, never clipped.

    Whole numbers that fit in 16 bits are taken as 0 to 65535, floats between 0 and 1 as that;
    anything else is stretched from its least value to its greatest.
    """
    if samples.dtype.str[1:] == "u2":  # of either byte order
        return _scale_16_bits(samples)
    values = samples.astype(np.float64)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    whole = np.issubdtype(samples.dtype, np.integer) or samples.dtype == np.bool_
    natural = 65535.0 if whole else 1.0
    if low >= 0 and high <= natural:
        low, high = 0.0, natural
    values = np.nan_to_num(values, nan=low, posinf=high, neginf=low)
    return np.floor((values - low) / ((high - low) or 1.0) * 255.0 + 0.5).astype(np.uint8)


def _scale_16_bits(samples: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Some rows at a time: what NumPy looks up by, it first makes eight bytes each."""
    table = ((np.arange(1 << 16) * 255 + 32767) // 65535).astype(np.uint8)
    out = np.empty(samples.shape, np.uint8)
    for row in range(0, len(samples), 64):
        out[row : row + 64] = table[samples[row : row + 64].astype(np.intp)]
    return out
