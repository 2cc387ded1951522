"""`Section`: a part of a file as a stream."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

from lookalike.errors import ImageError, Status

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class Section(io.RawIOBase):
    """The next `size` bytes of a file. Raises `ImageError` if there are fewer. Closes the file."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")[: self._left]
        if not view:
            return 0
        data = self._file.read(len(view))
        if not data:
            raise ImageError(Status.DAMAGED, "the archive ends within it")
        view[: len(data)] = data
        self._left -= len(data)
        return len(data)

    def close(self) -> None:
        try:
            self._file.close()
        finally:
            super().close()
