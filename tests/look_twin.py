"""A plain NumPy twin of the kernel's pixel check, in double precision."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lookalike.images.picture import turn

Floats = NDArray[np.float64]

SIDE, RING = 32, 6
CANVAS = SIDE + 2 * RING


class Canvas(NamedTuple):
    """A picture around a thumb, `(44, 44)` each: grey, where it is seen, and its slopes."""

    grey: Floats
    seen: Floats
    across: Floats
    down: Floats


class Laid(NamedTuple):
    """Two pictures on the grid of a thumb, `(32, 32)` each."""

    thumb: Floats
    other: Floats
    seen: Floats


def paint_thumb(thumb: NDArray[np.uint8]) -> Canvas:
    """The canvas of a thumb, with nothing around it."""
    return with_slopes(
        np.pad(thumb.astype(np.float64) - 128, RING), np.pad(np.ones((SIDE, SIDE)), RING)
    )


def paint_grey(grey: NDArray[np.uint8], size: Floats, way: Floats) -> Canvas:
    """The canvas of a grey picture, on the grid of a picture of `size` that `way` leads from."""
    cell, linear = size / SIDE, np.abs(way[:4].reshape(2, 2))
    half_x, half_y = np.maximum(0.5, 0.42 * (linear @ cell))
    height, width = grey.shape
    values, seen = np.zeros((CANVAS, CANVAS)), np.zeros((CANVAS, CANVAS))
    for row, column in np.ndindex(CANVAS, CANVAS):
        at = (np.array([column, row]) - RING + 0.5) * cell
        x, y = way[:4].reshape(2, 2) @ at + way[4:]
        if half_x / 2 <= x <= width - half_x / 2 and half_y / 2 <= y <= height - half_y / 2:
            across = overlap(width, x - half_x, x + half_x)
            down = overlap(height, y - half_y, y + half_y)
            values[row, column] = down @ grey @ across / (down.sum() * across.sum()) - 128
            seen[row, column] = 1
    return with_slopes(values, seen)


def overlap(count: int, start: float, end: float) -> Floats:
    """How much of each of `count` pixels lies between two points of their axis."""
    first = np.arange(count)
    return (np.minimum(first + 1, end) - np.maximum(first, start)).clip(0)


def area(grey: NDArray[np.uint8], size: Floats, way: Floats) -> float:
    """The area of a mapped picture as a share of the grey one."""
    return float(abs(np.linalg.det(way[:4].reshape(2, 2))) * size.prod() / grey.size)


def with_slopes(grey: Floats, seen: Floats) -> Canvas:
    """Half the difference of the two neighbours, if both of them and the sample are seen."""
    across, down = np.zeros_like(grey), np.zeros_like(grey)
    across[:, 1:-1] = (
        (grey[:, 2:] - grey[:, :-2]) / 2 * (seen[:, 2:] * seen[:, 1:-1] * seen[:, :-2])
    )
    down[1:-1] = (grey[2:] - grey[:-2]) / 2 * (seen[2:] * seen[1:-1] * seen[:-2])
    return Canvas(grey, seen, across, down)


def coordinates() -> tuple[Floats, Floats]:
    """`x` and `y` of the samples of a thumb, centred. Half of a side is 1."""
    centred = (np.arange(SIDE) - (SIDE - 1) / 2) / (SIDE / 2)
    x, y = np.meshgrid(centred, centred)
    return x, y


def move_thumb(move: Floats) -> tuple[Floats, Floats, Floats]:
    """Where a projective map takes the samples, and 1 / its denominator."""
    x, y = coordinates()
    depth = 1 / (1 + move[6] * x + move[7] * y)
    return (
        ((1 + move[0]) * x + move[1] * y + move[2]) * depth,
        (move[3] * x + (1 + move[4]) * y + move[5]) * depth,
        depth,
    )


def interpolate(plane: Floats, x: Floats, y: Floats) -> Floats:
    """A plane of a canvas at points of a thumb, bilinear. NaN outside of the canvas."""
    column, row = (value * SIDE / 2 + (SIDE - 1) / 2 + RING for value in (x, y))
    inside = (column >= 0) & (row >= 0) & (column < CANVAS - 1) & (row < CANVAS - 1)
    column, row = np.where(inside, column, 0), np.where(inside, row, 0)
    i, j = row.astype(int), column.astype(int)
    down, right = row - i, column - j
    upper = plane[i, j] + right * (plane[i, j + 1] - plane[i, j])
    lower = plane[i + 1, j] + right * (plane[i + 1, j + 1] - plane[i + 1, j])
    return np.where(inside, upper + down * (lower - upper), np.nan)


def lay(thumb: NDArray[np.uint8], canvas: Canvas, move: Floats) -> Laid:
    """A moved thumb on a canvas."""
    x, y, depth = move_thumb(move)
    seen = (depth > 0) & (depth < 1 / 0.3) & (interpolate(canvas.seen, x, y) > 0.999)
    other = np.where(seen, interpolate(canvas.grey, x, y), 0)
    return Laid(np.where(seen, thumb - 128.0, 0), other, seen.astype(np.float64))


def step_of(laid: Laid, canvas: Canvas, move: Floats) -> Floats | None:
    """One step of Gauss-Newton: 8 parameters, gain and offset, with robust weights."""
    seen = laid.seen > 0
    a, b, count = laid.thumb[seen], laid.other[seen], seen.sum()
    if count < 40 or b.var() * count < 1:
        return None
    gain = ((a - a.mean()) * (b - b.mean())).mean() / b.var()
    if gain <= 0:
        return None
    residual = a - a.mean() - gain * (b - b.mean())
    scale = 1.5 * np.abs(residual).mean() + 1
    x, y, (u, v, depth) = *(c[seen] for c in coordinates()), (c[seen] for c in move_thumb(move))
    factor = gain * SIDE / 2 * depth
    across, down = (
        factor * interpolate(slope, *move_thumb(move)[:2])[seen]
        for slope in (canvas.across, canvas.down)
    )
    tilt = -(across * u + down * v)
    rows = [across * x, across * y, across, down * x, down * y, down, tilt * x, tilt * y]
    slopes = np.stack([*rows, b - b.mean(), np.ones_like(b)])
    weights = 1 / (1 + (residual / scale) ** 2)
    damping = np.array([0.2] * 6 + [0.4] * 2 + [0.0] * 2) * count * scale**2
    step: Floats = np.linalg.solve(
        (slopes * weights) @ slopes.T + np.diag(damping), (slopes * weights) @ residual
    )
    return step[:8]


def refine(thumb: NDArray[np.uint8], canvas: Canvas, farthest: float) -> Laid:
    """At most 6 steps, and no parameter becomes larger than `farthest`."""
    move = np.zeros(8)
    laid = lay(thumb, canvas, move)
    for _ in range(6):
        step = step_of(laid, canvas, move)
        if step is None:
            break
        move = move + step
        if np.abs(move).max() > farthest:
            break
        laid = lay(thumb, canvas, move)
        if (step**2).sum() < 1e-6:
            break
    return laid


def correlation(a: Floats, b: Floats, noise: float) -> float:
    """Of some samples, with `noise` added to both variances."""
    covariance = ((a - a.mean()) * (b - b.mean())).mean()
    return float(covariance / np.sqrt((a.var() + noise) * (b.var() + noise)))


def blocks_of(laid: Laid) -> tuple[Floats, int]:
    """The correlation of each block, `(15, 15)`, and how many are seen. NaN does not count."""
    seen = laid.seen > 0
    a, b = laid.thumb[seen], laid.other[seen]
    gain = b.var() / a.var() if a.size and a.var() * a.size > 1 else 1
    found, count = np.full((15, 15), np.nan), 0
    for row, column in np.ndindex(15, 15):
        part = np.s_[2 * row : 2 * row + 4, 2 * column : 2 * column + 4]
        here = seen[part]
        if here.sum() < 12:
            continue
        count += 1
        x, y = laid.thumb[part][here], laid.other[part][here]
        if is_clipped(x.mean() + 128, y.mean() + 128):
            continue
        if x.var() >= 9 or y.var() >= 9 * max(1, gain):
            found[row, column] = correlation(x, y, 2)
    return found, count


def is_clipped(one: float, other: float) -> bool:
    """Whether one of two blocks is so bright or dark that its texture is lost."""
    least, most = min(one, other), max(one, other)
    return (most >= 240 and least >= 150) or (least <= 8 and most <= 60)


def largest_region(bad: NDArray[np.bool_]) -> int:
    """The size of the largest region of true values, connected along both axes."""
    label = np.where(bad, np.arange(1, bad.size + 1).reshape(bad.shape), 0)
    for _ in range(bad.size):
        padded = np.pad(label, 1)
        around = [padded[1:-1, :-2], padded[1:-1, 2:], padded[:-2, 1:-1], padded[2:, 1:-1]]
        label = np.where(bad, np.maximum.reduce([label, *around]), 0)
    return int(np.bincount(label[bad]).max()) if bad.any() else 0


def coherence(laid: Laid) -> float:
    """How much the slopes of the thumb have one direction."""
    seen = (laid.seen[:-1, :-1] * laid.seen[:-1, 1:] * laid.seen[1:, :-1]) > 0
    x = (laid.thumb[:-1, 1:] - laid.thumb[:-1, :-1])[seen]
    y = (laid.thumb[1:, :-1] - laid.thumb[:-1, :-1])[seen]
    total = (x * x).sum() + (y * y).sum()
    across = np.hypot((x * x).sum() - (y * y).sum(), 2 * (x * y).sum())
    return float(across / total) if total else 1.0


def measures(laid: Laid, area: float) -> Floats:
    """The nine numbers of a look, before refinement."""
    found, count = blocks_of(laid)
    counted = found[~np.isnan(found)]
    seen = laid.seen > 0
    a, b = laid.thumb[seen], laid.other[seen]
    spread = seen.sum() > 8 and min(a.var(), b.var()) * a.size > 1
    r = counted.mean() if counted.size else 0.0
    return np.array(
        [
            correlation(a, b, 0) if spread else 0,
            (counted > 0.6).mean() if counted.size else 0,
            counted.size,
            seen.mean(),
            seen.mean() * area,
            r,
            r,
            largest_region(np.nan_to_num(found, nan=1) <= 0.3) / count if count else 1,
            coherence(laid),
        ]
    )


def look(
    thumb: NDArray[np.uint8], canvas: Canvas, area: float = 1, farthest: float = 0.15
) -> Floats:
    """The nine numbers of `kernel.look_whole`, for one pair."""
    first = measures(lay(thumb, canvas, np.zeros(8)), area)
    if not 0.25 <= first[5] <= 0.97:
        return first
    second = measures(refine(thumb, canvas, farthest), area)
    second[6] = first[5]
    return second if second[5] > first[5] and second[3] > 0.7 * first[3] else first


def look_through(
    thumb: NDArray[np.uint8], size: Floats, grey: NDArray[np.uint8], way: Floats
) -> Floats:
    """The same for a thumb on a grey picture."""
    return look(thumb, paint_grey(grey, size, way), area(grey, size, way), 0.35)


def look_whole(first: NDArray[np.uint8], second: NDArray[np.uint8], orientation: int = 0) -> Floats:
    """The same for two thumbs."""
    return look(first, paint_thumb(turn(second, orientation + 1)))
