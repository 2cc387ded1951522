"""Lists of names: one a line, or each ended by a NUL byte."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lookalike.errors import LookalikeError

BLOCK = 1 << 16
LONGEST = 1 << 16
"""In bytes; no system takes names as long, and no server such URLs."""
BOM = b"\xef\xbb\xbf"


def files_from(source: str | os.PathLike[str] | IO[bytes]) -> Iterator[str]:
    """The names in a list, one after the other, as it is read: to be given as `images`.

    `source`: the path of a list, or a file open for reading bytes. Names end with a NUL byte where
    there is one among the first 65,536 bytes, as `find -print0` writes them, else with their line;
    empty ones are passed over. Each stands for what it would stand for if it were named itself: a
    file, a folder, an archive, a glob, a URL.

    Raises `OSError` at once where there is no such list, and `LookalikeError` later where it cannot
    be read on, or has a name of more than 65,536 bytes.
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
            raise LookalikeError(f"{name} is no list of names: one has more than {LONGEST:,} bytes")
        block = _read(file, BLOCK, name)
    if last := begun.removesuffix(ending):
        yield os.fsdecode(last)


def _filled(file: IO[bytes], name: object) -> bytes:
    """The first block, whole: a pipe may give it in parts."""
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
