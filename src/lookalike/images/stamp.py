"""`Stamp`: what a file is like at one moment."""

from __future__ import annotations

import os
from typing import NamedTuple


class Stamp(NamedTuple):
    """What a file is like at one moment: if nothing of this differs later, it is the same file."""

    size: int
    """In bytes."""
    modified_ns: int | None = None
    """When it was last modified, in nanoseconds since 1970; None where that is not known."""
    identity: int | None = None
    """The device's number << 64 | the inode; None where that is not known."""

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """That of a file of this machine, from what the system says of it."""
        inode = status.st_ino  # 0 on network file systems that do not number their files
        identity = status.st_dev << 64 | inode if inode else None
        return cls(status.st_size, status.st_mtime_ns, identity)
