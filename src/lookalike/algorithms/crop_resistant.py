"""Segments: the light and dark areas of a picture. A hash of each of them survives cropping.

Source: M. Steinebach, H. Liu, Y. Yannikos, "Efficient Cropping-Resistant Robust Image Hashing"
(2014), https://doi.org/10.1109/ARES.2014.85, as implemented by ImageHash's `crop_resistant_hash`.
All of it is computed in integers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images.picture import Picture


class Box(NamedTuple):
    """A part of a picture, in pixels. `right` and `lower` are one beyond the last pixel."""

    left: int
    upper: int
    right: int
    lower: int


def segment_boxes(
    picture: Picture, *, side: int, threshold: float, min_size: int, limit: int | None
) -> list[Box]:
    """The bounds of the picture's segments: the light ones first, then the dark ones.

    Each kind is in the order of first samples, row by row. A picture without segments is one
    segment as a whole.

    Segments are found in a blurred grey grid of side x side samples. A segment is a connected area
    of more than `min_size` samples that are all lighter than `threshold`, or all not. With a
    `limit`, only that many are returned, largest first. Boxes may be empty if the picture is
    smaller than the grid.
    """
    light = light_samples(picture.grey_grid(side, side), threshold)
    bounds = _segments(light, min_size, limit)
    # Rounded exactly as ImageHash does it: halves go to the even number.
    scale = np.array([picture.height / side, picture.width / side] * 2)
    pixels = np.rint(bounds * scale).astype(np.int64).tolist()
    return [Box(left, upper, right, lower) for upper, left, lower, right in pixels]


def _segments(light: NDArray[np.bool_], min_size: int, limit: int | None) -> NDArray[np.int64]:
    """The top, left, bottom and right of each segment, in samples, `(n, 4)`."""
    side = len(light)
    areas = kernel.areas(light.view(np.uint8))
    hills, valleys = areas[areas[:, 0] == 1], areas[areas[:, 0] == 0]
    # As in ImageHash, the search for dark areas ends once it has counted as many samples as the
    # grid has. It counts the areas found and the samples around the grid. It does not count areas
    # of a single sample.
    seen = np.append(
        hills[:, 1].sum(where=hills[:, 1] > 1), valleys[:-1, 1] * (valleys[:-1, 1] > 1)
    )
    valleys = valleys[np.cumsum(seen)[: len(valleys)] + 4 * side < light.size]
    segments = np.concatenate([hills, valleys])
    segments = segments[segments[:, 1] > min_size]
    if not len(segments):
        return np.array([[0, 0, side, side]])[: limit or None]
    if limit:
        segments = segments[np.argsort(-segments[:, 1], kind="stable")][:limit]
    return segments[:, 2:]


def light_samples(grid: NDArray[np.uint8], threshold: float) -> NDArray[np.bool_]:
    """Which samples exceed the threshold after a blur and a 3 x 3 median.

    The median removes single samples: at least five of the nine must exceed the threshold.
    """
    light = kernel.blur(grid).astype(np.float32) > threshold
    padded = np.pad(light.view(np.uint8), 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    lighter: NDArray[np.uint8] = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
    return lighter >= 5
