"""`Section`: a part of a file as a stream."""

from __future__ import annotations

from typing import BinaryIO

from lookalike.errors import ImageError, Status
from lookalike.sources.streams import Layer


class Section(Layer[BinaryIO]):
    """The next `size` bytes of a file. Raises `ImageError` if there are fewer."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        super().__init__(file)
        self._left = size

    def some(self, most: int) -> bytes:
        if not self._left:
            return b""
        data = self._inner.read(min(most, self._left))
        if not data:
            raise ImageError(Status.DAMAGED, "the archive ends within it")
        self._left -= len(data)
        return data
