"""`Stamp`: the state of a file at one moment."""

from __future__ import annotations

import os
from typing import NamedTuple


class Stamp(NamedTuple):
    """The state of a file at one moment. If it is the same later, the file is unchanged."""

    size: int
    """In bytes."""
    modified_ns: int | None = None
    """When it was last modified, in nanoseconds since 1970. None if unknown."""
    identity: int | None = None
    """The device number << 64 | the inode. None if unknown."""

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """The stamp of a file on this machine, from its `stat` result."""
        inode = status.st_ino  # 0 on network file systems that do not number their files
        identity = status.st_dev << 64 | inode if inode else None
        return cls(status.st_size, status.st_mtime_ns, identity)
