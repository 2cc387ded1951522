"""Counts of a catalogue, and what is read and removed besides scans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lookalike.catalog.store.files import ARCHIVE, ASSUMED, MISSING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from lookalike.catalog.store.database import Database

PAGE = 1000
"""How many rows are fetched at a time."""


def meta(database: Database) -> dict[str, object]:
    """What is known about the catalogue itself."""
    return dict(database.rows("SELECT key, value FROM meta"))


def files_by_state(database: Database) -> tuple[int, int, int]:
    """How many files and members are present, how many are missing, and how many are assumed."""
    rows = database.rows(
        f"SELECT COALESCE(SUM(NOT flags & {MISSING}), 0), COALESCE(SUM(flags & {MISSING} > 0), 0), "
        f"COALESCE(SUM(flags & {ASSUMED} > 0), 0) FROM file WHERE NOT flags & {ARCHIVE}"
    )
    present, missing, assumed = rows[0]
    return present, missing, assumed


def failures_by_status(database: Database) -> list[tuple[str, int]]:
    """How many files failed with each status."""
    return database.rows(
        "SELECT status, COUNT(DISTINCT file_id) FROM failure WHERE status != 'ok' "
        "GROUP BY status ORDER BY status"
    )


def rotten(database: Database) -> list[tuple[bytes, bytes, bytes]]:
    """The path of the root, of the folder, and the name of each file with other bytes."""
    return database.rows(
        "SELECT root.path, folder.path, name FROM file JOIN folder ON folder.id = folder_id "
        "JOIN root ON root.id = root_id WHERE rotten IS NOT NULL"
    )


def prune(connection: sqlite3.Connection, before: int) -> tuple[int, list[int]]:
    """Remove files that went before a time, and contents that no file has.

    Returns how many files, and the numbers of the contents.
    """
    removed = connection.execute(
        f"DELETE FROM file WHERE flags & {MISSING} AND gone_at < ?", (before,)
    ).rowcount
    contents = connection.execute(
        "DELETE FROM content WHERE NOT EXISTS "
        "(SELECT 1 FROM file WHERE content_id = content.id) RETURNING id"
    ).fetchall()
    connection.execute("DELETE FROM extra WHERE content_id NOT IN (SELECT id FROM content)")
    connection.execute(
        "DELETE FROM verdict WHERE a NOT IN (SELECT id FROM content) "
        "OR b NOT IN (SELECT id FROM content)"
    )
    return removed, [row[0] for row in contents]


def forget_folder(connection: sqlite3.Connection, root: int, path: bytes) -> None:
    """Remove a folder of a root, and all folders and files in it."""
    connection.execute(
        "DELETE FROM folder WHERE root_id = ? AND (path = ? OR (path > ? AND path < ?))",
        (root, path, path + b"/", path + b"0"),
    )


class Stored(NamedTuple):
    """A plain file whose content is known."""

    id: int
    folder: bytes
    name: bytes
    size: int
    mtime_ns: int
    content: int
    digest: bytes | None


def stored(database: Database, root: int, *, assumed: bool) -> Iterator[list[Stored]]:
    """The present plain files of a root, some at a time: those that are assumed, or the others."""
    last = 0
    while True:
        rows = database.rows(
            "SELECT file.id, path, name, size, mtime_ns, content_id, digest FROM file "
            "JOIN folder ON folder.id = folder_id JOIN content ON content.id = content_id "
            f"WHERE file.id > ? AND root_id = ? AND member = x'' AND NOT flags & {MISSING} "
            f"AND (flags & {ASSUMED} > 0) = ? ORDER BY file.id LIMIT {PAGE}",
            (last, root, assumed),
        )
        if not rows:
            return
        last = rows[-1][0]
        yield [Stored(*row) for row in rows]


def set_rotten(connection: sqlite3.Connection, file: int, digest: bytes | None) -> None:
    """Note which other bytes a file has. None if it has its own."""
    connection.execute("UPDATE file SET rotten = ? WHERE id = ?", (digest, file))


def set_sure(connection: sqlite3.Connection, file: int, *, is_right: bool) -> None:
    """Note that an assumed content was right. If not, the file is read at the next scan."""
    change = "" if is_right else ", content_id = NULL"
    connection.execute(f"UPDATE file SET flags = flags & ~{ASSUMED}{change} WHERE id = ?", (file,))


EVERY_FILE = (
    "SELECT root_id, path, name, member, size, mtime_ns, ctime_ns, inode, born_ns, flags, "
    "COALESCE(content_id, 0) AS content, file.id FROM file JOIN folder ON folder.id = folder_id"
)


def every_file(database: Database) -> Iterator[tuple[Any, ...]]:
    """All files by the number of their content, some fetched at a time."""
    content, file = -1, -1
    while True:
        rows = database.rows(
            f"{EVERY_FILE} WHERE (content, file.id) > (?, ?) ORDER BY content, file.id "
            f"LIMIT {PAGE}",
            (content, file),
        )
        if not rows:
            return
        yield from rows
        content, file = rows[-1][-2:]


def failures_of(database: Database, file: int) -> list[tuple[int, str, str, str]]:
    """Recipe, status, reason and what it was tried with, of each failure of a file."""
    return database.rows(
        "SELECT recipe_id, status, reason, tried_with FROM failure WHERE file_id = ?", (file,)
    )


def wrong_blocks(database: Database) -> list[tuple[int, int]]:
    """Recipe and number of the blocks that do not have the length they should have."""
    return database.rows(
        "SELECT recipe_id, number FROM block JOIN recipe ON recipe.id = recipe_id "
        "WHERE LENGTH(present) != 1024 OR LENGTH(facts) != 1024 * (41 + width)"
    )
