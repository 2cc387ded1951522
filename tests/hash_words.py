"""Sets of hashes in words, from random ones to those that cost a search the most."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

Words: TypeAlias = NDArray[np.uint64]
Bits: TypeAlias = NDArray[np.bool_]
Skew: TypeAlias = Callable[[np.random.Generator, int, int], Bits]

seeds = st.integers(0, 2**32)


def random(rng: np.random.Generator, n: int, bits: int) -> Bits:
    return rng.random((n, bits)) < 0.5


def zero(_: np.random.Generator, n: int, bits: int) -> Bits:
    return np.zeros((n, bits), np.bool_)


def equal(rng: np.random.Generator, n: int, bits: int) -> Bits:
    return np.repeat(random(rng, 1, bits), n, axis=0)


def few_values(rng: np.random.Generator, n: int, bits: int) -> Bits:
    return random(rng, 3, bits)[rng.integers(0, 3, n)]


def clusters(rng: np.random.Generator, n: int, bits: int) -> Bits:
    return few_values(rng, n, bits) ^ (rng.random((n, bits)) < 0.03)


def one_bit_apart(rng: np.random.Generator, n: int, bits: int) -> Bits:
    return equal(rng, n, bits) ^ np.eye(bits, dtype=np.bool_)[rng.integers(0, bits, n)]


def correlated(rng: np.random.Generator, n: int, bits: int) -> Bits:
    return np.cumsum(rng.random((n, bits)) < 0.05, axis=1) % 2 > 0


def few_bits(rng: np.random.Generator, n: int, bits: int) -> Bits:
    return random(rng, n, bits) & (rng.permutation(bits) < 6)


SKEWS: list[Skew] = [
    random, zero, equal, few_values, clusters, one_bit_apart, correlated, few_bits,
]  # fmt: skip


def words_of(bits: Bits) -> Words:
    """Hashes from their bits, `(n, bits)`. Zero bits in front fill whole bytes, and zero bytes
    behind fill whole words.
    """
    packed = np.packbits(np.pad(bits, ((0, 0), (-bits.shape[1] % 8, 0))), axis=1)
    words: Words = np.pad(packed, ((0, 0), (0, -packed.shape[1] % 8))).view(np.uint64)
    words.flags.writeable = False  # as those of a mapped file
    return words


def made(seed: int, n: int, bits: int, skew: Skew = random) -> Words:
    """The same hashes every time."""
    return words_of(skew(np.random.default_rng(seed), n, bits))


def distances(bits: int) -> st.SearchStrategy[int]:
    """Distances of hashes of this many bits: small, typical of random ones, all, and beyond."""
    half = bits // 2
    chosen = st.sampled_from([0, 1, 3, bits // 16, half, bits - 1, bits, 2**62])
    return chosen | st.integers(0, bits) | st.integers(max(half - 8, 0), half)


def spans(size: int) -> st.SearchStrategy[tuple[int, int]]:
    """Half-open ranges. Half of them are the whole range."""
    bound = st.integers(0, size)
    return st.just((0, size)) | st.tuples(bound, bound).map(lambda one: (min(one), max(one)))


def sets_of(bits: int, most: int) -> st.SearchStrategy[Words]:
    """Sets of up to `most` hashes of any kind."""
    counts = st.integers(0, most) | st.integers(most // 2, most)
    return st.builds(made, seeds, counts, st.just(bits), st.sampled_from(SKEWS))
