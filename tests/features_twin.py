"""The plain NumPy twin of the kernel's features, step by step as docs/sight.md defines them.

It is slow and not part of the package. The tests compare the kernel with it.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Integers = NDArray[np.int64]

LEVELS, MARGIN, CELLS, REACH = 10, 6, 8, 22
LEAST_SCORE = 8 * 16 * 16 * 16
BINOMIAL = (1, 6, 15, 20, 15, 6, 1)

PAGE = Path(__file__).parents[1] / "docs" / "sight.md"
PAIRS = np.array(
    [pair.split("-") for pair in PAGE.read_text("utf-8").split("```")[1].split()[1:]], np.uint8
)
"""`(256, 2)`: the boxes that are compared, as the page lists them."""


def area_mean(samples: Bytes, width: int, height: int, box: tuple[int, int, int, int]) -> Bytes:
    left, top, right, bottom = box
    across = _overlaps(samples.shape[1], left, right, width)
    down = _overlaps(samples.shape[0], top, bottom, height)
    area = (right - left) * (bottom - top)
    sums = down @ samples.astype(np.int64) @ across.T
    return ((2 * sums + area) // (2 * area)).astype(np.uint8)


def _overlaps(samples: int, begin: int, end: int, pieces: int) -> Integers:
    """How much of each sample lies in each piece: a sample is 8 x pieces long."""
    edges = begin * pieces + np.arange(pieces + 1) * (end - begin)
    starts = np.arange(samples) * 8 * pieces
    upper = np.minimum(edges[1:, None], starts + 8 * pieces)
    overlaps: Integers = np.maximum(upper - np.maximum(edges[:-1, None], starts), 0)
    return overlaps


class Level(NamedTuple):
    pixels: Integers
    smooth: Integers
    scores: Integers


class Point(NamedTuple):
    level: int
    x: int
    y: int
    response: int


def pyramid(grey: Bytes) -> list[Level]:
    levels: list[Level] = []
    pixels = grey.astype(np.int64)
    for k in range(LEVELS):
        over, under = 63**k, 50**k
        height, width = ((2 * side * under + over) // (2 * over) for side in grey.shape)
        if max(width, height) < 40 or min(width, height) < 12:
            break
        pixels = shrink(pixels, width, height)
        smooth = (_binomial(_binomial(pixels, 0), 1) + 128) >> 8
        levels.append(Level(pixels, smooth, scores(smooth)))
    return levels


def shrink(pixels: Integers, width: int, height: int) -> Integers:
    if pixels.shape == (height, width):
        return pixels
    return (_between(_between(pixels, 0, height), 1, width) + 2048) >> 12


def _between(values: Integers, axis: int, smaller: int) -> Integers:
    """Sums of two neighbours along an axis, times 64."""
    larger = values.shape[axis]
    doubled = ((2 * np.arange(smaller) + 1) * larger - smaller) * 64 // smaller
    first, fraction = np.divmod((doubled + 1) // 2, 64)
    if axis == 0:
        fraction = fraction[:, None]
    before, after = values.take(first, axis), values.take(first + 1, axis)
    sums: Integers = before * (64 - fraction) + after * fraction
    return sums


def _binomial(values: Integers, axis: int) -> Integers:
    size = values.shape[axis]
    near = (np.clip(np.arange(size) + k - 3, 0, size - 1) for k in range(7))
    sums = np.zeros_like(values)
    for weight, at in zip(BINOMIAL, near, strict=True):
        sums += weight * values.take(at, axis)
    return sums


def scores(smooth: Integers) -> Integers:
    """The determinant of the Hessian matrix. 0 along the edges."""
    s = np.pad(smooth, 1)
    middle = s[1:-1, 1:-1]
    xx = s[1:-1, :-2] - 2 * middle + s[1:-1, 2:]
    yy = s[:-2, 1:-1] - 2 * middle + s[2:, 1:-1]
    xy = s[:-2, :-2] + s[2:, 2:] - s[:-2, 2:] - s[2:, :-2]
    found: Integers = 16 * xx * yy - xy * xy
    found[0], found[-1], found[:, 0], found[:, -1] = 0, 0, 0, 0
    return found


def peaks(levels: list[Level], k: int) -> Iterator[Point]:
    """The scores that are largest among their neighbours, and among those of both next levels."""
    score = levels[k].scores
    height, width = score.shape
    over, under = 63**k, 50**k
    scale = (512 * over + under) // (2 * under)
    around = [np.roll(score, (-y, -x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    largest = (score > np.max(around[:4], axis=0)) & (score >= np.max(around[5:], axis=0))
    largest[:MARGIN] = largest[height - MARGIN :] = False
    largest[:, :MARGIN] = largest[:, width - MARGIN :] = False
    for y, x in np.argwhere(largest & (score >= LEAST_SCORE)).tolist():
        own = int(score[y, x])
        if all(
            _beats(own, score.shape, x, y, levels[other].scores, other < k)
            for other in (k - 1, k + 1)
            if 0 <= other < len(levels)
        ):
            yield Point(k, x, y, own * scale >> 8)


def _beats(
    own: int, shape: tuple[int, ...], x: int, y: int, other: Integers, is_finer: bool
) -> bool:
    column = (2 * x + 1) * other.shape[1] // (2 * shape[1])
    row = (2 * y + 1) * other.shape[0] // (2 * shape[0])
    most = int(other[row - 1 : row + 2, column - 1 : column + 2].max())
    return most < own or (most == own and not is_finer)


def keypoints(levels: list[Level], most: int) -> list[Point]:
    """Ranked within their cells, then by response."""
    found = [point for k in range(len(levels)) for point in peaks(levels, k)]
    found.sort(key=lambda one: (-one.response, one.level, one.y, one.x))
    counts: dict[tuple[int, int], int] = {}
    ranks = []
    for one in found:
        cell = _cell(levels, one)
        ranks.append(counts.get(cell, 0))
        counts[cell] = ranks[-1] + 1
    order = sorted(range(len(found)), key=lambda k: (ranks[k], k))
    return [found[k] for k in order[:most]]


def _cell(levels: list[Level], one: Point) -> tuple[int, int]:
    whole, level = levels[0].pixels.shape, levels[one.level].pixels.shape
    longer = max(whole)
    return (
        (2 * one.x + 1) * whole[1] * CELLS // (2 * level[1] * longer),
        (2 * one.y + 1) * whole[0] * CELLS // (2 * level[0] * longer),
    )


def half_pixels(levels: list[Level], one: Point) -> tuple[int, int]:
    """The top of a parabola along each axis, in half pixels of the picture."""
    whole, level = levels[0].pixels.shape, levels[one.level].pixels.shape
    score, places = levels[one.level].scores, []
    for axis, at in ((1, one.x), (0, one.y)):
        before, middle, after = (
            int(score[one.y + (axis == 0) * k, one.x + (axis == 1) * k]) for k in (-1, 0, 1)
        )
        beyond = int(128 * (before - after) / (before - 2 * middle + after))
        unit = 128 * level[axis]
        places.append(((256 * at + 128 + beyond) * whole[axis] + unit // 2) // unit)
    return places[0], places[1]


FALLS = np.floor(255 * np.exp(-(np.arange(12) ** 2) / 50) + 0.5).astype(np.int64)
TANGENTS = np.floor(65536 * np.tan(np.arange(1, 8) * np.pi / 32) + 0.5).astype(np.int64)


def orientation(level: Level, x: int, y: int) -> int:
    height, width = level.smooth.shape
    rows = np.arange(max(y - 11, 1), min(y + 11, height - 2) + 1)[:, None]
    columns = np.arange(max(x - 11, 1), min(x + 11, width - 2) + 1)
    right = level.smooth[rows, columns + 1] - level.smooth[rows, columns - 1]
    down = level.smooth[rows + 1, columns] - level.smooth[rows - 1, columns]
    inside = (rows - y) ** 2 + (columns - x) ** 2 <= 121
    weights = FALLS[abs(rows - y)] * FALLS[abs(columns - x)] * inside
    sectors, lengths = _gradients(right, down)
    counts = np.zeros(64, np.int64)
    np.add.at(counts, sectors, (8 * lengths * weights) >> 16)
    for _ in range(2):
        counts = np.sum([np.roll(counts, k) for k in range(-2, 3)], axis=0)
    most = int(counts.argmax())
    before, after = int(counts[most - 1]), int(counts[(most + 1) % 64])
    curve = 2 * int(counts[most]) - before - after
    beyond = (4 * (after - before) + 5 * curve) // (2 * curve) if curve else 2
    return (4 * most + beyond) % 256


def _gradients(right: Integers, down: Integers) -> tuple[Integers, Integers]:
    """Which of 64 sectors each one points to, and its length."""
    longer, shorter = np.maximum(abs(right), abs(down)), np.minimum(abs(right), abs(down))
    beyond = 16 * shorter > (16 * longer * TANGENTS[:, None, None]) >> 16
    sectors = beyond.sum(axis=0)
    sectors = np.where(abs(down) > abs(right), 15 - sectors, sectors)
    sectors = np.where(right < 0, 31 - sectors, sectors)
    sectors = np.where(down < 0, 63 - sectors, sectors)
    return sectors, np.maximum(longer, (7 * longer + 4 * shorter) // 8)


RINGS = ((1, 0, 2, 0.0), (8, 4, 1, 0.0), (12, 8, 2, 0.5), (16, 13, 3, 0.0), (16, 18, 4, 0.5))
"""How many boxes each ring has, its radius, the reach of its boxes, and the first one's place."""


@cache
def boxes(angle: int) -> list[tuple[int, int, int]]:
    """x, y and reach of each box, when the pattern is turned."""
    found = []
    for count, radius, reach, first in RINGS:
        turns = (np.arange(count) + first) / count + angle / 256
        x, y = radius * np.cos(2 * np.pi * turns), radius * np.sin(2 * np.pi * turns)
        found += [(int(a), int(b), reach) for a, b in zip(np.rint(x), np.rint(y), strict=True)]
    return found


def box_means(pixels: Integers, x: int, y: int, angle: int) -> Integers:
    """In 1/16 of a grey level. Pixels beyond the edges repeat those at the edges."""
    height, width = pixels.shape
    rows = np.clip(np.arange(y - REACH, y + REACH + 1), 0, height - 1)
    columns = np.clip(np.arange(x - REACH, x + REACH + 1), 0, width - 1)
    around, means = pixels[np.ix_(rows, columns)], []
    for right, down, reach in boxes(angle):
        column, row = right + REACH, down + REACH
        box = around[row - reach : row + reach + 1, column - reach : column + reach + 1]
        scale = (2 * 2**20 + box.size) // (2 * box.size)
        means.append((int(box.sum()) * scale + 2**15) >> 16)
    return np.array(means)


def features(grey: Bytes, most: int) -> tuple[NDArray[np.uint32], Bytes]:
    return query_features(grey, most)[:2]


def query_features(grey: Bytes, most: int) -> tuple[NDArray[np.uint32], Bytes, Bytes]:
    levels = pyramid(grey)
    points, bits, margins = [], np.zeros((0, 256), bool), np.zeros((0, 256), np.uint8)
    for one in keypoints(levels, most):
        level = levels[one.level]
        angle = orientation(level, one.x, one.y)
        x, y = half_pixels(levels, one)
        points.append(x | y << 10 | one.level << 20 | angle << 24)
        a, b = box_means(level.pixels, one.x, one.y, angle)[PAIRS.T]
        bits = np.vstack([bits, a > b])
        margins = np.vstack([margins, np.minimum(abs(a - b), 255).astype(np.uint8)])
    return np.array(points, np.uint32), np.packbits(bits, axis=1, bitorder="little"), margins


def mirrored(descriptors: Bytes, margins: Bytes) -> tuple[Bytes, Bytes]:
    places = [(x, y) for x, y, _ in boxes(0)]
    opposite = [places.index((x, -y)) for x, y in places]
    numbers = {(a, b): k for k, (a, b) in enumerate(PAIRS.tolist())}
    pairs = [(opposite[a], opposite[b]) for a, b in PAIRS.tolist()]
    order = [numbers[a, b] if (a, b) in numbers else numbers[b, a] for a, b in pairs]
    inverted = [pair not in numbers for pair in pairs]
    bits = np.unpackbits(descriptors, axis=1, bitorder="little")[:, order] ^ inverted
    return np.packbits(bits, axis=1, bitorder="little"), margins[:, order]
