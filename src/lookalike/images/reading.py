"""Whatever holds an image to a `Picture`, or an `ImageError` that says why not."""

from __future__ import annotations

import os
import threading
from typing import IO, TYPE_CHECKING, TypeAlias, TypeGuard, cast

import numpy as np
from PIL import Image

from lookalike.errors import ImageError, Status
from lookalike.images.contents import Contents, Item, file_contents, is_item, item_contents
from lookalike.images.decoding import decode
from lookalike.images.jpeg import FirstScan, decode_luma, decode_whole, header_of
from lookalike.images.limits import DEFAULT_MAX_PIXELS, check_limit, check_size, limit
from lookalike.images.opening import open_image
from lookalike.images.picture import Picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Decoding changes a Pillow image, and the same one may be given several times.
_callers_images = threading.Lock()

ImageSource: TypeAlias = (
    "str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes] | Item"
    " | Image.Image | NDArray[np.uint8]"
)


def is_image_source(value: object) -> TypeGuard[ImageSource]:
    """Whether `value` is one of the things that an image can be read from."""
    return isinstance(
        value, str | os.PathLike | bytes | bytearray | memoryview | Image.Image | np.ndarray
    ) or (hasattr(value, "read") or is_item(value))


def read_picture(
    source: ImageSource,
    *,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    as_stored: bool = False,
    least_side: int | None = None,
) -> Picture:
    """Read the first frame, upright and over white.

    `source`: a path, the bytes of a file, a file open for reading bytes, an `Item`, a Pillow image,
    or a uint8 array `(height, width)` or `(height, width, 3)`, RGB. With `as_stored`, EXIF
    orientation is not applied and alpha is dropped, as ImageHash and imagededup have it.
    `least_side`: None reads every pixel. A number is for who only wants grey, and no more of it
    than a shorter side of so many pixels: of a JPEG then no more is decoded, or even read.

    Raises `ImageError` for an image that cannot be read, `TypeError` and `ValueError` for what
    cannot be an image at all.
    """
    check_limit(max_pixels)
    found = taken(source)
    if isinstance(found, ImageError):
        raise found
    if isinstance(found, np.ndarray):
        return Picture(_checked(found))
    if isinstance(found, Image.Image):
        with _callers_images, limit(max_pixels):
            return _opened(found, None, max_pixels, as_stored)
    if least_side is not None and not isinstance(found, bytes):
        beginning = _contents(found, FirstScan(least_side))
        picture = _jpeg(beginning, max_pixels, as_stored, least_side)
        if picture is not None:
            return picture
        whole = beginning if len(beginning.data) == beginning.size else _contents(found, None)
    else:
        whole = _contents(found, None)
    return _whole_picture(whole, max_pixels, as_stored, least_side)


def _contents(source: str | bytes | Item, scan: FirstScan | None) -> Contents:
    if isinstance(source, bytes):
        return Contents(source, len(source))
    if isinstance(source, str):
        return file_contents(source, scan)
    return item_contents(source, scan)


def _whole_picture(
    whole: Contents, max_pixels: int, as_stored: bool, least_side: int | None
) -> Picture:
    if not whole.data:
        raise ImageError(Status.EMPTY, "it has no bytes")
    picture = _jpeg(whole, max_pixels, as_stored, least_side)
    if picture is not None:
        return picture
    with limit(max_pixels):
        return _opened(open_image(bytes(whole.data)), whole, max_pixels, as_stored)


def _jpeg(
    contents: Contents, max_pixels: int, as_stored: bool, least_side: int | None
) -> Picture | None:
    """A JPEG, without Pillow; None where that cannot be done."""
    header = header_of(contents.data)
    if header is None:
        return None
    check_size((header.width, header.height), max_pixels)
    if least_side is None:
        pixels = decode_whole(contents.data, header)
    else:
        pixels = decode_luma(contents.data, header, least_side, contents.size)
    if pixels is None:
        return None
    return Picture(
        pixels,
        orientation=1 if as_stored else header.orientation,
        format="MPO" if header.images > 1 else "JPEG",
        frames=header.images,
        file=contents,
        stored_size=None if least_side is None else (header.width, header.height),
    )


def taken(
    source: ImageSource,
) -> str | bytes | Item | Image.Image | NDArray[np.uint8] | ImageError:
    """A source as something that threads can share: an open file becomes its bytes.

    An error takes the place of a file that cannot be read.
    """
    if isinstance(source, str | os.PathLike):
        return os.fsdecode(source)
    if isinstance(source, bytes | Image.Image | np.ndarray):
        return source
    if is_item(source):
        return source
    if isinstance(source, bytearray | memoryview):
        return bytes(source)
    if not hasattr(source, "read"):
        raise TypeError(
            "an image must be a path, bytes, a file, a Pillow image or a NumPy array, "
            f"not {type(source).__name__}"
        )
    try:
        data = cast("IO[bytes]", source).read()
    except OSError as error:
        return ImageError(Status.UNREADABLE, f"it cannot be read: {error.strerror or error}")
    except ValueError as error:  # the file is closed
        return ImageError(Status.UNREADABLE, f"it cannot be read: {error}")
    if isinstance(data, bytes):
        return data
    raise TypeError(f"a file must be open for reading bytes; {source!r} gave {type(data)}")


def _opened(image: Image.Image, file: Contents | None, max_pixels: int, as_stored: bool) -> Picture:
    check_size(image.size, max_pixels)
    frames = getattr(image, "n_frames", 1) if file is not None else 1
    pixels, orientation = decode(image, as_stored=as_stored)
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
