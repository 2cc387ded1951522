"""`SeenPictures`: what closer looks found out about pictures. It takes some 200 bytes for each."""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

import numpy as np

from lookalike.sight.colours import COLOUR_SIDE
from lookalike.sight.paper import LEAST_OF_OTHER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.sight.seen import Seen

NOWHERE = -1
FEW = 64


class Kind(IntFlag):
    """What is known about one picture. Nothing is, until it is looked at."""

    UNREAD = 1
    """It was looked for, and could not be read again."""
    READ = 2
    PAPER = 4
    NEARLY_PAPER = 8
    """It may be compared as paper, if the other picture is paper."""
    PAGE = 16


class SeenPictures:
    """Pictures by position: of which kind they are, and their colours."""

    def __init__(self, count: int) -> None:
        """`count`: how many pictures there are."""
        self._kinds = np.zeros(count, np.uint8)
        self._rows = np.full(count, NOWHERE, np.int32)
        self._colours = np.empty((FEW, COLOUR_SIDE, COLOUR_SIDE, 3), np.uint8)
        self._used = 0

    @property
    def unread(self) -> int:
        """How many pictures could not be read again."""
        return int(np.count_nonzero(self._kinds == Kind.UNREAD))

    def are(self, kind: Kind, positions: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Whether each picture is of a kind."""
        return self._kinds[positions] & kind > 0

    def new_among(self, positions: NDArray[np.intp]) -> NDArray[np.intp]:
        """Those that were not looked for before. From now on they count as unread."""
        new: NDArray[np.intp] = positions[self._kinds[positions] == 0]
        self._kinds[new] = Kind.UNREAD
        return new

    def add(self, position: int, seen: Seen) -> None:
        """Take note of a picture."""
        kind = Kind.READ
        if seen.shares.like_paper():
            kind |= Kind.PAPER
        if seen.shares.like_paper(LEAST_OF_OTHER):
            kind |= Kind.NEARLY_PAPER
        if seen.shares.like_a_page():
            kind |= Kind.PAGE
        self._kinds[position] = kind
        if self._used == len(self._colours):
            self._colours = np.concatenate([self._colours, np.empty_like(self._colours)])
        self._colours[self._used] = seen.colours
        self._rows[position] = self._used
        self._used += 1

    def colours(self, positions: NDArray[np.intp]) -> NDArray[np.uint8]:
        """`(m, COLOUR_SIDE, COLOUR_SIDE, 3)` RGB: the colours of pictures that were read."""
        return self._colours[self._rows[positions]]
