"""`Blocks`: the parts of an image file that hold its metadata. No pixel is decoded.

Sources: Exif 2.32, the XMP specification part 3, the PNG specification (third edition), and the
RIFF container of WebP.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple

from lookalike.errors import ImageError
from lookalike.files import without_waiting
from lookalike.images.contents import file_contents
from lookalike.images.jpeg.header import (
    APP1,
    EXIF,
    HEAD,
    SOS,
    START,
    XMP,
    from_head,
    segments,
)
from lookalike.images.limits import DEFAULT_MAX_BYTES
from lookalike.images.pillow.opening import open_image
from lookalike.images.tiff.directories import ORDERS, Tiff

APP13 = 0xED
PNG = b"\x89PNG\r\n\x1a\n"
PNG_XMP = b"XML:com.adobe.xmp\0"
MOST_XMP = 1 << 20
XMP_TAG, IPTC_TAG = 700, 33723


class Blocks(NamedTuple):
    """The parts of a file that hold metadata. Each may be empty."""

    exif: bytes = b""
    """A TIFF with directories."""
    xmp: bytes = b""
    """A packet of XML."""
    iptc: bytes = b""


def blocks_of(path: str) -> Blocks:
    """The blocks of a file. Raises `ImageError` and `OSError` if it cannot be read."""
    with open(path, "rb", buffering=0, opener=without_waiting) as file:
        head = file.read(HEAD)
        if head.startswith(START):
            return from_head(file, head, _of_segments) or Blocks()
    return blocks_in(bytes(file_contents(path, None, DEFAULT_MAX_BYTES).data))


def blocks_in(data: bytes) -> Blocks:
    """The blocks in the bytes of a file. Raises `ImageError`."""
    if data.startswith(START):
        file = BytesIO(data)
        return from_head(file, file.read(HEAD), _of_segments) or Blocks()
    if data.startswith(PNG):
        return _of_png(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        found = dict(_riff_chunks(data))
        return Blocks(found.get(b"EXIF", b"").removeprefix(EXIF), found.get(b"XMP ", b""))
    if data[:2] in ORDERS and (tiff := Tiff.of(data)):
        return Blocks(data, _of_tag(tiff, XMP_TAG), _of_tag(tiff, IPTC_TAG))
    return _by_pillow(data)


def _of_segments(data: bytes) -> Blocks:
    exif = xmp = iptc = b""
    for marker, body, end in segments(data, {APP1, APP13, SOS}):
        if marker == SOS:
            break
        if marker == APP13:
            iptc += data[body:end]
        elif data.startswith(EXIF, body):
            exif = exif or data[body + len(EXIF) : end]
        elif data.startswith(XMP, body):
            xmp = xmp or data[body + len(XMP) : end]
    return Blocks(exif, xmp, iptc)


def _of_png(data: bytes) -> Blocks:
    """Its chunks may stand after the pixels, too."""
    exif = xmp = b""
    at = len(PNG)
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length] if kind in {b"eXIf", b"iTXt"} else b""
        if kind == b"eXIf":
            exif = body.removeprefix(EXIF)
        elif body.startswith(PNG_XMP):
            xmp = _international_text(body[len(PNG_XMP) :])
        at += 12 + length
    return Blocks(exif, xmp)


def _international_text(body: bytes) -> bytes:
    """The text of an iTXt chunk, from after its keyword."""
    packed, text = body[:1] == b"\1", body[2:].split(b"\0", 2)[-1]
    if not packed:
        return text
    try:
        return zlib.decompressobj().decompress(text, MOST_XMP)
    except zlib.error:
        return b""


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind in {b"EXIF", b"XMP "}:
            yield kind, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _of_tag(tiff: Tiff, tag: int) -> bytes:
    first = tiff.directory(tiff.first)
    entry = first.entries.get(tag) if first else None
    return bytes(tiff.data[entry.at : entry.at + min(entry.length, MOST_XMP)]) if entry else b""


def _by_pillow(data: bytes) -> Blocks:
    """Of the formats for which Pillow's plug-ins find the blocks, such as HEIC and AVIF."""
    try:
        with open_image(data) as image:
            exif, xmp = image.info.get("exif"), image.info.get("xmp")
    except ImageError:
        return Blocks()
    return Blocks(
        exif.removeprefix(EXIF) if isinstance(exif, bytes) else b"",
        xmp if isinstance(xmp, bytes) else b"",
    )
