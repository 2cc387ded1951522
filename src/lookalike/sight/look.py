"""`Looks`: how well the pixels of pairs of pictures agree, and whether that makes them the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lookalike._native import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

THUMB_SIDE = 32
"""Thumbs are grey and have this many samples along each side, whatever the picture's shape is."""

MEANS = (0, 5)
"""The columns of measures that hold mean correlations: of all samples, and of the blocks."""


@dataclass(frozen=True)
class Rule:
    """What a look must measure for two pictures to be the same, when laid on each other whole.

    Chosen on natural photographs. Different ones whose pHash is within 14 bits of each other have
    blocks that correlate by 0.22 at most. Screenshots of one program with different photographs in
    it reach 0.71, and two collages with three of four tiles in common 0.75, but with a large region
    that is bad. Nearly flat pictures have few blocks with any texture, so these must agree better.
    """

    correlation: float = 0.72
    good: float = 0.7
    bad: float = 0.15
    blocks: int = 24
    correlation_of_few: float = 0.93
    good_of_few: float = 0.9


WHOLE = Rule()


class Looks:
    """What the pixel check measured for `m` pairs."""

    def __init__(self, measures: NDArray[np.float32]) -> None:
        """`measures`: `(m, 9)` float32, as `kernel.look_whole` returns them."""
        self.measures = measures

    def __len__(self) -> int:
        return len(self.measures)

    @property
    def good(self) -> NDArray[np.float32]:
        """`(m,)`: the share of the blocks that correlate by more than 0.6."""
        return self.measures[:, 1]

    @property
    def blocks(self) -> NDArray[np.float32]:
        """`(m,)`: how many blocks have any texture, at most 225."""
        return self.measures[:, 2]

    @property
    def correlation(self) -> NDArray[np.float32]:
        """`(m,)`: the mean correlation of these blocks, -1 to 1. If none has texture, that of all
        samples, as on pages with thin lines.
        """
        return np.where(self.blocks > 0, self.measures[:, 5], self.measures[:, 0])

    @property
    def agreement(self) -> NDArray[np.float32]:
        """`(m,)`: the correlation, from 0 to 1."""
        return self.correlation.clip(0, 1)

    def same(self, rule: Rule = WHOLE) -> NDArray[np.bool_]:
        """`(m,)`: whether each pair is the same picture."""
        few = self.blocks < rule.blocks
        correlation = np.where(few, rule.correlation_of_few, rule.correlation)
        good = np.where(few, rule.good_of_few, rule.good)
        agree = (self.blocks == 0) | (self.good >= good) & (self.measures[:, 7] <= rule.bad)
        same: NDArray[np.bool_] = agree & (self.correlation >= correlation) & (self.correlation > 0)
        return same

    def undecided(self, rule: Rule = WHOLE) -> NDArray[np.bool_]:
        """`(m,)`: whether pairs are not the same, but agree, and have too few blocks to tell.

        On a white page, nearly all blocks are left out, as a brighter copy may have lost their
        texture. That leaves faint tints to be correlated, and a brighter copy has lost these too.
        """
        few: NDArray[np.bool_] = self.blocks < rule.blocks
        return few & (self.correlation >= rule.correlation) & ~self.same(rule)


def look_whole(
    thumbs: NDArray[np.uint8],
    first: NDArray[np.uint32],
    second: NDArray[np.uint32],
    orientations: NDArray[np.uint8] | None = None,
) -> Looks:
    """Lay pairs of pictures on each other whole, and measure how well they agree.

    - `thumbs`: `(n, 32, 32)` or `(n, 1024)` uint8, grey pictures made that small. It may be a
      memory map.
    - `first`, `second`: `(m,)` uint32, the pairs as positions in `thumbs`.
    - `orientations`: `(m,)` uint8, 0 to 7. The second picture of a pair is turned by the EXIF
      orientation one higher before it is looked at. Without it, none is turned.

    Raises `ValueError` for other shapes or dtypes, and for numbers out of range.
    """
    if orientations is None:
        orientations = np.zeros(len(first), np.uint8)
    pairs = map(np.ascontiguousarray, (first, second, orientations))
    return Looks(kernel.look_whole(thumbs, *pairs))
