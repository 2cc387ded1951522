"""The file of an index: a header, a table, and sections, each of them one contiguous array.

`docs/index-format.md` describes the format. This module does not know what the sections mean.
"""

from __future__ import annotations

import mmap
import os
import stat
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from lookalike.errors import IndexFileError
from lookalike.files import replacing
from lookalike.index.stored import layout
from lookalike.index.stored.layout import Header, Section

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Header", "IndexFile", "open_file", "write"]

CHUNK = 4 << 20
"""Bytes written, converted or checked at a time."""


@dataclass(frozen=True, eq=False)
class IndexFile:
    """An open file. The arrays are read-only and keep it mapped while they are in use."""

    path: Path
    header: Header
    sections: dict[str, NDArray[Any]] = field(repr=False)
    _table: list[Section] = field(repr=False)
    _map: mmap.mmap = field(repr=False)

    def check(self) -> None:
        """Read everything. Raises `IndexFileError` with the name of the first damaged section."""
        with memoryview(self._map) as data:
            for section in self._table:
                crc = 0
                for start in range(section.offset, section.end, CHUNK):
                    crc = zlib.crc32(data[start : min(start + CHUNK, section.end)], crc)
                if crc != section.crc:
                    raise IndexFileError(f"damaged section {section.name}", str(self.path))


def open_file(path: str | os.PathLike[str]) -> IndexFile:
    """Map a file without reading its sections. On a big-endian machine they are copied.

    Raises `IndexFileError` if header, table or size are wrong, and `OSError`.
    """
    path = Path(path)
    kind = path.stat().st_mode
    if not stat.S_ISREG(kind) and not stat.S_ISDIR(kind):  # opening a pipe might block forever
        raise IndexFileError("not a lookalike index: not a regular file", str(path))
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        header, table = layout.read(file, size, str(path))
        try:
            mapped = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
        except (ValueError, OverflowError) as error:  # it shrank meanwhile, or exceeds 32 bits
            raise IndexFileError(f"cannot be mapped: {error}", str(path)) from error
    sections = {
        one.name: in_native_order(np.ndarray(one.shape, one.dtype, mapped, one.offset))
        for one in table
    }
    return IndexFile(path, header, sections, table, mapped)


def write(
    path: str | os.PathLike[str], header: Header, sections: Mapping[str, NDArray[Any]]
) -> None:
    """Write a file atomically. If anything fails, an existing file stays unchanged.

    Each section is fetched when it is written, and is never copied as a whole. It may be a view of
    the file being replaced, except on Windows, which refuses to replace a mapped file. A symbolic
    link is kept, and its target is replaced.

    Raises `ValueError` or `TypeError` for anything the format cannot hold, and `OSError`.
    """
    names = list(sections)
    layout.check(header, names)
    with replacing(Path(os.path.realpath(path))) as file:
        file.write(bytes(layout.start_of_sections(len(names))))
        table = [_write_section(file, name, sections[name]) for name in names]
        size = file.tell()
        file.seek(0)
        file.write(layout.packed(header, table, size))


def in_native_order(array: NDArray[Any]) -> NDArray[Any]:
    """The array itself, or a read-only copy in this machine's byte order."""
    if array.dtype.isnative:
        return array
    array = array.astype(array.dtype.newbyteorder("="))
    array.flags.writeable = False
    return array


def _write_section(file: BinaryIO, name: str, array: NDArray[Any]) -> Section:
    array = np.asarray(array)
    dtype = array.dtype.newbyteorder("<").str
    if dtype not in layout.DTYPES or array.ndim not in (1, 2):
        raise TypeError(
            f"section {name} must be an array of numbers in one or two dimensions, "
            f"not of {array.dtype} in {array.ndim}"
        )
    # Chunks of a flat iterator are copies, but chunks of a view are not.
    in_line = array.ndim == 1 or array.flags.c_contiguous
    flat = array.reshape(-1) if in_line else array.flat
    offset, crc = file.tell(), 0
    step = CHUNK // array.itemsize
    for start in range(0, array.size, step):
        chunk = np.ascontiguousarray(flat[start : start + step], dtype=dtype).data
        crc = zlib.crc32(chunk, crc)
        file.write(chunk)
    padding = bytes(-array.nbytes % layout.ALIGNMENT)
    file.write(padding)
    crc = zlib.crc32(padding, crc)
    return Section(name, dtype, array.shape, offset, array.nbytes, crc)
