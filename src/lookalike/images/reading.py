"""Whatever holds an image to a `Picture`, or an `ImageError` that says why not."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext
from typing import IO, TYPE_CHECKING, NamedTuple, TypeAlias, TypeGuard, cast

import numpy as np

from lookalike.errors import ImageError, Status
from lookalike.images.contents import (
    Contents,
    Item,
    Origin,
    cannot_be_read,
    file_contents,
    has,
    is_item,
    item_contents,
    read_to_end,
)
from lookalike.images.decoding import decode
from lookalike.images.jpeg import decode_luma, decode_whole, header_of, scale_for
from lookalike.images.limits import (
    DEFAULT_MAX_BYTES,
    DEFAULT_MAX_PIXELS,
    check_bytes,
    check_limits,
    check_size,
    limit,
)
from lookalike.images.picture import Picture, Reduction
from lookalike.images.truncation import truncation

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image
    from typing_extensions import TypeIs

# Decoding changes a Pillow image, and the same one may be given several times.
_callers_images = threading.Lock()

ImageSource: TypeAlias = (
    "str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes] | Item"
    " | Image.Image | NDArray[np.uint8]"
)


class _How(NamedTuple):
    """How to read: the arguments of `read_picture`."""

    max_pixels: int
    max_bytes: int
    as_stored: bool
    least_side: int | None
    take_damaged: bool


def is_image_source(value: object) -> TypeGuard[ImageSource]:
    """Whether `value` is one of the things that an image can be read from."""
    return (
        isinstance(value, str | os.PathLike | bytes | bytearray | memoryview | np.ndarray)
        or has(value, "read")
        or is_item(value)
        or _is_pillow_image(value)
    )


def _is_pillow_image(value: object) -> TypeIs[Image.Image]:
    """Told without importing Pillow: who has an image of it has imported it, unlike another thread
    that may be about to."""
    pillows = getattr(sys.modules.get("PIL.Image"), "Image", None)
    return pillows is not None and isinstance(value, pillows)


def read_picture(
    source: ImageSource | Origin,
    *,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    max_bytes: int = DEFAULT_MAX_BYTES,
    as_stored: bool = False,
    least_side: int | None = None,
    take_damaged: bool = False,
) -> Picture:
    """Read the first frame, upright and over white.

    `source`: a path, the bytes of a file, a file open for reading bytes, an `Item` or `Origin`, a
    Pillow image, or a uint8 array `(height, width)` or `(height, width, 3)`, RGB. With `as_stored`,
    EXIF orientation is not applied and alpha is dropped, as ImageHash and imagededup have it.
    `least_side`: None reads every pixel. A number is for who only wants grey, and no more of it
    than a shorter side of so many pixels: of a JPEG then no more is decoded, or even read.
    `max_pixels`, `max_bytes`: an image of more is refused from its header, a file from its size.
    `take_damaged`: what cannot be decoded to its end is decoded as far as it goes, and
    `picture.damage` says what is wrong.

    Raises `ImageError` for an image that cannot be read, `TypeError` and `ValueError` for what
    cannot be an image at all.
    """
    check_limits(max_pixels, max_bytes)
    found = source if isinstance(source, Origin) else taken(source, max_bytes)
    if isinstance(found, ImageError):
        raise found
    try:
        return _picture(found, _How(max_pixels, max_bytes, as_stored, least_side, take_damaged))
    except MemoryError as error:
        reason = "reading it takes more memory than there is"
        raise ImageError(Status.TOO_LARGE, reason) from error


def _picture(
    found: str | bytes | Item | Origin | Image.Image | NDArray[np.uint8], how: _How
) -> Picture:
    if isinstance(found, np.ndarray):
        return Picture(_checked(found))
    if _is_pillow_image(found):
        with _callers_images:
            return _by_pillow(lambda: found, None, how)
    contents = contents_of(found, how.least_side, how.max_bytes)
    picture = _jpeg(contents, how)
    if picture is None and len(contents.data) < contents.size:
        contents = contents_of(found, None, how.max_bytes)
        picture = _jpeg(contents, how)
    if picture is not None:
        return picture
    if not contents.data:
        raise ImageError(Status.EMPTY, "it has no bytes")
    from lookalike.images.opening import open_image

    data = bytes(contents.data)
    return _by_pillow(lambda: open_image(data), contents, how)


def contents_of(
    source: str | bytes | Item | Origin, least_side: int | None, max_bytes: int
) -> Contents:
    """The bytes of a file; with a `least_side`, perhaps only of its beginning. Raises `ImageError`,
    also where they are more than `max_bytes`."""
    if isinstance(source, bytes):
        check_bytes(len(source), max_bytes)
        return Contents(source, len(source))
    if isinstance(source, str):
        return file_contents(source, least_side, max_bytes)
    if isinstance(source, Origin):
        return source.contents(least_side, max_bytes)
    return item_contents(source, least_side, max_bytes)


def _jpeg(contents: Contents, how: _How) -> Picture | None:
    """A JPEG, without Pillow; None where that cannot be done."""
    header = header_of(contents.data)
    if header is None:
        return None
    check_size((header.width, header.height), how.max_pixels)
    reduction = None
    if how.least_side is None:
        pixels = decode_whole(contents.data, header)
    else:
        reduction = Reduction((header.width, header.height), scale_for(header, how.least_side))
        pixels = decode_luma(contents.data, header, reduction.scale, contents.size)
    if pixels is None:
        return None
    return Picture(
        pixels,
        orientation=1 if how.as_stored else header.orientation,
        format="MPO" if header.images > 1 else "JPEG",
        frames=header.images,
        file=contents,
        reduction=reduction,
    )


def _by_pillow(opened: Callable[[], Image.Image], file: Contents | None, how: _How) -> Picture:
    """What Pillow makes of an image; of a damaged one as much as there is, if that is wanted."""
    # Who opened the image, or reads as ImageHash and imagededup do, goes by the flag of Pillow's.
    strictly = nullcontext() if file is None or how.as_stored else truncation(allowed=False)
    with limit(how.max_pixels), strictly:
        try:
            return _opened(opened, file, how)
        except ImageError as error:
            if not how.take_damaged or file is None or error.status is not Status.DAMAGED:
                raise
            damage = error
    with limit(how.max_pixels), truncation(allowed=True):
        try:
            picture = _opened(opened, file, how)
        except ImageError:
            raise damage from None
    picture.damage = damage.reason
    return picture


def taken(
    source: ImageSource, max_bytes: int = DEFAULT_MAX_BYTES
) -> str | bytes | Item | Image.Image | NDArray[np.uint8] | ImageError:
    """A source as something that threads can share: an open file becomes its bytes.

    An error takes the place of a file that cannot be read.
    """
    if isinstance(source, str | os.PathLike):
        return os.fsdecode(source)
    if isinstance(source, bytes | np.ndarray) or _is_pillow_image(source) or is_item(source):
        return source
    if isinstance(source, bytearray | memoryview):
        return bytes(source)
    if not hasattr(source, "read"):
        raise TypeError(
            "an image must be a path, bytes, a file, a Pillow image or a NumPy array, "
            f"not {type(source).__name__}"
        )
    try:
        return bytes(read_to_end(cast("IO[bytes]", source), max_bytes))
    except ImageError as error:
        return error
    except OSError as error:
        return cannot_be_read(error)
    except ValueError as error:  # the file is closed
        return ImageError(Status.UNREADABLE, f"it cannot be read: {error}")


def _opened(opened: Callable[[], Image.Image], file: Contents | None, how: _How) -> Picture:
    image = opened()
    check_size(image.size, how.max_pixels)
    frames = 1
    if file is not None:
        try:
            frames = getattr(image, "n_frames", 1)
        except Exception:  # noqa: BLE001  # something is wrong with a later frame
            image = opened()  # which that one may stand on now
    pixels, orientation = decode(image, as_stored=how.as_stored)
    return Picture(
        pixels, orientation=orientation, format=image.format or "", frames=frames, file=file
    )


def _checked(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    grey_or_rgb = array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3)
    if array.dtype != np.uint8 or not grey_or_rgb or not array.size:
        raise ValueError(
            "an image as an array must be uint8 of (height, width) or (height, width, 3), "
            f"not {array.dtype} of shape {array.shape}"
        )
    return array
