"""Converts deep grey samples to 8 bits, and chooses black and white. See `docs/hashes.md`.

Hardly any camera, scanner or instrument fills the range of its samples. So black and white are
chosen from the values in the picture. The exceptions are blank pictures, and those that fill half
the range or more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import ceil, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

TAIL = 0.001
"""The share of the samples that may be darker than black, and lighter than white."""
MOST_SAMPLES = 1 << 22
"""A larger picture is sampled: every second, third, … sample of every second, third, … row."""

LEAST_COUNTS, LEAST_SHARE = 32, 1 / 2048
"""A picture with less contrast is blank. For whole numbers it is a difference of values, and for
floats a share of the largest magnitude."""
BLOCKS, LEAST_BLOCK, FEWEST = 16, 4, 16
NOISE_SAMPLES = 1 << 18
NOISE = 3.0
"""The variance of the means of blocks of n unrelated samples is 1 / n of that of the samples. If it
is less than this many times that, the picture is only noise, so it is blank too."""

FILLS = (-999, -9999, -99999, -32767, -32768, -(2**31))
HUGE = 1e30
"""Values that usually mean no data, and the magnitude from which on every float means no data."""
FILL_TAIL, FILL_GAP, OTHER_GAP = 0.02, 0.5, 8.0
"""The share of the rest to ignore as tails at each end, next to one of `FILLS`. Then how far one of
`FILLS`, or any other value, must lie from the rest, in multiples of the contrast of the rest."""


def to_8_bits(samples: NDArray[Any], absent: Iterable[float] = ()) -> NDArray[np.uint8]:
    """Scale and round `(height, width)` samples: uint16, int16, uint32, int32 or float32.

    `absent` holds values that are declared to mean no data.
    """
    black, white = _range(samples, absent)
    if samples.dtype.str[1:] != "u2":  # in either byte order
        return scaled(samples, black, white)
    table = scaled(np.arange(1 << 16)[None], black, white)[0]
    return _by_rows(samples, lambda rows: table[rows.astype(np.intp)])


def scaled(samples: NDArray[Any], black: float, white: float) -> NDArray[np.uint8]:
    """Scale black to 0 and white to 255, and clip values beyond. NaN is black."""

    def convert(rows: NDArray[Any]) -> NDArray[np.uint8]:
        values = np.nan_to_num(rows.astype(np.float64), nan=black).clip(black, white)
        return np.floor((values - black) / (white - black) * 255.0 + 0.5).astype(np.uint8)

    return _by_rows(samples, convert)


def _by_rows(
    samples: NDArray[Any], convert: Callable[[NDArray[Any]], NDArray[np.uint8]]
) -> NDArray[np.uint8]:
    """Convert some rows at a time, because conversion needs eight bytes per sample."""
    out = np.empty(samples.shape, np.uint8)
    for row in range(0, len(samples), 64):
        out[row : row + 64] = convert(samples[row : row + 64])
    return out


def _range(samples: NDArray[Any], absent: Iterable[float]) -> tuple[float, float]:
    """Which values are black and white."""
    some = _thinned(samples, MOST_SAMPLES)
    low, high = _ends_of_data(some, absent)
    black, white = _full_range(samples.dtype, low, high)
    has_range = samples.dtype.kind != "f" or (black, white) == (0.0, 1.0)
    fills_it = has_range and high - low >= (white - black) / 2
    return (black, white) if fills_it or _is_blank(some, low, high) else (low, high)


def _thinned(samples: NDArray[Any], most: int) -> NDArray[Any]:
    step = ceil(sqrt(max(samples.size / most, 1)))
    return samples[::step, ::step]


def _ends(values: NDArray[Any], tail: float) -> tuple[float, float]:
    """The lowest and highest values, ignoring a share of `tail` at each end."""
    if not values.size:
        return 0.0, 0.0
    ranks = int(tail * (values.size - 1)), ceil((1 - tail) * (values.size - 1))
    ordered = np.partition(values, ranks)
    return float(ordered[ranks[0]]), float(ordered[ranks[1]])


def _full_range(dtype: np.dtype[Any], low: float, high: float) -> tuple[float, float]:
    """The first range that holds both ends: 16 bits, or all of the type. For floats, 0 to 1.

    Other floats have no full range. Theirs is from 0 to the farther end, or from end to end if 0
    lies between.
    """
    if dtype.kind == "f":
        return (0.0, 1.0) if low >= 0 and high <= 1 else (min(low, 0.0), max(high, 0.0))
    if low >= 0 and high <= 65535:
        return 0.0, 65535.0
    return float(np.iinfo(dtype).min), float(np.iinfo(dtype).max)


def _is_blank(samples: NDArray[Any], low: float, high: float) -> bool:
    """Whether there is nothing to see, however much the contrast is raised."""
    contrast = high - low
    is_float = samples.dtype.kind == "f"
    least = LEAST_SHARE * max(abs(low), abs(high)) if is_float else LEAST_COUNTS
    return contrast < least or contrast == 0 or _is_noise(samples, low, high)


def _is_noise(samples: NDArray[Any], low: float, high: float) -> bool:
    some = _thinned(samples, NOISE_SAMPLES).astype(np.float64)
    rows, columns = (max(side // BLOCKS, LEAST_BLOCK) for side in some.shape)
    down, across = some.shape[0] // rows, some.shape[1] // columns
    if down * across < FEWEST:
        return False
    some = some[: down * rows, : across * columns]
    middle = (low + high) / 2
    centred = np.where((some >= low) & (some <= high), some - middle, 0.0)
    means = centred.reshape(down, rows, across, columns).mean(axis=(1, 3))
    return bool(means.var() * rows * columns < NOISE * centred.var())


def _ends_of_data(samples: NDArray[Any], absent: Iterable[float]) -> tuple[float, float]:
    """`_ends` of the samples, without those that mean no data."""
    values = samples.reshape(-1)
    if samples.dtype.kind == "f":
        values = values[np.abs(values) < HUGE]  # so not NaN either
    for value in absent:
        if abs(value) < HUGE:
            values = values[values != value]
    low, high = _ends(values, TAIL)
    for fill in (*(fill for fill in FILLS if low <= fill), low, high):
        rest = _without(fill, values, samples)
        if rest.size < values.size:
            values = rest
            low, high = _ends(values, TAIL)
    return low, high


def _without(fill: float, values: NDArray[Any], samples: NDArray[Any]) -> NDArray[Any]:
    """The values without a `fill`, if it lies far apart from all of them.

    It is kept if there is nothing else to see, because then it is ink or paper.
    """
    known = fill in FILLS
    if not known and not (values >= fill).all() and not (values <= fill).all():
        return values
    rest: NDArray[Any] = values[values != fill]
    if rest.size < FEWEST:
        return values
    low, high = _ends(rest, FILL_TAIL if known else TAIL)
    contrast, gap = high - low, max(low - fill, fill - high)
    if gap <= (FILL_GAP if known else OTHER_GAP) * contrast or _is_blank(samples, low, high):
        return values
    # A resized copy has mixtures of fill and data.
    return rest[rest >= low - contrast] if known else rest
