"""Corrects deep grey samples that Pillow reads wrongly.

Pillow reads unsigned 32-bit samples as signed. It does not invert samples whose lowest value is
white. It swaps the bytes of compressed big-endian samples, although libtiff has already done so.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike.images.depth import to_8_bits
from lookalike.images.tiff.directories import BITS, PHOTOMETRIC, SAMPLE_FORMAT

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

NO_DATA = 42113
UNSIGNED, SIGNED, FLOAT = 1, 2, 3
MIN_IS_WHITE, MIN_IS_BLACK = 0, 1
"""A TIFF tag, values of `SAMPLE_FORMAT`, and values of `PHOTOMETRIC`."""

DEEP_MODES = {"I", "F", "I;16", "I;16L", "I;16B", "I;16N"}

NATIVE = {
    "I;16BS": "I;16NS",
    "I;32B": "I;32N",
    "I;32BS": "I;32NS",
    "F;32BF": "F;32NF",
    "F;64BF": "F;64NF",
}
"""Pillow's names of big-endian layouts, and of the same layouts in native byte order."""


def register_layouts() -> None:
    """Let Pillow open layouts that it can unpack but does not list."""
    from PIL.TiffImagePlugin import II, MM, OPEN_INFO

    OPEN_INFO.setdefault((MM, MIN_IS_BLACK, (UNSIGNED,), 1, (32,), ()), ("I", "I;32B"))
    OPEN_INFO.setdefault((II, MIN_IS_BLACK, (FLOAT,), 1, (64,), ()), ("F", "F;64F"))
    OPEN_INFO.setdefault((MM, MIN_IS_BLACK, (FLOAT,), 1, (64,), ()), ("F", "F;64BF"))
    for (order, photometric, sign, fill, bits, extra), modes in list(OPEN_INFO.items()):
        if photometric == MIN_IS_BLACK and modes[0] in DEEP_MODES:
            OPEN_INFO.setdefault((order, MIN_IS_WHITE, sign, fill, bits, extra), modes)


def mend_byte_order(image: Image.Image) -> None:
    """Fix the byte order before loading: libtiff decompresses to native byte order."""
    if image.mode in DEEP_MODES and sys.byteorder == "little":
        tiles = getattr(image, "tile", [])
        for k, tile in enumerate(tiles):
            if tile.codec_name == "libtiff":
                raw, *rest = tile.args
                tiles[k] = tile._replace(args=(NATIVE.get(raw, raw), *rest))


def deep_grey(image: Image.Image) -> NDArray[np.uint8]:
    """The 8-bit grey of a loaded image in one of `DEEP_MODES`."""
    tags: Any = getattr(image, "tag_v2", {})  # for a TIFF
    samples = np.asarray(image)
    layout = tags.get(SAMPLE_FORMAT, (UNSIGNED,))[0], tags.get(BITS, (0,))[0]
    if image.mode == "I" and layout == (UNSIGNED, 32):
        samples = samples.view(np.uint32)
    elif image.mode == "I" and layout == (SIGNED, 16):
        samples = samples.astype(np.int16)
    grey = to_8_bits(samples, _absent(image, tags))
    return 255 - grey if tags.get(PHOTOMETRIC) == MIN_IS_WHITE else grey


def _absent(image: Image.Image, tags: Any) -> list[float]:
    """Values that the file declares as no data, or that a PNG declares as transparent."""
    absent = []
    for declared in (tags.get(NO_DATA), image.info.get("transparency")):
        with contextlib.suppress(ValueError):  # there is none, or it is not a number
            absent.append(float(str(declared).strip("\0 ")))
    return absent
