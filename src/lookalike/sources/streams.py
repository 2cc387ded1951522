"""Makes streams of this library behave like files."""

from __future__ import annotations

import io
from abc import abstractmethod
from typing import TYPE_CHECKING, BinaryIO, Generic, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class Closable(Protocol):
    """What a layer reads from."""

    def close(self) -> None:
        """Close it."""


Inner = TypeVar("Inner", bound=Closable)


class Layer(io.RawIOBase, Generic[Inner]):
    """A stream that reads from another one, which is closed with it."""

    def __init__(self, inner: Inner) -> None:
        self._inner = inner

    @abstractmethod
    def some(self, most: int) -> bytes:
        """At least one byte and at most so many. None at the end."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        data = self.some(len(view)) if view else b""
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        try:
            self._inner.close()
        finally:
            super().close()


def buffered(raw: io.RawIOBase, size: int = 1 << 16) -> BinaryIO:
    """A buffered stream with all methods of a file. Closing it closes `raw`."""
    return cast("BinaryIO", io.BufferedReader(raw, size))
