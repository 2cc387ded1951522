"""Hashes a JPEG from its bytes in one call of the kernel, without a `Picture`.

Nine of ten images are JPEGs about which nothing is out of the ordinary. Steps in Python would hold
its lock, so that threads would wait for each other. Anything else goes the general way, which gives
the same hashes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.images.jpeg.luma import uses_kernel
from lookalike.images.jpeg.scans import look_through
from lookalike.images.mark import Mark

if TYPE_CHECKING:
    from lookalike.images.contents import Contents


class Hashed(NamedTuple):
    """What became of a JPEG."""

    hashes: tuple[bytes, ...]
    """One per algorithm."""
    thumb: bytes
    """A grey copy of 32 x 32 pixels, if it was wanted. Otherwise empty."""
    width: int
    height: int
    """In pixels, upright."""
    format: str
    marks: Mark


class JpegHasher:
    """Hashes JPEGs by several algorithms, each from the brightness at its own scale."""

    def __init__(
        self, kinds: Sequence[kernel.JpegHashKind], thumb_least_side: int, max_pixels: int
    ) -> None:
        """The arguments are those of `kernel.JpegHashes`."""
        self._in_kernel = kernel.JpegHashes(kinds, thumb_least_side, max_pixels)

    def hashed(self, file: Contents) -> Hashed | None:
        """None for anything that is not hashed here.

        That is any other file, damage, little detail, too many doubtful bits, and pictures so small
        that they are not reduced. Raises `ImageError` for a JPEG with too many scans.
        """
        found = uses_kernel() and self._in_kernel.of(np.frombuffer(file.data, np.uint8), file.size)
        if not found:
            return None
        hashes, thumb, width, height, images, one_scan, first_scan = found
        if not one_scan and not file.is_beginning and look_through(file.data).missing:
            return None
        return Hashed(
            hashes,
            thumb,
            width,
            height,
            "MPO" if images > 1 else "JPEG",
            Mark.FIRST_SCAN if first_scan else Mark(0),
        )
