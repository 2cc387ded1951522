"""What one image or archive may take unless a caller says otherwise.

One list, for the library and the command.

This module imports nothing, so that the command starts quickly.
"""

from __future__ import annotations

MAX_PIXELS = 500_000_000
"""Per image."""
MAX_BYTES = 1 << 31
"""Per file, because files are read whole."""

MEMBER_BYTES = 256_000_000
UNPACKED_BYTES = 64_000_000_000
MEMBERS = 10_000_000
"""The fields of `ArchiveLimits`, per archive or Parquet file."""

TIMEOUT = 60.0
"""Seconds per image when it is read in another process."""
MEMORY = 1 << 32
"""Bytes per image when it is read in another process."""
