"""What a JPEG says of itself before its first scan, read without a decoder.

Source: ITU-T T.81 (1992), annex B; Exif 2.32, section 4.6; CIPA DC-007 (MPO).
"""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

START = b"\xff\xd8\xff"
END = b"\xff\xd9"

EXIF, XMP, MPF = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"MPF\0"
ORIENTATION_TAG, IMAGES_TAG = 0x0112, 0xB001
SHORT, LONG = 3, 4

SOF_HUFFMAN = {0xC0, 0xC1, 0xC2}
"""Baseline, extended and progressive, by Huffman codes."""
SOF_PROGRESSIVE = 0xC2
SOF_OTHERS = {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
SOS = 0xDA
BARE = {0x01, *range(0xD0, 0xD9)}
"""Markers without a segment."""

_next_marker = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]").search
_xmp_orientation = re.compile(rb'tiff:Orientation(?:="|>)([0-9])').search


class JpegHeader(NamedTuple):
    """What is needed to choose how to decode."""

    width: int
    height: int
    components: int
    """1 grey, 3 colour."""
    progressive: bool
    orientation: int
    """As EXIF counts, 1 is upright; where there is none of EXIF's, XMP's."""
    images: int
    """How many images the file has, by its MPF segment."""
    scan: int
    """Where the data of the first scan begins."""
    whole_dc: bool
    """Whether the first scan has the average of every block, at least of the luma."""


def read_header(data: bytes | bytearray) -> JpegHeader | None:
    """The header of a JPEG of 8-bit samples in grey or colour, coded by Huffman codes.

    None for all others, for what is better left to a decoder that knows more, and where `data` ends
    before the first scan.
    """
    try:
        return _read(data)
    except (IndexError, struct.error):
        return None


def end_of_scan(data: bytes | bytearray, begin: int) -> int | None:
    """Where the scan whose data begins at `begin` ends; None where it goes on."""
    found = _next_marker(data, begin)
    return found.start() if found else None


def _read(data: bytes | bytearray) -> JpegHeader | None:
    at = 2
    frame: tuple[int, int, int, bool, bytes] | None = None
    exif, xmp, images = b"", b"", 1
    while True:
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # fill bytes may precede a marker
            at += 1
            continue
        if marker in BARE:
            at += 2
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        body = at + 4
        end = at + 2 + length
        if length < 2 or end > len(data):
            return None
        if marker in SOF_HUFFMAN:
            if frame is not None:
                return None
            frame = _frame(data[body:end], marker == SOF_PROGRESSIVE)
            if frame is None:
                return None
        elif marker in SOF_OTHERS or marker == 0xD9:
            return None
        elif marker == 0xE1 and data.startswith(EXIF, body):
            if exif:  # in several segments
                return None
            exif = bytes(data[body + len(EXIF) : end])
        elif marker == 0xE1 and data.startswith(XMP, body):
            xmp = bytes(data[body + len(XMP) : end])
        elif marker == 0xE2 and data.startswith(MPF, body):
            images = _value(bytes(data[body + len(MPF) : end]), IMAGES_TAG) or 1
        elif marker == SOS:
            if frame is None:
                return None
            width, height, components, progressive, first = frame
            orientation = _orientation(exif, xmp)
            if orientation is None:
                return None
            spectral = data[end - 3 : end]
            whole_dc = spectral[:2] == b"\0\0" and spectral[2] < 16 and data[body + 1] == first[0]
            return JpegHeader(
                width, height, components, progressive, orientation, images, end, whole_dc
            )
        at = end


def _frame(body: bytes | bytearray, progressive: bool) -> tuple[int, int, int, bool, bytes] | None:
    precision, height, width, components = struct.unpack_from(">BHHB", body)
    if precision != 8 or components not in {1, 3} or not width or not height:
        return None
    if len(body) != 6 + 3 * components:
        return None
    return width, height, components, progressive, bytes(body[6:7])


def _orientation(exif: bytes, xmp: bytes) -> int | None:
    """1 where there is none; None where it cannot be told."""
    if exif:
        value = _value(exif, ORIENTATION_TAG)
        if value is None:
            return None
        if value:
            return value
    found = _xmp_orientation(xmp)
    return int(found[1]) if found else 1


def _value(tiff: bytes, wanted: int) -> int | None:
    """One number of a TIFF's first directory; 0 where it has no such tag, None where it is odd."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return None
    try:
        (directory,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, directory)
        for at in range(directory + 2, directory + 2 + 12 * count, 12):
            tag, kind, values = struct.unpack_from(order + "HHI", tiff, at)
            if tag == wanted:
                if values != 1 or kind not in {SHORT, LONG}:
                    return None
                form = order + ("H" if kind == SHORT else "I")
                (value,) = struct.unpack_from(form, tiff, at + 8)
                return int(value)
    except struct.error:
        return None
    return 0
