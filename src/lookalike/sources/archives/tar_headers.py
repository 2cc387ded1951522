"""Reads the headers of a tar archive, one after the other, from a tape.

`tarfile` keeps every header, reads extended headers of any size into memory, and treats a broken
header as the end. So only its parser for a single block is used. The formats are POSIX pax, ustar,
GNU and old tar.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from lookalike.errors import ImageError, Status

if TYPE_CHECKING:
    from lookalike.sources.archives.tape import Tape

BLOCK = tarfile.BLOCKSIZE
LONGEST_HEADER = 1 << 20
"""In bytes. A name takes at most a few thousand."""
EXTENDED = {tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE}
LINKS = {tarfile.SYMTYPE, tarfile.LNKTYPE}
DEVICES = {tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE}
WITHOUT_CONTENT = {tarfile.DIRTYPE, b"V"}
"""Folders, and GNU's label for the whole archive."""
SPARSE = "GNU.sparse."
SPARSE_FIRST, SPARSE_NEXT = 482, 504
"""Where the first and the later blocks of a sparse header say whether another block follows."""


class Header(NamedTuple):
    """The header of one member. The tape is at the beginning of its bytes."""

    name: str
    size: int
    """In bytes, as stored in the archive."""
    is_sparse: bool
    """Whether the stored bytes leave out holes, so they differ from the file."""
    kind: str
    """`file`, `folder`, `link` or `device`."""


def headers(tape: Tape) -> Iterator[Header]:
    """Yield the header of every member. Its bytes may be read before the next header is requested.

    Raises `ImageError` if the archive is cut off or broken.
    """
    common: dict[str, str] = {}
    own: dict[str, str] = {}
    while True:
        block = tape.read(BLOCK)
        if not block.strip(b"\0") and len(block) == BLOCK:
            if tape.read(BLOCK).strip(b"\0"):  # two blocks of zeros mark the end
                raise ImageError(Status.DAMAGED, "it is broken: a header is nothing but zeros")
            return
        info = _parsed(block)
        if info.type in EXTENDED:
            own |= _records(_extension(tape, info.size))
        elif info.type == tarfile.XGLTYPE:
            common |= _records(_extension(tape, info.size))
        elif info.type == tarfile.GNUTYPE_LONGNAME:
            own["path"] = _text(_extension(tape, info.size).split(b"\0", 1)[0])
        elif info.type == tarfile.GNUTYPE_LONGLINK:
            _extension(tape, info.size)
        else:
            if info.type == tarfile.GNUTYPE_SPARSE:
                _skip_sparse_map(tape, block)
            header = _header(info, common | own if common else own)
            begin = tape.tell()
            yield header
            tape.skip(begin + _padded(header.size) - tape.tell())
            own = {}


def _parsed(block: bytes) -> tarfile.TarInfo:
    if not block:
        raise ImageError(Status.DAMAGED, "the end-of-archive marker is missing: it may be cut off")
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError as error:
        raise ImageError(Status.DAMAGED, f"it is broken, or not a tar archive: {error}") from error
    if info.size < 0:
        raise ImageError(Status.DAMAGED, "it is broken: a member has a negative size")
    return info


def _header(info: tarfile.TarInfo, records: dict[str, str]) -> Header:
    name, size = info.name, info.size
    if records:
        name = records.get("GNU.sparse.name", records.get("path", name))
        size = _number(records["size"]) if "size" in records else size
    sparse = info.type == tarfile.GNUTYPE_SPARSE or SPARSE in records
    if info.type in LINKS:
        return Header(name, 0, sparse, "link")
    if info.type in DEVICES:
        return Header(name, 0, sparse, "device")
    if info.type in WITHOUT_CONTENT:
        return Header(name, 0, sparse, "folder")
    return Header(name, size, sparse, "file")


def _extension(tape: Tape, size: int) -> bytes:
    if size > LONGEST_HEADER:
        raise ImageError(Status.DAMAGED, f"it is broken: a header of {size:,} bytes")
    data = tape.read(_padded(size))
    if len(data) < size:
        raise ImageError(Status.DAMAGED, "it is cut off")
    return data[:size]


def _records(data: bytes) -> dict[str, str]:
    """The relevant records of a pax header. Each is `LENGTH KEYWORD=VALUE` and a newline."""
    records = {}
    at = 0
    while at < len(data) and data[at]:
        digits = data[at : at + 20].partition(b" ")[0]
        end = at + (int(digits) if digits.isdigit() else 0)
        keyword, equals, value = data[at + len(digits) + 1 : end].partition(b"=")
        if end > len(data) or not equals or not value.endswith(b"\n"):
            raise ImageError(Status.DAMAGED, "it is broken: an extended header makes no sense")
        if keyword in {b"path", b"size", b"GNU.sparse.name"}:
            records[keyword.decode()] = _text(value[:-1])
        if keyword.startswith(SPARSE.encode()):
            records[SPARSE] = ""
        at = end
    return records


def _skip_sparse_map(tape: Tape, block: bytes) -> None:
    goes_on = block[SPARSE_FIRST]
    while goes_on:
        block = tape.read(BLOCK)
        if len(block) < BLOCK:
            raise ImageError(Status.DAMAGED, "it is cut off")
        goes_on = block[SPARSE_NEXT]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise ImageError(Status.DAMAGED, f"it is broken: a member of {text[:40]} bytes")
    return int(text)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK
