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
    within: tuple[int, int] | None = None,
) -> Picture:
    """Read the first frame, upright and opaque.

    `source`: a path, the bytes of a file, a file open for reading bytes, an `Item`, a Pillow image,
    an array as `hash_image` takes it, or a `Source`. With `as_stored`, EXIF orientation is not
    applied, alpha is dropped and deep grey is clipped, as ImageHash and imagededup have it, and
    arrays must be uint8 `(height, width)` or `(height, width, 3)`.
    `least_side`: if only grey is wanted, with at least so many pixels on the shorter side. Only as
    much of a JPEG as that needs is decoded, or even read. `within`: if only colours are wanted,
    enough of them to fill a box of that width and height. None reads every pixel.
    `max_pixels`, `max_bytes`: larger images are refused by header, larger files by size.
    `take_damaged`: decode a damaged image as far as it goes; `picture.damage` says what is wrong.

    Raises `ImageError` for an image that cannot be read, `TypeError` and `ValueError` for anything
    that cannot be an image.
    """
    check_limits(max_pixels, max_bytes)
    how = How(max_pixels, max_bytes, as_stored, least_side, take_damaged, within)
    found = source_of(source, max_bytes)
    try:
        return found.picture(how)
    except MemoryError as error:
        reason = "reading it takes more memory than there is"
        raise ImageError(Status.TOO_LARGE, reason) from error
