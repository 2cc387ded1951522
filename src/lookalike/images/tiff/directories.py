"""TIFF directories: what a file says about its pictures, read without a decoder.

Every number comes from the file, so none is trusted. Anything that points outside the file counts
as absent, circular chains end, and each walk has a limit. No data is copied.

Sources: TIFF 6.0 (1992), TIFF Technical Note 1 (SubIFDs), the BigTIFF design of libtiff.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from lookalike.errors import ImageError, Status

ORDERS = {b"II": "<", b"MM": ">"}
PLAIN, BIG = 42, 43
"""The number after the byte order: of a plain TIFF, and of one with 64-bit offsets."""
FRACTION = 5
FORMATS = {1: "B", 3: "H", 4: "I", FRACTION: "II", 7: "B", 13: "I", 16: "Q", 18: "Q"}
"""The `struct` formats of unsigned numbers, by the type of a value."""
WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
WIDTHS |= {16: 8, 17: 8, 18: 8}
"""The size in bytes, by the type of a value."""

SUBFILE, OLD_SUBFILE = 254, 255
WIDTH, LENGTH, COMPRESSION, PHOTOMETRIC, ORIENTATION, SUBIFDS = 256, 257, 259, 262, 274, 330
BITS, SAMPLES, SAMPLE_FORMAT = 258, 277, 339
STRIPS, STRIP_BYTES, TILES, TILE_BYTES, JPEG_AT, JPEG_BYTES = 273, 279, 324, 325, 513, 514

REDUCED, MASK = 1, 4
"""Bits of the tag `SUBFILE`: a smaller version of another picture, and a transparency mask."""
OLD_REDUCED = 2

MOST_ENTRIES, MOST_VALUES, MOST_CHILDREN = 256, 1 << 16, 32
"""The most that are read: entries per directory, values per entry, and directories under one."""
MOST_PAGES = 10_000
"""The most directories that are followed in a chain."""


class Entry(NamedTuple):
    """Where the values of a tag are."""

    kind: int
    length: int
    """How many values there are."""
    at: int


class Directory(NamedTuple):
    """What a file says about one of its pictures."""

    at: int
    """Where it begins."""
    entries: dict[int, Entry]
    next: int
    """Where the next directory in the chain begins. 0 if there is none."""


class Page(NamedTuple):
    """A directory in the chain with a picture of its own."""

    place: int
    """Its place in the chain, from 0. Overviews and masks are counted too."""
    at: int
    """Where its directory begins."""


class Tiff:
    """Directories with one byte order, anywhere in `data`."""

    def __init__(
        self, data: bytes | bytearray, order: str, *, base: int = 0, big: bool = False
    ) -> None:
        """`order` is `<` or `>`. Offsets are relative to `base`."""
        self.data = data
        self.order = order
        self.base = base
        self.big = big
        self.first = 0
        """Where the first directory begins."""
        self._head = struct.Struct(order + ("Q" if big else "H"))
        self._entry = struct.Struct(order + ("HHQ8s" if big else "HHI4s"))
        self._offset = struct.Struct(order + ("Q" if big else "I"))

    @classmethod
    def of(
        cls, data: bytes | bytearray, base: int = 0, magics: tuple[int, ...] = (PLAIN, BIG)
    ) -> Tiff | None:
        """The TIFF whose header is at `base`. None if there is none."""
        order = ORDERS.get(bytes(data[base : base + 2]))
        head = bytes(data[base : base + 16])
        if order is None or len(head) < 8:
            return None
        # Some writers store the number in the other byte order, and Pillow reads those too.
        magic = min(struct.unpack_from("<H", head, 2)[0], struct.unpack_from(">H", head, 2)[0])
        if magic not in magics:
            return None
        tiff = cls(data, order, base=base, big=magic == BIG)
        if len(head) < (16 if tiff.big else 8):
            return None
        tiff.first = base + tiff._offset.unpack_from(head, 8 if tiff.big else 4)[0]
        return tiff

    def directory(self, at: int) -> Directory | None:
        """The directory that begins at `at`. None if it does not fit in the file."""
        if not 0 < at <= len(self.data) - self._head.size:
            return None
        (count,) = self._head.unpack_from(self.data, at)
        begin, size = at + self._head.size, self._entry.size
        end = begin + count * size
        if end > len(self.data):
            return None
        read = bytes(self.data[begin : begin + min(count, MOST_ENTRIES) * size])
        entries: dict[int, Entry] = {}
        place = begin + size - self._offset.size
        for tag, kind, length, value in self._entry.iter_unpack(read):
            at_value = place
            if length * WIDTHS.get(kind, 1) > self._offset.size:
                at_value = self.base + self._offset.unpack(value)[0]
            entries.setdefault(tag, Entry(kind, length, at_value))
            place += size
        following = 0
        if end + self._offset.size <= len(self.data):
            (following,) = self._offset.unpack_from(self.data, end)
        return Directory(at, entries, self.base + following if following else 0)

    def numbers(self, directory: Directory, tag: int) -> tuple[int, ...]:
        """The numbers of a tag, with fractions rounded down.

        Empty if the tag has no unsigned numbers, or if they are outside the file.
        """
        entry = directory.entries.get(tag)
        letter = FORMATS.get(entry.kind) if entry else None
        if entry is None or letter is None or entry.length > MOST_VALUES:
            return ()
        if entry.at + entry.length * WIDTHS[entry.kind] > len(self.data):
            return ()
        if entry.kind != FRACTION:
            return struct.unpack_from(f"{self.order}{entry.length}{letter}", self.data, entry.at)
        parts = struct.unpack_from(f"{self.order}{2 * entry.length}I", self.data, entry.at)
        return tuple(over // (under or 1) for over, under in zip(*[iter(parts)] * 2, strict=True))

    def number(self, directory: Directory, tag: int, default: int = 0) -> int:
        """The first whole number of a tag."""
        return next(iter(self.numbers(directory, tag)), default)

    def text(self, directory: Directory, tag: int) -> str:
        """The text of a tag. Empty if it has none."""
        entry = directory.entries.get(tag)
        if entry is None or entry.kind != 2:
            return ""
        text = bytes(self.data[entry.at : entry.at + min(entry.length, 256)])
        return text.partition(b"\0")[0].decode("latin-1").strip()

    def size(self, directory: Directory) -> tuple[int, int]:
        """Width and height. Zeros if they are not given."""
        return self.number(directory, WIDTH), self.number(directory, LENGTH)

    def is_part(self, directory: Directory) -> bool:
        """Whether it is a smaller version of another picture, or a mask for one."""
        if SUBFILE in directory.entries:
            return bool(self.number(directory, SUBFILE) & (REDUCED | MASK))
        return self.number(directory, OLD_SUBFILE) == OLD_REDUCED

    def pieces(self, directory: Directory) -> list[tuple[int, int]]:
        """Begin and length of each strip or tile."""
        for begins, lengths in ((STRIPS, STRIP_BYTES), (TILES, TILE_BYTES)):
            found = self.numbers(directory, begins), self.numbers(directory, lengths)
            if found[0]:
                return [(self.base + at, size) for at, size in zip(*found, strict=False)]
        return []

    def chain(self) -> Iterator[Directory]:
        """The first directory and those that follow it, at most `MOST_PAGES`."""
        seen: set[int] = set()
        at = self.first
        while at not in seen and len(seen) < MOST_PAGES:
            directory = self.directory(at)
            if directory is None:
                return
            seen.add(at)
            yield directory
            at = directory.next

    def children(self, directory: Directory) -> list[Directory]:
        """The directories under another one."""
        offsets = self.numbers(directory, SUBIFDS)[:MOST_CHILDREN]
        found = (self.directory(self.base + at) for at in offsets)
        return [child for child in found if child is not None]


def pages(data: bytes | bytearray) -> list[Page]:
    """The pictures in the chain of a TIFF, without smaller versions and masks.

    At most `MOST_PAGES` directories are read, including those of smaller versions. A broken writer
    may declare all of them as smaller versions. Then the first one is the picture.
    """
    tiff = Tiff.of(data)
    if tiff is None:
        return []
    chain = list(enumerate(tiff.chain()))
    found = [Page(place, one.at) for place, one in chain if not tiff.is_part(one)]
    return found or [Page(place, one.at) for place, one in chain[:1]]


def main_directory(tiff: Tiff) -> Directory | None:
    """The directory of the main picture: the first, unless that is marked as a smaller version.

    Then it is the first other one in the chain that is not, or else the largest under the first.
    Raises `ImageError` if the file ends before it.
    """
    first = tiff.directory(tiff.first)
    if first is None or not tiff.is_part(first):
        return first
    whole = next((one for one in tiff.chain() if not tiff.is_part(one)), None)
    if whole is not None:
        return whole
    under = tiff.children(first)
    if len(under) < len(tiff.numbers(first, SUBIFDS)[:MOST_CHILDREN]):
        raise ImageError(Status.DAMAGED, "it ends before the directory of its picture")
    found = [first, *(one for one in under if not tiff.is_part(one))]
    return max(found, key=lambda one: tiff.size(one)[0] * tiff.size(one)[1])


def missing_directory(data: bytes | bytearray) -> str:
    """The error if a TIFF ends before its first directory does. Otherwise empty."""
    tiff = Tiff.of(data)
    if tiff is None or not tiff.first or tiff.directory(tiff.first):
        return ""
    place, size = f"{tiff.first:,}", f"{len(data):,}"
    return f"it breaks off: the TIFF's directory, at byte {place}, is not within its {size} bytes"


def picture_first(data: bytes) -> bytes:
    """A TIFF whose first directory is that of its main picture.

    Most TIFFs, and other files, are returned unchanged. Raises `ImageError` if the file ends before
    that directory.
    """
    tiff = Tiff.of(data)
    main = main_directory(tiff) if tiff else None
    if tiff is None or main is None or main.at == tiff.first:
        return data
    return beginning_at(data, main.at)


def beginning_at(data: bytes | bytearray, at: int) -> bytes:
    """A copy of a TIFF whose first directory is the one at `at`."""
    copy, tiff = bytearray(data), Tiff.of(data)
    if tiff is not None:
        letter, place = ("Q", 8) if tiff.big else ("I", 4)
        struct.pack_into(tiff.order + letter, copy, place, at)
    return bytes(copy)
