"""JPEG by libjpeg-turbo directly: Pillow's pixels, or no more of them than a hash needs.

Exact reading decodes every pixel, equal to Pillow's. Fast reading decodes the luma alone, at the
smallest scale that is enough, and of a large progressive file only the first scan, which has the
average of every block of 8 x 8: the picture at an eighth. Only scales of powers of two are taken:
the others have no vector code. The thumbnail in a JPEG's EXIF is never used: it may show another
picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import simplejpeg

from lookalike.images.jpeg.header import (
    END,
    START,
    HeaderCutOffError,
    JpegHeader,
    end_of_scan,
    quantization_steps,
    read_header,
    read_header_so_far,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCALES = (8, 4, 2, 1)
LAST_BYTES = 4096
"""In so many at its end, a sound JPEG has its end marker."""
LONGEST_HEADER = 1 << 22
"""Bytes after which no first scan is waited for any longer."""
WORTH_CUTTING, LEAST_SPARED = 1 << 18, 1 << 17
"""What has no more bytes than that, or would be spared fewer, is read whole."""


class FirstScan:
    """Told of the beginning of a file as it comes, says when it is enough to be decoded.

    Where that is depends on the file alone, not on the pieces that it comes in.
    """

    def __init__(self, least_side: int, size: int) -> None:
        """`size`: of the whole file, in bytes."""
        self._least_side = least_side
        self._size = size
        self._header: JpegHeader | None = None
        self._looked = 0
        self._end = 0
        self.hopeless = size <= WORTH_CUTTING
        """Whether nothing but the whole file will do."""

    def ends_in(self, data: bytes | bytearray) -> bool:
        """Whether the beginning of the file holds all that is needed."""
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
        """Of what it ends in, the scan and what is before it: a JPEG of its own."""
        with memoryview(data) as view:
            return b"".join((view[: self._end], END))

    def _find_header(self, data: bytes | bytearray) -> None:
        try:
            header = read_header_so_far(data) if data.startswith(START) else None
        except HeaderCutOffError:
            self.hopeless = len(data) > LONGEST_HEADER
            return
        self.hopeless = header is None or not _can_end_early(
            header, scale_for(header, self._least_side)
        )
        if header is not None:
            self._header = header
            self._looked = header.scan


class Luma(NamedTuple):
    """The brightness of a picture, reduced."""

    pixels: NDArray[np.uint8]
    """`(ceil(height / scale), ceil(width / scale))`."""
    first_scan: bool
    """Whether the first scan of several is all that was decoded."""


def header_of(data: bytes | bytearray) -> JpegHeader | None:
    """The header of a JPEG that can be decoded here; None for everything else."""
    return read_header(data) if data.startswith(START) else None


def decode_whole(
    data: bytes | bytearray, header: JpegHeader, scale: int = 1
) -> NDArray[np.uint8] | None:
    """The whole picture as stored: `(height, width)` of a grey JPEG, else `(height, width, 3)` RGB.

    Both sides are divided by the scale and rounded up; at 1, every pixel is there. None for what a
    strict decoder refuses: Pillow may still be able to read it.
    """
    return _decode(data, header, "GRAY" if header.components == 1 else "RGB", scale)


def decode_luma(data: bytes | bytearray, header: JpegHeader, scale: int, size: int) -> Luma | None:
    """The luma, reduced.

    `size`: the bytes of the whole file, of which `data` may be the first scan, cut out. None as
    above.
    """
    end: int | None = None
    if len(data) < size:  # the first scan, cut out
        end = len(data) - len(END)
    elif _can_end_early(header, scale) and has_end(data[-LAST_BYTES:]):
        end = end_of_scan(data, header.scan)
    if end is not None:
        pixels = _decode(_averages_alone(data, end), header, "GRAY", scale)
        if pixels is not None:
            return Luma(pixels, first_scan=True)
        if len(data) < size:
            return None
    pixels = _decode(data, header, "GRAY", scale)
    return None if pixels is None else Luma(pixels, first_scan=False)


def has_end(last: bytes | bytearray) -> bool:
    """Whether a JPEG with these last bytes, `LAST_BYTES` of them, has not been cut off."""
    return END in last


def scale_for(header: JpegHeader, least_side: int) -> int:
    """By how much the picture can be reduced: to a shorter side of no less than `least_side`."""
    shorter = min(header.width, header.height)
    return next((scale for scale in SCALES if shorter // scale >= least_side), 1)


def scale_within(size: tuple[int, int], box: tuple[int, int] | None) -> int:
    """By how much a picture can be reduced and still fill the box, also if it is to be turned.

    1 without a box. Both are width and height.
    """
    if box is None:
        return 1
    upright = max(size[0] / box[0], size[1] / box[1])
    turned = max(size[0] / box[1], size[1] / box[0])
    return next((scale for scale in SCALES if scale <= min(upright, turned)), 1)


def _can_end_early(header: JpegHeader, scale: int) -> bool:
    return header.progressive and header.whole_dc and scale == SCALES[0]


def _averages_alone(data: bytes | bytearray, end: int) -> bytearray:
    """The first scan, ready to be decoded.

    From averages alone, libjpeg guesses the detail that is still to come, and blurs the averages
    with it, unless the step of one of the coefficients that it would guess is zero.
    """
    with memoryview(data) as view:
        alone = bytearray(view[:end])
    for at in quantization_steps(alone, 1):
        alone[at] = 0
    alone += END
    return alone


def _decode(
    data: bytes | bytearray, header: JpegHeader, space: str, scale: int
) -> NDArray[np.uint8] | None:
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
