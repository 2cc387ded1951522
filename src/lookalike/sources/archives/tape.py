"""`Tape`: a file that is read from front to back, as tar archives are."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, Protocol

from lookalike.sources.archives.limits import Tally, absurdity
from lookalike.sources.streams import buffered

if TYPE_CHECKING:
    from lookalike.sources.archives.unpacking import Unpacking

CHUNK = 1 << 18
ABSURD_BYTES = 1_000_000_000
"""More than this in all, at an absurd ratio, is not unpacked."""


class Tape(Protocol):
    """What can only be read on."""

    def tell(self) -> int:
        """How many bytes lie behind."""

    def read(self, count: int) -> bytes:
        """That many bytes, fewer only at the end."""

    def skip(self, count: int) -> None:
        """Go on by that many bytes, or to the end."""


class PlainTape:
    """A file as it is: what is skipped is not read."""

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
    """What a compressed file unpacks to: what is skipped is unpacked all the same.

    Raises `ImageError` where it is broken, or unpacks to too much.
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
