"""NumPy arrays as images: which ones are accepted, and how samples are converted to 8 bits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike.errors import NotAnImageError
from lookalike.images.depth import scaled, to_8_bits

if TYPE_CHECKING:
    from numpy.typing import NDArray

STORED = {"u1"}, {(), (3,)}, "uint8 of (height, width) or (height, width, 3)"
ACCEPTED = (
    {"b1", "u1", "u2", "f4", "f8"},
    {(), (1,), (2,), (3,), (4,)},
    "bool, uint8, uint16, float32 or float64 of (height, width) or (height, width, 1 to 4)",
)
"""The kinds of samples, the shapes of a pixel, and both in words."""


def pixels_of(array: NDArray[Any], *, as_stored: bool) -> NDArray[np.uint8]:
    """`(height, width)` grey, `(height, width, 3)` RGB or `(height, width, 4)` RGBA.

    With `as_stored`, only arrays that imagededup accepts are accepted. Raises `NotAnImageError` for
    other arrays.
    """
    kind = f"{array.dtype.kind}{array.dtype.itemsize}"
    kinds, channels, accepted = STORED if as_stored else ACCEPTED
    in_shape = array.ndim >= 2 and array.shape[2:] in channels
    if kind not in kinds or not in_shape or not array.size:
        advice = "" if kind in kinds else _advice(array.dtype)
        raise NotAnImageError(
            f"an image as an array must be {accepted}, "
            f"not {array.dtype} of shape {array.shape}{advice}"
        )
    pixels = _to_8_bits(array[..., 0] if array.shape[2:] == (1,) else array)
    if pixels.shape[2:] == (2,):
        return np.ascontiguousarray(pixels[..., [0, 0, 0, 1]])
    return pixels


def _to_8_bits(array: NDArray[Any]) -> NDArray[np.uint8]:
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype.kind == "f":
        _check_range(array)
        return scaled(array, 0.0, 1.0)
    if array.dtype.itemsize == 2:  # as in files of that depth, colours lose their lower bytes
        return to_8_bits(array) if array.ndim == 2 else (array >> 8).astype(np.uint8)
    return array


def _check_range(array: NDArray[Any]) -> None:
    low, high = float(array.min()), float(array.max())
    if not (low >= 0 and high <= 1):  # also true for NaN
        shape = f"an array of {array.dtype} of shape {array.shape}"
        if not np.isfinite([low, high]).all():
            raise NotAnImageError(
                f"{shape} must be from 0 to 1, and has NaN or infinity; "
                "replace them first, for example by np.nan_to_num(array, posinf=1, neginf=0)"
            )
        scale = "array / array.max()" if low >= 0 else "(array - array.min()) / np.ptp(array)"
        raise NotAnImageError(
            f"{shape} must be from 0 to 1, not from {low:g} to {high:g}; "
            f"scale it first, for example by {scale}"
        )


def _advice(dtype: np.dtype[Any]) -> str:
    """How to convert an array whose type is not accepted."""
    if dtype.kind in "iu":
        return "; convert it first: array.astype(np.uint8) if its values are 0 to 255"
    return "; convert it first: array.astype(np.float32)" if dtype.kind == "f" else ""
