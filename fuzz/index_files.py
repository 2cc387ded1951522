"""What fuzzing of index files and of files of pictures has in common.

Checksums would stop nearly every change at once, so those of the header and its table are corrected
as well.
"""

from __future__ import annotations

import struct
import tempfile
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from lookalike import Index, IndexFileError, SightIndex
from lookalike.index.stored import layout

Opened = TypeVar("Opened", Index, SightIndex)


def outcomes(
    data: bytes, opened: Callable[[Path], Opened], used: Callable[[Opened], None]
) -> list[str]:
    """Open and use the bytes as they are, and with corrected checksums."""
    return [_outcome(one, opened, used) for one in (data, with_right_checksums(data))]


def _outcome(data: bytes, opened: Callable[[Path], Opened], used: Callable[[Opened], None]) -> str:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(action="ignore"):
        path = Path(folder) / "a.index"
        path.write_bytes(data)
        try:
            index = opened(path)
        except IndexFileError:
            return "refused"
        try:
            used(index)
        except IndexFileError:
            return "damaged"
    return "ok"


def saved(index: Index | SightIndex) -> bytes:
    """The bytes of the file of an index."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.index"
        index.save(path)
        return path.read_bytes()


def with_right_checksums(data: bytes) -> bytes:
    """The same file with correct checksums of its header and table."""
    size = layout._SIZE  # noqa: SLF001
    if len(data) < size:
        return data
    fixed = bytearray(data)
    count = struct.unpack_from("<I", fixed, 44)[0]
    end = min(size + count * layout._ENTRY.size, len(fixed))  # noqa: SLF001
    struct.pack_into("<I", fixed, 48, zlib.crc32(fixed[size:end]))
    struct.pack_into("<I", fixed, size - 4, zlib.crc32(fixed[: size - 4]))
    return bytes(fixed)
