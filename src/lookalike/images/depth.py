"""Deep grey samples to 8 bits, and which values are black and white. `docs/hashes.md` defines it.

Nearly no camera, scanner or instrument fills the range of its samples, so the values that a picture
does have decide, but for pictures that fill half the range or more, and for blank ones.
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
"""Of a larger picture, every second, third, … sample of every second, third, … row is looked at."""

LEAST_COUNTS, LEAST_SHARE = 32, 1 / 2048
"""A picture of less contrast is blank: in whole numbers, and as a share of the greatest float."""
BLOCKS, LEAST_BLOCK, FEWEST = 16, 4, 16
NOISE_SAMPLES = 1 << 18
NOISE = 3.0
"""The means of blocks of n unrelated samples vary by 1 / n of what the samples do. A picture in
which they vary by less than so many times that is nothing but noise, so blank as well."""

FILLS = (-999, -9999, -99999, -32767, -32768, -(2**31))
HUGE = 1e30
"""Values that usually mean that there is no data, and the magnitude from which on all floats do."""
FILL_TAIL, FILL_GAP, OTHER_GAP = 0.02, 0.5, 8.0
"""How far such a value, or any other, must lie from all else, in multiples of its contrast."""


def to_8_bits(samples: NDArray[Any], absent: Iterable[float] = ()) -> NDArray[np.uint8]:
    """Scale and round `(height, width)` samples: uint16, int16, uint32, int32 or float32.

    `absent`: values that are declared to mean that there is no data.
    """
    black, white = _range(samples, absent)
    if samples.dtype.str[1:] != "u2":  # of either byte order
        return scaled(samples, black, white)
    table = scaled(np.arange(1 << 16)[None], black, white)[0]
    return _by_rows(samples, lambda rows: table[rows.astype(np.intp)])


def scaled(samples: NDArray[Any], black: float, white: float) -> NDArray[np.uint8]:
    """0 for black and 255 for white, and for all beyond. NaN is black."""

    def convert(rows: NDArray[Any]) -> NDArray[np.uint8]:
        values = np.nan_to_num(rows.astype(np.float64), nan=black).clip(black, white)
        return np.floor((values - black) / (white - black) * 255.0 + 0.5).astype(np.uint8)

    return _by_rows(samples, convert)


def _by_rows(
    samples: NDArray[Any], convert: Callable[[NDArray[Any]], NDArray[np.uint8]]
) -> NDArray[np.uint8]:
    """Some rows at a time, as it takes eight bytes a sample."""
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
    """The values that all but a share of `tail` reach, from below and from above."""
    if not values.size:
        return 0.0, 0.0
    ranks = int(tail * (values.size - 1)), ceil((1 - tail) * (values.size - 1))
    ordered = np.partition(values, ranks)
    return float(ordered[ranks[0]]), float(ordered[ranks[1]])


def _full_range(dtype: np.dtype[Any], low: float, high: float) -> tuple[float, float]:
    """The first that holds both ends: 16 bits, all of the type; of floats, 0 to 1.

    For other floats there is none; it is from 0 to the farther end, or from end to end around 0.
    """
    if dtype.kind == "f":
        return (0.0, 1.0) if low >= 0 and high <= 1 else (min(low, 0.0), max(high, 0.0))
    if low >= 0 and high <= 65535:
        return 0.0, 65535.0
    return float(np.iinfo(dtype).min), float(np.iinfo(dtype).max)


def _is_blank(samples: NDArray[Any], low: float, high: float) -> bool:
    """Whether there is nothing to be seen, however much the contrast is raised."""
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
    """`_ends` of the samples that do not stand for no data."""
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
    """The values but for a `fill`, where that stands far apart from all of them.

    Never where nothing else is to be seen: then it is ink, or paper.
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
    # A copy that was resized has mixtures of the two.
    return rest[rest >= low - contrast] if known else rest
