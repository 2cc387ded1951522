"""Reads a `Picture` with Pillow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING

from lookalike.errors import ImageError, Status
from lookalike.images.formats.signatures import complaint_of
from lookalike.images.jpeg.header import START
from lookalike.images.jpeg.losses import lost_data
from lookalike.images.jpeg.scans import look_through
from lookalike.images.limits import check_size, limit
from lookalike.images.picture import Origin, Picture
from lookalike.images.pillow.decoding import decode
from lookalike.images.pillow.later_frames import LaterFrames, frame_numbers
from lookalike.images.pillow.truncation import truncation
from lookalike.images.tiff.directories import picture_first
from lookalike.images.tiff.libtiff import collected
from lookalike.images.tiff.losses import lost_tiff_data
from lookalike.images.transparency import seen

if TYPE_CHECKING:
    from PIL import Image

    from lookalike.images.contents import Contents
    from lookalike.images.how import How


def read_other(contents: Contents, how: How) -> Picture:
    """Read a format that only Pillow reads. Raises `ImageError`."""
    from lookalike.images.pillow.opening import open_image

    data = picture_first(bytes(contents.data))
    if data.startswith(START):
        look_through(data)  # rejects too many scans
    return read_by_pillow(lambda: open_image(data), data, contents, how)


def read_by_pillow(
    opened: Callable[[], Image.Image], data: bytes | None, file: Contents | None, how: How
) -> Picture:
    """Read an image with Pillow. A damaged one is read as far as possible if that is accepted.

    `data` is the bytes that it was opened from, or None for an image that was passed in open.
    Raises `ImageError`.
    """
    # Pillow's own flag applies if the caller opened the image, or with `as_stored`.
    strictly = nullcontext() if file is None or how.as_stored else truncation(allowed=False)
    with limit(how.max_pixels), strictly, collected() as complaints:
        try:
            picture, lost = _opened(opened, data, file, how)
        except ImageError as error:
            if file is None or error.status is not Status.DAMAGED:
                raise
            _refuse_foreign(file.data, error)
            # libtiff's complaint says more than Pillow's.
            detail = f" ({complaints[0]})" if complaints else ""
            damage = ImageError(error.status, error.reason + detail)
            if not how.take_damaged:
                raise damage from error
        else:
            return how.accepted(picture, lost)
    with limit(how.max_pixels), truncation(allowed=True), collected():
        try:
            picture, _ = _opened(opened, data, file, how)
        except ImageError:
            raise damage from None
    picture.damage = damage.reason
    return picture


def _refuse_foreign(data: bytes | bytearray, error: ImageError) -> None:
    """Raise `ImageError` if the apparent damage is a codec that Pillow does not have."""
    from lookalike.images.formats.codecs import foreign_codec

    codec = foreign_codec(data)
    if codec is not None:
        raise ImageError(Status.UNSUPPORTED, codec) from error


def _opened(
    opened: Callable[[], Image.Image], data: bytes | None, file: Contents | None, how: How
) -> tuple[Picture, str]:
    """The picture, and what says that some of its data is lost."""
    image = opened()
    check_size(image.size, how.max_pixels)
    numbers: Sequence[int] = range(1)
    fault = ""
    if data is not None:
        try:
            numbers = frame_numbers(image, data)
        except Exception as error:  # noqa: BLE001  # something is wrong with a later frame
            fault = complaint_of(error)
            image = opened()  # the other one may be at that frame now
    pixels, orientation = decode(image, as_stored=how.as_stored)
    has_later = len(numbers) > 1 or fault
    later = LaterFrames(image, numbers, how.max_pixels, fault) if has_later else ()
    origin = Origin(image.format or "", file, len(numbers), later)
    picture = seen(pixels, partial(Picture, origin=origin, orientation=orientation))
    if data is None or how.as_stored:
        return picture, ""
    return picture, lost_tiff_data(image, data) or lost_data(data)
