"""dHash, the difference hash: where the picture gets lighter from one sample to the next.

Source: N. Krawetz, "Kind of Like That" (2013),
https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lookalike.algorithms.family import EIGHT, Family
from lookalike.algorithms.grids import colour_grid
from lookalike.algorithms.margins import Margins

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images.picture import Picture

PIXELS_OF_A_BIT = 19.25
"""154 pixels for 64 bits. With 256, as for other algorithms that are this sensitive, a quarter as
many bits differ from the exact hash. But nearly all photographs on the web would be decoded in
full."""


def dhash(picture: Picture, size: int) -> NDArray[np.bool_]:
    """ImageHash's `dhash`: grey, resized to size + 1 columns x size rows.

    A bit is set if the sample to the right is lighter.
    """
    return margins(picture, size).above > 0


def margins(picture: Picture, size: int) -> Margins:
    """How many levels of grey each sample is lighter than the one to its left."""
    grey = picture.grey_grid(size + 1, size).astype(np.int64)
    return Margins(grey[:, 1:] - grey[:, :-1])


def dhash_vertical(picture: Picture, size: int) -> NDArray[np.bool_]:
    """ImageHash's `dhash_vertical`: grey, resized to size columns x size + 1 rows.

    A bit is set if the sample below is lighter.
    """
    return margins_vertical(picture, size).above > 0


def margins_vertical(picture: Picture, size: int) -> Margins:
    """How many levels of grey each sample is lighter than the one above."""
    grey = picture.grey_grid(size, size + 1).astype(np.int64)
    return Margins(grey[1:] - grey[:-1])


def dhash_imagededup(picture: Picture, size: int) -> NDArray[np.bool_]:
    """imagededup's `DHash`: like ImageHash's, but resized in colour, then made grey."""
    grid = colour_grid(picture, size + 1, size)
    return grid[:, 1:] > grid[:, :-1]


def most_doubtful(size: int) -> float:
    """The largest share of doubtful bits, for a size.

    It is larger than in other families. Neighbours are often equal, as in a clear sky, and they
    stay equal. It is smaller for few bits, where chance flips more than its share.
    """
    return 1 / 3 - 4 / 3 / size


FAMILIES = (
    Family(
        "dhash",
        dhash,
        8,
        margins=margins,
        pixels_of_a_bit=PIXELS_OF_A_BIT,
        doubtful_within=1.5,
        most_doubtful=most_doubtful,
        in_kernel=True,
    ),
    Family(
        "dhash_vertical",
        dhash_vertical,
        8,
        margins=margins_vertical,
        pixels_of_a_bit=PIXELS_OF_A_BIT,
        doubtful_within=1.5,
        most_doubtful=most_doubtful,
        in_kernel=True,
    ),
    Family("dhash@imagededup", dhash_imagededup, 10, EIGHT),
)
