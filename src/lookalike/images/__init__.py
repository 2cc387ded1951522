"""Bytes to pixels. Nothing outside this package imports Pillow."""

from lookalike.images.limits import DEFAULT_MAX_BYTES, DEFAULT_MAX_PIXELS, check_limits
from lookalike.images.picture import Picture
from lookalike.images.reading import ImageSource, is_image_source, read_picture, taken

__all__ = [
    "DEFAULT_MAX_BYTES",
    "DEFAULT_MAX_PIXELS",
    "ImageSource",
    "Picture",
    "check_limits",
    "is_image_source",
    "read_picture",
    "taken",
]
