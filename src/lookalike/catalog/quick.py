"""The quick digest of a file, and when a file was made."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from struct import Struct

from blake3 import blake3

from lookalike.catalog.stats import stored_inode
from lookalike.images.picture import DIGEST_BYTES

END = 1 << 16
"""How many bytes at the beginning and at the end of a large file are looked at."""
WHOLE = 2 * END
"""The largest file that is looked at as a whole. Its quick digest is that of all bytes."""

NANOSECONDS = 1_000_000_000
NO_FOLLOW, EMPTY_PATH, BIRTH = 0x100, 0x1000, 0x800
"""AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH and STATX_BTIME of Linux."""
STATE = 0x40 | 0x80 | 0x100 | 0x200 | BIRTH
"""The same for all that makes the state of a file: its times, inode and size."""
STATX = Struct("@I28xQQ32xqI4xqI4xqI")
"""Where `struct statx` has the mask of what it holds, the inode and size, and the seconds and
nanoseconds of birth, of the last change of the state, and of that of the data."""
STATX_BYTES = 256


def quick_digest(path: str) -> bytes:
    """A digest of the size and both ends of a file. Raises `OSError`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        size = os.fstat(descriptor).st_size
        if size <= WHOLE:
            return blake3(_read(descriptor, WHOLE, 0)).digest(DIGEST_BYTES)
        digest = blake3(size.to_bytes(8, "little"))
        digest.update(_read(descriptor, END, 0))
        digest.update(_read(descriptor, END, size - END))
        return digest.digest(DIGEST_BYTES)
    finally:
        os.close(descriptor)


def whole_digest(path: str) -> tuple[bytes, os.stat_result]:
    """A digest of all bytes of a file, like those of a table, and its state. Raises `OSError`."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        status = os.fstat(file.fileno())
        digest = blake3()
        while data := file.read(1 << 20):
            digest.update(data)
        return digest.digest(DIGEST_BYTES), status


def _read(descriptor: int, count: int, at: int) -> bytes:
    """Up to `count` bytes at a position."""
    data = os.pread(descriptor, count, at)
    while 0 < len(data) < count and (
        more := os.pread(descriptor, count - len(data), at + len(data))
    ):
        data += more
    return data


def _statx() -> Callable[..., int] | None:
    """The function of the C library. None where there is none."""
    if sys.platform != "linux":
        return None
    # A PyDLL keeps Python's lock: waiting for that takes longer than the call.
    found: Callable[..., int] | None = getattr(ctypes.PyDLL(None), "statx", None)
    return found


_function = _statx()


class Births:
    """Asks when files were made. For one thread, since all answers come in one buffer."""

    def __init__(self) -> None:
        self._buffer = ctypes.create_string_buffer(STATX_BYTES)

    def born_ns(self, name: bytes, folder: int) -> int | None:
        """When a file was made, given the descriptor of its folder. None if that is unknown."""
        return self._ask(folder, name, NO_FOLLOW)

    def of_folder(self, folder: int) -> int | None:
        """The same for a folder, given its descriptor."""
        return self._ask(folder, b"", EMPTY_PATH)

    def _ask(self, folder: int, name: bytes, flags: int) -> int | None:
        if _function is None or _function(folder, name, flags, BIRTH, self._buffer):
            return None
        mask, _, _, seconds, fraction, *_ = STATX.unpack_from(self._buffer)
        return seconds * NANOSECONDS + fraction if mask & BIRTH else None

    def state(self, name: bytes, folder: int) -> tuple[int, int, int, int, int] | None:
        """The size, time, inode, birth and time of the state of a file. None if one is unknown.

        All in one call, which takes half as long as `os.stat` and `born_ns`.
        """
        if _function is None or _function(folder, name, NO_FOLLOW, STATE, self._buffer):
            return None
        found = STATX.unpack_from(self._buffer)
        mask, inode, size, born, born_part, changed, changed_part, modified, modified_part = found
        if mask & STATE != STATE:
            return None
        return (
            size, modified * NANOSECONDS + modified_part, inode,
            born * NANOSECONDS + born_part, changed * NANOSECONDS + changed_part,
        )  # fmt: skip


def inode_and_birth(folder: int) -> tuple[int | None, int | None]:
    """The inode of a folder, given its descriptor, and when it was made."""
    return stored_inode(os.fstat(folder).st_ino), Births().of_folder(folder)
