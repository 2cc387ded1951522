"""Hashes for the search benchmark: random ones, and ones as in real collections.

All are `(n, bytes)` of uint8, and always the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from benchmarks.hashing import clouds

from lookalike import get_algorithm
from lookalike.hashes import pack_bits
from lookalike.images import Picture
from lookalike.work.threads import ordered_map, worker_count

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SIDE = 64
"""The side of a variation, in pixels."""
MARGIN = 8
"""The extra width of a drawn picture on each side, so that its windows differ."""
VARIATIONS = 250
"""The number of variations per drawn picture."""
ALGORITHMS = ("dhash", "phash")
"""The algorithms that hash the variations."""
DCT = np.cos(np.pi / 8 * np.outer(np.arange(8), np.arange(8) + 0.5)) / 2
DCT[0] /= np.sqrt(2)
BLOCKS = np.kron(np.eye(8), DCT).astype(np.float32)
"""Transforms every 8 x 8 block of a picture, as JPEG does: `BLOCKS @ picture @ BLOCKS.T`."""
COARSENESS = np.tile(1 + np.add.outer(np.arange(8), np.arange(8)), (8, 8)).astype(np.float32)
"""How coarsely JPEG rounds each of the frequencies, except the first."""


def near(
    hashes: NDArray[np.uint8], most: int, random: np.random.Generator, least: int = 0
) -> NDArray[np.uint8]:
    """The hashes with `least` to `most` bits of each flipped, at random places."""
    count, width = hashes.shape
    turned = np.arange(most) < random.integers(least, most + 1, (count, 1))
    # If the step is odd and the size a power of two, no place comes twice.
    step = 2 * random.integers(0, 4 * width, (count, 1)) + 1
    places = (random.integers(0, 8 * width, (count, 1)) + step * np.arange(most)) % (8 * width)
    bits = turned.astype(np.uint8) << (places % 8).astype(np.uint8)
    changed = hashes.copy()
    np.bitwise_xor.at(changed, (np.arange(count)[:, None], places // 8), bits)
    return changed


def random_hashes(count: int, bits: int = 64) -> NDArray[np.uint8]:
    """Random bits. One hash in a hundred is near another, or there would be few pairs to find."""
    random = np.random.default_rng(bits)
    hashes = random.integers(0, 256, (count, bits // 8), np.uint8)
    rows = random.choice(count, 2 * (count // 100), replace=False)
    copies, originals = rows.reshape(2, -1)
    hashes[copies] = near(hashes[originals], 12, random, least=1)
    return hashes


def equal_hashes(count: int) -> NDArray[np.uint8]:
    """Random ones, but three in ten are identical."""
    random = np.random.default_rng(1)
    hashes = random.integers(0, 256, (count, 8), np.uint8)
    hashes[random.random(count) < 0.3] = 0x5A
    return hashes


def copied_hashes(count: int) -> NDArray[np.uint8]:
    """Random ones, but three in ten each equal a different one of the others."""
    random = np.random.default_rng(2)
    hashes = random.integers(0, 256, (count, 8), np.uint8)
    rows = random.choice(count, 2 * (3 * count // 10), replace=False)
    copies, originals = rows.reshape(2, -1)
    hashes[copies] = hashes[originals]
    return hashes


def clustered_hashes(count: int) -> NDArray[np.uint8]:
    """500 hashes around each of some centres, at 0 to 8 bits from it."""
    random = np.random.default_rng(3)
    centres = random.integers(0, 256, (max(count // 500, 1), 8), np.uint8)
    return near(centres[random.integers(0, len(centres), count)], 8, random)


def picture_hashes(algorithm: str, count: int, cache: Path) -> NDArray[np.uint8]:
    """Hashes of variations of drawn pictures. They are slow to make, so a folder keeps them."""
    path = cache / f"{algorithm}-{count}.npy"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        for name, made in zip(ALGORITHMS, hash_variations(count), strict=True):
            np.save(cache / f"{name}-{count}.npy", made)
    hashes: NDArray[np.uint8] = np.load(path)
    return hashes


def hash_variations(count: int) -> list[NDArray[np.uint8]]:
    """Hashes of this many variations, by each of the algorithms, in random order."""
    pictures = range(-(-count // VARIATIONS))
    rows = np.concatenate(list(ordered_map(hashes_of_one, pictures, worker_count(None))))[:count]
    rows = rows[np.random.default_rng(4).permutation(count)]
    return [np.ascontiguousarray(rows[:, at]) for at in range(len(ALGORITHMS))]


def hashes_of_one(number: int) -> NDArray[np.uint8]:
    """`(VARIATIONS, algorithms, bytes)`: the hashes of the variations of one drawn picture."""
    random = np.random.default_rng([4, number])
    computes = [get_algorithm(name).compute for name in ALGORITHMS]
    pictures = map(Picture, varied(drawn_picture(random), VARIATIONS, random))
    hashes = b"".join(pack_bits(compute(one)) for one in pictures for compute in computes)
    return np.frombuffer(hashes, np.uint8).reshape(VARIATIONS, len(computes), -1)


def drawn_picture(random: np.random.Generator) -> NDArray[np.float32]:
    """Light and shade at every scale, with some boxes in front."""
    side = SIDE + 2 * MARGIN
    picture = clouds(side, side, random)
    picture *= 45 / picture.std()
    picture += 128 - picture.mean()
    for _ in range(random.integers(1, 6)):
        top, left = random.integers(0, side - 8, 2)
        height, width = random.integers(8, side // 2, 2)
        box = picture[top : top + height, left : left + width]
        box *= 0.4
        box += np.float32(random.uniform(0, 160))
    return picture


def varied(
    picture: NDArray[np.float32], count: int, random: np.random.Generator
) -> NDArray[np.uint8]:
    """`(count, SIDE, SIDE)`: the picture cropped, shifted, blurred, compressed, and so on."""

    def drawn(low: float, high: float) -> NDArray[np.float32]:
        return random.uniform(low, high, (count, 1, 1)).astype(np.float32)

    blur = drawn(0.4, 1.6)
    scale = drawn(0.95, 1.05)
    varied = windows(drawn(-2, 2), scale, blur) @ picture
    varied = varied @ windows(drawn(-2, 2), scale, blur).swapaxes(1, 2)
    varied *= drawn(0.75, 1.2)
    varied += drawn(-25, 25)
    varied += drawn(0, 5) * random.standard_normal(varied.shape, np.float32)
    step = drawn(0.5, 8) * COARSENESS
    varied = np.rint(BLOCKS @ varied @ BLOCKS.T / step) * step
    varied = BLOCKS.T @ varied @ BLOCKS
    pixels: NDArray[np.uint8] = np.clip(varied, 0, 255).astype(np.uint8)
    return pixels


def windows(
    shift: NDArray[np.float32], scale: NDArray[np.float32], blur: NDArray[np.float32]
) -> NDArray[np.float32]:
    """`(count, SIDE, side)`: the weight of the picture in each sample of a window, on one axis."""
    side = SIDE + 2 * MARGIN
    middle = np.float32((side - 1) / 2)
    at = middle + shift + scale * (np.arange(SIDE, dtype=np.float32)[:, None] - (SIDE - 1) / 2)
    away = ((at - np.arange(side, dtype=np.float32)) / blur) ** 2
    weights = np.exp(-np.minimum(away, 60) / 2)  # denormal numbers would be slow
    weights /= weights.sum(axis=2, keepdims=True)
    return weights
