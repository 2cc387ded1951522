"""`compare_paper`: whether paper-like pictures are the same, or only have the same layout.

Forms, pages, tables, plots, codes, icons and dark wallpapers are mostly one grey. What differs is
small, so the mean of anything says little. What counts is the place where two of them disagree the
most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Sheet = kernel.Sheet

LEVELS = 13
"""So many neighbouring levels of grey count as one."""
LEAST_SHARE = 0.6
"""A picture is paper-like if at least this share of its pixels have one grey."""
LEAST_OF_OTHER = 0.4
"""In a pair of which one picture is paper-like, the other has at least this share of one grey. If
it has less, the first may be a photograph that was made so bright that most of it is white.
"""
LEAST_OF_TWO = 0.8
"""So is a picture of two greys, such as a chat or a code, if they have this share together."""
PAGE_SHARE = 0.25
"""A picture may be a page, or a window of a program, if this share of it is one grey."""
LEAST_OF_PAGES = 0.85
"""Two pages must agree this much, because what is around their pictures agrees by itself."""
MOST_DISAGREEMENT = 0.45
"""Pictures that disagree more in any place are different."""


class Shares(NamedTuple):
    """How much of a picture has the same grey."""

    one: float
    """The largest share of the pixels that have one grey."""
    two: float
    """The share of that grey and of the next one together."""

    @classmethod
    def of(cls, grey: NDArray[np.uint8]) -> Shares:
        """`grey`: `(height, width)`, at most 512 pixels long, or all of its rows in one."""
        counts = kernel.histogram(np.ascontiguousarray(grey).reshape(1, -1))
        at, most = _most(counts)
        counts[at : at + LEVELS] = 0
        return cls(most / grey.size, (most + _most(counts)[1]) / grey.size)

    def like_paper(self, least_share: float = LEAST_SHARE) -> bool:
        """Whether most of the picture is one grey, or nearly all of it two.

        `least_share`: for thumbs, on which paper and ink blur, and for the other one of a pair.
        """
        return self.one >= least_share or self.two >= LEAST_OF_TWO

    def like_a_page(self) -> bool:
        """Whether a good part of the picture is one grey."""
        return self.one >= PAGE_SHARE


def is_paper(grey: NDArray[np.uint8]) -> bool:
    """Whether a picture is like paper. `grey` is as for `Shares.of`."""
    return Shares.of(grey).like_paper()


def _most(counts: NDArray[np.int64]) -> tuple[int, int]:
    """The first of the neighbouring levels with the most pixels, and how many they have."""
    below = np.concatenate([[0], counts.cumsum()])
    in_each = below[LEVELS:] - below[:-LEVELS]
    at = int(in_each.argmax())
    return at, int(in_each[at])


class PaperLooks:
    """What was measured for `m` pairs of paper-like pictures."""

    def __init__(self, measures: NDArray[np.float32]) -> None:
        """`measures`: `(m, 2)` float32, as `kernel.compare_sheets` returns them."""
        self.measures = measures

    def __len__(self) -> int:
        return len(self.measures)

    @property
    def disagreement(self) -> NDArray[np.float32]:
        """`(m,)`: 1 - the correlation in the place that agrees least, 0 to 2."""
        return self.measures[:, 0]

    @property
    def agreement(self) -> NDArray[np.float32]:
        """`(m,)`: the correlation in that place, from 0 to 1."""
        return (1 - self.disagreement).clip(0, 1)

    @property
    def same(self) -> NDArray[np.bool_]:
        """`(m,)`: whether each pair is the same picture. Otherwise it may be the same layout."""
        return self.disagreement <= MOST_DISAGREEMENT

    @property
    def too_small(self) -> NDArray[np.bool_]:
        """`(m,)`: whether a picture is too small to be told from others of its layout."""
        too_small: NDArray[np.bool_] = self.measures[:, 1] == 0
        return too_small


def compare_paper(
    sheets: Sequence[Sheet], first: NDArray[np.uint32], second: NDArray[np.uint32]
) -> PaperLooks:
    """Find the place where two paper-like pictures disagree the most, for many pairs.

    - `sheets`: pictures, prepared once each. `Sheet(grey)` takes `(height, width)` uint8, shrunk to
      512 pixels on the longer side, and never enlarged.
    - `first`, `second`: `(m,)` uint32, the pairs as positions in `sheets`.

    Raises `ValueError` for other shapes or dtypes, and for numbers out of range.
    """
    pairs = map(np.ascontiguousarray, (first, second))
    return PaperLooks(kernel.compare_sheets(sheets, *pairs))
