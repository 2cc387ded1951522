"""Pictures with metadata, and small films, for the tests."""

from __future__ import annotations

import struct
from pathlib import Path

from PIL import Image

from files import save
from pictures import Pixels

CONTENT_KEY = b"com.apple.quicktime.content.identifier"


def exif_block(
    taken: str = "",
    *,
    camera: str = "",
    software: str = "",
    gps: bool = False,
    rating: int = 0,
    fraction: str = "",
    zone: str = "",
    content_id: str = "",
) -> bytes:
    """An EXIF block with these facts, as Pillow writes it."""
    exif = Image.Exif()
    for tag, value in ((0x0110, camera), (0x0131, software), (0x4746, rating)):
        if value:
            exif[tag] = value
    inner = exif.get_ifd(0x8769)
    for tag, text in ((0x9003, taken), (0x9291, fraction), (0x9011, zone)):
        if text:
            inner[tag] = text
    if content_id:
        inner[0x927C] = apple_note(content_id)
    if gps:
        exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 0.0)})
    return exif.tobytes()


def apple_note(content_id: str) -> bytes:
    """A maker note of Apple with a content identifier."""
    value = content_id.encode() + b"\0"
    entry = struct.pack(">HHII", 0x0011, 2, len(value), 14 + 2 + 12 + 4)
    return b"Apple iOS\0\0\1MM" + struct.pack(">H", 1) + entry + bytes(4) + value


def xmp_packet(*parts: str) -> bytes:
    """An XMP packet with these elements."""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description>'
        f"{''.join(parts)}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def photo(
    path: Path, picture: Pixels, *, exif: bytes = b"", xmp: bytes = b"", quality: int = 90
) -> Path:
    """Save a picture with metadata, in the format that the name says."""
    given = {name: value for name, value in (("exif", exif), ("xmp", xmp)) if value}
    return save(path, picture, quality=quality, **given)


def movie(*, content_id: str = "", created: int = 0, seconds: float = 2.5) -> bytes:
    """A film without pictures: a head, data, and the box that describes it."""
    head = struct.pack(">IIIII", 0, created, 0, 600, int(seconds * 600)) + bytes(80)
    parts = box(b"mvhd", head)
    if content_id:
        keys = box(b"keys", struct.pack(">II", 0, 1) + box(b"mdta", CONTENT_KEY))
        data = box(b"data", struct.pack(">II", 1, 0) + content_id.encode())
        parts += box(b"meta", keys + box(b"ilst", box(struct.pack(">I", 1), data)))
    return box(b"ftyp", b"qt  ") + box(b"mdat", b"x" * 1000) + box(b"moov", parts)


def box(kind: bytes, content: bytes) -> bytes:
    """A box of a QuickTime file."""
    return struct.pack(">I4s", len(content) + 8, kind) + content
