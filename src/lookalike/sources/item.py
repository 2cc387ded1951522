"""`Item`: an image that is opened when its turn comes. All sources speak it, and callers may."""

from __future__ import annotations

import io
import os
from typing import BinaryIO, Protocol, TypeGuard, cast

from lookalike.errors import ImageError, MissingExtraError, Status, UnexpectedError
from lookalike.images import has


class Item(Protocol):
    """One image, somewhere: what `find_duplicates` and the others take beside paths and pixels.

    Anything with these three will do. Nothing of the image need be in memory before it is opened.
    """

    @property
    def key(self) -> str:
        """Its name in results."""

    @property
    def size(self) -> int | None:
        """In bytes; None where that is not known."""

    def open(self) -> BinaryIO:
        """A stream of its bytes, which the reader closes; it need not be able to seek.

        Called in a worker thread, perhaps several times. This and reading may raise `OSError`, or
        `ImageError` with a status and a reason; anything else is a failure of this item as well.
        """


def is_item(value: object) -> TypeGuard[Item]:
    """Whether `value` is an `Item`: it has `key`, `size` and `open`."""
    return has(value, "key") and has(value, "size") and has(value, "open")


def key_of(item: Item) -> str:
    """The key, as text. Raises `TypeError` where it is neither that nor a path."""
    key: object = item.key
    if not isinstance(key, str | os.PathLike):
        raise TypeError(f"the key of an Item must be a str, not {key!r}")
    return os.fsdecode(key)


def trouble_of(error: BaseException) -> ImageError:
    """What an exception means for the input over which it was raised.

    It is raised again where it asks for the end of the program.
    """
    if isinstance(error, ImageError):
        return error
    if isinstance(error, MissingExtraError):
        return ImageError(Status.UNSUPPORTED, str(error))
    if isinstance(error, MemoryError):
        return ImageError(Status.TOO_LARGE, "hashing it takes more memory than there is")
    if isinstance(error, OSError):
        return refusal(error)
    return UnexpectedError.of(error)


def refusal(error: OSError) -> ImageError:
    """What an error of the operating system means for an image or an archive."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return ImageError(Status.MISSING, "there is no such file")
    if isinstance(error, IsADirectoryError):
        return ImageError(Status.UNREADABLE, "it is a folder")
    return ImageError(Status.UNREADABLE, f"it cannot be read: {error.strerror or error}")


def buffered(raw: io.RawIOBase, size: int = 1 << 16) -> BinaryIO:
    """A stream of our own with all that files have; closing it closes `raw`."""
    return cast("BinaryIO", io.BufferedReader(raw, size))
