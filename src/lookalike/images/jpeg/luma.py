"""Decodes the luma of a JPEG, which is all that fast reading needs.

At a reduced scale the kernel reads it, and skips everything else in the file. Its pixels are those
of libjpeg-turbo, which reads what the kernel leaves. From a large progressive file only the first
scan is decoded. That has the average of every block of 8 x 8 pixels, which is the picture at an
eighth of its size.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.errors import ImageError, Status
from lookalike.images.jpeg.decoding import LAST_BYTES, can_end_early, decode, has_end
from lookalike.images.jpeg.header import END, JpegHeader, end_of_scan, quantization_steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

DECODER, TURBO = "LOOKALIKE_JPEG", "turbo"
"""The environment variable, and the value with which libjpeg-turbo decodes everything."""


class Luma(NamedTuple):
    """The brightness of a picture, reduced."""

    pixels: NDArray[np.uint8]
    """`(ceil(height / scale), ceil(width / scale))`."""
    first_scan: bool
    """Whether only the first of several scans was decoded."""
    error: float = 0.0
    """How many levels of grey each pixel may be off because of that."""


def decode_lumas(
    data: bytes | bytearray, header: JpegHeader, scales: Iterable[int], size: int
) -> dict[int, Luma]:
    """The luma at each of these scales, in one pass if possible. Without those that only Pillow may
    be able to read.

    `size` is the number of bytes of the whole file. `data` may be only its first scan, cut out.
    Raises `ImageError` for a file that is too short for the size of its picture.
    """
    wanted = sorted(scales)
    reduced = [scale for scale in wanted if scale > 1]
    found: dict[int, Luma] = {}
    if len(reduced) > 1 and not header.progressive and uses_kernel():
        verdict, planes = kernel.jpeg_lumas(np.frombuffer(data, np.uint8), reduced[0])
        _check(verdict, data, header)
        found = {reduced[0] << k: Luma(one, first_scan=False) for k, one in enumerate(planes)}
    for scale in wanted:
        luma = found.get(scale) or _decode_luma(data, header, scale, size)
        if luma is not None:
            found[scale] = luma
    return found


def _decode_luma(data: bytes | bytearray, header: JpegHeader, scale: int, size: int) -> Luma | None:
    cut_out = len(data) < size
    if cut_out or (can_end_early(header, scale) and has_end(data[-LAST_BYTES:])):
        found = _first_scan(data, header, scale, cut_out=cut_out)
        if found or cut_out:
            return found
    pixels = _pixels(data, header, scale)
    return None if pixels is None else Luma(pixels, first_scan=False)


def _first_scan(
    data: bytes | bytearray, header: JpegHeader, scale: int, *, cut_out: bool
) -> Luma | None:
    verdict, pixels = _by_kernel(data, header, scale, first_scan=True)
    if verdict == "left":
        end = len(data) - len(END) if cut_out else end_of_scan(data, header.scan)
        if end is not None:
            pixels = decode(averages_alone(data, end), header, "GRAY", scale)
    return None if pixels is None else Luma(pixels, first_scan=True, error=header.error)


def _pixels(data: bytes | bytearray, header: JpegHeader, scale: int) -> NDArray[np.uint8] | None:
    verdict, pixels = _by_kernel(data, header, scale, first_scan=False)
    return decode(data, header, "GRAY", scale) if verdict == "left" else pixels


def _by_kernel(
    data: bytes | bytearray, header: JpegHeader, scale: int, *, first_scan: bool
) -> tuple[kernel.JpegVerdict, NDArray[np.uint8] | None]:
    if scale == 1 or not uses_kernel():
        return "left", None
    verdict, pixels = kernel.jpeg_luma(np.frombuffer(data, np.uint8), scale, first_scan)
    _check(verdict, data, header)
    return verdict, pixels


def uses_kernel() -> bool:
    """Whether the kernel decodes what it can."""
    return os.environ.get(DECODER) != TURBO


def _check(verdict: kernel.JpegVerdict, data: bytes | bytearray, header: JpegHeader) -> None:
    if verdict == "too large":
        reason = f"{len(data):,} bytes are too few for {header.width} x {header.height} pixels"
        raise ImageError(Status.DAMAGED, f"some of its data is missing: {reason}")


def averages_alone(data: bytes | bytearray, end: int) -> bytearray:
    """The first scan, ready to be decoded by libjpeg-turbo.

    If libjpeg has only averages, it guesses the detail that is still to come, which blurs the
    averages. It does not do so if the step of one of the guessed coefficients is zero.
    """
    with memoryview(data) as view:
        alone = bytearray(view[:end])
    for at in quantization_steps(alone, 1):
        alone[at] = 0
    alone += END
    return alone
