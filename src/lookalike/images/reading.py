"""Reads an image from any source to a `Picture`. Raises an `ImageError` that says why it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lookalike.errors import ImageError, Status
from lookalike.images.how import How
from lookalike.images.limits import DEFAULT_MAX_BYTES, DEFAULT_MAX_PIXELS, check_limits
from lookalike.images.source.door import source_of

if TYPE_CHECKING:
    from lookalike.images.jpeg.hashed import Hashed, JpegHasher
    from lookalike.images.picture import Picture
    from lookalike.images.source.door import ImageSource
    from lookalike.images.source.source import Encoded, Source

TOO_LITTLE_MEMORY = "reading it takes more memory than there is"


def read_picture(
    source: ImageSource | Source,
    *,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    max_bytes: int = DEFAULT_MAX_BYTES,
    as_stored: bool = False,
    least_side: int | None = None,
    take_damaged: bool = False,
    within: tuple[int, int] | None = None,
) -> Picture:
    """Read the first frame, upright and opaque.

    - `source`: a path, the bytes of a file, a file open for reading bytes, an `Item`, a Pillow
      image, an array as for `hash_image`, or a `Source`.
    - `max_pixels`, `max_bytes`: larger images are rejected by header, and larger files by size.
    - `as_stored`: read like ImageHash and imagededup. EXIF orientation is not applied, alpha is
      dropped, and deep grey is clipped. Arrays must be uint8 `(height, width)` or
      `(height, width, 3)`.
    - `least_side`: only grey is needed, with at least this many pixels on the shorter side. Only as
      much of a JPEG as that needs is decoded, or even read. None reads every pixel.
    - `take_damaged`: decode a damaged image as far as possible. `picture.damage` says what is
      wrong.
    - `within`: only enough pixels in colour are needed to fill a box of this width and height. None
      reads every pixel.

    Raises `ImageError` for an image that cannot be read, and `TypeError` or `ValueError` for
    anything that cannot be an image.
    """
    check_limits(max_pixels, max_bytes)
    how = How(max_pixels, max_bytes, as_stored, least_side, take_damaged, within)
    return read_source(source_of(source, max_bytes), how)


def hash_source(
    source: Encoded, hasher: JpegHasher, least_side: int | None, max_bytes: int
) -> tuple[Hashed | None, Source]:
    """What a hasher makes of a source, as from its `hashed`. Raises `ImageError`."""
    try:
        return source.hashed(hasher, least_side, max_bytes)
    except MemoryError as error:
        raise ImageError(Status.TOO_LARGE, TOO_LITTLE_MEMORY) from error


def read_source(source: Source, how: How) -> Picture:
    """The same for a source and options that have been checked."""
    try:
        return source.picture(how)
    except MemoryError as error:
        raise ImageError(Status.TOO_LARGE, TOO_LITTLE_MEMORY) from error
