"""`Item`: an image that is opened when its turn comes. All sources speak it, and callers may."""

from __future__ import annotations

import io
from typing import BinaryIO, Protocol, TypeGuard, cast

from lookalike.errors import ImageError, Status


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
        `ImageError` with a status and a reason.
        """


def is_item(value: object) -> TypeGuard[Item]:
    """Whether `value` is an `Item`: it has `key`, `size` and `open`."""
    return hasattr(value, "key") and hasattr(value, "size") and hasattr(value, "open")


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
