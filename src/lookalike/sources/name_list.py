"""Lists of names, one per line or NUL-separated."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lookalike.errors import LookalikeError

BLOCK = 1 << 16
LONGEST = 1 << 16
"""The longest name in bytes. No system accepts longer names, and no server longer URLs."""
BOM = b"\xef\xbb\xbf"


def files_from(source: str | os.PathLike[str] | IO[bytes]) -> Iterator[str]:
    """Yield the names in a list while it is read. Pass the result as `images`.

    `source`: the path of a list, or a file open for reading bytes. Names are NUL-separated, as
    written by `find -print0`, if the first 65,536 bytes contain a NUL. Otherwise there is one name
    per line. Empty names are skipped. Each name has its usual meaning: a file, a folder, an
    archive, a glob or a URL.

    Raises `OSError` at once if the list does not exist. Raises `LookalikeError` later if it cannot
    be read further, or has a name of more than 65,536 bytes.
    """
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder, not a list of names")
        path.stat()
        return _names_at(path)
    if not hasattr(source, "read"):
        raise TypeError(f"a list must be a path or a file, not {type(source).__name__}")
    return _names(source, getattr(source, "name", "the list"))


def _names_at(path: Path) -> Iterator[str]:
    try:
        file = path.open("rb", buffering=0)
    except OSError as error:
        raise LookalikeError(f"{path} cannot be read: {error.strerror or error}") from error
    with file:
        yield from _names(file, path)


def _names(file: IO[bytes], name: object) -> Iterator[str]:
    block = _filled(file, name)
    if b"\0" in block:
        end, ending = b"\0", b""
    else:
        end, ending = b"\n", b"\r"
        block = block.removeprefix(BOM)
    begun = b""
    while block:
        *whole, begun = (begun + block).split(end)
        yield from (os.fsdecode(one) for one in (n.removesuffix(ending) for n in whole) if one)
        if len(begun) > LONGEST:
            raise LookalikeError(f"{name} is not a list of names: one has over {LONGEST:,} bytes")
        block = _read(file, BLOCK, name)
    if last := begun.removesuffix(ending):
        yield os.fsdecode(last)


def _filled(file: IO[bytes], name: object) -> bytes:
    """Read the whole first block. A pipe may deliver it in parts."""
    block = b""
    while len(block) < BLOCK and (more := _read(file, BLOCK - len(block), name)):
        block += more
    return block


def _read(file: IO[bytes], count: int, name: object) -> bytes:
    try:
        data = file.read(count)
    except OSError as error:
        raise LookalikeError(f"{name} cannot be read: {error.strerror or error}") from error
    if not isinstance(data, bytes):
        raise TypeError(f"a list must be open for reading bytes; {name} gave {type(data)}")
    return data
