"""`Metadata`: what a file says about its picture, as far as it matters which copy stays."""

from __future__ import annotations

from typing import NamedTuple

from lookalike.errors import ImageError
from lookalike.images.metadata.blocks import Blocks, blocks_in, blocks_of
from lookalike.images.metadata.exif import exif_of
from lookalike.images.metadata.xmp import xmp_of

KEYWORD_DATASET = b"\x1c\x02\x19"
"""How a keyword begins in IPTC."""


class Metadata(NamedTuple):
    """Facts about one picture."""

    taken_ns: int | None = None
    """When it was taken, in nanoseconds since 1970. Without a time zone, as if in UTC."""
    has_fraction: bool = False
    """Whether that is more precise than a second."""
    camera: str = ""
    gps: bool = False
    keywords: bool = False
    rating: bool = False
    xmp: bool = False
    software: str = ""
    content_id: str = ""
    """What a Live Photo shares with its film. Otherwise empty."""

    @property
    def facts(self) -> tuple[str, ...]:
        """Which of six facts it has, in words."""
        has = {
            "date taken": self.taken_ns is not None,
            "camera": bool(self.camera),
            "GPS": self.gps,
            "keywords": self.keywords,
            "rating": self.rating,
            "XMP": self.xmp,
        }
        return tuple(name for name, there in has.items() if there)


NOTHING = Metadata()


def read_metadata(path: str) -> Metadata | None:
    """The metadata of a file. None if the file cannot be read."""
    try:
        blocks = blocks_of(path)
    except (ImageError, OSError, ValueError, MemoryError):  # ValueError: a null byte in the name
        return None
    return _of_blocks(blocks)


def metadata_in(data: bytes) -> Metadata | None:
    """The metadata in the bytes of a file. None if they cannot be read."""
    try:
        return _of_blocks(blocks_in(data))
    except (ImageError, OSError, ValueError, MemoryError):
        return None


def _of_blocks(blocks: Blocks) -> Metadata:
    exif, xmp = exif_of(blocks.exif), xmp_of(blocks.xmp)
    return Metadata(
        taken_ns=xmp.taken_ns if exif.taken_ns is None else exif.taken_ns,
        has_fraction=exif.has_fraction,
        camera=exif.camera or xmp.camera,
        gps=exif.gps or xmp.gps,
        keywords=exif.keywords or xmp.keywords or KEYWORD_DATASET in blocks.iptc,
        rating=exif.rating or xmp.rating,
        xmp=bool(blocks.xmp),
        software=exif.software,
        content_id=exif.content_id,
    )
