"""The headers of a tar archive, one after the other, from a stream that need not seek.

`tarfile` keeps every header, reads extended ones of any size into memory, and takes a broken one
for the end. Only its parsing of a single block is used. Formats: POSIX pax, ustar, GNU and old tar.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from lookalike.errors import ImageError, Status

BLOCK = tarfile.BLOCKSIZE
LONGEST_HEADER = 1 << 20
"""In bytes: names take thousands at most, but whole certificates are put there."""
EXTENDED = {tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE}
LINKS = {tarfile.SYMTYPE, tarfile.LNKTYPE}
WITHOUT_DATA = LINKS | {tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE}
SPARSE_GOES_ON = 482, 504
"""Where a first and a further block of an old sparse header say that another one follows."""


class Tape(Protocol):
    """What is read from front to back."""

    def tell(self) -> int: ...
    def read(self, count: int) -> bytes:
        """Less than `count` only at the end."""

    def skip(self, count: int) -> None: ...
