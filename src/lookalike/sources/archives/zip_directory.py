"""Reads the directory of a zip archive entry by entry.

`zipfile` keeps about 700 bytes per member. This module keeps nothing. PKWARE's APPNOTE.TXT 6.3.10
describes the format, and the comments give its sections.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from lookalike.errors import ImageError, Status

LOCAL, ENTRY, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"
END_64, LOCATOR_64 = b"PK\6\6", b"PK\6\7"
LOCAL_HEADER = struct.Struct("<4s H HH HH I II HH")  # 4.3.7
ENTRY_HEADER = struct.Struct("<4s HH HH HH I II HHH HH II")  # 4.3.12
END_RECORD = struct.Struct("<4s HH HH II H")  # 4.3.16
END_RECORD_64 = struct.Struct("<4s Q HH II QQ QQ")  # 4.3.14
LOCATOR_RECORD_64 = struct.Struct("<4s I Q I")  # 4.3.15
LONGEST_COMMENT = 0xFFFF
IN_EXTRA = 0xFFFF_FFFF
EXTRA_64 = 1
MOST = 1 << 62
"""No file has more bytes. Systems reject positions slightly above this."""
ENCRYPTED, SIZES_FOLLOW, UTF_8 = 1 << 0, 1 << 3, 1 << 11


class Entry(NamedTuple):
    """The entry of one member in the directory."""

    name: str
    method: int
    encrypted: bool
    crc: int
    packed: int
    """In bytes, like all sizes."""
    size: int
    header_at: int
    """Where its local header is."""
    mode: int
    """The Unix mode of the file. 0 if it is unknown."""


class _Directory(NamedTuple):
    """Where the directory is, and what the end record says about it."""

    start: int
    size: int
    """In bytes."""
    members: int
    """How many there are."""
    wraps_at: int
    """At which number the count starts again at 0."""


def entries(file: BinaryIO) -> Iterator[Entry]:
    """Yield every member of a zip archive, in the order of its directory.

    If the archive is cut off, the directory is missing. Then this yields the members that are still
    there, and raises `ImageError` at the end. It also raises `ImageError` for a broken directory.
    """
    length = file.seek(0, io.SEEK_END)
    directory = _directory(file, length)
    if directory is None:
        yield from _without_directory(file, length)
        raise ImageError(Status.DAMAGED, "it is cut off: its directory, at the end, is missing")
    if directory.start + directory.size > length:
        raise ImageError(Status.DAMAGED, "its directory is not where it should be")
    file.seek(directory.start)
    count, left = 0, directory.size
    while left > 0:
        entry, taken = _entry(file)
        left -= taken
        count += 1
        yield entry
    if (count - directory.members) % directory.wraps_at:
        reason = f"its directory has {count:,} members, and says that it has {directory.members:,}"
        raise ImageError(Status.DAMAGED, reason)


def data_at(file: BinaryIO, entry: Entry) -> int:
    """Where the packed bytes of a member begin. Raises `ImageError` if no member is there."""
    data = b""
    if entry.header_at <= MOST:
        file.seek(entry.header_at)
        data = file.read(LOCAL_HEADER.size)
    if len(data) < LOCAL_HEADER.size or not data.startswith(LOCAL):
        raise ImageError(Status.DAMAGED, "it is not where the archive's directory says")
    *_, name_length, extra_length = LOCAL_HEADER.unpack(data)
    return entry.header_at + LOCAL_HEADER.size + int(name_length) + int(extra_length)


def _directory(file: BinaryIO, length: int) -> _Directory | None:
    """Find the directory from the record at the end of the archive. None without that record."""
    tail_at = max(length - END_RECORD.size - LONGEST_COMMENT, 0)
    file.seek(tail_at)
    tail = file.read()
    at = _end_in(tail)
    if at < 0:
        return None
    _, disk, first_disk, _, count, size, start, _ = END_RECORD.unpack_from(tail, at)
    wraps_at = 1 << 16
    file.seek(max(tail_at + at - LOCATOR_RECORD_64.size, 0))
    locator = file.read(LOCATOR_RECORD_64.size)
    if len(locator) == LOCATOR_RECORD_64.size and locator.startswith(LOCATOR_64):
        file.seek(min(LOCATOR_RECORD_64.unpack(locator)[2], length))
        record = file.read(END_RECORD_64.size)
        if len(record) < END_RECORD_64.size or not record.startswith(END_64):
            raise ImageError(Status.DAMAGED, "the end of its directory is not where it should be")
        _, _, _, _, disk, first_disk, _, count, size, start = END_RECORD_64.unpack(record)
        wraps_at = 1 << 64
    if disk or first_disk:
        raise ImageError(Status.UNSUPPORTED, "it is one part of an archive in several files")
    return _Directory(start, size, count, wraps_at)


def _end_in(tail: bytes) -> int:
    """Where the last record begins. The comment after it may contain the same first bytes."""
    last = at = tail.rfind(END, 0, len(tail) - END_RECORD.size + len(END))
    while at >= 0:
        *_, comment_length = END_RECORD.unpack_from(tail, at)
        if at + END_RECORD.size + comment_length == len(tail):
            return at
        at = tail.rfind(END, 0, at + len(END) - 1)
    return last


def _entry(file: BinaryIO) -> tuple[Entry, int]:
    """The next entry of the directory, and how many bytes it takes."""
    data = file.read(ENTRY_HEADER.size)
    if len(data) < ENTRY_HEADER.size or not data.startswith(ENTRY):
        raise ImageError(Status.DAMAGED, "its directory is broken")
    (
        _, made_by, _, flags, method, _, _, crc, packed, size,
        name_length, extra_length, comment_length, _, _, attributes, header_at,
    ) = ENTRY_HEADER.unpack(data)  # fmt: skip
    rest_length = name_length + extra_length + comment_length
    rest = file.read(rest_length)
    if len(rest) < rest_length:
        raise ImageError(Status.DAMAGED, "its directory is broken")
    if IN_EXTRA in {size, packed, header_at}:
        extra = rest[name_length : name_length + extra_length]
        size, packed, header_at = _in_extra(extra, size, packed, header_at)
    name = _text(rest[:name_length], flags)
    mode = attributes >> 16 if made_by >> 8 == 3 else 0  # 4.4.2: made on Unix
    entry = Entry(name, method, bool(flags & ENCRYPTED), crc, packed, size, header_at, mode)
    return entry, ENTRY_HEADER.size + rest_length


def _without_directory(file: BinaryIO, length: int) -> Iterator[Entry]:
    """Yield the members in the order in the file, up to the first of unknown length."""
    at = 0
    while True:
        file.seek(at)
        data = file.read(LOCAL_HEADER.size)
        if len(data) < LOCAL_HEADER.size or not data.startswith(LOCAL):
            return
        _, _, flags, method, _, _, crc, packed, size, name_length, extra_length = (
            LOCAL_HEADER.unpack(data)
        )
        rest = file.read(name_length + extra_length)
        if IN_EXTRA in {size, packed}:
            size, packed = _in_extra(rest[name_length:], size, packed)
        if flags & SIZES_FOLLOW and not packed:  # the length comes only after the packed bytes
            return
        end = at + LOCAL_HEADER.size + name_length + extra_length + packed
        if end > length:
            return
        name = _text(rest[:name_length], flags)
        yield Entry(name, method, bool(flags & ENCRYPTED), crc, packed, size, at, 0)
        at = end


def _in_extra(extra: bytes, *numbers: int) -> list[int]:
    """The numbers of a header. Those that do not fit come from its extra field."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == EXTRA_64:
            large = [one for (one,) in struct.iter_unpack("<Q", extra[at + 4 :][: length // 8 * 8])]
            if len(large) < numbers.count(IN_EXTRA):
                break
            return [large.pop(0) if one == IN_EXTRA else one for one in numbers]
        at += 4 + length
    raise ImageError(Status.DAMAGED, "its directory is broken")


def _text(name: bytes, flags: int) -> str:
    return name.decode("utf-8", "surrogateescape") if flags & UTF_8 else name.decode("cp437")
