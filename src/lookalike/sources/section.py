"""`Section`: a part of a file as a stream of its own."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

from lookalike.errors import ImageError, Status

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class Section(io.RawIOBase):
    """The next `size` bytes of a file, which it closes. Raises `ImageError` where there are fewer.

    It can seek if the file can.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._start = file.tell()
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._file.seekable()

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(base + offset, 0)
        self._file.seek(self._start + self._at)
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")[: max(self._size - self._at, 0)]
        if not view:
            return 0
        data = self._file.read(len(view))
        if not data:
            raise ImageError(Status.DAMAGED, "the archive ends within it")
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        try:
            self._file.close()
        finally:
            super().close()
