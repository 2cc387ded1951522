"""Recognises sound files whose codec Pillow cannot decode.

Pillow's own messages do not distinguish these from damage. Both are a "decoder error", or just a
number. This is used only after Pillow has failed.
"""

from __future__ import annotations

import struct
from functools import cache
from io import BytesIO

from PIL import Image
from PIL.TiffImagePlugin import COMPRESSION_INFO

from lookalike.images.tiff.directories import COMPRESSION, Tiff, main_directory

TIFF_CODECS = {
    6: "old-style JPEG",
    7: "JPEG",
    9: "JBIG",
    10: "JBIG",
    32766: "NeXT",
    32809: "ThunderScan",
    32895: "IT8",
    32896: "IT8",
    32897: "IT8",
    32898: "IT8",
    32908: "Pixar film",
    32909: "PixarLog",
    32947: "Kodak DCS",
    33003: "Aperio JPEG 2000",
    33004: "Aperio JPEG 2000",
    33005: "Aperio JPEG 2000",
    33007: "Aperio JPEG 2000",
    34661: "JBIG",
    34676: "SGILog",
    34677: "SGILog24",
    34712: "JPEG 2000",
    34713: "Nikon NEF",
    34715: "JBIG2",
    34718: "Microsoft Document Imaging",
    34719: "Microsoft Document Imaging",
    34720: "Microsoft Document Imaging",
    34887: "LERC",
    34892: "lossy JPEG of DNG",
    34925: "LZMA",
    34926: "Zstandard",
    34927: "WebP",
    34933: "PNG",
    34934: "JPEG XR",
    50000: "Zstandard",
    50001: "WebP",
    50002: "JPEG XL",
    52546: "JPEG XL of DNG",
}
"""Names of codecs, by the value of the tag `COMPRESSION`."""
IN_PART = {6, 32809, 34676, 34677}
"""Codecs that libtiff decodes only in part, without saying which part."""
TO_CONVERT_TIFF = "convert it to PNG, for example with GDAL or ImageMagick"
TO_CONVERT_J2K = "convert it to PNG, for example with opj_decompress (OpenJPEG)"

J2K_STARTS = (b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  \r\n\x87\n")
SIZ, END = b"\xff\x4f\xff\x51", b"\xff\xd9"
"""JPEG 2000: the marker that describes a codestream, and its end marker."""
J2K_COMPONENTS = range(1, 5)


def foreign_codec(data: bytes | bytearray) -> str | None:
    """Names a codec that Pillow cannot decode, and how to convert the file. None for others."""
    tiff = Tiff.of(data)
    if tiff is not None:
        return _in_tiff(tiff)
    return _in_jpeg2000(data) if data.startswith(J2K_STARTS) else None


def _in_tiff(tiff: Tiff) -> str | None:
    directory = main_directory(tiff)
    if directory is None:
        return None
    number = tiff.number(directory, COMPRESSION, 1)
    is_whole = all(at + size <= len(tiff.data) for at, size in tiff.pieces(directory))
    if number in COMPRESSION_INFO and _is_built_in(number) and not (number in IN_PART and is_whole):
        return None
    name = TIFF_CODECS.get(number, "an unknown codec")
    return f"TIFF with {name} (compression {number}) is not readable here: {TO_CONVERT_TIFF}"


@cache
def _is_built_in(number: int) -> bool:
    """Whether Pillow's libtiff has an optional codec. This is tested by writing."""
    if number not in {7, 34925, 50000, 50001}:
        return True
    picture = Image.new("RGB", (16, 16))
    try:
        picture.save(BytesIO(), "TIFF", compression=COMPRESSION_INFO[number])
    except Exception:  # noqa: BLE001  # any error means that it cannot
        return False
    return True


def _in_jpeg2000(data: bytes | bytearray) -> str | None:
    """Pillow reads up to four components, all of the full size."""
    at = data.find(SIZ)
    if at < 0 or END not in data[-16:]:
        return None
    try:
        (count,) = struct.unpack_from(">H", data, at + 40)
        steps = {data[at + 42 + 3 * k + j] for k in range(count) for j in (1, 2)}
    except (struct.error, IndexError):
        return None
    if count not in J2K_COMPONENTS:
        kind = f"{count} components"
    elif steps != {1}:
        kind = "components of several sizes"
    else:
        return None
    return f"JPEG 2000 with {kind} is not readable here: {TO_CONVERT_J2K}"
