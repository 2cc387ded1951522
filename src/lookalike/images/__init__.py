"""Bytes to pixels. Nothing outside this package imports Pillow."""

from lookalike.images.picture import Picture
from lookalike.images.reading import DEFAULT_MAX_PIXELS, ImageSource, is_image_source, read_picture

__all__ = ["DEFAULT_MAX_PIXELS", "ImageSource", "Picture", "is_image_source", "read_picture"]
