"""Makes streams of this library behave like files."""

from __future__ import annotations

import io
from typing import BinaryIO, cast


def buffered(raw: io.RawIOBase, size: int = 1 << 16) -> BinaryIO:
    """A buffered stream with all methods of a file. Closing it closes `raw`."""
    return cast("BinaryIO", io.BufferedReader(raw, size))
