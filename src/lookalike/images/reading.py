"""Whatever holds an image to a `Picture`, or an `ImageError` that says why not."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeAlias, TypeGuard

import numpy as np
from PIL import Image

from lookalike.errors import ImageError, Status
from lookalike.images.decoding import decode
from lookalike.images.limits import DEFAULT_MAX_PIXELS, MAX_BYTES, check_limit, check_size, limit
from lookalike.images.opening import open_image
from lookalike.images.picture import Picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Decoding changes a Pillow image, and the same one may be given several times.
_callers_images = threading.Lock()

ImageSource: TypeAlias = (
    "str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes]"
    " | Image.Image | NDArray[np.uint8]"
)


def is_image_source(value: object) -> TypeGuard[ImageSource]:
    """Whether `value` is one of the things that an image can be read from."""
    return isinstance(
        value, str | os.PathLike | bytes | bytearray | memoryview | Image.Image | np.ndarray
    ) or hasattr(value, "read")


def read_picture(
    source: ImageSource, *, max_pixels: int = DEFAULT_MAX_PIXELS, as_stored: bool = False
) -> Picture:
    """Read every pixel of the first frame, upright and over white.

    `source`: a path, the bytes of a file, a file open for reading bytes, a Pillow image, or a uint8
    array `(height, width)` or `(height, width, 3)`, RGB. With `as_stored`, EXIF orientation is not
    applied and alpha is dropped, as ImageHash and imagededup have it.

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
            return _decoded(found, None, max_pixels, as_stored)
    data = found if isinstance(found, bytes) else _file_bytes(found)
    if not data:
        raise ImageError(Status.EMPTY, "it has no bytes")
    with limit(max_pixels):
        return _decoded(open_image(data), data, max_pixels, as_stored)


def taken(source: ImageSource) -> str | bytes | Image.Image | NDArray[np.uint8] | ImageError:
    """A source as something that threads can share: an open file becomes its bytes.

    An error takes the place of a file that cannot be read.
    """
    if isinstance(source, str | os.PathLike):
        return os.fsdecode(source)
    if isinstance(source, bytes | Image.Image | np.ndarray):
        return source
    if isinstance(source, bytearray | memoryview):
        return bytes(source)
    if not hasattr(source, "read"):
        raise TypeError(
            "an image must be a path, bytes, a file, a Pillow image or a NumPy array, "
            f"not {type(source).__name__}"
        )
    try:
        data = source.read()
    except OSError as error:
        return ImageError(Status.UNREADABLE, f"it cannot be read: {error.strerror or error}")
    except ValueError as error:  # the file is closed
        return ImageError(Status.UNREADABLE, f"it cannot be read: {error}")
    if isinstance(data, bytes):
        return data
    raise TypeError(f"a file must be open for reading bytes; {source!r} gave {type(data)}")


def _decoded(image: Image.Image, data: bytes | None, max_pixels: int, as_stored: bool) -> Picture:
    check_size(image.size, max_pixels)
    pixels, orientation = decode(image, data, as_stored=as_stored)
    return Picture(pixels, orientation=orientation, format=image.format or "", file=data)


def _checked(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    grey_or_rgb = array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3)
    if array.dtype != np.uint8 or not grey_or_rgb or not array.size:
        raise ValueError(
            "an image as an array must be uint8 of (height, width) or (height, width, 3), "
            f"not {array.dtype} of shape {array.shape}"
        )
    return array


def _file_bytes(path: str) -> bytes:
    try:
        status = os.stat(path)  # noqa: PTH116  # in the hot loop
        if stat.S_ISDIR(status.st_mode):
            raise ImageError(Status.UNREADABLE, "it is a folder")
        if not stat.S_ISREG(status.st_mode):
            raise ImageError(Status.UNREADABLE, "it is a device, a pipe or a socket, not a file")
        if status.st_size > MAX_BYTES:
            reason = f"it has {status.st_size:,} bytes; the limit is {MAX_BYTES:,}"
            raise ImageError(Status.TOO_LARGE, reason)
        return Path(path).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ImageError(Status.MISSING, "there is no such file") from error
    except OSError as error:
        reason = f"it cannot be read: {error.strerror or error}"
        raise ImageError(Status.UNREADABLE, reason) from error
    except ValueError as error:  # a null byte in the name
        raise ImageError(Status.MISSING, f"no file can have such a name: {error}") from error
