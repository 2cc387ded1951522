"""Bytes to pixels. Nothing outside this package imports Pillow.

It is imported where it is needed: that takes a while, and JPEGs are read without.
"""

from lookalike.images.contents import Contents, Origin, has, is_item
from lookalike.images.jpeg.decoding import FirstScan
from lookalike.images.jpeg.losses import lost_at_end
from lookalike.images.limits import DEFAULT_MAX_BYTES, DEFAULT_MAX_PIXELS, check_limits
from lookalike.images.mark import Mark
from lookalike.images.picture import Picture
from lookalike.images.pillow.later_frames import MOMENTS, frames_at
from lookalike.images.preparation import PREPARATION
from lookalike.images.reading import (
    ImageSource,
    contents_of,
    is_image_source,
    read_picture,
    taken,
)

__all__ = [
    "DEFAULT_MAX_BYTES",
    "DEFAULT_MAX_PIXELS",
    "MOMENTS",
    "PREPARATION",
    "Contents",
    "FirstScan",
    "ImageSource",
    "Mark",
    "Origin",
    "Picture",
    "check_limits",
    "contents_of",
    "frames_at",
    "has",
    "is_image_source",
    "is_item",
    "lost_at_end",
    "read_picture",
    "taken",
]
