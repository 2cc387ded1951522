"""Dealing the bits of hashes to bands, and what a sample of the hashes says about each band.

The pigeonhole principle: cut the bits into bands, and divide max_distance + 1 among them. Two
hashes within max_distance then differ in at most a bits of some band that got a + 1 (M. Norouzi, A.
Punjani, D. Fleet, "Fast Search in Hamming Space with Multi-Index Hashing", 2012).

The number of comparisons depends on how many hashes are near each other in a band. So correlated
bits, such as those of neighbouring pixels, are dealt to different bands.
"""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING

import numpy as np

from lookalike._native import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDEST = 24
"""The most bits of a band, because it has a directory of all its values."""
SAMPLE = 512


def sample_of(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A sample of the hashes, the same one every time."""
    if len(words) <= SAMPLE:
        return words
    chosen = np.random.default_rng(SAMPLE).integers(0, len(words), SAMPLE)
    return np.ascontiguousarray(words[np.unique(chosen)])


class BitStatistics:
    """How the bits of a sample vary, and correlate."""

    def __init__(self, sample: NDArray[np.uint64], bits: int) -> None:
        """`bits`: how many the hashes have. Any bits before them are zero."""
        width = -(-bits // 8)
        unpacked = np.unpackbits(sample.view(np.uint8)[:, :width], axis=1)[:, width * 8 - bits :]
        signs = unpacked.astype(np.float32)
        signs -= signs.mean(axis=0)
        spread = np.sqrt((signs**2).mean(axis=0))
        signs /= np.maximum(spread, 1e-6)
        self.first = width * 8 - bits
        """The position of the first bit in the bytes."""
        self.varying = np.flatnonzero(spread > 0)
        """The bits that are not the same in all hashes, those that vary most first."""
        self.varying = self.varying[np.argsort(-spread[self.varying], kind="stable")]
        self.together = (signs.T @ signs / len(signs)) ** 2
        """`(bits, bits)`: the square of their correlation."""

    def deal(self, count: int, size: int) -> list[NDArray[np.uint16]]:
        """The positions of the bits of each of `count` bands of up to `size` bits.

        The bits that vary most come first. Each goes to the band it correlates with least.
        """
        size = min(size, WIDEST)
        shared = np.zeros((len(self.together), count))
        bands: list[list[int]] = [[] for _ in range(count)]
        room = np.zeros(count)
        most = min(len(self.varying), count * size)
        sizes = [most // count + (at < most % count) for at in range(count)]
        room[np.array(sizes) == 0] = np.inf
        for bit in self.varying[:most]:
            at = int(np.argmin(shared[bit] + room))
            bands[at].append(int(bit))
            shared[:, at] += self.together[:, bit]
            # Among equals the shortest one wins, and full ones are left out.
            room[at] = 1e-3 * len(bands[at]) if len(bands[at]) < sizes[at] else np.inf
        return [
            np.sort(np.array(band, np.uint16) + np.uint16(self.first)) for band in bands if band
        ]


def near_shares(
    sample: NDArray[np.uint64], bands: list[NDArray[np.uint16]]
) -> list[NDArray[np.float64]]:
    """For each band, the share of all pairs of hashes that differ there in at most 0, 1, ... bits.

    Estimated from a sample, but never less than for random bits. A sample cannot show a share of
    one pair in many millions.
    """
    counted = kernel.band_distances(sample, bands)
    total = max(len(sample) * (len(sample) - 1) // 2, 1)
    shares = []
    for band, counts in zip(bands, counted, strict=True):
        size = len(band)
        random = np.cumsum([comb(size, d) for d in range(size + 1)]) / 2.0**size
        shares.append(np.maximum(np.cumsum(counts[: size + 1]) / total, random))
    return shares
