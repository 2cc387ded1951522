"""The numbers that hold unless a caller says otherwise: one list, for the library and the command.

Nothing is imported here, so that the command starts light.
"""

from __future__ import annotations

ALGORITHM = "phash"

MAX_PIXELS = 500_000_000
"""Of an image."""
MAX_BYTES = 1 << 31
"""Of a file, as it is read whole."""

MEMBER_BYTES = 256_000_000
UNPACKED_BYTES = 64_000_000_000
MEMBERS = 10_000_000
"""Of an archive or a Parquet file, as in `ArchiveLimits`."""

TIMEOUT = 60.0
"""Seconds for an image, where it is read in another process."""
MEMORY = 1 << 32
"""Bytes for an image there."""
