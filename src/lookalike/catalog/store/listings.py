"""The present files of each folder as one value.

A search of everything needs all files, and SQLite takes longer to hand out their rows than all the
rest takes. A listing has the files of a folder. Triggers remove it when one of these changes, in
the same transaction. So it is right if it is there, whatever else happens to the catalogue.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from blake3 import blake3

from lookalike.catalog.store import files, roots
from lookalike.catalog.store.present import present
from lookalike.errors import CatalogError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from lookalike.catalog.store.database import Database
    from lookalike.work.progress import Progress

RECORD = np.dtype(
    [
        ("id", "<i8"), ("size", "<i8"), ("mtime_ns", "<i8"), ("content", "<i8"), ("length", "<u4"),
        ("flags", "u1"),
    ]
)  # fmt: skip
"""One per file. The content is 0 if it was never read. The length is that of its name."""
ASSUMED, MEMBER = 1, 2
"""Flags of a record. The name of a member is that of its archive, a slash, and its own."""
INODE, NO_INODE = np.dtype("<i8"), -1
FORMAT = b"1 <qqqqIB"
"""Changes when a listing is to be read in another way."""
PAGE = 8192
"""How many rows are fetched at a time."""
MOST = 50_000
"""After how many files a transaction ends, so that others may write."""


class Listing(NamedTuple):
    """The present files of a folder by name, or of several folders one after the other."""

    inodes: bytes
    """One 64-bit number per file: `NO_INODE` if it has none, or is a member."""
    records: bytes
    """One `RECORD` per file."""
    names: bytes
    """One after the other."""

    @property
    def size(self) -> int:
        """How many files there are."""
        return len(self.records) // RECORD.itemsize

    @property
    def digest(self) -> bytes:
        """Says that the values are whole, and that this version can read them."""
        sum_of = blake3(FORMAT)
        for one in self:
            sum_of.update(one)
        return sum_of.digest(16)


def joined(listings: Iterable[Listing]) -> Listing:
    """The files of several folders."""
    return Listing(*map(b"".join, zip(*listings, strict=True)))


def made(database: Database, folder: int) -> Listing:
    """The listing of a folder, from its rows."""
    return joined([Listing(b"", b"", b""), *map(_of_rows, _pages(database, folder))])


def _pages(database: Database, folder: int) -> Iterator[list[tuple[Any, ...]]]:
    after = b""
    while found := present(database, folder, after, PAGE):
        yield found
        after = found[-1][0]


def _of_rows(rows: list[tuple[Any, ...]]) -> Listing:
    """The listing of rows as `present` returns them."""
    names, members, sizes, times, inodes, contents, numbers, flags = zip(*rows, strict=True)
    if any(members):
        names = tuple(
            name + b"/" + member if member else name
            for name, member in zip(names, members, strict=True)
        )
        inodes = tuple(None if member else one for one, member in zip(inodes, members, strict=True))
    records = np.zeros(len(rows), RECORD)
    records["id"], records["size"], records["mtime_ns"] = numbers, sizes, times
    records["content"] = contents
    records["length"] = list(map(len, names))
    records["flags"] = np.array(flags) & files.ASSUMED > 0
    records["flags"] |= MEMBER * np.array(list(map(bool, members)), np.uint8)
    known = [NO_INODE if one is None else one for one in inodes]
    return Listing(np.array(known, INODE).tobytes(), records.tobytes(), b"".join(names))


def stored(database: Database, folder: int) -> Listing | None:
    """The listing of a folder. None if it is not there. A damaged one is removed."""
    found = database.rows(
        "SELECT digest, inodes, records, names FROM listing WHERE folder_id = ?", (folder,)
    )
    if not found:
        return None
    digest, *values = found[0]
    listing = Listing(*values)
    if listing.digest == digest:
        return listing
    with suppress(CatalogError), database.writing() as connection:
        connection.execute("DELETE FROM listing WHERE folder_id = ?", (folder,))
    return None


def are_kept(database: Database) -> bool:
    """Whether the catalogue has listings. One of an older version that is only read has none."""
    return bool(database.rows("SELECT 1 FROM sqlite_schema WHERE name = 'listing'"))


def complete(database: Database, root: int, path: bytes, progress: Progress) -> None:
    """Store the listings of a folder of a root, and of all folders in it, that have none.

    Raises `CatalogError`.
    """
    within, values = roots.within(path)
    rows = database.rows(
        f"SELECT id FROM folder WHERE root_id = ?{within} "
        "AND NOT EXISTS (SELECT 1 FROM listing WHERE folder_id = folder.id)",
        (root, *values),
    )
    missing = iter([number for (number,) in rows])
    done = 0
    for first in missing:
        with database.writing() as connection:
            done += _store(connection, database, first, missing)
        progress("reading", done, None)


def _store(
    connection: sqlite3.Connection, database: Database, first: int, others: Iterator[int]
) -> int:
    """Store the listings of a folder, and of others until there are many files. Returns these."""
    count = 0
    folder: int | None = first
    while folder is not None:
        listing = made(database, folder)
        connection.execute(  # another process may have removed the folder
            "INSERT OR REPLACE INTO listing SELECT id, ?, ?, ?, ? FROM folder WHERE id = ?",
            (listing.digest, *listing, folder),
        )
        count += listing.size
        folder = next(others, None) if count < MOST else None
    return count


def may_share_inodes(database: Database, root: int) -> bool:
    """Whether several files of a root may have one inode, as far as its listings say."""
    [(folders,)] = database.rows("SELECT COUNT(*) FROM folder WHERE root_id = ?", (root,))
    found = database.rows(
        "SELECT inodes FROM listing JOIN folder ON folder.id = folder_id WHERE root_id = ?", (root,)
    )
    if len(found) < folders:
        return True
    data = b"".join([row[0] for row in found])
    if len(data) % INODE.itemsize:  # one is damaged
        return True
    inodes = np.sort(np.frombuffer(data, INODE), kind="stable")  # quick where they ascend
    return bool(((inodes[1:] == inodes[:-1]) & (inodes[1:] != NO_INODE)).any())


def wrong(database: Database) -> list[int]:
    """The folders whose listing does not say what their rows say."""
    if not are_kept(database):
        return []
    folders = database.rows("SELECT folder_id, digest FROM listing")
    return [folder for folder, digest in folders if made(database, folder).digest != digest]
