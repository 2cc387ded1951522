"""Reads the header of a JPEG, up to its first scan, without a decoder.

Sources: ITU-T T.81 (1992), annexes B and G, Exif 2.32, section 4.6, and CIPA DC-007 (MPO).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from typing import IO, NamedTuple, TypeVar

Found = TypeVar("Found")

HEAD, MOST_HEAD = 1 << 16, 1 << 24
"""How many bytes of a file are read at first for its header, and at most."""
START = b"\xff\xd8\xff"
END = b"\xff\xd9"

JFIF, EXIF, MPF = b"JFIF\0", b"Exif\0\0", b"MPF\0"
XMP = b"http://ns.adobe.com/xap/1.0/\0"
GAIN_MAP = b' hdrgm:Version="'
"""In XMP. It means that the other images of an MPO are not pictures, but brighten the first one."""
ORIENTATION_TAG, IMAGES_TAG = 0x0112, 0xB001
SHORT, LONG = 3, 4

SOF_HUFFMAN = {0xC0, 0xC1, 0xC2}
"""Baseline, extended and progressive, with Huffman codes."""
SOF_PROGRESSIVE = 0xC2
SOF_OTHERS = {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
SOI, EOI, SOS, DQT, DHT = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4
APP0, APP1, APP2 = 0xE0, 0xE1, 0xE2
BARE = {0x01, *range(0xD0, 0xD9), 0xFF}
"""Markers without a segment, and the fill byte that may precede any marker."""
TOLD = SOF_HUFFMAN | SOF_OTHERS | {EOI, SOS, APP0, APP1, APP2}
"""The segments that a header is read from."""
FIRST_PASSES = {0x00, 0x01}
"""The successive approximation of a first pass over the averages: all bits, or all but one."""

_head_of_segment = struct.Struct(">BBH").unpack_from
next_marker = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]").search
"""Finds the next marker from a place on. Restart markers are part of a scan."""
_xmp_orientation = re.compile(rb'tiff:Orientation(?:="|>)([0-9])').search


class HeaderCutOffError(Exception):
    """The data ends before the first scan begins."""


class JpegHeader(NamedTuple):
    """The facts needed to choose how to decode."""

    width: int
    height: int
    components: int
    """1 grey, 3 colour."""
    progressive: bool
    orientation: int
    """An EXIF number. 1 is upright. From XMP, if EXIF has none."""
    images: int
    """How many pictures the file has, from its MPF segment."""
    scan: int
    """Where the data of the first scan begins."""
    whole_dc: bool
    """Whether the first scan has the average of every block, at least of the luma."""
    one_scan: bool
    """Whether the first scan has everything, so no other is needed."""


class _Frame(NamedTuple):
    width: int
    height: int
    progressive: bool
    names: bytes
    """One byte per component."""


def read_header(data: bytes | bytearray) -> JpegHeader | None:
    """The header of a JPEG with 8-bit samples in grey or colour and Huffman codes.

    None for all others, for files that a more capable decoder should read, and if `data` ends
    before the first scan.
    """
    try:
        return read_header_so_far(data)
    except HeaderCutOffError:
        return None


def read_header_so_far(data: bytes | bytearray) -> JpegHeader | None:
    """Like `read_header`, but raises `HeaderCutOffError` if `data` ends before the first scan."""
    frame: _Frame | None = None
    exif, xmp, images, jfif, gain_map = b"", b"", 1, False, False
    for marker, body, end in segments(data, TOLD):
        if marker in SOF_HUFFMAN:
            if frame is not None:
                return None
            frame = _frame(data[body:end], marker == SOF_PROGRESSIVE)
            if frame is None:
                return None
        elif marker in SOF_OTHERS or marker == EOI:
            return None
        elif marker == APP0:
            jfif = jfif or data.startswith(JFIF, body)
        elif marker == APP1 and data.startswith(EXIF, body):
            if exif:  # in several segments
                return None
            exif = bytes(data[body + len(EXIF) : end])
        elif marker == APP1 and data.startswith(XMP, body):
            xmp = bytes(data[body + len(XMP) : end])
            gain_map = gain_map or GAIN_MAP in xmp
        elif marker == APP2 and data.startswith(MPF, body):
            images = _image_count(bytes(data[body + len(MPF) : end]))
        elif marker == SOS:
            orientation = _orientation(exif, xmp)
            if frame is None or orientation is None:
                return None
            return JpegHeader(
                frame.width,
                frame.height,
                len(frame.names),
                frame.progressive,
                orientation,
                1 if gain_map else images,
                end,
                frame.progressive and _has_whole_dc(data[body:end], frame.names, jfif),
                not frame.progressive and data[body + 1 : end - 3 : 2] == frame.names,
            )
    return None


def end_of_scan(data: bytes | bytearray, begin: int) -> int | None:
    """Where the scan whose data begins at `begin` ends. None if it continues."""
    found = next_marker(data, begin)
    return found.start() if found else None


def quantization_steps(data: bytes | bytearray, index: int) -> Iterator[int]:
    """The place of every byte of the steps of one coefficient, in each table before the first scan.

    `index` counts coefficients in zigzag order.
    """
    for marker, body, end in segments(data, {DQT, SOS}):
        if marker == SOS:
            return
        while marker == DQT and body < end:
            width = 2 if data[body] >> 4 else 1
            yield from range(body + 1 + width * index, body + 1 + width * (index + 1))
            body += 1 + 64 * width


def segments(data: bytes | bytearray, wanted: set[int]) -> Iterator[tuple[int, int, int]]:
    """Marker, begin and end of each wanted segment. Stops at anything that is not a segment.

    Raises `HeaderCutOffError` if the data ends first.
    """
    at, size = 2, len(data)
    try:
        while True:
            prefix, marker, length = _head_of_segment(data, at)
            if prefix != 0xFF:
                return
            if marker in BARE:
                at += 1 if marker == 0xFF else 2
                continue
            end = at + 2 + length
            if length < 2:
                return
            if end > size:
                raise HeaderCutOffError
            if marker in wanted:
                yield marker, at + 4, end
            at = end
    except struct.error as error:
        raise HeaderCutOffError from error


def from_head(file: IO[bytes], data: bytes, read: Callable[[bytes], Found]) -> Found | None:
    """What `read` finds in the beginning of a file. None if it needs too much of it.

    `data`: what was read of the file so far. `read` raises `HeaderCutOffError` if it needs more.
    """
    while True:
        try:
            return read(data)
        except HeaderCutOffError:
            more = file.read(max(len(data), HEAD)) if len(data) < MOST_HEAD else b""
            if not more:
                return None
            data += more


def _frame(body: bytes | bytearray, progressive: bool) -> _Frame | None:
    if len(body) not in {9, 15}:  # one component or three
        return None
    precision, height, width, components = struct.unpack_from(">BHHB", body)
    if precision != 8 or not width or not height or len(body) != 6 + 3 * components:
        return None
    samplings = body[7::3]  # across and down, four bits each
    across, down = [one >> 4 for one in samplings], [one & 15 for one in samplings]
    if (across[0], down[0]) != (max(across), max(down)):  # luma is coarser than the rest
        return None
    return _Frame(width, height, progressive, bytes(body[6::3]))


def _has_whole_dc(body: bytes | bytearray, names: bytes, jfif: bool) -> bool:
    """Whether the scan with this header has the averages of the luma."""
    count = body[0] if body else 0
    if len(body) != 4 + 2 * count or not count or body[1] != names[0]:
        return False
    # Without JFIF, the first of three components may be red.
    luma = count == len(names) or (jfif and count < len(names))
    return luma and body[-3:-1] == b"\0\0" and body[-1] in FIRST_PASSES


def _orientation(exif: bytes, xmp: bytes) -> int | None:
    """1 if there is none. None if it cannot be determined."""
    if exif:
        try:
            value = _value(exif, ORIENTATION_TAG)
        except ValueError:
            return None
        if value is not None:
            return value
    found = _xmp_orientation(xmp)
    return int(found[1]) if found else 1


def _image_count(tiff: bytes) -> int:
    try:
        return _value(tiff, IMAGES_TAG) or 1
    except ValueError:
        return 1


def _value(tiff: bytes, wanted: int) -> int | None:
    """One number from a TIFF's first directory. None if it is not there.

    Raises `ValueError` for a malformed directory or value.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        raise ValueError("not a TIFF")
    try:
        (directory,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, directory)
        entry = struct.Struct(order + "HHI4s")
        for at in range(directory + 2, directory + 2 + 12 * count, 12):
            tag, kind, values, value = entry.unpack_from(tiff, at)
            if tag == wanted:
                if values != 1 or kind not in {SHORT, LONG}:
                    raise ValueError("not one whole number")
                return int(struct.unpack_from(order + ("H" if kind == SHORT else "I"), value)[0])
    except struct.error as error:
        raise ValueError("it is cut off") from error
    return None
