"""JPEG by libjpeg-turbo directly: Pillow's pixels, but without a copy that holds the GIL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import simplejpeg

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

COLOUR_SPACES = {"L": "GRAY", "RGB": "RGB"}


def decode_jpeg(data: bytes, image: Image.Image) -> NDArray[np.uint8] | None:
    """Every pixel of a JPEG, as stored; `image` is what Pillow opened `data` as.

    None where that is better left to Pillow: another format, CMYK, and whatever a strict decoder
    refuses, as Pillow may still be able to read it.
    """
    space = COLOUR_SPACES.get(image.mode)
    if image.format not in {"JPEG", "MPO"} or space is None:
        return None
    try:
        pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(
            data, space, fastdct=False, fastupsample=False
        )
    except ValueError:
        return None
    if pixels.shape[:2] != image.size[::-1]:
        return None
    return pixels[:, :, 0] if space == "GRAY" else pixels
