"""`Sheets`: grey pictures in a temporary file, to be compared by the rule for paper."""

from __future__ import annotations

from collections import OrderedDict
from io import BytesIO
from typing import IO, TYPE_CHECKING, NamedTuple

import numpy as np
from blake3 import blake3

from lookalike.files import temporary_for
from lookalike.images.picture import DIGEST_BYTES, turn
from lookalike.sight.paper import Sheet, compare_paper
from lookalike.work.threads import ordered_map

if TYPE_CHECKING:
    from numpy.typing import NDArray

TILE = 128
"""Pairs are compared tile by tile of pictures, so that few are prepared at a time."""
MOST_PREPARED = 3 * TILE
SLICE = 32
"""How many pairs a thread compares in one go."""


class _Place(NamedTuple):
    """Where a grey picture is in the file."""

    start: int
    height: int
    width: int


class _Prepared(NamedTuple):
    """A picture, prepared to be compared."""

    sheet: Sheet
    digest: bytes
    """Equal for equal pixels."""


class Sheets:
    """Grey pictures by number. They are in memory if there is no room for temporary files."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._file: IO[bytes] | None = None
        self._end = 0
        self._places: dict[int, _Place] = {}
        self._prepared: OrderedDict[tuple[int, int], _Prepared] = OrderedDict()

    def __contains__(self, number: int) -> bool:
        return number in self._places

    def add(self, number: int, grey: NDArray[np.uint8]) -> None:
        """Store a picture of at most 512 x 512 pixels."""
        if self._file is None:
            self._file = self._temporary()
        data = np.ascontiguousarray(grey).tobytes()
        try:
            self._write(data)
        except OSError:  # the disk is full
            stored, self._file = self._file, BytesIO()
            stored.seek(0)
            self._file.write(stored.read(self._end))
            self._write(data)
        self._places[number] = _Place(self._end, *grey.shape)
        self._end += len(data)

    def _temporary(self) -> IO[bytes]:
        try:
            return temporary_for(self)
        except OSError:  # there is no folder for temporary files
            return BytesIO()

    def _write(self, data: bytes) -> None:
        assert self._file is not None
        self._file.seek(self._end)
        self._file.write(data)
        self._file.flush()

    def same(
        self,
        one: NDArray[np.intp],
        other: NDArray[np.intp],
        orientation: NDArray[np.uint8],
    ) -> NDArray[np.bool_]:
        """Whether the pictures of each pair are the same, the other one turned by EXIF.

        Small ones are only if all of their pixels are equal, because they cannot be compared.
        """
        tiles: dict[tuple[int, int], list[int]] = {}
        ranks = np.unique(np.concatenate([one, other]), return_inverse=True)[1].reshape(2, -1)
        for at, tile in enumerate((ranks // TILE).T.tolist()):
            tiles.setdefault((tile[0], tile[1]), []).append(at)
        same = np.zeros(len(one), np.bool_)
        for _, numbers in sorted(tiles.items()):
            pairs = np.array(numbers)
            same[pairs] = self._same(one[pairs], other[pairs], orientation[pairs])
        return same

    def _same(
        self,
        one: NDArray[np.intp],
        other: NDArray[np.intp],
        orientation: NDArray[np.uint8],
    ) -> NDArray[np.bool_]:
        turned = list(zip(other.tolist(), orientation.tolist(), strict=True))
        keys = list(dict.fromkeys([*((at, 1) for at in one.tolist()), *turned]))
        prepared = list(map(self._prepare, keys))
        sheets = [each.sheet for each in prepared]
        digests = np.array([list(each.digest) for each in prepared], np.uint8)
        number = {key: at for at, key in enumerate(keys)}
        i = np.array([number[at, 1] for at in one.tolist()], np.uint32)
        j = np.array([number[key] for key in turned], np.uint32)

        def compared(begin: int) -> NDArray[np.bool_]:
            part = slice(begin, begin + SLICE)
            return compare_paper(sheets, i[part], j[part]).same

        parts = ordered_map(compared, range(0, len(i), SLICE), self._workers)
        equal: NDArray[np.bool_] = (digests[i] == digests[j]).all(axis=1)
        return np.concatenate(list(parts)) | equal

    def _prepare(self, key: tuple[int, int]) -> _Prepared:
        if key in self._prepared:
            self._prepared.move_to_end(key)
            return self._prepared[key]
        number, orientation = key
        grey = np.ascontiguousarray(turn(self.grey(number), orientation))
        digest = blake3(grey.data).update(repr(grey.shape).encode()).digest(DIGEST_BYTES)
        self._prepared[key] = prepared = _Prepared(Sheet(grey), digest)
        if len(self._prepared) > MOST_PREPARED:
            self._prepared.popitem(last=False)
        return prepared

    def grey(self, number: int) -> NDArray[np.uint8]:
        """A stored picture."""
        start, height, width = self._places[number]
        assert self._file is not None
        self._file.seek(start)
        data = self._file.read(height * width)
        return np.frombuffer(data, np.uint8).reshape(height, width)
