"""From the name of an algorithm to what it does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from lookalike._native import kernel
from lookalike.algorithms import ahash, colorhash, dhash, phash, whash
from lookalike.checks import whole_number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lookalike.algorithms.margins import Margins
    from lookalike.images.picture import Picture


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
    reduced: Reduced | None
    """What fast reading needs to know; None: it needs colours, and every pixel is read."""

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

    @property
    def least_side(self) -> int | None:
        """The shorter side in pixels of which fast reading leaves no less; None: of all."""
        return self.reduced.least_side if self.reduced else None


@dataclass(frozen=True)
class Reduced:
    """How an algorithm hashes a picture of which fast reading left fewer pixels."""

    least_side: int
    """The shorter side in pixels of which no less is left."""
    margins: Callable[[Picture], Margins]
    """By how much what each bit stands for is above its threshold."""
    doubtful_within: float
    """A bit is doubtful if its margin is less, in levels of grey, not counting what the picture's
    own may be off by: with all pixels, it may be another one."""
    most_doubtful: float
    """The share of the bits of which no more may be doubtful. A bit counts the less the larger its
    margin is: from one for none to nothing for `doubtful_within`."""

    def bits(self, picture: Picture) -> NDArray[np.bool_] | None:
        """Those of a reduced picture; None where so many are doubtful that it must be read again,
        exactly. Of 16 bits, no more than one then differs from an exact one."""
        above, level = self.margins(picture)
        limit = (self.doubtful_within + picture.error) * level
        if 1 - kernel.sureness(above, limit) > self.most_doubtful:
            return None
        return above > 0


@dataclass(frozen=True)
class Sizes:
    """The sizes that algorithms of a family come in."""

    text: str
    """As an error message names them."""
    fit: Callable[[int], bool]
    default: int = 8


TO_128 = Sizes("2 to 128", lambda size: 2 <= size <= 128)
LEAST_REDUCED = 4
"""The smallest size in fast reading: one bit that differs would be too many of a smaller one's."""
POWERS_OF_TWO = Sizes(
    "a power of two from 2 to 128", lambda size: 2 <= size <= 128 and not size & (size - 1)
)
EIGHT = Sizes("8", lambda size: size == 8)
BITS_OF_A_SHARE = Sizes("1 to 8", lambda size: 1 <= size <= 8, default=3)


def square(size: int) -> tuple[int, int]:
    """As many rows as columns."""
    return size, size


def shares(size: int) -> tuple[int, int]:
    """A row of so many bits for each share of a colorhash."""
    return colorhash.SHARES, size


def a_sixteenth(_size: int) -> float:
    """As many as may differ."""
    return 1 / 16


def for_neighbours(size: int) -> float:
    """More, as neighbours are often equal, in a clear sky say, and stay so. Of few bits less:
    chance turns over more than its share of them."""
    return 1 / 3 - 4 / 3 / size


@dataclass(frozen=True)
class Family:
    """Algorithms that differ in their size only."""

    compute: Callable[[Picture, int], NDArray[np.bool_]]
    match_bits: int
    """`max_distance` at the default size; other sizes take as large a share of their bits."""
    sizes: Sizes = TO_128
    shape: Callable[[int], tuple[int, int]] = square
    """From a size to rows and columns."""
    margins: Callable[[Picture, int], Margins] | None = None
    """Those of `Reduced`; None: the picture is looked at in colour, and is read exactly."""
    pixels_of_a_bit: int = 32
    """Fast reading leaves so many pixels along a side of the square that a bit stands for: enough
    that hashes of photographs differ from exact ones by less than a quarter of a bit on average."""
    doubtful_within: float = 1.0
    most_doubtful: Callable[[int], float] = a_sixteenth
    """Those of `Reduced`, the second from a size. Chosen on photographs, and on pictures that were
    drawn or faded until they were nearly flat: hardly any photograph is read twice for it."""


# The default distances of the plain names were chosen on real photographs and copies of them:
# docs/algorithms.md tells how. imagededup's are its own.
FAMILIES = {
    "ahash": Family(ahash.ahash, 5, margins=ahash.margins, pixels_of_a_bit=20),
    "phash": Family(phash.phash, 10, margins=phash.margins, pixels_of_a_bit=20),
    # A coefficient of a single row has fewer samples to make up for the error of one.
    "phash_simple": Family(
        phash.phash_simple, 5, margins=phash.margins_simple, doubtful_within=0.5
    ),
    "dhash": Family(
        dhash.dhash, 8, margins=dhash.margins, doubtful_within=1.5, most_doubtful=for_neighbours
    ),
    "dhash_vertical": Family(
        dhash.dhash_vertical,
        8,
        margins=dhash.margins_vertical,
        doubtful_within=1.5,
        most_doubtful=for_neighbours,
    ),
    # Averages of many samples are nearer to the exact ones than a sample is.
    "whash": Family(whash.whash, 6, POWERS_OF_TWO, margins=whash.margins, doubtful_within=0.5),
    "colorhash": Family(colorhash.colorhash, 1, BITS_OF_A_SHARE, shares),
    "ahash@imagededup": Family(ahash.ahash_imagededup, 10, EIGHT),
    "phash@imagededup": Family(phash.phash_imagededup, 10, EIGHT),
    "dhash@imagededup": Family(dhash.dhash_imagededup, 10, EIGHT),
    "whash@imagededup": Family(whash.whash_imagededup, 10, EIGHT),
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
    usual = family.sizes.default
    size = _size(name, family.sizes, digits) if colon else usual
    canonical = family_name if size == usual else f"{stem}:{size}{at}{flavour}"
    return _build(canonical, family, size)


@cache
def _build(name: str, family: Family, size: int) -> Algorithm:
    rows, columns = family.shape(size)
    usual_rows, usual_columns = family.shape(family.sizes.default)
    bits, usual_bits = rows * columns, usual_rows * usual_columns
    return Algorithm(
        name=name,
        shape=(rows, columns),
        default_max_distance=bits * family.match_bits // usual_bits,
        compute=lambda picture: family.compute(picture, size),
        reduced=_reduced(family, size),
    )


def _reduced(family: Family, size: int) -> Reduced | None:
    margins = family.margins
    if margins is None or size < LEAST_REDUCED:
        return None
    return Reduced(
        least_side=family.pixels_of_a_bit * size,
        margins=lambda picture: margins(picture, size),
        doubtful_within=family.doubtful_within,
        most_doubtful=family.most_doubtful(size),
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


def _size(name: str, sizes: Sizes, digits: str) -> int:
    size = int(digits) if re.fullmatch("[1-9][0-9]{0,2}", digits) else 0
    if not sizes.fit(size):
        raise ValueError(f"the size of {name!r} must be {sizes.text}, not {digits!r}")
    return size
