"""Whether data of a TIFF are lost though Pillow decodes it: libtiff's verdict.

Its codecs for fax, JPEG and PackBits go on after a fault and only warn of it. Pillow lets others
go on, too, if the colours are YCbCr; else libtiff refuses what is broken, and so does Pillow.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lookalike.images.jpeg.losses import means_loss
from lookalike.images.tiff.libtiff import messages_of

if TYPE_CHECKING:
    from PIL import Image

COMPRESSION_TAG, PHOTOMETRIC_TAG = 259, 262
YCBCR = 6
GO_ON = {2, 3, 4, 6, 7, 32766, 32771, 32773, 32809, 34676, 34677}
"""Compressions whose codecs go on: fax, JPEG, NeXT, PackBits, ThunderScan, SGI log."""
BYTES_OF_A_PIXEL = 16
LARGEST_TILE = 1 << 26
"""A tile may have more bytes than the picture that it is of."""

LOST = re.compile(
    "premature e|bad code word|line length mismatch|lack of data|not enough|read error|truncated"
    "|uncompressed data",
    re.IGNORECASE,
)


def lost_tiff_data(image: Image.Image, data: bytes | bytearray) -> str:
    """What says that data are lost, in plain words; empty if nothing does.

    `image`: what Pillow has decoded from `data`.
    """
    tags = getattr(image, "tag_v2", None)
    if tags is None or not getattr(image, "use_load_libtiff", False):
        return ""
    if tags.get(COMPRESSION_TAG) not in GO_ON and tags.get(PHOTOMETRIC_TAG) != YCBCR:
        return ""
    most = max(BYTES_OF_A_PIXEL * image.width * image.height, LARGEST_TILE)
    for message in messages_of(bytes(data), most):
        if message.is_error or LOST.search(message.text) or means_loss(message.text):
            return f"some of its data is lost: {message.text}"
    return ""
