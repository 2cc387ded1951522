"""The start of an index file: the header and the table of sections, as values and as bytes.

`docs/index-format.md` describes it byte by byte.
"""

from __future__ import annotations

import math
import struct
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

import numpy as np

from lookalike.errors import IndexFileError

MAGIC = b"\x89LKL\r\n\x1a\n"
"""As with PNG, copying in text mode or with 7 bits breaks it, so the damage is detected."""
VERSION = 1
ALIGNMENT = 64
DTYPES = frozenset(["|u1", "<u2", "<u4", "<u8", "|i1", "<i2", "<i4", "<i8", "<f4", "<f8"])
SIGHT = "sight"
"""In place of an algorithm, in the file of a `SightIndex`."""
MAX_ALGORITHM = 64
MAX_NAME = 24
MAX_SECTIONS = 1024

_START = struct.Struct("<8sII")  # magic, version, header size: first in every version
_HEADER = struct.Struct("<8sIIQQQIIII64sI")  # followed by its checksum
_ENTRY = struct.Struct("<24s3sB2QQQI")
_CRC = struct.Struct("<I")  # of the rest of the header: last in every version
_SIZE = _HEADER.size + _CRC.size
_MAX_SIZE = 1 << 16  # of the header of any version


@dataclass(frozen=True)
class Header:
    """What is known about an index before reading its sections."""

    algorithm: str
    """At most 64 bytes in UTF-8. Empty for an index without an algorithm."""
    bits: int
    """Bits per hash."""
    entries: int
    distinct: int
    """How many different hashes the entries have."""
    preparation: int = 0
    """As `PREPARATION` of `lookalike.images`, or 0 if not known."""


class Section(NamedTuple):
    """One row of the table."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    offset: int
    length: int
    crc: int

    @property
    def end(self) -> int:
        """Where the next section begins. The zeros up to there belong to this one."""
        return self.offset + self.length + -self.length % ALIGNMENT


def start_of_sections(count: int) -> int:
    """The size of the header and of a table of `count` sections."""
    return _SIZE + count * _ENTRY.size


def check(header: Header, names: Sequence[str]) -> None:
    """Raise `ValueError` for anything the format cannot hold."""
    for name, bits in (("bits", 32), ("entries", 64), ("distinct", 64), ("preparation", 32)):
        value = getattr(header, name)
        if not 0 <= value < 1 << bits:
            raise ValueError(f"{name} must be a number from 0 to 2^{bits} - 1, not {value}")
    if len(header.algorithm.encode()) > MAX_ALGORITHM:
        name = header.algorithm
        raise ValueError(f"the algorithm's name is longer than {MAX_ALGORITHM} bytes: {name!r}")
    for name in names:
        if not _is_name(name):
            raise ValueError(f"a section's name is 1 to {MAX_NAME} ASCII characters, not {name!r}")
    if len(names) > MAX_SECTIONS:
        raise ValueError(f"at most {MAX_SECTIONS} sections can be written, not {len(names)}")


def packed(header: Header, sections: Sequence[Section], size: int) -> bytes:
    """Header and table of a file of `size` bytes."""
    table = b"".join(map(_packed_section, sections))
    algorithm = header.algorithm.encode()
    head = _HEADER.pack(
        *(MAGIC, VERSION, _SIZE, size, header.entries, header.distinct, header.bits),
        *(len(sections), zlib.crc32(table), len(algorithm), algorithm, header.preparation),
    )
    return head + _CRC.pack(zlib.crc32(head)) + table


def read(file: BinaryIO, size: int, path: str) -> tuple[Header, list[Section]]:
    """Header and table of a file of `size` bytes. Raises `IndexFileError`."""
    head = _read_head(file, path)
    expected, entries, distinct, bits, count, crc, length, name, preparation = _HEADER.unpack(head)[
        3:
    ]
    try:
        algorithm = name[:length].decode()
    except UnicodeDecodeError:
        raise IndexFileError("damaged header", path) from None
    if length > len(name) or any(name[length:]):
        raise IndexFileError("damaged header", path)
    if size != expected:
        fault = "truncated" if size < expected else "too long"
        raise IndexFileError(f"{fault}: expected {expected} bytes, found {size}", path)
    table = None
    if count <= MAX_SECTIONS and start_of_sections(count) <= size:
        data = file.read(count * _ENTRY.size)
        if zlib.crc32(data) == crc:
            table = _sections(data, size)
    if table is None or len(table) != count:
        raise IndexFileError("damaged section table", path)
    return Header(algorithm, bits, entries, distinct, preparation), table


def _read_head(file: BinaryIO, path: str) -> bytes:
    """The header without its checksum, which has been verified."""
    start = file.read(_START.size)
    if not start or not MAGIC.startswith(start[: len(MAGIC)]):
        if start[1:4] == MAGIC[1:4]:
            raise IndexFileError("damaged header: its first bytes are not as written", path)
        raise IndexFileError("not a lookalike index", path)
    if len(start) < _START.size:
        fault = f"truncated: expected at least {_SIZE} bytes, found {len(start)}"
        raise IndexFileError(fault, path)
    _, version, length = _START.unpack(start)
    least = _START.size + _CRC.size
    if not least <= length <= _MAX_SIZE or (version == VERSION and length != _SIZE):
        raise IndexFileError("damaged header", path)
    rest = file.read(length - len(start))
    if len(start + rest) < length:
        fault = f"truncated: expected at least {length} bytes, found {len(start + rest)}"
        raise IndexFileError(fault, path)
    head, crc = start + rest[: -_CRC.size], rest[-_CRC.size :]
    if _CRC.pack(zlib.crc32(head)) != crc or version < VERSION:
        raise IndexFileError("damaged header", path)
    if version > VERSION:
        fault = f"made by a newer version: format {version}, but only up to {VERSION} is supported"
        raise IndexFileError(fault, path)
    return head


def _sections(data: bytes, size: int) -> list[Section] | None:
    """The sections, or None unless they fill the file without gaps."""
    table: list[Section] = []
    end = _SIZE + len(data)
    for name, dtype, dimensions, rows, columns, *numbers in _ENTRY.iter_unpack(data):
        shape = (rows, columns)[:dimensions]
        section = Section(_text(name), _text(dtype), shape, *numbers)
        if (
            not _is_name(section.name)
            or section.dtype not in DTYPES
            or dimensions not in (1, 2)
            or (dimensions == 1 and columns != 0)
            or section.offset != end
            or not _fits(section)
        ):
            return None
        table.append(section)
        end = section.end
    names = {section.name for section in table}
    return table if end == size and len(names) == len(table) else None


def _fits(section: Section) -> bool:
    """Whether the shape matches the length, and NumPy can hold such an array."""
    itemsize = np.dtype(section.dtype).itemsize
    extent = itemsize * math.prod(one or 1 for one in section.shape)
    return section.length == itemsize * math.prod(section.shape) and extent <= sys.maxsize


def _packed_section(section: Section) -> bytes:
    name, dtype, shape, *numbers = section
    rows, columns = (*shape, 0)[:2]
    return _ENTRY.pack(name.encode(), dtype.encode(), len(shape), rows, columns, *numbers)


def _text(field: bytes) -> str:
    return field.rstrip(b"\0").decode("latin-1")


def _is_name(name: str) -> bool:
    return 1 <= len(name) <= MAX_NAME and name.isascii() and name.isprintable()
