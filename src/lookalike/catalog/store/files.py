"""The files of folders, and those that could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from lookalike.catalog.store.database import Database

RACY, MISSING, ASSUMED, ARCHIVE = 1, 2, 4, 8
"""Flags of a file: it changed while or just before it was read; it is gone; its content was taken
over from another file on trust; it is an archive, and its images are its members."""


class Entry(NamedTuple):
    """A file, or a member of an archive, as it was when it was read."""

    id: int
    name: bytes
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int | None
    content: int | None
    flags: int


ENTRY = "id, name, size, mtime_ns, ctime_ns, inode, content_id, flags"


def entries(database: Database, folder: int) -> dict[bytes, Entry]:
    """All plain files of a folder, by name."""
    statement = f"SELECT {ENTRY} FROM file WHERE folder_id = ? AND member = x''"
    with database.reading:
        return {row[1]: Entry(*row) for row in database.connection.execute(statement, (folder,))}


def entries_from(database: Database, folder: int, name: bytes, most: int) -> list[Entry]:
    """The next plain files of a folder by name, beginning with `name`."""
    rows = database.rows(
        f"SELECT {ENTRY} FROM file WHERE folder_id = ? AND name >= ? AND member = x'' "
        "ORDER BY name LIMIT ?",
        (folder, name, most),
    )
    return [Entry(*row) for row in rows]


def member(database: Database, folder: int, name: bytes, inner: bytes) -> Entry | None:
    """A member of an archive."""
    rows = database.rows(
        f"SELECT {ENTRY} FROM file WHERE folder_id = ? AND name = ? AND member = ?",
        (folder, name, inner),
    )
    return Entry(*rows[0]) if rows else None


class Failed(NamedTuple):
    """Why a file could not be read."""

    status: str
    reason: str
    tried_with: str


def failure(database: Database, file: int, recipe: int) -> Failed | None:
    """Why a recipe could not read a file. None if it could, or has not tried."""
    rows = database.rows(
        "SELECT status, reason, tried_with FROM failure WHERE file_id = ? AND recipe_id = ?",
        (file, recipe),
    )
    return Failed(*rows[0]) if rows else None
