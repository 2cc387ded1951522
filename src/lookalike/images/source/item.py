"""`Item`: an image that is opened when its turn comes. Callers may write their own."""

from __future__ import annotations

import os
from typing import BinaryIO, Protocol, TypeGuard

from lookalike.errors import ENDS


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


def has(value: object, name: str) -> bool:
    """`hasattr`, also where an attribute that is there raises another error than it should."""
    try:
        return hasattr(value, name)
    except ENDS:
        raise
    except BaseException:  # noqa: BLE001  # using it will say what is wrong
        return hasattr(type(value), name)
