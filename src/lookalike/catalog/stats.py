"""`Stat`: the state of a file as a catalogue stores it."""

from __future__ import annotations

import os
from typing import NamedTuple

LARGEST = (1 << 63) - 1
"""The largest whole number in SQLite."""


class Stat(NamedTuple):
    """The state of a file on this machine."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int | None
    """None where the file system does not keep inodes."""
    links: int = 1
    born_ns: int | None = None
    """When it was made. None if unknown."""

    @classmethod
    def of(cls, status: os.stat_result, *, keeps_inodes: bool) -> Stat:
        """The state of a file from its `stat` result, in numbers that SQLite can hold."""
        return cls(
            min(status.st_size, LARGEST),
            stored_time(status.st_mtime_ns),
            stored_time(status.st_ctime_ns),
            stored_inode(status.st_ino) if keeps_inodes else None,
            status.st_nlink,
        )


def stored_inode(inode: int | None) -> int | None:
    """An inode as it is stored. Some file systems have numbers of 64 bits without a sign."""
    return None if inode is None else inode & LARGEST


def stored_time(time_ns: int) -> int:
    """A time as it is stored. Some file systems have years beyond 2262."""
    return max(-LARGEST, min(time_ns, LARGEST))
