"""`Sheets`: grey pictures in a temporary file, to be compared by the rule for paper."""

from __future__ import annotations

from collections import OrderedDict
from typing import IO, TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.files import temporary_for
from lookalike.images.picture import turn
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


class Sheets:
    """Grey pictures by number. Raises `OSError` if there is no room for temporary files."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._file: IO[bytes] | None = None
        self._end = 0
        self._places: dict[int, _Place] = {}
        self._prepared: OrderedDict[tuple[int, int], Sheet] = OrderedDict()

    def __contains__(self, number: int) -> bool:
        return number in self._places

    def add(self, number: int, grey: NDArray[np.uint8]) -> None:
        """Store a picture of at most 512 x 512 pixels."""
        if self._file is None:
            self._file = temporary_for(self)
        self._file.seek(self._end)
        self._file.write(np.ascontiguousarray(grey).data)
        self._places[number] = _Place(self._end, *grey.shape)
        self._end += grey.size

    def same(
        self,
        one: NDArray[np.intp],
        other: NDArray[np.intp],
        orientation: NDArray[np.uint8],
    ) -> NDArray[np.bool_]:
        """Whether the pictures of each pair are the same, the other one turned by EXIF."""
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
        sheets = list(map(self._sheet, keys))
        number = {key: at for at, key in enumerate(keys)}
        i = np.array([number[at, 1] for at in one.tolist()], np.uint32)
        j = np.array([number[key] for key in turned], np.uint32)

        def compared(begin: int) -> NDArray[np.bool_]:
            part = slice(begin, begin + SLICE)
            return compare_paper(sheets, i[part], j[part]).same

        parts = ordered_map(compared, range(0, len(i), SLICE), self._workers)
        return np.concatenate(list(parts))

    def _sheet(self, key: tuple[int, int]) -> Sheet:
        if key in self._prepared:
            self._prepared.move_to_end(key)
            return self._prepared[key]
        number, orientation = key
        sheet = Sheet(np.ascontiguousarray(turn(self.grey(number), orientation)))
        self._prepared[key] = sheet
        if len(self._prepared) > MOST_PREPARED:
            self._prepared.popitem(last=False)
        return sheet

    def grey(self, number: int) -> NDArray[np.uint8]:
        """A stored picture."""
        start, height, width = self._places[number]
        assert self._file is not None
        self._file.seek(start)
        data = self._file.read(height * width)
        return np.frombuffer(data, np.uint8).reshape(height, width)
