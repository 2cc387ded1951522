"""Lists the images in an archive: detects its kind, and chooses its members."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lookalike.errors import ImageError, Status
from lookalike.images import Unreadable
from lookalike.sources.archives import tars, zips
from lookalike.sources.archives.limits import Tally
from lookalike.sources.input import Input
from lookalike.sources.kinds import is_archive
from lookalike.sources.location import Kind, Location
from lookalike.sources.trouble import trouble_of

if TYPE_CHECKING:
    from lookalike.images import Item
    from lookalike.sources.archives.member import Member
    from lookalike.sources.choice import Sieve

COMPRESSIONS = {"gz": b"\x1f\x8b", "bz2": b"BZh", "xz": b"\xfd7zXZ\0", "zst": b"\x28\xb5\x2f\xfd"}
"""The first bytes of compressed files."""
ZIP_BEGINS = (b"PK\3\4", b"PK\5\6", b"PK\7\x08")
"""The first bytes of a zip: a member, the end of an empty archive, or one of several parts."""


def archive_kind(archive: Item) -> str | None:
    """`zip`, `tar` or one of `COMPRESSIONS`, by its first bytes. None if it is not an archive.

    Raises `ImageError` and `OSError` if it cannot be read.
    """
    with archive.open() as file:
        block = file.read(tarfile.BLOCKSIZE)
    if block.startswith(ZIP_BEGINS):
        return "zip"
    for kind, magic in COMPRESSIONS.items():
        if block.startswith(magic):
            return kind
    if block and not block.strip(b"\0"):  # a tar archive without members
        return "tar"
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return None
    return "tar"


def inputs_in(
    archive: Item, outer: Input, kind: str, sieve: Sieve, prefix: str = ""
) -> Iterator[Input]:
    """Yield every member of an archive that may be an image, in the archive's order.

    `outer`: the archive itself, as an input. `prefix` is put before the path of a member when
    patterns are matched. Raises an error if the archive is cut off or exceeds a limit.
    """
    limits = sieve.choice.archive_limits
    tally = Tally(limits, archive.size or 0)
    for member in _members(archive, kind, tally):
        tally.count_member()
        if _is_taken(member, sieve, prefix):
            yield from _input(outer, member, tally)


def _members(archive: Item, kind: str, tally: Tally) -> Iterator[Member]:
    if kind == "zip":
        return zips.members(archive)
    if kind == "tar":
        return tars.members(archive)
    return tars.packed_members(archive, kind, tally)


def _is_taken(member: Member, sieve: Sieve, prefix: str) -> bool:
    if member.kind:
        sieve.skip(member.kind)
        return False
    path = "/".join(part for part in member.name.split("/") if part not in {"", ".", ".."})
    return sieve.takes_member(path, prefix)


def _input(outer: Input, member: Member, tally: Tally) -> Iterator[Input]:
    """Yield the member as an input. Raises `ImageError` if no further member can be read."""
    location = Location(Kind.MEMBER, outer.location.path, member.name)
    trouble = member.trouble or tally.objection(member.size, member.packed)
    if is_archive(member.name):
        trouble = ImageError(Status.UNSUPPORTED, "archives within archives are not opened")
    if trouble:
        yield Input(location, outer.stamp, Unreadable(trouble))
        return
    try:
        source = member.source(location.key)
    except (ImageError, OSError) as error:
        yield Input(location, outer.stamp, Unreadable(trouble_of(error)))
        raise
    if source.is_light:  # bytes in memory were counted when they were read
        tally.count_bytes(member.size)
    yield Input(location, outer.stamp, source)
