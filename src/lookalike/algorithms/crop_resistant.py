"""Segments: the light and the dark areas of a picture. Hashes of each of them survive cropping.

Source: M. Steinebach, H. Liu, Y. Yannikos, "Efficient Cropping-Resistant Robust Image Hashing"
(2014), https://doi.org/10.1109/ARES.2014.85, as ImageHash's `crop_resistant_hash` has it. All of it
is in integers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images.picture import Picture


class Box(NamedTuple):
    """A part of a picture in pixels; right and lower lie one behind the last."""

    left: int
    upper: int
    right: int
    lower: int


def segment_boxes(
    picture: Picture, *, side: int, threshold: float, min_size: int, limit: int | None
) -> list[Box]:
    """The bounds of the picture's segments, first the light ones, then the dark ones, in the order
    of their first samples row by row. A picture without segments is one as a whole.

    They are looked for in its side x side grey grid, blurred, as the connected areas of more than
    `min_size` samples that are lighter than `threshold` or are not. Only the `limit` largest are
    given, if any, the largest first. Of a picture smaller than the grid, boxes may be empty.
    """
    light = light_samples(picture.grey_grid(side, side), threshold)
    bounds = _segments(light, min_size, limit)
    # Whole numbers and quotients rounded just so, to the even one from the middle: as ImageHash.
    scale = np.array([picture.height / side, picture.width / side] * 2)
    pixels = np.rint(bounds * scale).astype(np.int64).tolist()
    return [Box(left, upper, right, lower) for upper, left, lower, right in pixels]


def _segments(light: NDArray[np.bool_], min_size: int, limit: int | None) -> NDArray[np.int64]:
    """`(n, 4)`: top, left, bottom and right of each segment, in samples."""
    side = len(light)
    areas = kernel.areas(light.view(np.uint8))
    hills, valleys = areas[areas[:, 0] == 1], areas[areas[:, 0] == 0]
    # The search for dark areas ends when the samples seen are as many as there are. It counts, in
    # addition to those of the areas found, the samples around the grid, but no area of only one.
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
    """Which samples exceed the threshold in a grid that is blurred, and rid of what is single.

    The latter is a median of 3 x 3: at least five of the nine exceed the threshold.
    """
    light = kernel.blur(grid).astype(np.float32) > threshold
    padded = np.pad(light.view(np.uint8), 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    lighter: NDArray[np.uint8] = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
    return lighter >= 5
