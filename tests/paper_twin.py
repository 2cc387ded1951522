"""A plain NumPy twin of how the kernel compares two paper-like pictures that are not moved."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def area_mean(count: int, pieces: int) -> Floats:
    """The weights of `count` samples in `pieces` means, `(pieces, count)`."""
    edges, samples = np.arange(pieces + 1) * count / pieces, np.arange(count)
    end, start = np.minimum(edges[1:, None], samples + 1), np.maximum(edges[:-1, None], samples)
    return (end - start).clip(0) * pieces / count


def shrunk(grey: Floats, height: int, width: int) -> Floats:
    """The means of areas."""
    small: Floats = area_mean(grey.shape[0], height) @ grey @ area_mean(grey.shape[1], width).T
    return small


def blurred(grey: Floats, sigma: int) -> Floats:
    """A Gaussian over four times as far. The edges are repeated."""
    reach = 4 * sigma
    weights = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma**2))
    weights /= weights.sum()
    for axis in (0, 1):
        padded = np.pad(grey, [(reach, reach) if a == axis else (0, 0) for a in (0, 1)], "edge")
        grey = sliding_window_view(padded, 2 * reach + 1, axis) @ weights
    return grey


def window_means(values: Floats) -> Floats:
    """The mean of 7 x 7 values, with zeros beyond the edges."""
    means: Floats = sliding_window_view(np.pad(values, 3), (7, 7)).mean(axis=(-2, -1))
    return means


def disagreement(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """The largest 1 - correlation of a window, of two greys of one size from 96 to 256 pixels."""
    longer = max(first.shape)
    coarse = round(0.7 * longer)
    height, width = (max(8, round(side * coarse / longer)) for side in first.shape)
    a, b = (shrunk(grey.astype(np.float64), height, width) for grey in (first, second))
    a, b = a - blurred(a, 3), b - blurred(b, 3)
    b = b * np.sqrt((a * a).mean() / (b * b).mean())
    aa, bb, ab = window_means(a * a), window_means(b * b), window_means(a * b)
    energy = np.maximum(aa, bb)
    drawn = np.sort(energy[energy > 0.02 * energy.max()])
    usual = drawn[int(0.9 * (drawn.size - 1))]
    off = 1 - ab / np.sqrt((aa + 0.03 * usual) * (bb + 0.03 * usual))
    return float(off[energy > 0.25 * usual].max())
