"""What a person decided about files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3

    from lookalike.catalog.store.database import Database


class Row(NamedTuple):
    """One decision."""

    path: bytes
    digest: bytes
    choice: str | None
    """None takes it back."""
    seen: str


def all_rows(database: Database) -> list[Row]:
    """All decisions."""
    found = database.rows("SELECT path, digest, choice, seen FROM decision")
    return [Row(*one) for one in found]


def change(connection: sqlite3.Connection, rows: Iterable[Row], made_at: int) -> None:
    """Keep decisions, or take them back."""
    for one in rows:
        if one.choice is None:
            connection.execute(
                "DELETE FROM decision WHERE path = ? AND digest = ?", (one.path, one.digest)
            )
        else:
            connection.execute(
                "INSERT OR REPLACE INTO decision(path, digest, choice, seen, made_at) "
                "VALUES (?, ?, ?, ?, ?)",
                (*one, made_at),
            )
