"""From the name of an algorithm to what it does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from lookalike.algorithms import ahash, dhash, phash, whash
from lookalike.errors import whole_number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lookalike.images.picture import Picture

DEFAULT_SIZE = 8
LARGEST_SIZE = 128
"""Hashes of 16,384 bits, 2 KB each: far beyond use, and well within what a search can hold."""


@dataclass(frozen=True)
class Algorithm:
    """The full recipe of a hash."""

    name: str
    """The canonical name, which every hash carries."""
    shape: tuple[int, int]
    """Rows and columns of the grid of bits."""
    default_max_distance: int
    """Within how many bits two images match unless the caller says otherwise."""
    compute: Callable[[Picture], NDArray[np.bool_]]
    """The bits of a picture, `(rows, columns)` bool."""

    @property
    def bits(self) -> int:
        """How many bits a hash has."""
        return self.shape[0] * self.shape[1]

    @property
    def width(self) -> int:
        """How many bytes a hash takes, `ceil(bits / 8)`."""
        return -(-self.bits // 8)

    @property
    def digits(self) -> int:
        """How many hex digits a hash prints as, `ceil(bits / 4)`."""
        return -(-self.bits // 4)


@dataclass(frozen=True)
class Family:
    """Algorithms that differ in their size only."""

    compute: Callable[[Picture, int], NDArray[np.bool_]]
    match_bits: int
    """The default `max_distance` of 64 bits; other sizes take as large a share of theirs."""
    powers_of_two: bool = False
    fixed_size: bool = False


# The default distances of the plain names were chosen on real photographs and copies of them:
# docs/algorithms.md tells how. imagededup's are its own.
FAMILIES = {
    "ahash": Family(ahash.ahash, 5),
    "phash": Family(phash.phash, 10),
    "dhash": Family(dhash.dhash, 8),
    "dhash_vertical": Family(dhash.dhash_vertical, 8),
    "whash": Family(whash.whash, 6, powers_of_two=True),
    "ahash@imagededup": Family(ahash.ahash_imagededup, 10, fixed_size=True),
    "phash@imagededup": Family(phash.phash_imagededup, 10, fixed_size=True),
    "dhash@imagededup": Family(dhash.dhash_imagededup, 10, fixed_size=True),
    "whash@imagededup": Family(whash.whash_imagededup, 10, fixed_size=True),
}


def algorithm_names() -> list[str]:
    """The names that `get_algorithm` knows, without sizes."""
    return list(FAMILIES)


def get_algorithm(name: str) -> Algorithm:
    """The algorithm of that name; the same object for all names of one algorithm.

    Raises `ValueError` for a name or a size that there is not, and `TypeError` for no string.
    """
    if not isinstance(name, str):
        raise TypeError(f"algorithm must be a name such as 'phash' or 'dhash:16', not {name!r}")
    return _parse(name)


@lru_cache(maxsize=1024)
def _parse(name: str) -> Algorithm:
    plain, at, flavour = name.partition("@")
    stem, colon, digits = plain.partition(":")
    family_name = stem + at + flavour
    family = FAMILIES.get(family_name)
    if family is None:
        raise ValueError(f"no algorithm {name!r}; there are {', '.join(FAMILIES)}")
    size = _size(name, family, digits) if colon else DEFAULT_SIZE
    canonical = family_name if size == DEFAULT_SIZE else f"{stem}:{size}{at}{flavour}"
    return _build(canonical, family, size)


@cache
def _build(name: str, family: Family, size: int) -> Algorithm:
    bits = size * size
    return Algorithm(
        name=name,
        shape=(size, size),
        default_max_distance=bits * family.match_bits // (DEFAULT_SIZE * DEFAULT_SIZE),
        compute=lambda picture: family.compute(picture, size),
    )


def checked_distance(max_distance: int | None, algorithm: str) -> int:
    """`max_distance`, or the default of the algorithm. Raises `ValueError` and `TypeError`."""
    kind = get_algorithm(algorithm)
    if max_distance is None:
        return kind.default_max_distance
    number = whole_number(max_distance, "max_distance")
    if not 0 <= number <= kind.bits:
        raise ValueError(
            f"max_distance must be 0 to {kind.bits} for {kind.name}, not {max_distance}"
        )
    return number


def _size(name: str, family: Family, digits: str) -> int:
    size = int(digits) if re.fullmatch("[1-9][0-9]{0,2}", digits) else 0
    if family.fixed_size:
        sizes, fits = str(DEFAULT_SIZE), size == DEFAULT_SIZE
    elif family.powers_of_two:
        sizes, fits = f"a power of two from 2 to {LARGEST_SIZE}", size > 1 and not size & (size - 1)
    else:
        sizes, fits = f"2 to {LARGEST_SIZE}", size > 1
    if not fits or size > LARGEST_SIZE:
        raise ValueError(f"the size of {name!r} must be {sizes}, not {digits!r}")
    return size
