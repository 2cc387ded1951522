"""The members of a zip archive. Each is opened by the thread that reads it."""

from __future__ import annotations

import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from lookalike.errors import ImageError, Status
from lookalike.images import ItemSource
from lookalike.sources.archives.member import Member
from lookalike.sources.archives.section import Section
from lookalike.sources.archives.unpacking import Unpacking, decompressors
from lookalike.sources.archives.zip_directory import Entry, data_at, entries
from lookalike.sources.streams import Layer, buffered

if TYPE_CHECKING:
    from lookalike.images import Item, Source

STORED = 0
METHODS = {8: "deflate", 12: "bz2", 93: "zst"}
"""APPNOTE.TXT 4.4.5."""


@dataclass(frozen=True, slots=True)
class ZipMember:
    """One member as an `Item`. It opens the archive again, so that threads share nothing."""

    key: str
    archive: Item
    entry: Entry

    @property
    def size(self) -> int:
        """In bytes, unpacked."""
        return self.entry.size

    def open(self) -> BinaryIO:
        """Open a stream. It ends with an `ImageError` if the size or the checksum is wrong."""
        file = self.archive.open()
        try:
            file.seek(data_at(file, self.entry))
            raw: Layer[Any] = Section(file, self.entry.packed)
            if self.entry.method != STORED:
                maker = decompressors(METHODS[self.entry.method])
                raw = Unpacking(buffered(raw), maker, many=False)
            return buffered(Checked(raw, self.entry.size, self.entry.crc))
        except BaseException:
            file.close()
            raise


class Checked(Layer[Layer[Any]]):
    """A stream that checks its size and CRC-32, and raises `ImageError` if one is wrong."""

    def __init__(self, inner: Layer[Any], size: int, crc: int) -> None:
        super().__init__(inner)
        self._left = size
        self._crc = crc
        self._crc_so_far = 0

    def some(self, most: int) -> bytes:
        if not self._left:
            return b""
        data = self._inner.some(min(most, self._left))
        if not data:
            raise ImageError(Status.DAMAGED, "it unpacks to fewer bytes than the archive says")
        self._left -= len(data)
        self._crc_so_far = zlib.crc32(data, self._crc_so_far)
        if not self._left and self._crc_so_far != self._crc:
            raise ImageError(Status.DAMAGED, "its checksum is not the one in the archive")
        return data


def members(archive: Item) -> Iterator[Member]:
    """All members except folders. Raises `ImageError` and `OSError` if the list breaks off."""
    with archive.open() as file:
        for entry in entries(file):
            if not entry.name.endswith("/"):
                yield Member(
                    entry.name,
                    entry.size,
                    entry.packed,
                    partial(_item, archive, entry),
                    kind="link" if stat.S_ISLNK(entry.mode) else "",
                    trouble=_trouble(entry),
                )


def _item(archive: Item, entry: Entry, key: str) -> Source:
    return ItemSource(ZipMember(key, archive, entry))


def _trouble(entry: Entry) -> ImageError | None:
    if entry.encrypted:
        return ImageError(Status.UNREADABLE, "it is encrypted")
    if entry.method != STORED and entry.method not in METHODS:
        reason = f"it is compressed by a method that cannot be read here, number {entry.method}"
        return ImageError(Status.UNSUPPORTED, reason)
    return None
