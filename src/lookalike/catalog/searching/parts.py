"""`Part`: some thousand present files of a root, in arrays."""

from __future__ import annotations

import os
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.catalog.places import joined
from lookalike.catalog.store import listings, roots
from lookalike.catalog.store.listings import INODE, RECORD, Listing
from lookalike.hashing.paths import FilePaths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from lookalike.catalog.store.database import Database
    from lookalike.catalog.store.roots import Root


class Part(NamedTuple):
    """Files of a root, in the order of a walk."""

    root: int
    folders: list[str]
    """The paths of their folders, with a slash at the end."""
    of: NDArray[np.intp]
    """For each file, the place of its folder in these."""
    inodes: NDArray[np.int64]
    records: NDArray[np.void]
    names: bytes
    """One after the other."""
    ends: NDArray[np.int64]
    """Where each of them ends."""

    @property
    def size(self) -> int:
        """How many files there are."""
        return len(self.of)

    @property
    def paths(self) -> FilePaths:
        """The path of each file. There must be no members."""
        return FilePaths(self.folders, self.of, self.names, self.records["length"])

    def name(self, at: int) -> bytes:
        """The name of a file."""
        return self.names[self.ends[at] - self.records["length"][at] : self.ends[at]]

    def among(self, chosen: NDArray[np.bool_]) -> Part:
        """Those files that are chosen."""
        records = self.records[chosen]
        names = np.frombuffer(self.names, np.uint8)[np.repeat(chosen, self.records["length"])]
        return self._replace(
            of=self.of[chosen], inodes=self.inodes[chosen], records=records,
            names=names.tobytes(), ends=np.cumsum(records["length"], dtype=np.int64),
        )  # fmt: skip

    def between(self, begin: int, end: int) -> Part:
        """The files from one place to before another."""
        if (begin, end) == (0, self.size):
            return self
        first, last = (int(self.ends[at - 1]) if at else 0 for at in (begin, end))
        return self._replace(
            of=self.of[begin:end], inodes=self.inodes[begin:end], records=self.records[begin:end],
            names=self.names[first:last], ends=self.ends[begin:end] - first,
        )  # fmt: skip


def parts(database: Database, root: Root, size: int) -> Iterator[Part]:
    """All present files of a root, about so many at a time."""
    folders: list[str] = []
    found: list[Listing] = []
    count = 0
    are_kept = listings.are_kept(database)
    every = roots.folders_under(database, root.id, b"")
    for folder in sorted(every, key=lambda one: one.path.replace(b"/", b"\0")):
        stored = listings.stored(database, folder.id) if are_kept else None
        listing = stored or listings.made(database, folder.id)
        if not listing.size:
            continue
        folders.append(os.fsdecode(joined(root.path, folder.path)).rstrip("/") + "/")
        found.append(listing)
        count += listing.size
        if count >= size:
            yield from _portions(_part(root.id, folders, found), size)
            folders, found, count = [], [], 0
    if found:
        yield _part(root.id, folders, found)


def _portions(part: Part, size: int) -> Iterator[Part]:
    edges = np.linspace(0, part.size, max(part.size // size, 1) + 1).astype(int).tolist()
    for begin, end in pairwise(edges):
        yield part.between(begin, end)


def _part(root: int, folders: list[str], found: list[Listing]) -> Part:
    inodes, records, names = listings.joined(found)
    of = np.repeat(np.arange(len(found)), [one.size for one in found])
    table = np.frombuffer(records, RECORD)
    return Part(
        root, folders, of, np.frombuffer(inodes, INODE), table, names,
        np.cumsum(table["length"], dtype=np.int64),
    )  # fmt: skip
