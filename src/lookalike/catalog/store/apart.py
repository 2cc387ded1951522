"""The sets of contents that a person told apart."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from lookalike.hashing.apart import ApartContent, ApartSet

if TYPE_CHECKING:
    import sqlite3

    from lookalike.catalog.store.database import Database

MEMBER = "digest, pixel_digest, width, height, phash, name"


def sets(database: Database) -> list[ApartSet]:
    """All sets, by their numbers. Their contents are in the order of their names."""
    rows = database.rows(
        f"SELECT apart.id, COALESCE(note, ''), made_at, {MEMBER} FROM apart "
        "JOIN apart_member ON apart_id = apart.id ORDER BY apart.id, name, digest"
    )
    found = []
    for (number, note, made_at), members in groupby(rows, itemgetter(0, 1, 2)):
        contents = tuple(ApartContent(*row[3:]) for row in members)
        found.append(ApartSet(contents, note, made_at, number))
    return found


def add(connection: sqlite3.Connection, one: ApartSet) -> int:
    """Add a set, unless there is one of the same contents. Returns its number."""
    if (known := _same(connection, one)) is not None:
        return known
    number = connection.execute(
        "INSERT INTO apart(made_at, note) VALUES (?, ?)", (one.made_at, one.note or None)
    ).lastrowid
    assert number is not None
    connection.executemany(
        f"INSERT INTO apart_member(apart_id, {MEMBER}) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (number, has.digest, has.pixel_digest, has.width, has.height, has.phash, has.name)
            for has in one.contents
        ],
    )
    return number


def _same(connection: sqlite3.Connection, one: ApartSet) -> int | None:
    """The number of the set with exactly these contents."""
    near = connection.execute(
        "SELECT apart_id FROM apart_member WHERE digest = ?", (one.contents[0].digest,)
    )
    for (number,) in near.fetchall():
        rows = connection.execute("SELECT digest FROM apart_member WHERE apart_id = ?", (number,))
        if frozenset(digest for (digest,) in rows) == one.digests:
            return int(number)
    return None


def remove(connection: sqlite3.Connection, number: int) -> bool:
    """Remove a set. Returns whether it was there."""
    return connection.execute("DELETE FROM apart WHERE id = ?", (number,)).rowcount > 0
