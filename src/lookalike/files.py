"""Files that are replaced as a whole, so that nobody ever sees half a file, and temporary ones."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """Yield a temporary file beside the target.

    At the end it replaces the target and keeps the target's permissions. If anything goes wrong,
    it is removed. Raises `OSError`.
    """
    mode = _mode(target)
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


def temporary_for(owner: object) -> BinaryIO:
    """A file without a name, which closes once nothing refers to its owner. Raises `OSError`."""
    file = tempfile.TemporaryFile(prefix="lookalike-")  # noqa: SIM115  # it outlives this function
    weakref.finalize(owner, file.close)
    return file
