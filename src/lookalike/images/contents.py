"""The bytes of a file, or as many from its beginning as are needed."""

from __future__ import annotations

import os
import stat
from typing import IO, TYPE_CHECKING, NamedTuple, Protocol, TypeGuard

from lookalike.errors import ImageError, Status
from lookalike.images import limits
from lookalike.images.jpeg_header import END

if TYPE_CHECKING:
    from lookalike.images.jpeg import FirstScan

FIRST = 1 << 16
STEP = 1 << 17
"""Bytes that are read at first, and then at a time."""
LAST_BYTES = 4096
"""In so many at its end, a sound JPEG has its end marker."""


class Contents(NamedTuple):
    """Bytes from the beginning of a file."""

    data: bytes | bytearray
    size: int
    """Of the whole file; `data` is all of it where it is as long."""


class Item(Protocol):
    """One image of a source, to be opened when its turn comes, in any thread."""

    @property
    def size(self) -> int | None:
        """Its bytes, or None where that is not known before they are read."""

    def open(self) -> IO[bytes]:
        """Its bytes. Raises `ImageError` or `OSError` where they cannot be had."""


def is_item(value: object) -> TypeGuard[Item]:
    """Whether `value` speaks the protocol of `Item`. (A path has an `open` too, but no `size`.)"""
    return callable(getattr(value, "open", None)) and hasattr(value, "size")


def file_contents(path: str, scan: FirstScan | None) -> Contents:
    """Those of the file at `path`. Raises `ImageError`."""
    try:
        _require_file(os.stat(path))  # noqa: PTH116  # what is no file is not even opened
        with open(path, "rb", buffering=0, opener=_opener) as file:
            status = os.fstat(file.fileno())
            _require_file(status)
            # Special files say that they have no bytes, and give some all the same.
            return read_contents(file, status.st_size or None, scan)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ImageError(Status.MISSING, "there is no such file") from error
    except OSError as error:
        raise cannot_be_read(error) from error
    except ValueError as error:  # a null byte in the name
        raise ImageError(Status.MISSING, f"no file can have such a name: {error}") from error


def item_contents(item: Item, scan: FirstScan | None) -> Contents:
    """Those of an item. Raises `ImageError`."""
    try:
        with item.open() as file:
            return read_contents(file, item.size, scan)
    except OSError as error:
        raise cannot_be_read(error) from error


def read_contents(file: IO[bytes], size: int | None, scan: FirstScan | None) -> Contents:
    """Read a file to its end, or until the scan says that it is enough, if the size is known."""
    if size is None:
        return _of_unknown_size(file)
    if size > limits.MAX_BYTES:
        raise ImageError(
            Status.TOO_LARGE, f"it has {size:,} bytes; the limit is {limits.MAX_BYTES:,}"
        )
    if scan is None or size <= FIRST or not file.seekable():
        return _whole(_read(file, size))
    data = bytearray(_read(file, FIRST))
    while len(data) < size:
        if scan.ends_in(data):
            if _is_complete(file, size):
                return Contents(data, size)
            file.seek(len(data))
            scan.hopeless = True
        more = _read(file, size - len(data) if scan.hopeless else min(STEP, size - len(data)))
        if not more:  # it has shrunk
            break
        data += more
    return _whole(data)


def cannot_be_read(error: OSError) -> ImageError:
    """What to raise for an error of the system."""
    return ImageError(Status.UNREADABLE, f"it cannot be read: {error.strerror or error}")


def _is_complete(file: IO[bytes], size: int) -> bool:
    """Whether the end of a JPEG is there, so that one that was cut off is not taken for sound."""
    file.seek(max(size - LAST_BYTES, 0))
    return END in _read(file, LAST_BYTES)


def _of_unknown_size(file: IO[bytes]) -> Contents:
    data = bytearray()
    while more := file.read(STEP):
        data += more
        if len(data) > limits.MAX_BYTES:
            reason = f"it has more than {limits.MAX_BYTES:,} bytes, the limit"
            raise ImageError(Status.TOO_LARGE, reason)
    return _whole(data)


def _whole(data: bytes | bytearray) -> Contents:
    return Contents(data, len(data))


def _read(file: IO[bytes], count: int) -> bytes:
    """So many bytes, or fewer at the end of the file."""
    data = file.read(count)
    while len(data) < count and (more := file.read(count - len(data))):
        data += more
    return data


def _opener(path: str, flags: int) -> int:
    """Where a pipe has taken the place of the file, its opening must not wait for a writer."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _require_file(status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise ImageError(Status.UNREADABLE, "it is a folder")
    if not stat.S_ISREG(status.st_mode):
        raise ImageError(Status.UNREADABLE, "it is a device, a pipe or a socket, not a file")
