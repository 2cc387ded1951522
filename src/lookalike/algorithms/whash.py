"""wHash, the wavelet hash: which parts of the picture are lighter than the median of the parts.

The parts are averaged by Haar wavelets.

Source: D. Petrov, "Wavelet image hash in Python" (2016),
https://fullstackml.com/wavelet-image-hash-in-python-3504fdd282b5
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from lookalike._native import kernel
from lookalike.algorithms.family import EIGHT, Family, Sizes
from lookalike.algorithms.grids import colour_grid
from lookalike.algorithms.margins import Margins
from lookalike.extras import extra

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images.picture import Picture

IMAGEDEDUP_SIDE = 256
POWERS_OF_TWO = Sizes(
    "a power of two from 2 to 128", lambda size: 2 <= size <= 128 and not size & (size - 1)
)


def whash(picture: Picture, size: int) -> NDArray[np.bool_]:
    """ImageHash's `whash` with its Haar mode.

    The picture is made grey and resized to `natural_side`, and the samples are divided by 255. The
    mean is removed by going all Haar steps down and up again. Then Haar steps go down to
    size x size averages. A bit is set if `average > median`.
    """
    return margins(picture, size).above > 0


def margins(picture: Picture, size: int) -> Margins:
    """How many levels of grey each average is above their median."""
    side = natural_side(picture, size)
    samples = kernel.haar_remove_mean(picture.grey_grid(side, side) / 255.0)
    levels = (side // size).bit_length() - 1
    low = kernel.haar_low(samples, levels)
    # A step doubles the averages. The sign is exact: the difference of equal floats is 0.
    return Margins(low - np.median(low), (1 << levels) / 255.0)


def natural_side(picture: Picture, size: int) -> int:
    """The largest power of two within the picture's shorter side, but at least `size`."""
    shorter = int(min(picture.pixels.shape[:2]))
    return max(1 << (shorter.bit_length() - 1), size)


def whash_by(
    picture: Picture, size: int, side: int, wavelet: str = "haar", *, remove_mean: bool = True
) -> NDArray[np.bool_]:
    """Like `whash`, but resized to side x side, where side is a power of two and at least size.

    The mean may be kept, and the last steps may use any other wavelet of PyWavelets. Other wavelets
    leave more averages than size x size. They raise `MissingExtraError` if PyWavelets is not
    installed.
    """
    samples = picture.grey_grid(side, side) / 255.0
    if remove_mean:
        samples = kernel.haar_remove_mean(samples)
    levels = (side // size).bit_length() - 1
    low = kernel.haar_low(samples, levels) if wavelet == "haar" else _low(samples, wavelet, levels)
    return low > np.median(low)


def _low(values: NDArray[np.float64], wavelet: str, levels: int) -> NDArray[np.float64]:
    """The averages after `levels` steps, computed by PyWavelets."""
    with extra("PyWavelets", f"the wavelet {wavelet!r} needs PyWavelets"):
        pywt = import_module("pywt")
    wanted = pywt.Wavelet(wavelet)
    for _ in range(levels):
        values, _details = pywt.dwt2(values, wanted)
    return values


def whash_imagededup(picture: Picture, size: int) -> NDArray[np.bool_]:
    """imagededup's `WHash`: resized in colour to 256 x 256, then made grey, samples / 255.

    Then five Haar steps down. A bit is set if `average >= median`.
    """
    samples = colour_grid(picture, IMAGEDEDUP_SIDE, IMAGEDEDUP_SIDE) / 255.0
    low = kernel.haar_low(samples, (IMAGEDEDUP_SIDE // size).bit_length() - 1)
    return low >= np.median(low)


FAMILIES = (
    # An average of many samples is closer to the exact value than a single sample is.
    Family(
        "whash",
        whash,
        6,
        POWERS_OF_TWO,
        margins=margins,
        doubtful_within=0.5,
        in_kernel=True,
    ),
    Family("whash@imagededup", whash_imagededup, 10, EIGHT),
)
