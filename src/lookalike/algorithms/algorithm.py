"""`Algorithm`: the full recipe of a hash, from a picture to its bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lookalike._native import kernel

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from lookalike.algorithms.margins import Margins
    from lookalike.algorithms.shape import BitShape
    from lookalike.images.picture import Picture


@dataclass(frozen=True)
class Algorithm:
    """The full recipe of a hash."""

    name: str
    """The canonical name, which every hash carries."""
    shape: BitShape
    """Rows and columns of the grid of bits, as a tuple of two."""
    default_max_distance: int
    """The largest distance in bits at which two images match, unless the caller gives another."""
    compute: Callable[[Picture], NDArray[np.bool_]]
    """The bits of a picture, `(rows, columns)` bool."""
    reduced: Reduced | None
    """What fast reading needs to know. None if colours are needed, so every pixel is read."""

    @property
    def bits(self) -> int:
        """The number of bits of a hash."""
        return self.shape.bits

    @property
    def width(self) -> int:
        """The number of bytes of a hash, `ceil(bits / 8)`."""
        return self.shape.width

    @property
    def digits(self) -> int:
        """The number of hex digits of a hash, `ceil(bits / 4)`."""
        return self.shape.digits

    @property
    def least_side(self) -> int | None:
        """The fewest pixels that fast reading leaves on the shorter side. None for all of them."""
        return self.reduced.least_side if self.reduced else None


@dataclass(frozen=True)
class Reduced:
    """How an algorithm hashes a picture with fewer pixels, as fast reading leaves it."""

    least_side: int
    """The fewest pixels that fast reading leaves on the shorter side."""
    margins: Callable[[Picture], Margins]
    """How far the value of each bit is above its threshold."""
    doubtful_within: float
    """A bit with a smaller margin, in levels of grey, is doubtful: reading all pixels might flip
    it. The error of the picture's own pixels is added."""
    most_doubtful: float
    """The largest share of the bits that may be doubtful. A bit with a larger margin counts less: 1
    at a margin of 0, and nothing from `doubtful_within` on."""
    in_kernel: tuple[str, int] | None = None
    """The family and the size by which the kernel knows it, if it can hash a JPEG at once."""

    def bits(self, picture: Picture) -> NDArray[np.bool_] | None:
        """The bits of a reduced picture, or None if too many are doubtful.

        Then the picture must be read again, exactly. Otherwise at most one bit in 16 differs from
        the exact hash.
        """
        above, level = self.margins(picture)
        limit = (self.doubtful_within + picture.error) * level
        if 1 - kernel.sureness(above, limit) > self.most_doubtful:
            return None
        return above > 0
