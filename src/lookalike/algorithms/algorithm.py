"""`Algorithm`: the full recipe of a hash, from a picture to its bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from lookalike.algorithms.shape import BitShape
    from lookalike.images.picture import Picture


@dataclass(frozen=True)
class Algorithm:
    """The full recipe of a hash."""

    name: str
    """The canonical name, which every hash carries."""
    shape: BitShape
    """Rows and columns of the grid of bits, a tuple of two."""
    default_max_distance: int
    """The distance in bits within which two images match unless the caller chooses another."""
    compute: Callable[[Picture], NDArray[np.bool_]]
    """The bits of a picture, `(rows, columns)` bool."""
    reduced: Reduced | None
    """What fast reading needs to know; None: colours are needed, and every pixel is read."""

    @property
    def bits(self) -> int:
        """How many bits a hash has."""
        return self.shape.bits

    @property
    def width(self) -> int:
        """How many bytes a hash takes, `ceil(bits / 8)`."""
        return self.shape.width

    @property
    def digits(self) -> int:
        """How many hex digits a hash prints as, `ceil(bits / 4)`."""
        return self.shape.digits

    @property
    def least_side(self) -> int | None:
        """How many pixels fast reading leaves of the shorter side, or more; None: all of them."""
        return self.reduced.least_side if self.reduced else None


@dataclass(frozen=True)
class Reduced:
    """How an algorithm hashes a picture of which fast reading left fewer pixels."""

    least_side: int
    """The fewest pixels that fast reading leaves of the shorter side."""
    margins: Callable[[Picture], NDArray[np.float64]]
    """How far the value behind each bit is above its threshold, in levels of grey. The bit is set
    if that is more than 0."""
    doubtful_within: float
    """A bit with a smaller margin is doubtful: all pixels might give the other value."""
    most_doubtful: float
    """The largest share of the bits that may be doubtful. A bit counts less the larger its margin
    is: 1 at a margin of 0, nothing from `doubtful_within` on."""

    def bits(self, picture: Picture) -> NDArray[np.bool_] | None:
        """The bits of a reduced picture; None if too many are doubtful, so that the picture must be
        read again, exactly. Otherwise at most one bit of 16 differs from an exact one."""
        margins = self.margins(picture)
        sureness = np.minimum(np.abs(margins) / self.doubtful_within, 1)
        return None if 1 - sureness.mean() > self.most_doubtful else margins > 0
