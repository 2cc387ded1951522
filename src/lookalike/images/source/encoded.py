"""Sources of bytes that need no network."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from lookalike.images.contents import file_contents, item_contents
from lookalike.images.source.item import key_of
from lookalike.images.source.source import Encoded

if TYPE_CHECKING:
    from lookalike.errors import ImageError
    from lookalike.images.contents import Contents
    from lookalike.images.source.item import Item
    from lookalike.images.source.source import Source


class FileSource(Encoded):
    """A file on this machine."""

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        self._path = path

    def contents(self, least_side: int | None, max_bytes: int) -> Contents:
        return file_contents(self._path, least_side, max_bytes)

    def sent(self, least_side: int | None, max_bytes: int) -> Source:  # noqa: ARG002
        """Any process on this machine can read it."""
        return self


class ItemSource(Encoded):
    """An `Item`: the caller's own, a member of an archive, or a remote file."""

    __slots__ = ("_item",)

    def __init__(self, item: Item) -> None:
        self._item = item

    @property
    def key(self) -> str:
        return key_of(self._item)

    def contents(self, least_side: int | None, max_bytes: int) -> Contents:
        return item_contents(self._item, least_side, max_bytes)


class Unreadable(Encoded):
    """An image that is known to be unreadable before it is read."""

    __slots__ = ("_error",)

    def __init__(self, error: ImageError) -> None:
        self._error = error

    def contents(self, least_side: int | None, max_bytes: int) -> NoReturn:  # noqa: ARG002
        """Raises `ImageError`."""
        raise self._error
