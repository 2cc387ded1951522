"""`Detail`: whether a picture has enough detail for a hash."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SIDE = 32
"""The side of the small grid, which is examined first for every picture."""
FINE_SIDE = 512
"""The largest side of the grid used to find thin lines. It is at most half of the picture's."""
PART_SIDE = 96
"""The side of the grid used to examine the part that stands out."""
SPECKS = SIDE
"""This many samples of the small grid are ignored, because a scanned page has dust on it."""
FLAT_RANGE = 8
"""Samples that differ by at most this, of 255, count as equal."""
DEVIATIONS = 5
"""A sample stands out if it is farther from the median than this many median deviations. For noise
that is 3.4 standard deviations."""
LEAST_EXTENT = 1 / 40
"""Anything shorter than this share of a side is a speck."""
AROUND = 1 / 3
"""The margin examined on each side of what stands out, as a share of its sides."""
LEAST_SHARE = 0.03
"""If a picture varies along one axis only, less than this share of its variation remains."""
FAINT = 1.5
"""Then at most this many levels remain on average in the small grid. A copy keeps bits that are
made by more."""
ROUNDING = 1 / 6
"""The mean square error of rounding to whole levels twice."""
MARGIN = 2
"""How many times as much detail a reduced picture needs to leave no doubt about the whole one."""


class Box(NamedTuple):
    """A part of a picture, in shares of its sides."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0


WHOLE = Box()


class Detail:
    """How much detail a picture has. For most pictures, one small grid is enough to tell."""

    def __init__(
        self, size: tuple[int, int], grid: Callable[[int, int, Box], NDArray[np.uint8]]
    ) -> None:
        """`size` is width and height of the picture. `grid` returns the grey of a part, resized."""
        self._width, self._height = size
        self._grid = grid
        small = grid(SIDE, SIDE, WHOLE)
        self.spread = _spread(small)
        """How many levels of grey the small grid spans, without `SPECKS` of its samples."""
        self._levels = kernel.separable(small)[1] / FAINT**2
        """How much the small grid varies beyond one axis, as in `beyond`."""

    @property
    def flat(self) -> bool:
        """Whether it shows nothing but a few specks."""
        return self.spread <= FLAT_RANGE and self.extent < LEAST_EXTENT

    @property
    def degenerate(self) -> bool:
        """Whether it is nearly a constant plus the product of one column and one row."""
        return not self.flat and self.beyond < 1

    @property
    def doubtful(self) -> bool:
        """Whether it is flat or degenerate, or would be with slightly less detail."""
        nearly_flat = self.spread <= MARGIN * FLAT_RANGE and self.extent < MARGIN * LEAST_EXTENT
        return nearly_flat or self.beyond < MARGIN

    @cached_property
    def extent(self) -> float:
        """The length of the longest area that stands out, as a share of the parallel side."""
        if not len(self._areas):
            return 0.0
        lengths = (self._areas[:, 4:] - self._areas[:, 2:4]) / self._fine.shape
        return float(lengths.max())

    @cached_property
    def beyond(self) -> float:
        """How much variation there is beyond a constant plus the product of one column and one row.

        1 or more is enough. For most pictures the small grid is enough to tell. If it may be too
        coarse, the part that stands out is examined in a finer grid. In a coarse grid, a small disc
        looks like a square, and lines of text look like bars.
        """
        if self._levels >= MARGIN and self.spread > MARGIN * FLAT_RANGE:
            return self._levels
        total, rest = kernel.separable(self._grid(PART_SIDE, PART_SIDE, self._bounds))
        share = max(rest - ROUNDING, 0.0) / total if total else 0.0
        return max(self._levels, share / LEAST_SHARE)

    @property
    def _bounds(self) -> Box:
        """The bounds of everything that stands out, with a margin.

        The whole picture, if it has no plain background.
        """
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
        # At most half of the picture's side. A slanted line of single pixels is not connected, but
        # it is after resizing.
        width, height = (
            max(SIDE, min(FINE_SIDE, side // 2)) for side in (self._width, self._height)
        )
        return self._grid(width, height, WHOLE)

    @cached_property
    def _off(self) -> NDArray[np.float64]:
        """How many levels each sample of the fine grid differs from their median."""
        return self._fine - np.median(self._fine)

    @cached_property
    def _limit(self) -> float:
        """A sample that differs by more than this stands out."""
        return max(FLAT_RANGE, DEVIATIONS * float(np.median(np.abs(self._off))))

    @cached_property
    def _areas(self) -> NDArray[np.int64]:
        """The connected areas that stand out, as from `kernel.areas`."""
        lighter, darker = self._off > self._limit, self._off < -self._limit
        found = kernel.areas(lighter + np.uint8(2) * darker)
        return found[found[:, 0] > 0]


def _spread(samples: NDArray[np.uint8]) -> int:
    ordered = samples.flatten()
    ordered.sort(kind="stable")  # the fastest kind for bytes
    within: NDArray[np.uint8] = ordered[-1 - SPECKS :] - ordered[: SPECKS + 1]
    return int(within.min())
