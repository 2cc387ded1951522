"""Raw files in TIFF, or in formats very similar to it.

Sources: DNG 1.7.1, the tag tables of ExifTool, and http://lclevy.free.fr/cr2 (CR2).
"""

from __future__ import annotations

from lookalike.images.raw.file import Preview, RawFile, jpegs
from lookalike.images.tiff.directories import (
    COMPRESSION,
    JPEG_AT,
    JPEG_BYTES,
    MASK,
    ORDERS,
    ORIENTATION,
    PHOTOMETRIC,
    SUBFILE,
    SUBIFDS,
    Directory,
    Tiff,
)

MOST_DIRECTORIES = 64
"""The most directories that are read in one file."""

CR2_MARK = b"CR\2"
MAKE, EXIF, MAKER_NOTE, DNG_VERSION, CROP = 271, 34665, 37500, 50706, 50720
EXIF_WIDTH, EXIF_HEIGHT = 40962, 40963
SENSOR = {32803, 34892}
"""Photometric interpretations of sensor data: a colour mosaic, or one that is interpolated."""
SHOWN = {0, 1, 2, 6}
"""Photometric interpretations of viewable pictures: grey, RGB and YCbCr."""
JPEG_CODECS = {6, 7}
NO_PREVIEWS = MASK | 8 | 16
"""Bits of the tag `SUBFILE`: masks, depth maps, and enhanced sensor data."""

TOP, LEFT, BOTTOM, RIGHT, RW2_JPEG = 4, 5, 6, 7, 0x2E
"""Panasonic's tags: the borders of the picture on the sensor, and a JPEG."""
SETTINGS, PREVIEW_AT, PREVIEW_BYTES = 0x2020, 0x101, 0x102
OLD_PREVIEW_AT, OLD_PREVIEW_BYTES = 0x88, 0x89
"""Tags of Olympus's maker note."""

NAMES = {
    "NIKON": "NEF",
    "SONY": "ARW",
    "PENTAX": "PEF",
    "RICOH": "PEF",
    "SAMSUNG": "SRW",
    "HASSELBLAD": "3FR",
    "PHASE ONE": "IIQ",
    "LEAF": "MOS",
    "EPSON": "ERF",
    "KODAK": "DCR",
    "EASTMAN KODAK": "DCR",
    "MAMIYA": "MEF",
    "LEICA": "RWL",
    "CANON": "CR2",
}
"""The format that a maker stores in TIFF, by the beginning of the maker's name."""


def raw_in_tiff(tiff: Tiff) -> RawFile | None:
    """The description of a raw file in TIFF. None for any other TIFF."""
    data, directories = tiff.data, _directories(tiff)
    if not directories:
        return None
    first = directories[0]
    sensor = [one for one in directories if tiff.number(one, PHOTOMETRIC) in SENSOR]
    maker, is_dng = _maker(tiff, first), DNG_VERSION in first.entries
    # These bytes after the header may also be pixels of an ordinary TIFF.
    is_cr2 = data[8:11] == CR2_MARK and maker == "CR2"
    is_iiq = data[8:12] + data[13:16] == b"IIIIwaR" or data[8:15] == b"MMMMRaw"
    if not (sensor or is_cr2 or is_iiq or is_dng):
        return None
    shown = [one for one in directories if _is_preview(tiff, one)]
    ends = [sum(piece) for one in (directories if is_cr2 else sensor) for piece in tiff.pieces(one)]
    ends += [tiff.base + at for at in tiff.numbers(first, SUBIFDS)]
    return RawFile(
        name="DNG" if is_dng else "IIQ" if is_iiq else maker,
        size=_exif_size(tiff, first) if is_cr2 else _sensor_size(tiff, sensor),
        orientation=tiff.number(first, ORIENTATION, 1),
        previews=_previews(tiff, shown),
        end=max(ends, default=0),
    )


def rw2(tiff: Tiff) -> RawFile:
    """The description of a file by Panasonic or Leica."""
    first = tiff.directory(tiff.first)
    if first is None:
        return RawFile("RW2")
    top, left, bottom, right = (tiff.number(first, tag) for tag in (TOP, LEFT, BOTTOM, RIGHT))
    jpeg = first.entries.get(RW2_JPEG)
    return RawFile(
        name="RW2",
        size=(max(right - left, 0), max(bottom - top, 0)),
        orientation=tiff.number(first, ORIENTATION, 1),
        previews=jpegs(tiff.data, [(jpeg.at, jpeg.length)] if jpeg else []),
        end=jpeg.at + jpeg.length if jpeg else 0,
    )


def orf(tiff: Tiff) -> RawFile:
    """The description of a file by Olympus or OM System."""
    first = tiff.directory(tiff.first)
    if first is None:
        return RawFile("ORF")
    return RawFile(
        name="ORF",
        size=tiff.size(first),
        orientation=tiff.number(first, ORIENTATION, 1),
        previews=jpegs(tiff.data, _in_maker_note(tiff, first)),
        end=max(map(sum, tiff.pieces(first)), default=0),
    )


def _directories(tiff: Tiff) -> list[Directory]:
    """All directories in and under the chain, first one first, at most `MOST_DIRECTORIES`."""
    found: dict[int, Directory] = {}
    waiting = [tiff.directory(tiff.first)]
    while waiting and len(found) < MOST_DIRECTORIES:
        directory = waiting.pop(0)
        if directory is not None and directory.at not in found:
            found[directory.at] = directory
            waiting += [*tiff.children(directory), tiff.directory(directory.next)]
    return list(found.values())


def _maker(tiff: Tiff, first: Directory) -> str:
    make = tiff.text(first, MAKE).upper()
    return next((name for start, name in NAMES.items() if make.startswith(start)), "RAW")


def _sensor_size(tiff: Tiff, sensor: list[Directory]) -> tuple[int, int]:
    """The size of the largest picture, without the borders that converters should cut off."""
    whole = [one for one in sensor if not tiff.number(one, SUBFILE)] or sensor
    if not whole:
        return 0, 0
    largest = max(whole, key=lambda one: tiff.size(one)[0] * tiff.size(one)[1])
    width, height = tiff.size(largest)
    crop = tiff.numbers(largest, CROP)
    if len(crop) == 2 and 0 < crop[0] <= width and 0 < crop[1] <= height:
        return crop[0], crop[1]
    return width, height


def _exif_size(tiff: Tiff, first: Directory) -> tuple[int, int]:
    """The size of a CR2. Its directory of the sensor need not state it."""
    exif = tiff.directory(tiff.base + tiff.number(first, EXIF))
    width = tiff.number(exif, EXIF_WIDTH) if exif else 0
    height = tiff.number(exif, EXIF_HEIGHT) if exif else 0
    return max((width, height), tiff.size(first))


def _is_preview(tiff: Tiff, directory: Directory) -> bool:
    if tiff.number(directory, SUBFILE) & NO_PREVIEWS:
        return False
    is_jpeg = tiff.number(directory, COMPRESSION) in JPEG_CODECS
    return tiff.number(directory, PHOTOMETRIC, 6 if is_jpeg else -1) in SHOWN or (
        JPEG_AT in directory.entries
    )


def _previews(tiff: Tiff, shown: list[Directory]) -> tuple[Preview, ...]:
    """The previews in directories of viewable pictures, however they are stored."""
    found: list[Preview] = []
    for directory in shown:
        places = [(tiff.base + tiff.number(directory, JPEG_AT), tiff.number(directory, JPEG_BYTES))]
        pieces = tiff.pieces(directory)
        if tiff.number(directory, COMPRESSION) in JPEG_CODECS and len(pieces) == 1:
            places += pieces
        one = jpegs(tiff.data, places)
        if not one and pieces:
            one = (Preview(tiff.size(directory), 0, 0, directory.at),)
        found += one
    return tuple(found)


def _in_maker_note(tiff: Tiff, first: Directory) -> list[tuple[int, int]]:
    """Where Olympus's maker note says that previews are."""
    exif = tiff.directory(tiff.base + tiff.number(first, EXIF))
    note = exif.entries.get(MAKER_NOTE) if exif else None
    if note is None:
        return []
    start = bytes(tiff.data[note.at : note.at + 16])
    for signature, length in ((b"OLYMPUS\0", 12), (b"OM SYSTEM\0\0\0", 16)):
        if start.startswith(signature):  # offsets are relative to the note
            order = ORDERS.get(start[length - 4 : length - 2], tiff.order)
            notes, at = Tiff(tiff.data, order, base=note.at), note.at + length
            break
    else:
        notes, at = tiff, note.at + 8
    directory = notes.directory(at)
    if directory is None:
        return []
    found = [(directory, OLD_PREVIEW_AT, OLD_PREVIEW_BYTES)]
    settings = directory.entries.get(SETTINGS)
    if settings is not None:
        inside = (
            settings.at if settings.length > 1 else notes.base + notes.number(directory, SETTINGS)
        )
        under = notes.directory(inside)
        found += [(under, PREVIEW_AT, PREVIEW_BYTES)] if under else []
    return [
        (notes.base + notes.number(one, at), notes.number(one, length)) for one, at, length in found
    ]
