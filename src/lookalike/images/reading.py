"""Whatever holds an image to a `Picture`, or an `ImageError` that says why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lookalike.errors import ImageError, Status
from lookalike.images.how import How
from lookalike.images.limits import DEFAULT_MAX_BYTES, DEFAULT_MAX_PIXELS, check_limits
from lookalike.images.source.door import source_of

if TYPE_CHECKING:
    from lookalike.images.picture import Picture
    from lookalike.images.source.door import ImageSource
    from lookalike.images.source.source import Source


def read_picture(
    source: ImageSource | Source,
    *,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    max_bytes: int = DEFAULT_MAX_BYTES,
    as_stored: bool = False,
    least_side: int | None = None,
    take_damaged: bool = False,
) -> Picture:
    """Read the first frame, upright and opaque.

    `source`: a path, the bytes of a file, a file open for reading bytes, an `Item`, a Pillow image,
    an array as `hash_image` takes it, or a `Source`. With `as_stored`, EXIF orientation is not
    applied, alpha is dropped and deep grey is clipped, as ImageHash and imagededup have it, and
    arrays must be uint8 `(height, width)` or `(height, width, 3)`.
    `least_side`: None reads every pixel. A number is for who only wants grey, and no more of it
    than a shorter side of so many pixels: of a JPEG then no more is decoded, or even read.
    `max_pixels`, `max_bytes`: an image of more is refused from its header, a file from its size.
    `take_damaged`: what cannot be decoded to its end is decoded as far as it goes, and
    `picture.damage` says what is wrong.

    Raises `ImageError` for an image that cannot be read, `TypeError` and `ValueError` for what
    cannot be an image at all.
    """
    check_limits(max_pixels, max_bytes)
    how = How(max_pixels, max_bytes, as_stored, least_side, take_damaged)
    found = source_of(source, max_bytes)
    try:
        return found.picture(how)
    except MemoryError as error:
        reason = "reading it takes more memory than there is"
        raise ImageError(Status.TOO_LARGE, reason) from error
