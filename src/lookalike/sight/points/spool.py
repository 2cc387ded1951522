"""Temporary files that hold many pictures while a collection is searched. They are mapped.

Nothing of a picture stays in memory except where its query begins. Raises `OSError` if there is no
room or no folder for temporary files.
"""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, BinaryIO, Self

import numpy as np

from lookalike._native import kernel
from lookalike.sight.grey import shrunk
from lookalike.sight.points.features import TESTS
from lookalike.sight.points.forms import Query
from lookalike.sight.points.pictures import Pictures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.sight.points.forms import Stored

BLOCK = 256
"""How many pictures are gathered before they are written."""
SPOOLED_SIDE = 128
"""The longer side of the grey that is kept of a query. A thumb covers a tenth of it or more."""


class _Temporary:
    """Files without a name, which the system removes once nothing uses them any more."""

    def __init__(self, count: int) -> None:
        with ExitStack() as stack:  # if one cannot be made, the others are closed
            files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(count)]
            self._stack = stack.pop_all()
        self._files: list[BinaryIO] = list(files)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the files. What is mapped stays."""
        self._stack.close()


class PictureFile(_Temporary):
    """The stored forms of pictures, 4.6 KB each."""

    def __init__(self) -> None:
        super().__init__(len(Pictures._fields))
        self._block = Pictures.empty(BLOCK)
        self._used = 0

    def append(self, form: Stored) -> None:
        """Add a picture after those before it."""
        self._block.put(self._used, form)
        self._used += 1
        if self._used == BLOCK:
            self._write()

    def pictures(self) -> Pictures:
        """All pictures, mapped. No more can be added."""
        self._write()
        arrays: tuple[NDArray[Any], ...] = self._block
        pictures = Pictures(*map(_mapped, self._files, arrays))
        self.close()
        return pictures

    def _write(self) -> None:
        arrays: tuple[NDArray[Any], ...] = self._block
        for file, array in zip(self._files, arrays, strict=True):
            file.write(array[: self._used].data)
        self._block = Pictures.empty(BLOCK)
        self._used = 0


def _mapped(file: BinaryIO, like: NDArray[Any]) -> NDArray[Any]:
    file.flush()
    length = file.tell()
    row = like[0].nbytes
    if not length:
        return like[:0]
    data = mmap.mmap(file.fileno(), length, access=mmap.ACCESS_READ)
    return np.frombuffer(data, like.dtype).reshape(length // row, *like.shape[1:])


class QueryFile(_Temporary):
    """Pictures as queries, with a smaller grey: 33 KB each."""

    def __init__(self) -> None:
        super().__init__(1)
        self._starts = [0]
        self._map: mmap.mmap | None = None

    def __len__(self) -> int:
        return len(self._starts) - 1

    def append(self, query: Query) -> None:
        """Add a picture after those before it. Not once one has been read."""
        grey = _reduced(query.grey)
        count = len(query.points)
        head = np.array([query.width, query.height, *grey.shape, count, query.is_paper], np.uint32)
        parts = (head, query.points, query.descriptors[:count], query.weakest, grey)
        data = b"".join(part.tobytes() for part in parts)
        data += bytes(-len(data) % 8)
        self._files[0].write(data)
        self._starts.append(self._starts[-1] + len(data))

    def __getitem__(self, at: int) -> Query:
        """The query at a position."""
        if self._map is None:
            (file,) = self._files
            file.flush()
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self.close()
        record = np.frombuffer(self._map[self._starts[at] : self._starts[at + 1]], np.uint8)
        width, height, rows, columns, count, is_paper = map(int, record[:24].view(np.uint32))
        sizes = [24, 4 * count, 32 * count, 16 * count, rows * columns]
        _, points, descriptors, weakest, grey, _ = np.split(record, np.cumsum(sizes))
        descriptors = descriptors.reshape(count, 32)
        mirrored, _ = kernel.mirrored(descriptors, np.zeros((count, TESTS), np.uint8))
        return Query(
            width,
            height,
            points.view(np.uint32),
            np.concatenate([descriptors, mirrored]),
            weakest.view(np.uint16).reshape(2 * count, 4),
            grey.reshape(rows, columns),
            is_paper != 0,
        )

    def __iter__(self) -> Iterator[Query]:
        return map(self.__getitem__, range(len(self)))


def _reduced(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A grey picture of at most `SPOOLED_SIDE` pixels on the longer side."""
    rows, columns = grey.shape
    longer = max(rows, columns)
    if longer <= SPOOLED_SIDE:
        return grey
    height, width = (max(1, round(side * SPOOLED_SIDE / longer)) for side in (rows, columns))
    return shrunk(grey, width, height)
