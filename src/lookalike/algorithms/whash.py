"""wHash, the wavelet hash: which parts of the picture, averaged by Haar wavelets, are lighter than
their median.

Source: D. Petrov, "Wavelet image hash in Python" (2016),
https://fullstackml.com/wavelet-image-hash-in-python-3504fdd282b5
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lookalike._native import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images.picture import Picture

IMAGEDEDUP_SIDE = 256


def whash(picture: Picture, size: int) -> NDArray[np.bool_]:
    """ImageHash's `whash` with its Haar mode: grey, resized to the largest power of two in the
    picture's shorter side (and no less than size), samples / 255, the mean removed by going all
    Haar steps down and up, then down to size x size; a bit says `average > median`."""
    side = max(1 << (min(picture.width, picture.height).bit_length() - 1), size)
    samples = picture.grey_grid(side, side) / 255.0
    low = kernel.haar_low(kernel.haar_remove_mean(samples), (side // size).bit_length() - 1)
    return low > np.median(low)


def whash_imagededup(picture: Picture, size: int) -> NDArray[np.bool_]:
    """imagededup's `WHash`: resized in colour to 256 x 256, then grey, samples / 255, five Haar
    steps down; `average >= median`."""
    samples = picture.colour_grid(IMAGEDEDUP_SIDE, IMAGEDEDUP_SIDE) / 255.0
    low = kernel.haar_low(samples, (IMAGEDEDUP_SIDE // size).bit_length() - 1)
    return low >= np.median(low)
