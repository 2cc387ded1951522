"""`Tape`: a file that is read from front to back, like a tar archive."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, Protocol

from lookalike.sources.archives.limits import Tally, absurdity
from lookalike.sources.streams import buffered

if TYPE_CHECKING:
    from lookalike.sources.archives.unpacking import Unpacking

CHUNK = 1 << 18
ABSURD_BYTES = 1_000_000_000
"""At an absurd ratio, no more bytes than this are unpacked."""


class Tape(Protocol):
    """A file that can only be read forward."""

    def tell(self) -> int:
        """How many bytes have been read or skipped."""

    def read(self, count: int) -> bytes:
        """Read `count` bytes, or fewer at the end."""

    def skip(self, count: int) -> None:
        """Skip `count` bytes, or fewer at the end."""


class PlainTape:
    """A plain file. Skipped bytes are not read."""

    def __init__(self, file: BinaryIO) -> None:
        self._length = file.seek(0, io.SEEK_END)
        self._file = file
        file.seek(0)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, count: int) -> bytes:
        return self._file.read(count)

    def skip(self, count: int) -> None:
        self._file.seek(min(self.tell() + count, self._length))


class PackedTape:
    """The contents of a compressed file. Skipped bytes are unpacked too.

    Raises `ImageError` if the file is broken, or unpacks to too many bytes.
    """

    def __init__(self, unpacking: Unpacking, tally: Tally) -> None:
        self._unpacking = unpacking
        self._file = buffered(unpacking, CHUNK)
        self._tally = tally
        self._at = 0

    def tell(self) -> int:
        return self._at

    def read(self, count: int) -> bytes:
        data = self._file.read(count)
        self._at += len(data)
        self._tally.count_bytes(len(data))
        if error := absurdity(self._at, self._unpacking.packed_count, ABSURD_BYTES):
            raise error
        return data

    def skip(self, count: int) -> None:
        while count and (data := self.read(min(count, CHUNK))):
            count -= len(data)
