"""The members of a tar archive.

Members of a plain archive are opened by the thread that reads them. A compressed archive can only
be read from front to back, so the wanted members are read while they are listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from lookalike.errors import ImageError, Status
from lookalike.images import BytesSource, Contents, ItemSource
from lookalike.sources.archives.member import Member
from lookalike.sources.archives.section import Section
from lookalike.sources.archives.tape import PackedTape, PlainTape, Tape
from lookalike.sources.archives.tar_headers import Header, headers
from lookalike.sources.archives.unpacking import Unpacking, decompressors
from lookalike.sources.streams import buffered

if TYPE_CHECKING:
    from lookalike.images import Item, Source
    from lookalike.sources.archives.limits import Tally


@dataclass(frozen=True, slots=True)
class TarMember:
    """One member of a plain archive, as an `Item`."""

    key: str
    archive: Item
    begin: int
    """Where its bytes begin in the archive."""
    size: int

    def open(self) -> BinaryIO:
        """Open a stream. It opens the archive again, so that threads share nothing."""
        file = self.archive.open()
        try:
            file.seek(self.begin)
            return buffered(Section(file, self.size))
        except BaseException:  # an interrupt too: only this can close it; it is raised again
            file.close()
            raise


def members(archive: Item) -> Iterator[Member]:
    """All members of a plain archive. Raises `ImageError` and `OSError` if it is cut off."""
    with archive.open() as file:
        tape = PlainTape(file)
        for header in headers(tape):
            source = partial(_item, archive, tape.tell(), header.size)
            yield from _member(header, source)


def packed_members(archive: Item, compression: str, tally: Tally) -> Iterator[Member]:
    """Like `members`, for an archive compressed as `gz`, `bz2`, `xz` or `zst`.

    The source of a member must be requested before the next member. It then holds the bytes.
    """
    maker = decompressors(compression)
    with closing(Unpacking(archive.open(), maker, many=True)) as unpacking:
        tape = PackedTape(unpacking, tally)
        for header in headers(tape):
            yield from _member(header, partial(_bytes, tape, header.size))


"""
"""


def _member(header: Header, source: Callable[[str], Source]) -> Iterator[Member]:
    """The member of a header, if it is more than a folder."""
    if header.kind == "folder":
        return
    trouble = None
    if header.is_sparse:
        trouble = ImageError(Status.UNSUPPORTED, "it is a sparse file, which is not supported")
    kind = "" if header.kind == "file" else header.kind
    yield Member(header.name, header.size, header.size, source, kind, trouble)


def _item(archive: Item, begin: int, size: int, key: str) -> Source:
    return ItemSource(TarMember(key, archive, begin, size))


def _bytes(tape: Tape, size: int, _key: str) -> Source:
    data = tape.read(size)
    if len(data) < size:
        raise ImageError(Status.DAMAGED, "the archive ends within it")
    return BytesSource(Contents(data, size))
