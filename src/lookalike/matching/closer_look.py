"""The closer look at pairs whose thumbs agree: pictures are read again, a little larger.

It tells whether the colours differ. And on pictures like paper, where most of two different ones
is equal, only the largest difference decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.hashing.content import Depth
from lookalike.images.picture import turn
from lookalike.matching.rereading import read_again
from lookalike.sight.seen import COLOUR_DIFFERS, colour_distances

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable
    from lookalike.matching.candidates import Candidates, Pictures
    from lookalike.matching.rereading import Read


class Details(NamedTuple):
    """What a closer look says about some pairs."""

    same_layout: NDArray[np.bool_]
    """Whether they are like paper, and differ in what is written or drawn on it."""
    colour_differs: NDArray[np.bool_]


class CloserLook:
    """Looks closer at pairs of the pictures of a scan."""

    def __init__(self, table: HashTable, pictures: Pictures, read: Read) -> None:
        self._table = table
        self._first = pictures.first
        self._read = read
        self._colours: dict[int, NDArray[np.uint8] | None] = {}
        """By position. None if the image cannot be read again."""

    @property
    def unread(self) -> int:
        """How many images could not be read again. Of these, only the thumbs were compared."""
        return sum(colours is None for colours in self._colours.values())

    def look(self, pairs: Candidates) -> Details:
        """Look at some pairs."""
        one, other = self._first[pairs.i], self._first[pairs.j]
        self._see(np.unique(np.concatenate([one, other])))
        return Details(np.zeros(len(one), np.bool_), self._colour_differs(one, other, pairs))

    def _see(self, positions: NDArray[np.intp]) -> None:
        new = np.array([at for at in positions.tolist() if at not in self._colours], np.intp)
        self._colours |= dict.fromkeys(new.tolist())
        for contents in read_again(self._table, new, self._read, Depth.SIGHT):
            for at, content in contents.items():
                if content.seen:
                    self._colours[at] = content.seen.colours

    def _colour_differs(
        self, one: NDArray[np.intp], other: NDArray[np.intp], pairs: Candidates
    ) -> NDArray[np.bool_]:
        differs = np.zeros(len(one), np.bool_)
        known: list[int] = []
        ours, theirs = [], []
        for at, (i, j) in enumerate(zip(one.tolist(), other.tolist(), strict=True)):
            first, second = self._colours[i], self._colours[j]
            if first is not None and second is not None:
                known.append(at)
                ours.append(first)
                theirs.append(turn(second, int(pairs.orientation[at])))
        if known:
            differs[known] = colour_distances(np.array(ours), np.array(theirs)) >= COLOUR_DIFFERS
        return differs
