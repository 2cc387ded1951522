"""Pictures drawn by whole-number arithmetic: the same bytes on every machine, for ever.

Grey ones are `(height, width)` uint8; `colour` and `photo` are `(height, width, 3)`, RGB.
"""

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

UNIT = 1 << 12
"""The shorter side of a picture in the units that blobs are placed in."""


def uniform(width: int, height: int, value: int) -> Pixels:
    """One value everywhere."""
    return np.full((height, width), value, np.uint8)


def gradient(width: int, height: int) -> Pixels:
    """From black at the top left to white at the bottom right."""
    y, x = np.indices((height, width))
    return (255 * (x + y) // max(width + height - 2, 1)).astype(np.uint8)


def stripes(width: int, height: int, period: int) -> Pixels:
    """Upright stripes, black and white, each `period` wide."""
    return np.broadcast_to((np.arange(width) // period % 2 * 255).astype(np.uint8), (height, width))


def checker(width: int, height: int, cell: int) -> Pixels:
    """Squares, black and white, of `cell` a side."""
    y, x = np.indices((height, width)) // cell
    return ((x + y) % 2 * 255).astype(np.uint8)


def noise(width: int, height: int, seed: int = 0) -> Pixels:
    """Samples that have nothing to do with each other."""
    return (_scrambled(width * height, seed) >> 56).astype(np.uint8).reshape(height, width)


def blobs(width: int, height: int, seed: int = 0) -> Pixels:
    """Soft spots of light and shade on grey: another size of a seed shows the same, resized."""
    shorter = min(width, height)
    y = (2 * np.arange(height)[:, None] + 1) * UNIT // (2 * shorter)
    x = (2 * np.arange(width) + 1) * UNIT // (2 * shorter)
    light = np.full((height, width), 128, np.int64)
    for across, down, radius, strength in _scrambled(4 * 24, seed).reshape(-1, 4).tolist():
        reach = UNIT // 10 + radius % (UNIT // 3)
        distance = (x - across % (UNIT * width // shorter)) ** 2
        distance = distance + (y - down % (UNIT * height // shorter)) ** 2
        light += np.maximum(reach**2 - distance, 0) * (strength % 301 - 150) // reach**2
    return light.clip(0, 255).astype(np.uint8)


def colour(red: Pixels, green: Pixels, blue: Pixels) -> Pixels:
    """A grey picture for each channel."""
    return np.stack([red, green, blue], axis=2)


def photo(width: int, height: int, seed: int = 0) -> Pixels:
    """Blobs in colour with a little noise: no two samples of a small grid are likely the same."""
    channels = [blobs(width, height, 3 * seed + channel) for channel in range(3)]
    return colour(*(c // 16 * 15 + noise(width, height, seed) // 16 for c in channels))


def _scrambled(count: int, seed: int) -> NDArray[np.uint64]:
    """SplitMix64, https://prng.di.unimi.it/splitmix64.c, from its `seed << 32`-th number on."""
    z = np.arange(count, dtype=np.uint64) + (seed << 32)
    z *= 0x9E3779B97F4A7C15
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB
    return z ^ (z >> 31)
