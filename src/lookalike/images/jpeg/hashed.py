"""Hashes a JPEG from its bytes in one call of the kernel, without a `Picture`.

Nine of ten images are JPEGs about which nothing is out of the ordinary. Steps in Python would hold
its lock, so that threads would wait for each other. Anything else goes the general way, which gives
the same hashes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.images.jpeg.luma import uses_kernel
from lookalike.images.jpeg.scans import look_through
from lookalike.images.mark import Mark
from lookalike.images.picture import digest_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images.contents import Contents
    from lookalike.images.stamp import Stamp


class Hashed(NamedTuple):
    """What became of a JPEG."""

    hashes: tuple[bytes, ...]
    """One per algorithm."""
    thumb: bytes
    """A grey copy of 32 x 32 pixels with a glance behind it, if wanted. Otherwise empty."""
    width: int
    height: int
    """In pixels, upright."""
    format: str
    marks: Mark
    byte_count: int
    stamp: Stamp | None
    """None if it is not a file on this machine."""
    digest: bytes
    is_beginning: bool
    """Whether only the beginning of the file was read."""


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
        data = np.frombuffer(file.data, np.uint8)
        found = self._in_kernel.of(data, file.size) if uses_kernel() else None
        if found is None or not (file.is_beginning or _is_whole(found, data)):
            return None
        return _hashed(found, file.size, file.stamp, digest_of(file), file.is_beginning)


def _is_whole(found: tuple[Any, ...], data: NDArray[np.uint8]) -> bool:
    """Whether all scans are there. The kernel may not have seen all of them."""
    seen: bool = found[5]
    return seen or not look_through(data.data).missing


def _hashed(
    found: tuple[tuple[bytes, ...], bytes, int, int, int, bool, bool],
    size: int,
    stamp: Stamp | None,
    digest: bytes,
    is_beginning: bool,
) -> Hashed:
    hashes, thumb, width, height, images, _, first_scan = found
    return Hashed(
        hashes,
        thumb,
        width,
        height,
        "MPO" if images > 1 else "JPEG",
        Mark.FIRST_SCAN if first_scan else Mark(0),
        size,
        stamp,
        digest,
        is_beginning,
    )
