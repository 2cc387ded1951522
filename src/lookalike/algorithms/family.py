"""`Family`: algorithms that differ only in size. Each module declares its own."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from lookalike.algorithms.algorithm import Algorithm, Reduced
from lookalike.algorithms.shape import BitShape

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from lookalike.algorithms.margins import Margins
    from lookalike.images.picture import Picture

LEAST_REDUCED = 4
"""The smallest size that uses fast reading. In a smaller hash, even one wrong bit is too many."""


@dataclass(frozen=True)
class Sizes:
    """The sizes available in a family."""

    text: str
    """How messages and help describe them."""
    fit: Callable[[int], bool]
    default: int = 8


TO_128 = Sizes("2 to 128", lambda size: 2 <= size <= 128)
EIGHT = Sizes("8", lambda size: size == 8)


def square(size: int) -> BitShape:
    """A grid with as many rows as columns."""
    return BitShape(size, size)


def a_sixteenth(_size: int) -> float:
    """The default for `most_doubtful`: the share of bits that may differ."""
    return 1 / 16


@dataclass(frozen=True)
class Family:
    """Algorithms that differ only in size.

    `match_bits` of the plain names were chosen on real photographs and copies of them. See
    docs/algorithms.md. Those of imagededup's flavours are imagededup's own.
    """

    name: str
    """The name at the default size, such as `phash` or `phash@imagededup`."""
    compute: Callable[[Picture, int], NDArray[np.bool_]]
    match_bits: int
    """`max_distance` at the default size. Other sizes use the same share of their bits."""
    sizes: Sizes = TO_128
    shape: Callable[[int], BitShape] = square
    """The grid of bits for a size."""
    margins: Callable[[Picture, int], Margins] | None = None
    """As in `Reduced`. None if the algorithm needs colours, so the picture is read exactly."""
    pixels_of_a_bit: float = 32
    """Each bit stands for a square of the picture. Fast reading leaves this many pixels along its
    side. With that, hashes of photographs differ from exact ones by less than a quarter of a bit
    on average."""
    doubtful_within: float = 1.0
    most_doubtful: Callable[[int], float] = a_sixteenth
    """Both as in `Reduced`. `most_doubtful` depends on the size. They were chosen on photographs,
    and on pictures that were drawn, or faded until nearly flat. Very few photographs have to be
    read twice."""
    in_kernel: bool = False
    """Whether the kernel can hash a JPEG at once, under this name."""

    def algorithm(self, size: int) -> Algorithm:
        """The algorithm for a size, which must be a valid one."""
        stem, at, flavour = self.name.partition("@")
        shape = self.shape(size)
        return Algorithm(
            name=self.name if size == self.sizes.default else f"{stem}:{size}{at}{flavour}",
            shape=shape,
            default_max_distance=shape.bits
            * self.match_bits
            // self.shape(self.sizes.default).bits,
            compute=lambda picture: self.compute(picture, size),
            reduced=self._reduced(size),
        )

    def _reduced(self, size: int) -> Reduced | None:
        margins = self.margins
        if margins is None or size < LEAST_REDUCED:
            return None
        return Reduced(
            least_side=ceil(self.pixels_of_a_bit * size),
            margins=lambda picture: margins(picture, size),
            doubtful_within=self.doubtful_within,
            most_doubtful=self.most_doubtful(size),
            in_kernel=(self.name, size) if self.in_kernel else None,
        )
