"""Archives to single images: which kind of archive it is, and what of it is taken."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lookalike.errors import ImageError, Status
from lookalike.sources.archives import tars, zips
from lookalike.sources.archives.limits import Tally
from lookalike.sources.input import Input
from lookalike.sources.item import Item, refusal, trouble_of
from lookalike.sources.kinds import MARK, is_archive

if TYPE_CHECKING:
    from lookalike.sources.archives.member import Member
    from lookalike.sources.choice import Sieve

COMPRESSIONS = {"gz": b"\x1f\x8b", "bz2": b"BZh", "xz": b"\xfd7zXZ\0", "zst": b"\x28\xb5\x2f\xfd"}
"""The first bytes of compressed files."""
ZIP_BEGINS = (b"PK\3\4", b"PK\5\6", b"PK\7\x08")
"""The first bytes of a zip: a member, the end of an empty one, a part of several."""


def archive_kind(archive: Item) -> str | None:
    """`zip`, `tar` or one of `COMPRESSIONS`, by its first bytes; None for no archive.

    Raises `ImageError` and `OSError` where it cannot be read.
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


def inputs_in(archive: Item, kind: str, sieve: Sieve, prefix: str = "") -> Iterator[Input]:
    """Everything in an archive that may be an image, in the archive's order.

    Keys are the archive's own, `!/` and the path within it; `prefix` stands before that path where
    patterns are matched. Where the archive breaks off, or exceeds a limit, it is itself the last,
    with its error.
    """
    limits = sieve.choice.archive_limits
    tally = Tally(limits, archive.size or 0)
    try:
        for member in _members(archive, kind, tally):
            tally.count_member()
            if _is_taken(member, sieve, prefix):
                yield from _input(archive, member, tally)
    except BaseException as error:  # noqa: BLE001  # the failure names it
        yield Input(archive.key, trouble_of(error))


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


def _input(archive: Item, member: Member, tally: Tally) -> Iterator[Input]:
    """The member to be read. Raises `ImageError` where no other can follow it."""
    key = f"{archive.key}{MARK}{member.name}"
    trouble = member.trouble or tally.objection(member.size, member.packed)
    if is_archive(member.name):
        trouble = ImageError(Status.UNSUPPORTED, "archives within archives are not opened")
    if trouble:
        yield Input(key, trouble)
        return
    try:
        source = member.source(key)
    except (ImageError, OSError) as error:
        yield Input(key, error if isinstance(error, ImageError) else refusal(error))
        raise
    if not isinstance(source, bytes):
        tally.count_bytes(member.size)
    yield Input(key, source)
