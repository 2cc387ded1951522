"""Raw files that are not TIFF: Canon's CR3, in boxes as in MP4, and Fujifilm's RAF.

Sources: ISO/IEC 14496-12, https://github.com/lclevy/canon_cr3, and ExifTool's FujiFilm tags.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from lookalike.images.raw.file import RawFile, jpegs
from lookalike.images.tiff.directories import ORIENTATION, Tiff

MOST_BOXES = 256
"""The most boxes that are read on one level."""
CANON = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
PREVIEWS = bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16")
"""The UUIDs that identify Canon's boxes."""
PRVW_AT, PRVW_HEAD = 24, 16
"""Where the PRVW box is within the previews, and how many bytes come before its JPEG."""

RAF_JPEG, RAF_HEADER, RAF_DATA = 84, 92, 100
"""Where a RAF stores begin and length of its JPEG, of its header and of the sensor data."""
RAF_SIZES = (0x111, 0x100)
"""Tags of the size: without the sensor's borders, and with them. The height comes first."""


class Box(NamedTuple):
    """A box in a file."""

    kind: bytes
    begin: int
    """Where its content begins."""
    end: int


def cr3(data: bytes | bytearray) -> RawFile:
    """The description of a CR3 file."""
    top = list(_boxes(data, 0, len(data)))
    size, orientation, places = (0, 0), 1, []
    for box in top:
        if box.kind == b"uuid" and data.startswith(PREVIEWS, box.begin):
            begin = box.begin + PRVW_AT + 8 + PRVW_HEAD
            places.append((begin, box.end - begin))
        for part in _boxes(data, box.begin, box.end) if box.kind == b"moov" else ():
            if part.kind == b"uuid" and data.startswith(CANON, part.begin):
                size, orientation = _main_directory(data, part)
            if part.kind == b"trak":
                places += _sample(data, part)
    found = jpegs(data, places)
    if not min(size):  # then use the size of the largest JPEG
        size = max((one.size for one in found), default=(0, 0))
    return RawFile("CR3", size, orientation, found, max((box.end for box in top), default=0))


def raf(data: bytes | bytearray) -> RawFile:
    """The description of a RAF file. Its JPEG has its own orientation."""
    if len(data) < RAF_DATA + 8:
        return RawFile("RAF")
    jpeg, header, sensor = (
        struct.unpack_from(">II", data, at) for at in (RAF_JPEG, RAF_HEADER, RAF_DATA)
    )
    return RawFile(
        "RAF", _raf_size(data, header[0]), 1, jpegs(data, [jpeg]), max(sum(jpeg), sum(sensor))
    )


def _boxes(data: bytes | bytearray, begin: int, end: int) -> Iterator[Box]:
    """The boxes between two places. The last may claim to extend beyond the end of the file."""
    for _ in range(MOST_BOXES):
        if begin + 8 > min(end, len(data)):
            return
        size, kind = struct.unpack_from(">I4s", data, begin)
        head = 8
        if size == 1 and begin + 16 <= len(data):
            head, (size,) = 16, struct.unpack_from(">Q", data, begin + 8)
        size = size or end - begin  # 0 means that it is the last
        if size < head:
            return
        yield Box(kind, begin + head, begin + size)
        begin += size


def _main_directory(data: bytes | bytearray, canon: Box) -> tuple[tuple[int, int], int]:
    """Size and orientation."""
    for box in _boxes(data, canon.begin + len(CANON), canon.end):
        tiff = Tiff.of(data, box.begin) if box.kind == b"CMT1" else None
        first = tiff.directory(tiff.first) if tiff else None
        if tiff and first:
            return tiff.size(first), tiff.number(first, ORIENTATION, 1)
    return (0, 0), 1


def _sample(data: bytes | bytearray, track: Box) -> list[tuple[int, int]]:
    """Where the first sample of a track is. It may be a JPEG."""
    inside = track
    for kind in (b"mdia", b"minf", b"stbl"):
        found = next((one for one in _boxes(data, *inside[1:]) if one.kind == kind), None)
        if found is None:
            return []
        inside = found
    parts = {one.kind: one.begin for one in _boxes(data, *inside[1:])}
    try:
        (length,) = struct.unpack_from(">I", data, parts[b"stsz"] + 4)
        if not length:  # then there is a list of them
            (length,) = struct.unpack_from(">I", data, parts[b"stsz"] + 12)
        if b"co64" in parts:
            (at,) = struct.unpack_from(">Q", data, parts[b"co64"] + 8)
        else:
            (at,) = struct.unpack_from(">I", data, parts[b"stco"] + 8)
    except (KeyError, struct.error):
        return []
    return [(at, length)]


def _raf_size(data: bytes | bytearray, at: int) -> tuple[int, int]:
    sizes: dict[int, tuple[int, int]] = {}
    try:
        (count,) = struct.unpack_from(">I", data, at)
        at += 4
        for _ in range(min(count, MOST_BOXES)):
            tag, length = struct.unpack_from(">HH", data, at)
            if tag in RAF_SIZES and length == 4:
                height, width = struct.unpack_from(">HH", data, at + 4)
                sizes[tag] = width, height
            at += 4 + length
    except struct.error:  # it is cut off
        return 0, 0
    return next((sizes[tag] for tag in RAF_SIZES if tag in sizes), (0, 0))
