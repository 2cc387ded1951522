"""The parts of two pictures that show the same, laid on each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lookalike.sight.grey import shrunk

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNSEEN = 255
SAMPLES = 32
"""So many places along each side say how much of a picture lies on another one."""
"""The level of grey where only one of the two has something to show."""


def overlaid(
    one: NDArray[np.uint8], other: NDArray[np.uint8], transform: NDArray[np.floating]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Two grey pictures on the grid of the coarser one, cut to where both show something.

    `transform`: `(2, 3)`, where each place of the other one is in the first, as in `Links`. Both
    results are empty if they do not meet.
    """
    sizes = [np.array(grey.shape[::-1], float) for grey in (one, other)]
    linear = transform[:, :2] * sizes[0][:, None] / sizes[1]
    finer = np.sqrt(abs(np.linalg.det(linear)))  # pixels of the first per pixel of the other
    one, other = (reduced(grey, by) for grey, by in ((one, finer), (other, 1 / max(finer, 1e-9))))
    height, width = other.shape
    y, x = np.mgrid[:height, :width]
    places = np.stack([(x + 0.5) / width, (y + 0.5) / height, np.ones((height, width))])
    across, down = np.tensordot(transform, places, 1)
    found, seen = _sampled(one, across * one.shape[1] - 0.5, down * one.shape[0] - 0.5)
    if not seen.any():
        return other[:0], other[:0]
    rows, columns = (np.flatnonzero(seen.any(axis=axis)) for axis in (1, 0))
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    cut = found[part], np.where(seen, other, UNSEEN).astype(np.uint8)[part]
    return np.ascontiguousarray(cut[0]), np.ascontiguousarray(cut[1])


def shares(transforms: NDArray[np.floating]) -> NDArray[np.float32]:
    """`(n, 2)`: which shares of the first and of the other picture show the same.

    `transforms`: `(n, 2, 3)`, where each place of the other one is in the first, as in `Links`.
    """
    whole = np.zeros((len(transforms), 3, 3))
    whole[:, :2], whole[:, 2, 2] = transforms, 1
    size = abs(np.linalg.det(whole))  # of the other one, on the first
    is_larger = size > 1
    whole[is_larger] = np.linalg.inv(whole[is_larger])
    steps = (np.arange(SAMPLES) + 0.5) / SAMPLES
    x, y = (place.ravel() for place in np.meshgrid(steps, steps))
    places = whole[:, :2] @ np.stack([x, y, np.ones_like(x)])
    of_smaller = ((places >= 0) & (places <= 1)).all(axis=1).mean(axis=1)
    of_larger = of_smaller * np.where(is_larger, 1 / np.maximum(size, 1), size)
    both = np.stack([of_larger, of_smaller], axis=1).astype(np.float32)
    return np.where(is_larger[:, None], both[:, ::-1], both)


def reduced(grey: NDArray[np.uint8], by: float) -> NDArray[np.uint8]:
    """A picture made smaller by the mean of areas. It is never enlarged."""
    rows, columns = grey.shape
    if by <= 1:
        return grey
    height, width = (max(2, round(side / by)) for side in (rows, columns))
    return shrunk(grey, width, height)


def _sampled(
    grey: NDArray[np.uint8], x: NDArray[np.floating], y: NDArray[np.floating]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Samples at points in pixels, and which points are inside."""
    rows, columns = grey.shape
    seen = (x >= -0.5) & (y >= -0.5) & (x <= columns - 0.5) & (y <= rows - 0.5)
    values = np.rint(between(grey, x, y))
    return np.where(seen, values, UNSEEN).astype(np.uint8), seen


def between(
    picture: NDArray[np.uint8], x: NDArray[np.floating], y: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Bilinear samples at points in pixels. Pixels at the edges are repeated beyond them.

    `picture`: grey or colour, with at least 2 pixels along each side. The samples have the shape of
    `x` and `y`, and of a pixel.
    """
    rows, columns = picture.shape[:2]
    x, y = x.clip(0, columns - 1), y.clip(0, rows - 1)
    i, j = y.astype(int).clip(0, rows - 2), x.astype(int).clip(0, columns - 2)
    single = (..., *[None] * (picture.ndim - 2))
    down, right = (y - i)[single], (x - j)[single]
    upper = picture[i, j] * (1 - right) + picture[i, j + 1] * right
    lower = picture[i + 1, j] * (1 - right) + picture[i + 1, j + 1] * right
    samples: NDArray[np.float64] = upper * (1 - down) + lower * down
    return samples
