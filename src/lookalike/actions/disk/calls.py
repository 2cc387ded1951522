"""Linux calls that `os` lacks: renaming with rules, sharing of bytes, flushing a volume."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from functools import cache
from typing import Any

NOREPLACE, EXCHANGE = 1, 2
"""Rules for `rename_by`: never onto an existing name, and two names that change places."""

_DEDUPE = 0xC0189436
"""The request `FIDEDUPERANGE` of ioctl."""
_CLONE = 0x40049409
"""The request `FICLONE` of ioctl."""
_RANGE = struct.Struct("=QQHHIqQQiI")
"""`struct file_dedupe_range` with one `struct file_dedupe_range_info`."""
_DIFFERS = 1
_OPENAT2, _HOW, _NO_SYMLINKS = 437, struct.Struct("=QQQ"), 4
"""The number of the call `openat2`, the same on all machines, and `struct open_how`."""


@cache
def _renameat2() -> Any:
    """The function of the C library, or None if it is too old."""
    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if function is not None:
        function.argtypes = [
            ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint
        ]  # fmt: skip
    return function


def rename_by(rule: int, name: str, at: int, to_name: str, to_at: int) -> None:
    """Rename a file by one of the rules, both names in opened folders. Raises `OSError`.

    Some file systems refuse any rule, with `EINVAL`.
    """
    function = _renameat2()
    if function is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), to_name)
    if function(at, os.fsencode(name), to_at, os.fsencode(to_name), rule):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), to_name)


def open_without_links(path: str, flags: int) -> int | None:
    """Open an absolute path, following no symbolic link anywhere. Raises `OSError`.

    Returns None where the system cannot do that in one call.
    """
    how = _HOW.pack(flags | os.O_CLOEXEC, 0, _NO_SYMLINKS)
    file: int = _syscall()(_OPENAT2, -1, os.fsencode(path), how, len(how))
    if file >= 0:
        return file
    number = ctypes.get_errno()
    if number in {errno.ENOSYS, errno.EPERM, errno.EAGAIN}:
        return None
    raise OSError(number, os.strerror(number), path)


@cache
def _syscall() -> Any:
    function = ctypes.CDLL(None, use_errno=True).syscall
    function.restype = ctypes.c_long
    function.argtypes = [
        ctypes.c_long, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t
    ]  # fmt: skip
    return function


def sync_volume(file: int) -> None:
    """Write all that is new on the file system of an opened file to the disk. Raises `OSError`."""
    function = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if function is None:
        os.sync()
    elif function(file):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def dedupe_range(source: int, target: int, offset: int, length: int) -> int | None:
    """Let a range of the target share the storage of the source, if their bytes are equal.

    The kernel compares them. Returns how many bytes were compared, or None if they differ. Raises
    `OSError`.
    """
    import fcntl

    request = bytearray(_RANGE.pack(offset, length, 1, 0, 0, target, offset, 0, 0, 0))
    fcntl.ioctl(source, _DEDUPE, request)
    *_, done, status, _ = _RANGE.unpack(request)
    if status < 0:
        raise OSError(-status, os.strerror(-status))
    return None if status == _DIFFERS else done


def clone(source: int, target: int) -> None:
    """Let an empty file share all bytes of another. Raises `OSError`."""
    import fcntl

    fcntl.ioctl(target, _CLONE, source)
