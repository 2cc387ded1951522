"""colorhash: how much of the picture is dark, grey and of each hue, regardless of position.

Source: J. Buchner, `colorhash` of ImageHash (2020), https://github.com/JohannesBuchner/imagehash
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lookalike._native import kernel
from lookalike.algorithms.family import Family, Sizes
from lookalike.algorithms.shape import BitShape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images.picture import Picture

SHARES = 14
"""Dark, grey, six hues of faint colours and six of bright ones."""
DARK = 32
BITS_OF_A_SHARE = Sizes("1 to 8", lambda size: 1 <= size <= 8, default=3)


def colorhash(picture: Picture, binbits: int) -> NDArray[np.bool_]:
    """ImageHash's `colorhash`: 14 shares of the pixels, `binbits` bits each.

    The first share is that of dark pixels, the second that of grey ones, both out of all pixels.
    The others are the shares of the hues, out of the pixels that are neither dark nor grey. A share
    from 0 to 1 is scaled to 0 to `2**binbits`, rounded down, and limited to `2**binbits - 1`.
    """
    counts = _colour_bins(picture).tolist()
    dark, grey, coloured = counts[0], counts[1], sum(counts[2:])
    wholes = [sum(counts)] * 2 + [max(coloured, 1)] * (SHARES - 2)
    steps = 1 << binbits
    shares = [
        min(count * steps // whole, steps - 1)
        for count, whole in zip([dark, grey, *counts[2:SHARES]], wholes, strict=True)
    ]
    return np.array([_bits(share, binbits) for share in shares])


def _colour_bins(picture: Picture) -> NDArray[np.int64]:
    """Like `kernel.colour_bins`. A grey picture has only dark and grey pixels."""
    if picture.pixels.ndim == 3:
        return kernel.colour_bins(np.ascontiguousarray(picture.pixels))
    counts = np.zeros(SHARES + 1, np.int64)
    counts[0] = np.count_nonzero(picture.pixels < DARK)
    counts[1] = picture.pixels.size - counts[0]
    return counts


def _bits(share: int, binbits: int) -> list[bool]:
    """The bits of a share, most significant first.

    They are not binary digits. The place of bit k is set if any of the bits k to 2k is set.

    So the eight shares of 3 bits are 000, 001, 010, 011, 110, 111, 110 and 111.
    """
    return [(share >> k) % (1 << (k + 1)) > 0 for k in reversed(range(binbits))]


def shape(binbits: int) -> BitShape:
    """One row of `binbits` bits per share."""
    return BitShape(SHARES, binbits)


FAMILIES = (Family("colorhash", colorhash, 1, BITS_OF_A_SHARE, shape),)
