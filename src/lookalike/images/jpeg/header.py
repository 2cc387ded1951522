"""Reads the header of a JPEG, up to its first scan, without a decoder.

Source: ITU-T T.81 (1992), annex B. The kernel reads the facts that are needed for every file.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from typing import IO, NamedTuple, TypeVar

import numpy as np

from lookalike._native import kernel

Found = TypeVar("Found")

HEAD, MOST_HEAD = 1 << 16, 1 << 24
"""How many bytes of a file are read at first for its header, and at most."""
START = b"\xff\xd8\xff"
END = b"\xff\xd9"

EXIF = b"Exif\0\0"
XMP = b"http://ns.adobe.com/xap/1.0/\0"

SOF_HUFFMAN = {0xC0, 0xC1, 0xC2}
"""Baseline, extended and progressive, with Huffman codes."""
SOF_OTHERS = {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
SOI, EOI, SOS, DQT, DHT = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4
APP1 = 0xE1
BARE = {0x01, *range(0xD0, 0xD9), 0xFF}
"""Markers without a segment, and the fill byte that may precede any marker."""

_head_of_segment = struct.Struct(">BBH").unpack_from
next_marker = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]").search
"""Finds the next marker from a place on. Restart markers are part of a scan."""


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
    error: float
    """How many levels the averages of the first scan may be off, on either side of the mean."""


def read_header(data: bytes | bytearray) -> JpegHeader | None:
    """The header of a JPEG with 8-bit samples in grey or colour and Huffman codes.

    None for all others, for files that a more capable decoder should read, and if `data` ends
    before the first scan.
    """
    found = kernel.jpeg_header(np.frombuffer(data, np.uint8))
    return JpegHeader(*found) if isinstance(found, tuple) else None


def read_header_so_far(data: bytes | bytearray) -> JpegHeader | None:
    """Like `read_header`, but raises `HeaderCutOffError` if `data` ends before the first scan."""
    found = kernel.jpeg_header(np.frombuffer(data, np.uint8))
    if found == "cut off":
        raise HeaderCutOffError
    return JpegHeader(*found) if isinstance(found, tuple) else None


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
