"""The file of a `SightIndex`: sections in an index file. `docs/index-format.md` lists them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lookalike.errors import IndexFileError
from lookalike.images import PREPARATION
from lookalike.index.keys.keys import Keys
from lookalike.index.stored.damage import DATA_ERRORS
from lookalike.index.stored.file import Header, IndexFile, open_file, write
from lookalike.index.stored.layout import SIGHT
from lookalike.sight.points.pictures import Pictures

if TYPE_CHECKING:
    from numpy.typing import NDArray

DESCRIPTOR_BITS = 256


class StoredIndex(NamedTuple):
    """The contents of a file."""

    keys: Keys
    pictures: Pictures
    file: IndexFile


class _Sections(Mapping[str, "NDArray[Any]"]):
    """The sections of several parts. Each is joined only while it is written."""

    def __init__(self, parts: Sequence[Pictures], keys: Keys) -> None:
        self._parts = [part.to_sections() for part in parts]
        self._keys = keys.to_sections()

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name in self._keys:
            return self._keys[name]
        arrays = [part[name] for part in self._parts]
        return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)

    def __iter__(self) -> Iterator[str]:
        yield from self._parts[0]
        yield from self._keys

    def __len__(self) -> int:
        return len(self._parts[0]) + len(self._keys)


def save(path: str | os.PathLike[str], parts: Sequence[Pictures], keys: Keys) -> None:
    """Write pictures and their keys. An index without pictures has one empty part."""
    count = sum(map(len, parts))
    header = Header(SIGHT, DESCRIPTOR_BITS, count, count, PREPARATION)
    write(path, header, _Sections(parts, keys))


def load(path: str | os.PathLike[str]) -> StoredIndex:
    """Map a file. Raises `IndexFileError` if the sections do not make an index of pictures."""
    file = open_file(path)
    header, sections = file.header, file.sections
    if header.algorithm != SIGHT:
        kind = header.algorithm or f"{header.bits}-bit"
        reason = f"an index of {kind} hashes, not of pictures: open it with Index.open"
        raise IndexFileError(reason, str(file.path))
    try:
        if header.bits != DESCRIPTOR_BITS:
            raise ValueError(f"descriptors have {DESCRIPTOR_BITS} bits, not {header.bits}")
        pictures = Pictures.from_sections(sections, header.entries)
        keys = Keys.from_sections(sections)
        if len(keys) != header.entries:
            raise ValueError("keys")
    except (*DATA_ERRORS, TypeError) as error:
        reason = f"damaged: its sections do not make an index of pictures: {error}"
        raise IndexFileError(reason, str(file.path)) from error
    return StoredIndex(keys, pictures, file)
