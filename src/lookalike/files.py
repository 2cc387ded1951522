"""Files that are replaced as a whole, so that nobody ever sees half a file, and temporary ones."""

from __future__ import annotations

import errno
import mmap
import os
import stat
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


def without_waiting(path: str, flags: int) -> int:
    """Open a file for `open(..., opener=)`, without waiting for a writer if a pipe is there."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


@contextmanager
def replacing(target: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """Yield a temporary file beside the target.

    At the end it replaces the target and keeps the target's permissions. If anything goes wrong,
    it is removed. A `private` file is only for its owner instead. Raises `OSError`.
    """
    mode = _mode(target)
    mode = 0o600 if private else mode
    temporary = target.with_name(f".{target.name[:40]}.{os.urandom(8).hex()}.tmp")

    def create(name: str, flags: int) -> int:
        return os.open(name, flags, 0o666 if mode is None else mode)

    try:
        with open(temporary, "xb", opener=create) as file:
            if mode is not None and stat.S_IMODE(os.fstat(file.fileno()).st_mode) != mode:
                temporary.chmod(mode)
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:  # an interrupt too: no half-written file may stay; it is raised again
        with suppress(OSError):
            temporary.unlink()
        raise
    with suppress(OSError):  # so that a power cut cannot undo it; not all systems can do this
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _mode(target: Path) -> int | None:
    """The permissions of a file, or None if it does not exist."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        if not target.parent.exists():
            raise
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "Not a regular file", str(target))
    return stat.S_IMODE(mode)


class Scratch:
    """A temporary file without a name, which grows at its end.

    Nothing is buffered. So it is the write that does not fit that fails when the disk is full, and
    what was written before it stays. The file closes once nothing refers to it. Raises `OSError`
    if there is no folder for temporary files.
    """

    def __init__(self) -> None:
        file = tempfile.TemporaryFile(prefix="lookalike-", buffering=0)  # noqa: SIM115
        weakref.finalize(self, file.close)
        self._file = file
        self.length = 0
        """How many bytes it has."""

    def append(self, data: bytes | memoryview) -> int:
        """Write some bytes at the end. Returns where they begin. Raises `OSError`."""
        begin, left = self.length, memoryview(data).cast("B")
        length = len(left)
        self._file.seek(begin)  # a write that failed may have left a part
        while left:
            left = left[self._file.write(left) :]
        self.length += length
        return begin

    def read(self, begin: int, length: int) -> bytes:
        """Some of the bytes. Raises `OSError`."""
        self._file.seek(begin)
        return self._file.read(length)

    def mapped(self, length: int) -> mmap.mmap | bytes:
        """The first bytes, which are read when they are used. Raises `OSError`."""
        return mmap.mmap(self._file.fileno(), length, access=mmap.ACCESS_READ) if length else b""

    def close(self) -> None:
        """Close the file. What is mapped stays."""
        self._file.close()
