"""Detects lost data in a TIFF that Pillow decodes, by libtiff's messages.

libtiff's codecs for fax, JPEG and PackBits continue after a fault and only warn. Pillow lets other
codecs continue too if the colours are YCbCr. In all other cases libtiff rejects broken data, and so
does Pillow.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lookalike.images.jpeg.losses import means_loss
from lookalike.images.tiff.directories import COMPRESSION, PHOTOMETRIC
from lookalike.images.tiff.libtiff import messages_of

if TYPE_CHECKING:
    from PIL import Image

YCBCR = 6
GO_ON = {2, 3, 4, 6, 7, 32766, 32771, 32773, 32809, 34676, 34677}
"""Compressions whose codecs continue: fax, JPEG, NeXT, PackBits, ThunderScan, SGI log."""
BYTES_OF_A_PIXEL = 16
LARGEST_TILE = 1 << 26
"""In bytes. A tile may have more bytes than its picture."""

LOST = re.compile(
    "premature e|bad code word|line length mismatch|lack of data|not enough|read error|truncated"
    "|uncompressed data",
    re.IGNORECASE,
)


def lost_tiff_data(image: Image.Image, data: bytes | bytearray) -> str:
    """The reason to believe that data is lost, in plain words. Empty if there is none.

    `image` was decoded from `data` by Pillow.
    """
    tags = getattr(image, "tag_v2", None)
    if tags is None or not getattr(image, "use_load_libtiff", False):
        return ""
    if tags.get(COMPRESSION) not in GO_ON and tags.get(PHOTOMETRIC) != YCBCR:
        return ""
    most = max(BYTES_OF_A_PIXEL * image.width * image.height, LARGEST_TILE)
    for message in messages_of(bytes(data), most):
        if message.is_error or LOST.search(message.text) or means_loss(message.text):
            return f"some of its data is lost: {message.text}"
    return ""
