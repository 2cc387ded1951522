"""Decodes JPEG with libjpeg-turbo directly, and decides how much of a file is needed.

Exact reading decodes every pixel, equal to Pillow's. Only scales that are powers of two are used,
because others have no vector code. The thumbnail in a JPEG's EXIF data is never used, because it
may show another picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import simplejpeg

from lookalike.images.jpeg.header import (
    END,
    START,
    HeaderCutOffError,
    JpegHeader,
    end_of_scan,
    read_header,
    read_header_so_far,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCALES = (8, 4, 2, 1)
LAST_BYTES = 4096
"""A sound JPEG has its end marker within this many bytes of its end."""
LONGEST_HEADER = 1 << 22
"""If no first scan has begun after this many bytes, the whole file is read."""
WORTH_CUTTING, LEAST_SPARED = 1 << 18, 1 << 17
"""A file of no more than `WORTH_CUTTING` bytes is read whole. So is one that would save fewer than
`LEAST_SPARED` bytes."""


class FirstScan:
    """Watches the beginning of a file as it is read, and says when there is enough to decode.

    The answer depends only on the file, not on how it is split into pieces.
    """

    def __init__(self, least_side: int, size: int) -> None:
        """`size`: the bytes of the whole file."""
        self._least_side = least_side
        self._size = size
        self._header: JpegHeader | None = None
        self._looked = 0
        self._end = 0
        self.hopeless = size <= WORTH_CUTTING
        """Whether only the whole file is enough."""

    def ends_in(self, data: bytes | bytearray) -> bool:
        """Whether `data`, the beginning of the file, is enough."""
        if self._header is None and not self.hopeless:
            self._find_header(data)
        if self._header is None or self.hopeless:
            return False
        end = end_of_scan(data, self._looked)
        if end is None:
            self._looked = max(len(data) - 1, self._header.scan)
            return False
        self._end = end
        self.hopeless = self._size - end < LEAST_SPARED
        return not self.hopeless

    def cut_out(self, data: bytes | bytearray) -> bytes:
        """The first scan and everything before it, as a JPEG of its own."""
        with memoryview(data) as view:
            return b"".join((view[: self._end], END))

    def _find_header(self, data: bytes | bytearray) -> None:
        try:
            header = read_header_so_far(data) if data.startswith(START) else None
        except HeaderCutOffError:
            self.hopeless = len(data) > LONGEST_HEADER
            return
        self.hopeless = header is None or not can_end_early(
            header, scale_for(header, self._least_side)
        )
        if header is not None:
            self._header = header
            self._looked = header.scan


def header_of(data: bytes | bytearray) -> JpegHeader | None:
    """The header of a JPEG that can be decoded here. None for everything else."""
    return read_header(data) if data.startswith(START) else None


def decode_whole(
    data: bytes | bytearray, header: JpegHeader, scale: int = 1
) -> NDArray[np.uint8] | None:
    """The whole picture as stored: `(height, width)` for grey, else `(height, width, 3)` RGB.

    Both sides are divided by the scale and rounded up. At scale 1, every pixel is there. Returns
    None if the strict decoder rejects the data. Pillow may still be able to read it.
    """
    return decode(data, header, "GRAY" if header.components == 1 else "RGB", scale)


def has_end(last: bytes | bytearray) -> bool:
    """Whether a JPEG is complete, judged by its last `LAST_BYTES` bytes."""
    return END in last


def scale_for(header: JpegHeader, least_side: int) -> int:
    """The largest scale that leaves at least `least_side` pixels on the shorter side."""
    shorter = min(header.width, header.height)
    return next((scale for scale in SCALES if shorter // scale >= least_side), 1)


def scale_within(size: tuple[int, int], box: tuple[int, int] | None) -> int:
    """The largest scale at which a picture still fills the box, even after it is turned.

    1 without a box. `size` and `box` are width and height.
    """
    if box is None:
        return 1
    upright = max(size[0] / box[0], size[1] / box[1])
    turned = max(size[0] / box[1], size[1] / box[0])
    return next((scale for scale in SCALES if scale <= min(upright, turned)), 1)


def can_end_early(header: JpegHeader, scale: int) -> bool:
    """Whether the first scan of a progressive file is enough at this scale."""
    return header.progressive and header.whole_dc and scale == SCALES[0]


def decode(
    data: bytes | bytearray, header: JpegHeader, space: str, scale: int
) -> NDArray[np.uint8] | None:
    """The whole picture by libjpeg-turbo. `space` is GRAY or RGB. None as in `decode_whole`."""
    height, width = -(-header.height // scale), -(-header.width // scale)
    try:
        pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(
            data, space, fastdct=False, fastupsample=False, min_height=height, min_width=width
        )
    except ValueError:
        return None
    if pixels.shape[:2] != (height, width):
        return None
    return pixels[:, :, 0] if space == "GRAY" else pixels
