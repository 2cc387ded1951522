"""`Info` and `RootInfo`: what a catalogue holds."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lookalike.catalog.scanning.targets import trouble_of
from lookalike.catalog.store import contents, files, upkeep

if TYPE_CHECKING:
    from lookalike.catalog.store.database import Database
    from lookalike.catalog.store.roots import Root

FIXED = (3, 51, 3)
"""The first SQLite in which two processes cannot damage a log that both reset."""


@dataclass(frozen=True, slots=True)
class RootInfo:
    """A folder that is remembered with everything in it."""

    path: str
    present: int
    """How many files were there at the last scan. Each archive counts as one."""
    last_scan: int | None
    """When it was last scanned as a whole, in seconds since 1970."""
    offline: str
    """Why it cannot be used now, or why the last scan left it alone. Empty if it was scanned."""

    @classmethod
    def of(cls, database: Database, root: Root) -> RootInfo:
        """Count the files of a root, and look whether it is there."""
        offline = trouble_of(root, root.path) or root.offline
        present = files.count_present(database, root.id)
        return cls(os.fsdecode(root.path), present, root.last_scan, offline)


@dataclass(frozen=True, slots=True)
class Info:
    """Counts and facts."""

    folder: str
    uuid: str
    version: int
    """Of its tables."""
    bytes: int
    """Of the database."""
    present: int
    missing: int
    assumed: int
    """Files whose content was taken over from a file with the same ends, size and time."""
    failures: dict[str, int]
    """How many files failed, by status."""
    recipes: dict[str, int]
    """How many contents have hashes, by algorithm and settings."""
    rotten: int
    sqlite: str
    journal: str
    notes: list[str]

    @classmethod
    def of(cls, database: Database) -> Info:
        """Count everything. Takes about a second per million files."""
        present, missing, assumed = upkeep.files_by_state(database)
        path = database.folder / "catalog.db"
        return cls(
            folder=str(database.folder),
            uuid=str(upkeep.meta(database)["uuid"]),
            version=database.rows("PRAGMA user_version")[0][0],
            bytes=path.stat().st_size,
            present=present,
            missing=missing,
            assumed=assumed,
            failures=dict(upkeep.failures_by_status(database)),
            recipes={
                f"{number}: {definition}": sum(contents.presence(database, number))
                for number, _, definition, _ in contents.recipes(database)
            },
            rotten=len(upkeep.rotten(database)),
            sqlite=sqlite3.sqlite_version,
            journal=database.rows("PRAGMA journal_mode")[0][0],
            notes=_notes(database),
        )


def _notes(database: Database) -> list[str]:
    notes = []
    if database.on_network:
        notes.append(
            "It is on a network file system, where writing is slower and locks may fail. "
            "A folder on this machine is better: --catalog-at FOLDER."
        )
    if not database.is_writable:
        notes.append("It can only be read.")
    if sqlite3.sqlite_version_info < FIXED:
        notes.append(
            "SQLite before 3.51.3 may damage a log that two processes reset at once. "
            "A lock keeps them from doing so."
        )
    return notes
