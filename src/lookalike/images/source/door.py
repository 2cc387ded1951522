"""The door: turns whatever a caller passes as one image into a `Source`."""

from __future__ import annotations

import os
import sys
from typing import IO, TYPE_CHECKING, Any, TypeAlias, TypeGuard, cast

import numpy as np

from lookalike.errors import ImageError, NotAnImageError, Status
from lookalike.images.contents import Contents, cannot_be_read, read_to_end
from lookalike.images.limits import DEFAULT_MAX_BYTES
from lookalike.images.source.decoded import ArraySource, PillowSource
from lookalike.images.source.encoded import FileSource, ItemSource
from lookalike.images.source.item import Item, has, is_item
from lookalike.images.source.source import BytesSource, Source

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image
    from typing_extensions import TypeIs

ImageSource: TypeAlias = (
    "str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes] | Item"
    " | Image.Image | NDArray[Any]"
)


def is_image_source(value: object) -> TypeGuard[ImageSource]:
    """Whether `value` is one of the things that an image can be read from."""
    return (
        isinstance(value, str | os.PathLike | bytes | bytearray | memoryview | np.ndarray)
        or has(value, "read")
        or is_item(value)
        or _is_pillow_image(value)
    )


def source_of(value: ImageSource | Source, max_bytes: int = DEFAULT_MAX_BYTES) -> Source:
    """The source of an image. An open file is read here, so threads can share it.

    Any text is the path of a file. `lookalike.sources.source_of` also accepts other names. Raises
    `ImageError` for a file that cannot be read, and `TypeError` for values that cannot be an image.
    """
    if isinstance(value, Source):
        return value
    if isinstance(value, str | os.PathLike):
        return FileSource(os.fsdecode(value))
    if isinstance(value, bytes | bytearray | memoryview):
        data = bytes(value)
        return BytesSource(Contents(data, len(data)))
    if isinstance(value, np.ndarray):
        return ArraySource(value)
    if _is_pillow_image(value):
        return PillowSource(value)
    if is_item(value):
        return ItemSource(value)
    if has(value, "read"):
        data = _rest_of(cast("IO[bytes]", value), max_bytes)
        return BytesSource(Contents(data, len(data)))
    raise TypeError(
        "an image must be a path, bytes, a file, a Pillow image or a NumPy array, "
        f"not {type(value).__name__}"
    )


def _is_pillow_image(value: object) -> TypeIs[Image.Image]:
    """Avoids importing Pillow: a caller that has a Pillow image has already imported it.

    Another thread may be importing it right now.
    """
    pillows = getattr(sys.modules.get("PIL.Image"), "Image", None)
    return pillows is not None and isinstance(value, pillows)


def _rest_of(file: IO[bytes], max_bytes: int) -> bytes:
    try:
        return bytes(read_to_end(file, max_bytes))
    except TypeError as error:  # it is open as text
        raise NotAnImageError(str(error)) from error
    except OSError as error:
        raise cannot_be_read(error) from error
    except ValueError as error:  # it is closed
        raise ImageError(Status.UNREADABLE, f"it cannot be read: {error}") from error
