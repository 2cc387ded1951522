"""Decodes bytes to pixels. Nothing outside this package imports Pillow.

Pillow is imported only when needed, because the import is slow and JPEGs are read without it.
"""

from lookalike.images.contents import Contents
from lookalike.images.how import How
from lookalike.images.jpeg.decoding import FirstScan
from lookalike.images.jpeg.hashed import Hashed, JpegHasher
from lookalike.images.jpeg.losses import lost_at_end
from lookalike.images.limits import DEFAULT_MAX_BYTES, DEFAULT_MAX_PIXELS, check_limits
from lookalike.images.mark import Mark
from lookalike.images.picture import Picture, digest_of
from lookalike.images.pillow.later_frames import MOMENTS, frames_at
from lookalike.images.preparation import PREPARATION
from lookalike.images.reading import hash_source, read_picture, read_source
from lookalike.images.source.door import ImageSource, is_image_source, source_of
from lookalike.images.source.encoded import FileSource, ItemSource, Unreadable
from lookalike.images.source.item import Item
from lookalike.images.source.source import (
    BytesSource,
    Encoded,
    Source,
    WholeNeededError,
)
from lookalike.images.stamp import Stamp
from lookalike.images.thumbnail import read_thumbnail

__all__ = [
    "DEFAULT_MAX_BYTES",
    "DEFAULT_MAX_PIXELS",
    "MOMENTS",
    "PREPARATION",
    "BytesSource",
    "Contents",
    "Encoded",
    "FileSource",
    "FirstScan",
    "Hashed",
    "How",
    "ImageSource",
    "Item",
    "ItemSource",
    "JpegHasher",
    "Mark",
    "Picture",
    "Source",
    "Stamp",
    "Unreadable",
    "WholeNeededError",
    "check_limits",
    "digest_of",
    "frames_at",
    "hash_source",
    "is_image_source",
    "lost_at_end",
    "read_picture",
    "read_source",
    "read_thumbnail",
    "source_of",
]
