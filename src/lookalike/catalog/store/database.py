"""`Database`: the file of a catalogue, its migrations and its transactions."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from threading import RLock
from typing import Any
from uuid import uuid4

from lookalike.catalog.folder import NAME
from lookalike.catalog.store.lock import WriterLock
from lookalike.catalog.volumes import file_system_of
from lookalike.errors import CatalogError
from lookalike.version import VERSION

APPLICATION_ID = 0x4C4F4F4B
LEAST_SQLITE = (3, 37)
"""The first with STRICT tables."""
LARGE_LOG = 64 << 20
"""How large the write-ahead log may grow before it is copied into the database."""
FULL, CORRUPT = {"SQLITE_FULL", "SQLITE_IOERR_WRITE"}, {"SQLITE_CORRUPT", "SQLITE_NOTADB"}


class Database:
    """One open connection. Several threads may read. All writing goes through `writing`."""

    def __init__(self, folder: Path, *, create: bool, only_read: bool = False) -> None:
        """Open the catalogue in a folder, or make one. Raises `CatalogError`."""
        self.folder = folder
        self.reading = RLock()
        self.is_writable = True
        self.on_network = False
        self._is_closed = False
        path = folder / NAME
        if sqlite3.sqlite_version_info < LEAST_SQLITE:
            raise CatalogError(
                f"SQLite {sqlite3.sqlite_version} is too old: a catalogue needs 3.37 or newer",
                str(path),
            )
        with _explained(path):
            if not path.exists():
                if not create:
                    raise CatalogError(
                        "there is no catalogue here: make one with scan", str(folder)
                    )
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if only_read:
                self._open_to_read(path)
            else:
                self._open(path)

    def _open(self, path: Path) -> None:
        try:
            self._lock: WriterLock | None = WriterLock(self.folder / "lock")
            self.connection = _connect(path, "rwc")
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.execute("ROLLBACK")
        except (OSError, sqlite3.OperationalError) as error:
            if _is_refused(error) and path.exists():
                self._open_to_read(path)
                return
            raise
        try:
            self._settle(path)
        except BaseException:  # an interrupt too: the lock may not stay held; it is raised again
            self.connection.close()
            self._lock.close()
            raise

    def _open_to_read(self, path: Path) -> None:
        """Open a catalogue that this process may not write."""
        self._lock, self.is_writable = None, False
        try:
            self.connection = _connect(path, "ro")
            self.connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
        except sqlite3.OperationalError:  # without its log, such a file opens only like this
            self.connection = _connect(path, "ro&immutable=1")
        _check(self.connection, path)

    def _settle(self, path: Path) -> None:
        """Choose the settings, and bring the tables up to date."""
        assert self._lock is not None
        self.on_network = file_system_of(os.fsencode(os.path.realpath(path))).is_network
        with self._lock.held():
            _check(self.connection, path)
            mode = "TRUNCATE" if self.on_network else "WAL"
            self.connection.execute(f"PRAGMA journal_mode={mode}")
            self.connection.execute("PRAGMA synchronous=NORMAL")
            self.connection.execute("PRAGMA wal_autocheckpoint=0")
            _migrate(self.connection, path)

    def close(self) -> None:
        """Close the file, once. The last one to close copies the log into the database."""
        if self._lock is None or self._is_closed:
            self.connection.close()
            return
        self._is_closed = True
        try:
            with suppress(CatalogError), self._lock.held():
                self._checkpoint()
                self.connection.close()
        finally:
            self.connection.close()
            self._lock.close()

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction. Either all of it is kept, or nothing.

        `durable`: whether it must outlive a power cut, for what a person said. Raises
        `CatalogError` if the catalogue cannot be written.
        """
        path = self.folder / NAME
        if self._lock is None:
            raise CatalogError("it cannot be written, only read", str(self.folder))
        with _explained(path), self._lock.held(), self.reading:
            level = "FULL" if durable else "NORMAL"
            self.connection.execute(f"PRAGMA synchronous={level}")
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:  # an interrupt too: no part may be kept; it is raised again
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
            log = path.with_name(f"{NAME}-wal")
            if not self.on_network and log.exists() and log.stat().st_size > LARGE_LOG:
                self._checkpoint()

    def rows(self, statement: str, values: Any = ()) -> list[Any]:
        """All rows of a query. May be called in any thread."""
        with self.reading:
            return self.connection.execute(statement, values).fetchall()

    def backup(self, target: Path) -> None:
        """Write a copy of the database. Raises `CatalogError`, also if the file exists."""
        with _explained(self.folder / NAME), self.reading:
            _copy(self.connection, target)

    def shrink(self) -> None:
        """Give the room of what was removed back to the system. Raises `CatalogError`."""
        if self._lock is not None:
            with _explained(self.folder / NAME), self._lock.held(), self.reading:
                self.connection.execute("VACUUM")
                self._checkpoint()

    def check(self) -> list[str]:
        """What SQLite finds wrong with the file. Empty if nothing is."""
        found = self.rows("PRAGMA integrity_check")
        found += self.rows("PRAGMA foreign_key_check")
        return [str(row[0]) for row in found if row[0] != "ok"]

    def _checkpoint(self) -> None:
        """Copy the log into the database. Only under the lock: SQLite before 3.51.3 may damage a
        file that two connections write and check at the same time.
        """
        if not self.on_network:
            with suppress(sqlite3.OperationalError):  # a reader is at work: later, then
                self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=30,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA page_size=8192")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA cache_size=-65536")
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse files of other programs and of newer versions."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()
    if application != APPLICATION_ID and (tables or application or version):
        raise CatalogError("it is not a catalogue of lookalike", str(path))
    latest = len(migrations())
    if version > latest:
        reason = f"its version is {version}, and this lookalike knows versions up to {latest}"
        raise CatalogError(f"{reason}: update lookalike", str(path))


def migrations() -> list[str]:
    """The SQL of each version, oldest first."""
    folder = files("lookalike.catalog") / "schema"
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".sql"))
    return [(folder / name).read_text("utf-8") for name in names]


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    scripts = migrations()
    if 0 < version < len(scripts):
        _copy(connection, path.with_name(f"{NAME}.v{version}.backup"), replace=True)
    for number, script in enumerate(scripts[version:], start=version + 1):
        steps = [script, f"PRAGMA user_version={number};"]
        if number == 1:
            steps.append(
                "INSERT INTO meta VALUES "
                f"('uuid', '{uuid4()}'), ('made_by', '{VERSION}'), ('made_at', {int(time.time())});"
            )
        try:
            connection.executescript("\n".join(["BEGIN IMMEDIATE;", *steps, "COMMIT;"]))
        except BaseException:  # an interrupt too: no half of a step may stay; it is raised again
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _copy(connection: sqlite3.Connection, target: Path, *, replace: bool = False) -> None:
    """Copy the database to a file, which appears once it is complete."""
    if target.exists() and not replace:
        raise CatalogError("it exists already, and is not overwritten", str(target))
    temporary = target.with_name(f".{target.name}.{os.urandom(4).hex()}.tmp")
    try:
        connection.execute("VACUUM INTO ?", (os.fspath(temporary),))
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _is_refused(error: Exception) -> bool:
    """Whether the system or SQLite says that a file may not be written."""
    if isinstance(error, sqlite3.OperationalError):
        return error.sqlite_errorname.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN"))
    return isinstance(error, PermissionError) or getattr(error, "errno", None) == 30


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn the errors of SQLite and of the system into `CatalogError`."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        name = getattr(error, "sqlite_errorname", "")
        if name in CORRUPT:
            reason = f"it is not a catalogue, or it is damaged ({error})"
        elif name in FULL:
            reason = f"it cannot be written: the disk is full ({error})"
        elif name.startswith("SQLITE_CONSTRAINT"):
            reason = f"another process removed what this one was using: scan again ({error})"
        elif name.startswith("SQLITE_BUSY"):
            reason = "it is locked by another process"
        else:
            reason = f"SQLite reports an error: {error}"
        raise CatalogError(reason, str(path)) from error
    except OSError as error:
        raise CatalogError(f"it cannot be used: {error.strerror or error}", str(path)) from error
