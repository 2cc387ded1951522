"""Many pictures while a collection is searched, in temporary files, which are mapped.

Nothing of a picture stays in memory except where its query begins, unless there is no room or no
folder for temporary files.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike._native import kernel
from lookalike.files import Scratch
from lookalike.sight.grey import shrunk
from lookalike.sight.points.features import TESTS
from lookalike.sight.points.forms import Query
from lookalike.sight.points.pictures import Pictures

if TYPE_CHECKING:
    import mmap

    from numpy.typing import NDArray

    from lookalike.sight.points.forms import Stored

BLOCK = 256
"""How many pictures are gathered before they are written."""
SPOOLED_SIDE = 128
"""The longer side of the grey that is kept of a query. A thumb covers a tenth of it or more."""


class PictureFile:
    """The stored forms of pictures, 4.6 KB each. Those that find no room in files are in memory."""

    def __init__(self) -> None:
        self._files: list[Scratch] = []
        self._is_full = False
        self._in_files = 0
        self._in_memory: list[Pictures] = []
        self._block = Pictures.empty(BLOCK)
        self._used = 0

    def append(self, form: Stored) -> None:
        """Add a picture after those before it."""
        self._block.put(self._used, form)
        self._used += 1
        if self._used == BLOCK:
            self._flush()

    def pictures(self) -> Pictures:
        """All pictures. No more can be added."""
        self._flush()
        arrays: tuple[NDArray[Any], ...] = self._block
        parts = list(self._in_memory)
        if self._in_files:
            mapped = (
                _mapped(file, array, self._in_files)
                for file, array in zip(self._files, arrays, strict=True)
            )
            parts.insert(0, Pictures(*mapped))
        for file in self._files:
            file.close()
        return Pictures.joined(parts) if parts else Pictures.empty(0)

    def _flush(self) -> None:
        if not self._used:
            return
        some = self._block.select(np.arange(BLOCK) < self._used)
        self._block = Pictures.empty(BLOCK)
        self._used = 0
        if not self._is_full:
            try:
                self._write(some)
            except OSError:
                self._is_full = True
        if self._is_full:
            self._in_memory.append(some)

    def _write(self, some: Pictures) -> None:
        """Add to the files. If one is full, more may be in the others, which is ignored."""
        while len(self._files) < len(Pictures._fields):
            self._files.append(Scratch())
        arrays: tuple[NDArray[Any], ...] = some
        for file, array in zip(self._files, arrays, strict=True):
            file.append(array.data)
        self._in_files += len(some)


def _mapped(file: Scratch, like: NDArray[Any], rows: int) -> NDArray[Any]:
    data = file.mapped(rows * like[0].nbytes)
    return np.frombuffer(data, like.dtype).reshape(rows, *like.shape[1:])


class QueryFile:
    """Pictures as queries, with a smaller grey: 33 KB each.

    If there is no room for them, it is empty, and `stored` is false. Then they must be read again.
    """

    def __init__(self) -> None:
        self._file: Scratch | None = None
        with suppress(OSError):
            self._file = Scratch()
        self._starts = [0]
        self._map: mmap.mmap | bytes = b""

    @property
    def stored(self) -> bool:
        """Whether the file has all queries so far."""
        return self._file is not None

    def __len__(self) -> int:
        return len(self._starts) - 1

    def append(self, query: Query) -> None:
        """Add a picture after those before it. Not once one has been read."""
        if self._file is None:
            return
        grey = _reduced(query.grey)
        count = len(query.points)
        head = np.array([query.width, query.height, *grey.shape, count, query.is_paper], np.uint32)
        parts = (head, query.points, query.descriptors[:count], query.weakest, grey)
        data = b"".join(part.tobytes() for part in parts)
        data += bytes(-len(data) % 8)
        try:
            self._file.append(data)
        except OSError:  # the disk is full: leave the room to others
            self._file.close()
            self._file = None
            self._starts = [0]
        else:
            self._starts.append(self._starts[-1] + len(data))

    def __getitem__(self, at: int) -> Query:
        """The query at a position."""
        if not self._map and self._file is not None:
            self._map = self._file.mapped(self._file.length)
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


def reduced(query: Query) -> Query:
    """A query as it comes back from a file, with a smaller grey."""
    return query._replace(grey=_reduced(query.grey))


def _reduced(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A grey picture of at most `SPOOLED_SIDE` pixels on the longer side."""
    rows, columns = grey.shape
    longer = max(rows, columns)
    if longer <= SPOOLED_SIDE:
        return grey
    height, width = (max(1, round(side * SPOOLED_SIDE / longer)) for side in (rows, columns))
    return shrunk(grey, width, height)
