"""`Exif`: the few facts of an EXIF block that help to choose between copies.

Sources: Exif 2.32, and ExifTool's tag names for Apple's maker notes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from lookalike.images.tiff.directories import Directory, Tiff

MODEL, SOFTWARE, EXIF_AT, GPS_AT, RATING, KEYWORDS = (
    0x0110, 0x0131, 0x8769, 0x8825, 0x4746, 0x9C9E,
)  # fmt: skip
TAKEN, OFFSET, FRACTION, MAKER_NOTE = 0x9003, 0x9011, 0x9291, 0x927C
LATITUDE = 2
APPLE, APPLE_DIRECTORY, CONTENT_IDENTIFIER = b"Apple iOS\0", 14, 0x0011
MOST_NOTE = 1 << 20


class Exif(NamedTuple):
    """Facts from an EXIF block."""

    taken_ns: int | None = None
    """When the picture was taken, in nanoseconds since 1970. Without a time zone, as if in UTC."""
    has_fraction: bool = False
    """Whether that is more precise than a second."""
    camera: str = ""
    software: str = ""
    gps: bool = False
    keywords: bool = False
    rating: bool = False
    content_id: str = ""
    """What a Live Photo shares with its film. Otherwise empty."""


def exif_of(block: bytes) -> Exif:
    """The facts of a block. What is malformed counts as absent."""
    tiff = Tiff.of(block)
    first = tiff.directory(tiff.first) if tiff else None
    if tiff is None or first is None:
        return Exif()
    inner = _under(tiff, first, EXIF_AT)
    place = _under(tiff, first, GPS_AT)
    taken, has_fraction = _taken(tiff, inner) if inner else (None, False)
    return Exif(
        taken_ns=taken,
        has_fraction=has_fraction,
        camera=tiff.text(first, MODEL),
        software=tiff.text(first, SOFTWARE),
        gps=bool(place and LATITUDE in place.entries),
        keywords=KEYWORDS in first.entries and first.entries[KEYWORDS].length > 2,
        rating=tiff.number(first, RATING) > 0,
        content_id=_content_id(tiff, inner) if inner else "",
    )


def _under(tiff: Tiff, directory: Directory, tag: int) -> Directory | None:
    at = tiff.number(directory, tag)
    return tiff.directory(tiff.base + at) if at else None


def _taken(tiff: Tiff, inner: Directory) -> tuple[int | None, bool]:
    fraction = tiff.text(inner, FRACTION)
    fraction = fraction if fraction.isdecimal() and fraction.isascii() else ""
    taken = moment(tiff.text(inner, TAKEN), tiff.text(inner, OFFSET))
    if taken is None:
        return None, False
    return taken + int(f"{fraction[:9]:0<9}"), bool(fraction)


def moment(text: str, offset: str = "") -> int | None:
    """The nanoseconds of a time such as `2020:01:31 12:00:00`. None if it is malformed."""
    try:
        when = datetime.strptime(text[:19].replace("-", ":").replace("T", " "), "%Y:%m:%d %H:%M:%S")
        zone = datetime.strptime(offset.replace("Z", "+00:00"), "%z").tzinfo if offset else None
    except ValueError:
        return None if offset == "" else moment(text)
    since = when.replace(tzinfo=zone or UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return since // timedelta(seconds=1) * 1_000_000_000


def _content_id(tiff: Tiff, inner: Directory) -> str:
    """The identifier in Apple's maker note, which is a TIFF directory of its own."""
    entry = inner.entries.get(MAKER_NOTE)
    if entry is None:
        return ""
    note = bytes(tiff.data[entry.at : entry.at + min(entry.length, MOST_NOTE)])
    if not note.startswith(APPLE):
        return ""
    own = Tiff(note, ">")
    directory = own.directory(APPLE_DIRECTORY)
    return own.text(directory, CONTENT_IDENTIFIER) if directory else ""
