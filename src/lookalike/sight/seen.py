"""`Seen`: what a closer second look at one picture needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lookalike.sight.colours import COLOUR_SIDE, colours_of
from lookalike.sight.paper import Shares

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lookalike.images import Picture

GREY_SIDE = 512


class Seen(NamedTuple):
    """A picture in grey, how much of it has the same grey, and its colours."""

    grey: NDArray[np.uint8]
    """`(height, width)`, with at most `GREY_SIDE` pixels on the longer side."""
    shares: Shares
    colours: NDArray[np.uint8]
    """`(COLOUR_SIDE, COLOUR_SIDE, 3)` RGB."""

    @classmethod
    def of(cls, picture: Picture) -> Seen:
        """See a picture."""
        width, height = picture.decoded_size
        scale = min(GREY_SIDE / max(width, height), 1)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        grey = picture.grey_grid(*size)
        return cls(grey, Shares.of(grey), colours_of(picture, COLOUR_SIDE))
