"""Streams of our own."""

from __future__ import annotations

import io
from typing import BinaryIO, cast


def buffered(raw: io.RawIOBase, size: int = 1 << 16) -> BinaryIO:
    """A stream with all that files have; closing it closes `raw`."""
    return cast("BinaryIO", io.BufferedReader(raw, size))
