"""Hashes a JPEG from its bytes in one call of the kernel, without a `Picture`.

Nine of ten images are JPEGs about which nothing is out of the ordinary. Steps in Python would hold
its lock, so that threads would wait for each other. Anything else goes the general way, which gives
the same hashes.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import numpy as np
from blake3 import blake3

from lookalike._native import kernel
from lookalike.images.jpeg.luma import uses_kernel
from lookalike.images.jpeg.scans import look_through
from lookalike.images.mark import Mark
from lookalike.images.picture import DIGEST_BYTES, digest_of
from lookalike.images.stamp import Stamp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images.contents import Contents

MOST_BYTES = 1 << 23
"""Larger files are not kept in memory of ours. Decoding them takes much longer than anything else.
"""
OPENING = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
"""Does not wait for a writer, in case a pipe has replaced the file."""
ELSEWHERE: Final = "elsewhere"

_spare = threading.local()
"""Has memory for the bytes of a file, unless they are in use."""


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

    def hashed_file(self, path: str, max_bytes: int) -> Hashed | Literal["elsewhere"] | None:
        """The same for a file on this machine, without an object in Python for what it contains.

        `elsewhere` if only its `Contents` can tell: it is large, its first scan may be enough, or
        it cannot be opened.
        """
        if not uses_kernel():
            return ELSEWHERE
        with suppress(OSError, ValueError):
            # A device is not opened, because that may set it in motion.
            if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116  # a path costs more
                return ELSEWHERE
            descriptor = os.open(path, OPENING)
            try:
                status = os.fstat(descriptor)
                if stat.S_ISREG(status.st_mode) and 0 < status.st_size <= min(
                    MOST_BYTES, max_bytes
                ):
                    return self._opened(descriptor, Stamp.of(status))
            finally:
                os.close(descriptor)
        return ELSEWHERE

    def _opened(self, descriptor: int, stamp: Stamp) -> Hashed | Literal["elsewhere"] | None:
        size = stamp.size
        memory = _spare.__dict__.pop("memory", None)
        if memory is None or len(memory) < size:
            memory = np.empty(1 << size.bit_length(), np.uint8)
        data = memory[:size]
        found = self._in_kernel.of_file(descriptor, data)
        outcome: Hashed | Literal["elsewhere"] | None = None
        if found == "first scan":
            outcome = ELSEWHERE
        elif found is not None and _is_whole(found, data):
            digest = blake3(data).digest(DIGEST_BYTES)
            outcome = _hashed(found, size, stamp, digest, is_beginning=False)
        _spare.memory = memory
        return outcome


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
