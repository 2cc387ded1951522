"""The files of folders, and those that could not be read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import sqlite3

    from lookalike.catalog.scanning.job import OldPlace
    from lookalike.catalog.stats import Stat
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
    content: int
    """0 if it was never read."""
    flags: int
    born_ns: int | None


ENTRY = "id, name, size, mtime_ns, ctime_ns, inode, COALESCE(content_id, 0), flags, born_ns"


def between(
    database: Database, folder: int, first: bytes, end: bytes | None
) -> dict[bytes, tuple[Any, ...]]:
    """The plain files of a folder with names from `first` to before `end`, by name.

    They have the values of an `Entry`, which would take longer to make.
    """
    statement = f"SELECT {ENTRY} FROM file WHERE folder_id = ? AND member = x'' AND name >= ?"
    values: tuple[object, ...] = (folder, first)
    if end is not None:
        statement += " AND name < ?"
        values += (end,)
    with database.reading:
        return {row[1]: row for row in database.connection.execute(statement, values)}


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


class Twin(NamedTuple):
    """A known file with the same size and times as another."""

    id: int
    root: int
    folder_path: bytes
    folder: int
    name: bytes
    ctime_ns: int
    inode: int | None
    born_ns: int | None
    content: int
    quick: bytes | None
    flags: int


TWIN = (
    "SELECT file.id, root_id, path, folder_id, name, ctime_ns, file.inode, file.born_ns, "
    "COALESCE(content_id, 0), quick, flags FROM file JOIN folder ON folder.id = folder_id "
    "LEFT JOIN content ON content.id = content_id "
    "WHERE mtime_ns = ? AND size = ? AND member = x''"
)
MOST_TWINS = 8
"""How many files with the same size and time are considered. There may be very many."""


def twins(database: Database, stat: Stat) -> list[Twin]:
    """Known files with this size and time. Those with this inode are never left out."""
    found = database.rows(f"{TWIN} LIMIT {MOST_TWINS}", (stat.mtime_ns, stat.size))
    if len(found) == MOST_TWINS and stat.inode is not None:
        values = (stat.mtime_ns, stat.size, stat.inode)
        found = database.rows(f"{TWIN} AND file.inode = ? LIMIT {MOST_TWINS}", values) + found
    return [Twin(*row) for row in found]


STORE = (
    "INSERT INTO file(folder_id, name, member, size, mtime_ns, ctime_ns, inode, born_ns, "
    "flags, content_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
    "size = excluded.size, mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns, "
    "inode = excluded.inode, born_ns = excluded.born_ns, flags = excluded.flags, "
    "content_id = excluded.content_id, gone_at = NULL, rotten = NULL"
)


def values_of(
    folder: int, name: bytes, inner: bytes, stat: Stat, content: int, flags: int
) -> tuple[object, ...]:
    """A file as `store` and `store_all` expect it."""
    return (
        folder, name, inner, stat.size, stat.mtime_ns, stat.ctime_ns, stat.inode, stat.born_ns,
        flags, content or None,
    )  # fmt: skip


def store(connection: sqlite3.Connection, values: tuple[object, ...]) -> int:
    """Add or replace a file. Returns its number."""
    (found,) = connection.execute(f"{STORE} RETURNING id", values).fetchall()
    number: int = found[0]
    return number


def store_all(connection: sqlite3.Connection, values: list[tuple[object, ...]]) -> None:
    """Add or replace files."""
    connection.executemany(STORE, values)


def touch(connection: sqlite3.Connection, folder: int, name: bytes, stat: Stat, flags: int) -> bool:
    """Change the state of a file whose content is the same. An archive's members share it.

    `flags`: those that are set. It is not missing any more. Returns whether it was known.
    """
    cursor = connection.execute(
        "UPDATE file SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, "
        "born_ns = COALESCE(?, born_ns), flags = flags & ~? | ?, gone_at = NULL "
        "WHERE folder_id = ? AND name = ?",
        (
            stat.size, stat.mtime_ns, stat.ctime_ns, stat.inode, stat.born_ns,
            RACY | MISSING, flags, folder, name,
        ),
    )  # fmt: skip
    return cursor.rowcount > 0


def move(
    connection: sqlite3.Connection,
    old: OldPlace,
    new: tuple[int, bytes],
    stat: Stat,
    flags: int,
) -> bool:
    """Give a file another folder, name and state. Returns whether that was possible.

    It is not if another file has taken its place, or has the new name.
    """
    cursor = connection.execute(
        "UPDATE OR IGNORE file SET folder_id = ?, name = ?, ctime_ns = ?, inode = ?, born_ns = ?, "
        "flags = flags & ~? | ?, gone_at = NULL WHERE folder_id = ? AND name = ? AND inode IS ?",
        (
            *new, stat.ctime_ns, stat.inode, stat.born_ns, RACY | MISSING, flags,
            old.folder, old.name, old.inode,
        ),
    )  # fmt: skip
    return cursor.rowcount > 0


def movable(database: Database, folder: int, most: int) -> list[tuple[Any, ...]]:
    """Up to `most` plain files of a folder with a content, an inode and a time of birth.

    Their number, name, size, time, inode, birth, content and flags. Those are left out that may
    have changed without a sign of it.
    """
    return database.rows(
        "SELECT id, name, size, mtime_ns, inode, born_ns, content_id, flags FROM file "
        "WHERE folder_id = ? AND member = x'' AND inode IS NOT NULL AND born_ns IS NOT NULL "
        f"AND content_id IS NOT NULL AND NOT flags & {ARCHIVE | RACY} LIMIT ?",
        (folder, most),
    )


def shift(
    connection: sqlite3.Connection,
    shifts: list[tuple[int, bytes, int, int, int, bytes, int]],
) -> list[int]:
    """Move many files, like `move`. Returns the places of those that could not be moved.

    Each has its new folder, name and ctime, its number, and what must hold of it before: its
    folder, name and inode.
    """
    done = connection.executemany(
        f"UPDATE OR IGNORE file SET folder_id = ?, name = ?, ctime_ns = ?, "
        f"flags = flags & ~{RACY | MISSING}, gone_at = NULL "
        "WHERE id = ? AND folder_id = ? AND name = ? AND inode = ?",
        shifts,
    )
    if done.rowcount == len(shifts):
        return []
    find = "SELECT 1 FROM file WHERE id = ? AND folder_id = ? AND name = ?"
    return [
        at
        for at, (folder, name, _, number, *_) in enumerate(shifts)
        if connection.execute(find, (number, folder, name)).fetchone() is None
    ]


def names_in(database: Database, folder: int) -> list[bytes]:
    """The names of the plain files of a folder that are not missing, sorted."""
    rows = database.rows(
        f"SELECT name FROM file WHERE folder_id = ? AND member = x'' AND NOT flags & {MISSING} "
        "ORDER BY name",
        (folder,),
    )
    return [name for (name,) in rows]


def set_changed(connection: sqlite3.Connection, changed: Iterable[tuple[int, int]]) -> None:
    """Note when the states of plain files changed, and nothing else did: times and numbers."""
    connection.executemany("UPDATE file SET ctime_ns = ? WHERE id = ?", changed)


def set_missing(connection: sqlite3.Connection, numbers: str, now: int) -> None:
    """Mark files as missing, and the members of archives with them. `numbers`: a JSON array."""
    connection.execute(
        f"UPDATE file SET flags = flags | {MISSING}, gone_at = ? WHERE (folder_id, name) IN "
        "(SELECT folder_id, name FROM file WHERE id IN (SELECT value FROM json_each(?)))",
        (now, numbers),
    )


def remove_other_members(
    connection: sqlite3.Connection, folder: int, name: bytes, seen: set[bytes]
) -> None:
    """Remove the members of an archive that are not among these."""
    rows = connection.execute(
        "SELECT id, member FROM file WHERE folder_id = ? AND name = ? AND member > x''",
        (folder, name),
    ).fetchall()
    gone = [(number,) for number, inner in rows if inner not in seen]
    connection.executemany("DELETE FROM file WHERE id = ?", gone)


def confirm(connection: sqlite3.Connection, number: int) -> None:
    """Note that a file has the content that was taken over on trust."""
    connection.execute("UPDATE file SET flags = flags & ~? WHERE id = ?", (ASSUMED, number))


def unread(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Forget the contents of files that have another, so that the next scan reads them."""
    connection.executemany(
        f"UPDATE file SET flags = flags & ~{ASSUMED}, content_id = NULL WHERE id = ?",
        [(number,) for number in numbers],
    )


def fail(connection: sqlite3.Connection, file: int, recipe: int, failed: Failed | None) -> None:
    """Store why a recipe could not read a file. None if it could, or is to try again."""
    if failed is None:
        connection.execute(
            "DELETE FROM failure WHERE file_id = ? AND recipe_id = ?", (file, recipe)
        )
    else:
        connection.execute(
            "INSERT OR REPLACE INTO failure VALUES (?, ?, ?, ?, ?)", (file, recipe, *failed)
        )


def succeed(
    connection: sqlite3.Connection, folder: int, name: bytes, inner: bytes, recipe: int
) -> None:
    """Forget that a recipe could not read a file, or a member of an archive."""
    connection.execute(
        "DELETE FROM failure WHERE recipe_id = ? AND file_id IN "
        "(SELECT id FROM file WHERE folder_id = ? AND name = ? AND member = ?)",
        (recipe, folder, name, inner),
    )


def places(database: Database, root: int, numbers: str) -> list[tuple[int, bytes, bytes]]:
    """The number, path of the folder and name of those files that are in a root.

    `numbers`: a JSON array.
    """
    return database.rows(
        "SELECT file.id, path, name FROM file JOIN folder ON folder.id = folder_id "
        "WHERE root_id = ? AND file.id IN (SELECT value FROM json_each(?))",
        (root, numbers),
    )


def present_in(database: Database, folder: int) -> list[int]:
    """The numbers of the plain files of a folder that are not missing."""
    rows = database.rows(
        f"SELECT id FROM file WHERE folder_id = ? AND member = x'' AND NOT flags & {MISSING}",
        (folder,),
    )
    return [row[0] for row in rows]


def count_present(database: Database, root: int) -> int:
    """How many plain files of a root are not missing."""
    rows = database.rows(
        "SELECT COUNT(*) FROM folder JOIN file ON folder_id = folder.id "
        f"WHERE root_id = ? AND member = x'' AND NOT flags & {MISSING}",
        (root,),
    )
    number: int = rows[0][0]
    return number


def has_present(database: Database, root: int) -> bool:
    """Whether any file of a root is not missing."""
    return bool(
        database.rows(
            "SELECT 1 FROM folder JOIN file ON folder_id = folder.id "
            f"WHERE root_id = ? AND NOT flags & {MISSING} LIMIT 1",
            (root,),
        )
    )
