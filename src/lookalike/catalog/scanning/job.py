"""`Job`: a file that is looked at or read in this scan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lookalike.catalog.stats import Stat
    from lookalike.catalog.store.files import Entry


@dataclass(slots=True)
class FolderAt:
    """A folder in a root. It has a number once something in it is stored."""

    root: int
    path: bytes
    """Relative to the root."""
    id: int | None
    identity: tuple[int | None, int | None] = (None, None)
    """Its inode, and when it was made."""


class OldPlace(NamedTuple):
    """Where a file was that is nowhere to be found there now."""

    root: int
    path: bytes
    """Of its folder, which may itself get another name in the same scan."""
    folder: int
    name: bytes
    inode: int | None
    """Of the file that was there."""


class Candidate(NamedTuple):
    """A known file whose content a file may have."""

    content: int
    quick: bytes
    place: OldPlace | None
    """Where it was, if nothing is there any more."""


@dataclass(slots=True)
class Job:
    """A file to look at or to read."""

    folder: FolderAt
    name: bytes
    path: str
    stat: Stat
    entry: Entry | None = None
    """What is known about it."""
    member: bytes = b""
    candidates: list[Candidate] = field(default_factory=list)
    """What its ends are compared with first."""
    quick: bytes | None = None
    taken: Candidate | None = None
    """The candidate that has its content."""
    racy: bool = False
    shared: tuple[int, int] | None = None
    """The device and inode, if the file has several names."""

    @property
    def is_unchanged(self) -> bool:
        """Whether it is in the state in which it was read before."""
        entry = self.entry
        return entry is not None and not entry.flags & 1 and entry_stat(entry) == self.stat[:4]


def entry_stat(entry: Entry) -> tuple[int, int, int, int | None]:
    """The state in which a file was read before."""
    return entry.size, entry.mtime_ns, entry.ctime_ns, entry.inode


@dataclass(slots=True)
class ArchiveJob:
    """An archive whose images are read. It is done after the last of these."""

    folder: FolderAt
    name: bytes
    path: str
    stat: Stat
    entry: Entry | None
    tried_with: str
    seen: set[bytes] = field(default_factory=set)
    """The names of the members."""
    is_archive: bool = True
