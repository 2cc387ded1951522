"""`Item`: an image that is opened when it is needed. Callers may write their own."""

from __future__ import annotations

import os
from typing import BinaryIO, Protocol, TypeGuard

from lookalike.errors import ENDS


class Item(Protocol):
    """One image, stored anywhere. `find_duplicates` and others accept it besides paths and pixels.

    Any object with these three members is accepted. The image need not be in memory before it is
    opened.
    """

    @property
    def key(self) -> str:
        """Its name in results."""

    @property
    def size(self) -> int | None:
        """Its size in bytes, or None if unknown."""

    def open(self) -> BinaryIO:
        """A stream of its bytes. It need not be seekable, and the reader closes it.

        Called in a worker thread, perhaps several times. Opening and reading may raise `OSError`,
        or `ImageError` with a status and a reason. Any other exception also counts as a failure of
        this item.
        """


def is_item(value: object) -> TypeGuard[Item]:
    """Whether `value` is an `Item`: it has `key`, `size` and `open`."""
    return has(value, "key") and has(value, "size") and has(value, "open")


def key_of(item: Item) -> str:
    """The key as text. Raises `TypeError` if it is neither text nor a path."""
    key: object = item.key
    if not isinstance(key, str | os.PathLike):
        raise TypeError(f"the key of an Item must be a str, not {key!r}")
    return os.fsdecode(key)


def has(value: object, name: str) -> bool:
    """Like `hasattr`, but also true for an attribute that raises an unexpected error."""
    try:
        return hasattr(value, name)
    except ENDS:
        raise
    except BaseException:  # noqa: BLE001  # using it will say what is wrong
        return hasattr(type(value), name)
