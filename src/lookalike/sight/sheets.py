"""`Sheets`: grey pictures in a temporary file, to be compared by the rule for paper."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from blake3 import blake3

from lookalike.images.picture import DIGEST_BYTES, turn
from lookalike.sight.paper import Sheet, compare_paper
from lookalike.sight.shelf import Shelf
from lookalike.work.threads import ordered_map

if TYPE_CHECKING:
    from numpy.typing import NDArray

TILE = 128
"""Pairs are compared tile by tile of pictures, so that few are prepared at a time."""
MOST_PREPARED = 3 * TILE
SLICE = 32
"""How many pairs a thread compares in one go."""


class _Prepared(NamedTuple):
    """A picture, prepared to be compared."""

    sheet: Sheet
    digest: bytes
    """Equal for equal pixels."""


class Sheets:
    """Grey pictures by number, at most 512 x 512 pixels each."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._shelf = Shelf()
        self._prepared: OrderedDict[tuple[int, int], _Prepared] = OrderedDict()

    def __contains__(self, number: int) -> bool:
        return number in self._shelf

    def add(self, number: int, grey: NDArray[np.uint8]) -> None:
        """Store a picture."""
        self._shelf.add(number, grey)

    def grey(self, number: int) -> NDArray[np.uint8]:
        """A stored picture."""
        return self._shelf[number]

    def same(
        self,
        one: NDArray[np.intp],
        other: NDArray[np.intp],
        orientation: NDArray[np.uint8],
        advance: Callable[[int], None],
    ) -> NDArray[np.bool_]:
        """Whether the pictures of each pair are the same, the other one turned by EXIF.

        Small ones are only if all of their pixels are equal, because they cannot be compared.
        `advance` is told how many more pairs have been compared.
        """
        tiles: dict[tuple[int, int], list[int]] = {}
        ranks = np.unique(np.concatenate([one, other]), return_inverse=True)[1].reshape(2, -1)
        for at, tile in enumerate((ranks // TILE).T.tolist()):
            tiles.setdefault((tile[0], tile[1]), []).append(at)
        same = np.zeros(len(one), np.bool_)
        for _, numbers in sorted(tiles.items()):
            pairs = np.array(numbers)
            same[pairs] = self._same(one[pairs], other[pairs], orientation[pairs], advance)
        return same

    def _same(
        self,
        one: NDArray[np.intp],
        other: NDArray[np.intp],
        orientation: NDArray[np.uint8],
        advance: Callable[[int], None],
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

        equal: NDArray[np.bool_] = (digests[i] == digests[j]).all(axis=1)
        parts: list[NDArray[np.bool_]] = []
        for part in ordered_map(compared, range(0, len(i), SLICE), self._workers):
            parts.append(part)
            advance(len(part))
        return np.concatenate(parts) | equal

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
