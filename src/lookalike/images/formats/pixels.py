"""Describes valid kinds of pixels that Pillow cannot hold.

Used only after Pillow has failed to open a file.
"""

from __future__ import annotations

import struct

from lookalike.images.formats.codecs import TO_CONVERT_TIFF
from lookalike.images.formats.signatures import MAGICK
from lookalike.images.jpeg.header import SOF_HUFFMAN, SOF_OTHERS, START
from lookalike.images.jpeg.scans import segments
from lookalike.images.tiff.directories import (
    BITS,
    SAMPLE_FORMAT,
    SAMPLES,
    Tiff,
    main_directory,
)
from lookalike.text import plural

NUMBERS = {1: "unsigned integers", 2: "signed integers", 3: "floats"}
NUMBERS |= {5: "complex integers", 6: "complex floats"}
"""By the tag `SAMPLE_FORMAT`."""
PIXEL_WORDS = ("pixel mode", "samples per pixel")
"""What Pillow's complaints about the pixels of a TIFF have in them."""
FOURCC_FLAG = 4
IN_BMP = {4: "JPEG", 5: "PNG"}
"""By the number of the compression."""
BITS_OF_JPEG = 8


def foreign_pixels(data: bytes, complaint: str) -> str | None:
    """The kind of a file's pixels and how to convert it. None if unknown.

    `complaint`: what Pillow said of the file.
    """
    kind = _kind(data, complaint)
    if kind is None:
        return None
    what, remedy = kind
    return f"{what} is not readable here: {remedy}"


def _kind(data: bytes, complaint: str) -> tuple[str, str] | None:
    if tiff := Tiff.of(data):
        of_pixels = any(words in complaint for words in PIXEL_WORDS)
        return _of_tiff(tiff) if of_pixels else None
    if data.startswith(b"BM"):
        (number,) = struct.unpack("<I", data[30:34].ljust(4, b"\0"))
        return (
            (f"{IN_BMP[number]} in BMP (compression {number})", MAGICK)
            if number in IN_BMP
            else None
        )
    if data.startswith(b"DDS "):
        flags, code = struct.unpack("<I4s", data[80:88].ljust(8, b"\0"))
        name = code.decode("ascii", "replace")
        known = flags & FOURCC_FLAG and name.isprintable() and code != b"DX10"
        return (f"DDS with {name}", MAGICK) if known else None
    return _of_jpeg(data) if data.startswith(START) else None


def _of_tiff(tiff: Tiff) -> tuple[str, str] | None:
    directory = main_directory(tiff)
    if directory is None:
        return None
    count = tiff.number(directory, SAMPLES, 1)
    bits = sorted(set(tiff.numbers(directory, BITS))) or [1]
    numbers = NUMBERS.get(tiff.number(directory, SAMPLE_FORMAT, 1), "numbers of an unknown kind")
    sizes = " and ".join(map(str, bits))
    return (
        f"TIFF with {plural(count, 'sample')} per pixel of {sizes} bits ({numbers})",
        TO_CONVERT_TIFF,
    )


def _of_jpeg(data: bytes) -> tuple[str, str] | None:
    for marker, _, body, end in segments(data):
        if marker in SOF_HUFFMAN | SOF_OTHERS:
            bits = data[body] if end > body else BITS_OF_JPEG
            what = f"JPEG with {bits} bits per sample"
            remedy = "convert it to PNG, for example with GDAL"
            return None if bits == BITS_OF_JPEG else (what, remedy)
    return None
