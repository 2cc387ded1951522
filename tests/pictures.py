"""Pictures drawn by integer arithmetic, so the bytes are always the same on every machine.

Grey ones are `(height, width)` uint8. `colour` and `photo` are `(height, width, 3)`, RGB.
"""

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def uniform(width: int, height: int, value: int) -> Pixels:
    """One value everywhere."""
    return np.full((height, width), value, np.uint8)


def gradient(width: int, height: int) -> Pixels:
    """From black at the top left to white at the bottom right."""
    y, x = np.indices((height, width))
    return (255 * (x + y) // max(width + height - 2, 1)).astype(np.uint8)


def stripes(width: int, height: int, period: int) -> Pixels:
    """Vertical black and white stripes, each `period` wide."""
    return np.tile((np.arange(width) // period % 2 * 255).astype(np.uint8), (height, 1))


def checker(width: int, height: int, cell: int) -> Pixels:
    """Black and white squares with sides of `cell`."""
    y, x = np.indices((height, width)) // cell
    return ((x + y) % 2 * 255).astype(np.uint8)


def noise(width: int, height: int, seed: int = 0) -> Pixels:
    """Independent samples."""
    return (_scrambled(width * height, seed) >> 56).astype(np.uint8).reshape(height, width)


def blobs(width: int, height: int, seed: int = 0) -> Pixels:
    """Soft spots of light and shade. The same seed in another size is the same picture, resized."""
    unit, shorter = 1 << 12, min(width, height)  # the shorter side is one unit long
    x = (2 * np.arange(width) + 1) * unit // (2 * shorter)
    y = (2 * np.arange(height)[:, None] + 1) * unit // (2 * shorter)
    total = np.full((height, width), 128)
    for across, down, size, light in (_scrambled(96, seed) >> 52).reshape(-1, 4).tolist():
        reach = unit // 10 + size // 3
        distance = (x - across * width // shorter) ** 2 + (y - down * height // shorter) ** 2
        total += np.maximum(reach**2 - distance, 0) * (light * 250 // unit - 125) // reach**2
    return total.clip(0, 255).astype(np.uint8)


def colour(red: Pixels, green: Pixels, blue: Pixels) -> Pixels:
    """A picture in colour from one grey picture per channel."""
    return np.stack([red, green, blue], axis=2)


def photo(width: int, height: int, seed: int = 0) -> Pixels:
    """Coloured blobs under a little noise, which look much like a photograph to a hash."""
    channels = [blobs(width, height, 3 * seed + k) for k in range(3)]
    grain = noise(width, height, seed)
    return colour(*(channel - channel // 16 + grain // 16 for channel in channels))


def _scrambled(count: int, seed: int) -> NDArray[np.uint64]:
    """Numbers of SplitMix64 (https://prng.di.unimi.it/splitmix64.c), 2^32 of them per seed."""
    z: NDArray[np.uint64] = np.arange(1, count + 1, dtype=np.uint64) + np.uint64(seed << 32)
    z *= np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
