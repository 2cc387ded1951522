"""Roots and the folders in them."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lookalike.catalog.store.database import Database


class Root(NamedTuple):
    """A folder that is remembered with everything in it."""

    id: int
    path: bytes
    volume: bytes | None
    within: bytes | None
    inode: int | None
    fs: str
    offline: str
    last_scan: int | None


class Folder(NamedTuple):
    """A folder in a root."""

    id: int
    path: bytes
    volume: bytes | None
    inode: int | None = None
    born_ns: int | None = None


ROOT = "SELECT id, path, volume, within, inode, fs, offline, last_scan FROM root"


def roots(database: Database) -> list[Root]:
    """All roots, by path."""
    return [Root(*row) for row in database.rows(f"{ROOT} ORDER BY path, id")]


def add_root(
    connection: sqlite3.Connection, path: bytes, volume: bytes | None, within: bytes | None,
    inode: int | None, fs: str,
) -> int:  # fmt: skip
    """Add a root. Returns its number."""
    cursor = connection.execute(
        "INSERT INTO root(path, volume, within, inode, fs) VALUES (?, ?, ?, ?, ?)",
        (path, volume, within, inode, fs),
    )
    return cursor.lastrowid or 0


def settle_root(
    connection: sqlite3.Connection, root: int, path: bytes, volume: bytes | None,
    within: bytes | None, inode: int | None, fs: str,
) -> None:  # fmt: skip
    """Change where a root is."""
    connection.execute(
        "UPDATE root SET path = ?, volume = ?, within = ?, inode = ?, fs = ? WHERE id = ?",
        (path, volume, within, inode, fs, root),
    )


def set_offline(connection: sqlite3.Connection, root: int, why: str) -> None:
    """Note why a root was left alone. Empty if it was not."""
    connection.execute("UPDATE root SET offline = ? WHERE id = ?", (why, root))


def set_scanned(connection: sqlite3.Connection, root: int, now: int) -> None:
    """Note when a root was scanned as a whole."""
    connection.execute("UPDATE root SET last_scan = ?, offline = '' WHERE id = ?", (now, root))


def remove_root(connection: sqlite3.Connection, root: int) -> None:
    """Remove a root with its folders and files."""
    connection.execute("DELETE FROM root WHERE id = ?", (root,))


def take_in(connection: sqlite3.Connection, outer: int, inner: Root, prefix: bytes) -> None:
    """Make an inner root a folder of another. `prefix`: its path in that, with a slash."""
    connection.execute(
        "UPDATE folder SET root_id = ?, "
        "path = CASE path WHEN x'' THEN ? ELSE CAST(? || path AS BLOB) END WHERE root_id = ?",
        (outer, prefix.rstrip(b"/"), prefix, inner.id),
    )
    remove_root(connection, inner.id)


def folder(database: Database, root: int, path: bytes) -> Folder | None:
    """A folder by its path in a root. None if it is not known."""
    found = database.rows(
        "SELECT id, path, volume, inode, born_ns FROM folder WHERE root_id = ? AND path = ?",
        (root, path),
    )
    return Folder(*found[0]) if found else None


def add_folder(connection: sqlite3.Connection, root: int, path: bytes) -> int:
    """The number of a folder, which is added if it is new."""
    connection.execute("INSERT OR IGNORE INTO folder(root_id, path) VALUES (?, ?)", (root, path))
    found = connection.execute(
        "SELECT id FROM folder WHERE root_id = ? AND path = ?", (root, path)
    ).fetchone()
    number: int = found[0]
    return number


def place_of_folder(connection: sqlite3.Connection, number: int) -> tuple[int, bytes] | None:
    """The root and path of a folder. None if it is not known any more."""
    statement = "SELECT root_id, path FROM folder WHERE id = ?"
    place: tuple[int, bytes] | None = connection.execute(statement, (number,)).fetchone()
    return place


def set_identity(
    connection: sqlite3.Connection, number: int, inode: int | None, born_ns: int | None
) -> None:
    """Note which folder it is, whatever its name."""
    connection.execute(
        "UPDATE folder SET inode = ?, born_ns = ? WHERE id = ?", (inode, born_ns, number)
    )


def same_folders(database: Database, inode: int, born_ns: int) -> list[tuple[int, bytes]]:
    """The root and path of known folders with this inode that were made at this time."""
    return database.rows(
        "SELECT root_id, path FROM folder WHERE inode = ? AND born_ns = ?", (inode, born_ns)
    )


def move_folder(
    connection: sqlite3.Connection, old: tuple[int, bytes], new: tuple[int, bytes]
) -> None:
    """Give a folder and all folders in it another root and path.

    Those whose new path is known already stay where they are.
    """
    root, path = old
    connection.execute(
        "UPDATE OR IGNORE folder SET root_id = ?, "
        "path = CAST(? || SUBSTR(path, ?) AS BLOB) "
        "WHERE root_id = ? AND (path = ? OR (path > ? AND path < ?))",
        (*new, len(path) + 1, root, path, path + b"/", path + b"0"),
    )


def replace_folder(
    connection: sqlite3.Connection,
    number: int,
    place: tuple[int, bytes],
    identity: tuple[int | None, int | None],
) -> bool:
    """Let a folder be another one, at this root and path. The folders in it stay where they are.

    Returns whether that was possible. It is not if the path is known already.
    """
    cursor = connection.execute(
        "UPDATE OR IGNORE folder SET root_id = ?, path = ?, inode = ?, born_ns = ? WHERE id = ?",
        (*place, *identity, number),
    )
    return cursor.rowcount > 0


def set_volume(connection: sqlite3.Connection, number: int, volume: bytes | None) -> None:
    """Note which file system is mounted at a folder. None if it is that of the folder around it."""
    connection.execute("UPDATE folder SET volume = ? WHERE id = ?", (volume, number))


def within(path: bytes) -> tuple[str, tuple[bytes, ...]]:
    """The condition for a folder and all folders in it, after others, and its values."""
    if not path:  # the root itself
        return "", ()
    return " AND (path = ? OR (path > ? AND path < ?))", (path, path + b"/", path + b"0")


def folders_under(database: Database, root: int, path: bytes) -> list[Folder]:
    """A folder of a root and all folders in it, by path."""
    inside, values = within(path)
    rows = database.rows(
        f"SELECT id, path, volume FROM folder WHERE root_id = ?{inside} ORDER BY path",
        (root, *values),
    )
    return [Folder(*row) for row in rows]


def mounts(database: Database, root: int) -> list[Folder]:
    """The folders of a root where other file systems were mounted, by path."""
    rows = database.rows(
        "SELECT id, path, volume FROM folder WHERE root_id = ? AND volume IS NOT NULL "
        "ORDER BY path",
        (root,),
    )
    return [Folder(*row) for row in rows]
