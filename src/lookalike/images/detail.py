"""`Detail`: whether there is anything in a picture for a hash to go by."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SIDE = 32
"""Of the grid that every picture is looked at in first."""
FINE_SIDE = 512
"""Of the grid in which thin lines are looked for, at most; and at most half of the picture's."""
PART_SIDE = 96
"""Of the grid in which the part that stands out is looked at."""
SPECKS = SIDE
"""So many samples of the first grid may be anything: a scanned page has dust on it."""
FLAT_RANGE = 8
"""Samples that differ by no more of 255 are taken for equal."""
DEVIATIONS = 5
"""A sample stands out if it is farther from the median than so many times what half of them are:
3.4 standard deviations, where that is noise."""
LEAST_EXTENT = 1 / 40
"""What is no longer than that share of a side is a speck."""
AROUND = 1 / 3
"""How much is looked at on either side of what stands out, as a share of its sides."""
LEAST_SHARE = 0.03
"""Where a picture varies along one axis only, less than that share of its variation is left."""
FAINT = 1.5
"""And so many levels in the small grid at most, on average: a copy keeps bits made by more."""
ROUNDING = 1 / 6
"""Mean square of what rounding to whole levels twice leaves."""
MARGIN = 2
"""How many times more a reduced picture must have for there to be no doubt about the whole one."""


class Box(NamedTuple):
    """A part of a picture, in shares of its sides."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0


WHOLE = Box()


class Detail:
    """How much detail a picture has. Most have so much that one small grid is enough to say so."""

    def __init__(
        self, size: tuple[int, int], grid: Callable[[int, int, Box], NDArray[np.uint8]]
    ) -> None:
        """`size`: width and height of the picture. `grid`: the grey of a part of it, resized."""
        self._width, self._height = size
        self._grid = grid
        small = grid(SIDE, SIDE, WHOLE)
        self.spread = _spread(small)
        """How many levels of grey the small grid spans, all but `SPECKS` of its samples."""
        self._levels = kernel.separable(small)[1] / FAINT**2
        """How much of it there is beyond one axis, as `beyond`."""

    @property
    def flat(self) -> bool:
        """Whether there is nothing in it but a few specks."""
        return self.spread <= FLAT_RANGE and self.extent < LEAST_EXTENT

    @property
    def degenerate(self) -> bool:
        """Whether it is nearly a constant plus the product of one column and one row."""
        return not self.flat and self.beyond < 1

    @property
    def doubtful(self) -> bool:
        """Whether it is flat or degenerate, or would be with somewhat less detail."""
        nearly_flat = self.spread <= MARGIN * FLAT_RANGE and self.extent < MARGIN * LEAST_EXTENT
        return nearly_flat or self.beyond < MARGIN

    @cached_property
    def extent(self) -> float:
        """The longest of what stands out, as a share of the side that it goes along."""
        if not len(self._areas):
            return 0.0
        lengths = (self._areas[:, 4:] - self._areas[:, 2:4]) / self._fine.shape
        return float(lengths.max())

    @cached_property
    def beyond(self) -> float:
        """How much there is beyond a constant plus the product of one column and one row.

        From 1 on it is enough to go by. The small grid says so for most pictures. Where it may be
        too coarse to, the part that stands out is looked at in a finer one: a disc is as good as a
        square while it is small, and lines of text are as good as bars.
        """
        if self._levels >= MARGIN and self.spread > MARGIN * FLAT_RANGE:
            return self._levels
        total, rest = kernel.separable(self._grid(PART_SIDE, PART_SIDE, self._bounds))
        share = max(rest - ROUNDING, 0.0) / total if total else 0.0
        return max(self._levels, share / LEAST_SHARE)

    @property
    def _bounds(self) -> Box:
        """What all that stands out lies within, and a strip of what is around it; everything,
        where there is no plain ground for anything to stand out from."""
        if not len(self._areas) or self._limit > MARGIN * FLAT_RANGE:
            return WHOLE
        sides = np.array(self._fine.shape)
        first = self._areas[:, 2:4].min(axis=0) / sides
        last = self._areas[:, 4:].max(axis=0) / sides
        strip = (last - first) * AROUND
        (top, left), (bottom, right) = np.maximum(first - strip, 0), np.minimum(last + strip, 1)
        return Box(float(left), float(top), float(right), float(bottom))

    @cached_property
    def _fine(self) -> NDArray[np.uint8]:
        # Half the picture's side at most, as a line of single pixels is not connected where it is
        # slanted; resized, it is.
        width, height = (
            max(SIDE, min(FINE_SIDE, side // 2)) for side in (self._width, self._height)
        )
        return self._grid(width, height, WHOLE)

    @cached_property
    def _off(self) -> NDArray[np.float64]:
        """By how many levels each sample of the fine grid is off their median."""
        return self._fine - np.median(self._fine)

    @cached_property
    def _limit(self) -> float:
        """What is farther off than that stands out."""
        return max(FLAT_RANGE, DEVIATIONS * float(np.median(np.abs(self._off))))

    @cached_property
    def _areas(self) -> NDArray[np.int64]:
        """What stands out, each connected area by itself, as `kernel.areas`."""
        lighter, darker = self._off > self._limit, self._off < -self._limit
        found = kernel.areas(lighter + np.uint8(2) * darker)
        return found[found[:, 0] > 0]


def _spread(samples: NDArray[np.uint8]) -> int:
    ordered = samples.flatten()
    ordered.sort(kind="stable")  # which for bytes is the fastest
    within: NDArray[np.uint8] = ordered[-1 - SPECKS :] - ordered[: SPECKS + 1]
    return int(within.min())
