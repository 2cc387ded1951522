"""Reads the bytes of a file, or only as many from its beginning as needed."""

from __future__ import annotations

import os
import stat
from typing import IO, TYPE_CHECKING, NamedTuple

from lookalike.errors import ImageError, Status, words_of
from lookalike.files import without_waiting
from lookalike.images.jpeg.decoding import LAST_BYTES, FirstScan, has_end
from lookalike.images.limits import check_bytes
from lookalike.images.stamp import Stamp

if TYPE_CHECKING:
    from lookalike.images.source.item import Item

FIRST = 1 << 16
STEP = 1 << 17
"""How many bytes are read at first, and then at a time."""


class Contents(NamedTuple):
    """The bytes of a file, or the first scan of one, cut out."""

    data: bytes | bytearray
    size: int
    """Size of the whole file. If `data` is as long, it is the whole file."""
    stamp: Stamp | None = None
    """State of the file when it was opened. None if it is not a file on this machine."""

    @property
    def is_beginning(self) -> bool:
        """Whether only the beginning of the file was read."""
        return len(self.data) < self.size


def file_contents(path: str, least_side: int | None, max_bytes: int) -> Contents:
    """The contents of the file at `path`. Raises `ImageError`."""
    try:
        _require_file(os.stat(path))  # noqa: PTH116  # open regular files only
        with open(path, "rb", buffering=0, opener=without_waiting) as file:
            status = os.fstat(file.fileno())
            _require_file(status)
            # Special files report a size of 0 but still have bytes to read.
            contents = read_contents(file, status.st_size or None, least_side, max_bytes)
            return Contents(contents.data, contents.size, Stamp.of(status))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ImageError(Status.MISSING, "there is no such file") from error
    except OSError as error:
        raise cannot_be_read(error) from error
    except ValueError as error:  # a null byte in the name
        raise ImageError(Status.MISSING, f"invalid file name: {error}") from error


def item_contents(item: Item, least_side: int | None, max_bytes: int) -> Contents:
    """The contents of an item. Raises `ImageError`."""
    try:
        with item.open() as file:
            return read_contents(file, item.size, least_side, max_bytes)
    except OSError as error:
        raise cannot_be_read(error) from error


def read_contents(
    file: IO[bytes], size: int | None, least_side: int | None, max_bytes: int
) -> Contents:
    """Read a file to its end, or less with a `least_side` and a known size."""
    if size is None:
        return _whole(read_to_end(file, max_bytes))
    check_bytes(size, max_bytes)
    scan = None if least_side is None else FirstScan(least_side, size)
    if scan is None or scan.hopeless or not file.seekable():
        return _whole(_read(file, size))
    data = bytearray(_read(file, FIRST))
    while not scan.ends_in(data):
        more = b"" if scan.hopeless else _read(file, STEP)
        if not more:
            break
        data += more
    else:
        if _is_complete(file, size):
            return Contents(scan.cut_out(data), size)
    file.seek(0)  # reading it in one piece is faster than joining pieces
    return _whole(_read(file, size))


def cannot_be_read(error: OSError) -> ImageError:
    """The `ImageError` for an error of the operating system."""
    return ImageError(Status.UNREADABLE, f"it cannot be read: {words_of(error)}")


def _is_complete(file: IO[bytes], size: int) -> bool:
    """Whether the end of a JPEG is present. A truncated one must not count as sound."""
    file.seek(max(size - LAST_BYTES, 0))
    return has_end(_read(file, LAST_BYTES))


def read_to_end(file: IO[bytes], max_bytes: int) -> bytearray:
    """All remaining bytes of a file of unknown size. Raises `ImageError` for too many."""
    data = bytearray()
    while more := file.read(STEP):
        if not isinstance(more, bytes):
            raise TypeError(f"a file must be open for reading bytes; {file!r} gave {type(more)}")
        data += more
        if len(data) > max_bytes:
            reason = f"it has more than {max_bytes:,} bytes, the limit"
            raise ImageError(Status.TOO_LARGE, reason)
    return data


def _whole(data: bytes | bytearray) -> Contents:
    return Contents(data, len(data))


def _read(file: IO[bytes], count: int) -> bytes:
    """Read `count` bytes, or fewer at the end of the file."""
    data = file.read(count)
    while len(data) < count and (more := file.read(count - len(data))):
        data += more
    return data


def _require_file(status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise ImageError(Status.UNREADABLE, "it is a folder")
    if not stat.S_ISREG(status.st_mode):
        raise ImageError(Status.UNREADABLE, "it is a device, a pipe or a socket, not a file")
