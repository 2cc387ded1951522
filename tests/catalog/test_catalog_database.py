"""The file of a catalogue: versions, other files, locks, full disks, and where it lies."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalogs import (
    as_nobody,
    assert_up_to_date,
    bmp,
    needs_root,
    open_to_all,
    scanned,
    settle,
    write,
)
from lookalike import Catalog
from lookalike.catalog.store import database, lock
from lookalike.catalog.volumes import FileSystem
from lookalike.errors import CatalogError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        write(folder / f"{number}.bmp", bmp(number))
    settle()
    return folder


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for little."""
    needs_root("mount a file system")
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1200k", "tmpfs", place], check=True)
    yield place
    subprocess.run(["umount", place], check=True)


def version_of(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        return version
    finally:
        connection.close()


def test_a_catalogue_is_for_its_user_alone(tmp_path: Path) -> None:
    """Its folder is made with all folders around it, and closed to others."""
    Catalog.open(tmp_path / "new/catalog").close()
    assert (tmp_path / "new/catalog").stat().st_mode & 0o777 == 0o700
    assert sorted(os.listdir(tmp_path / "new/catalog")) == ["catalog.db", "lock"]


def test_a_catalogue_of_a_newer_version_is_refused_with_both_numbers(tmp_path: Path) -> None:
    with Catalog.open(tmp_path) as catalog:
        latest = catalog.info().version
        catalog.database.connection.execute(f"PRAGMA user_version={latest + 7}")
    with pytest.raises(CatalogError, match=f"version is {latest + 7}.* up to {latest}: update"):
        Catalog.open(tmp_path)
    assert version_of(tmp_path / "catalog.db") == latest + 7


def test_an_older_catalogue_is_migrated_after_a_backup(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backup is of the version before. It opens again if it takes the place of the other."""
    place = tmp_path / "catalog"
    with Catalog.open(place) as catalog:
        scanned(catalog, folder)
        version = catalog.info().version
    migrations = database.migrations()
    more = [*migrations, "ALTER TABLE root ADD COLUMN colour TEXT;"]
    monkeypatch.setattr(database, "migrations", lambda: more)
    with Catalog.open(place) as catalog:
        assert catalog.info().version == version + 1
        assert catalog.database.rows("SELECT colour FROM root") == [(None,)]
        assert scanned(catalog).opened == 0
    backup = place / f"catalog.db.v{version}.backup"
    assert version_of(backup) == version
    monkeypatch.undo()
    backup.replace(place / "catalog.db")
    with Catalog.open(place) as catalog:
        assert scanned(catalog).unchanged == 3


def test_a_migration_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Catalog.open(tmp_path) as catalog:
        version = catalog.info().version
    wrong = "ALTER TABLE root ADD COLUMN colour TEXT; SELECT * FROM nowhere;"
    more = [*database.migrations(), wrong]
    monkeypatch.setattr(database, "migrations", lambda: more)
    with pytest.raises(CatalogError, match="no such table: nowhere"):
        Catalog.open(tmp_path)
    monkeypatch.undo()
    with Catalog.open(tmp_path) as catalog:
        assert catalog.info().version == version
        assert catalog.check() == []


def test_other_files_are_refused_and_left_as_they_are(tmp_path: Path) -> None:
    """Neither a database of another program nor any other file is touched."""
    path = tmp_path / "catalog.db"
    path.write_bytes(b"this is not a database, and long enough to be one" * 50)
    before = path.read_bytes()
    with pytest.raises(CatalogError, match="not a catalogue, or it is damaged"):
        Catalog.open(tmp_path)
    assert path.read_bytes() == before
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE songs(name TEXT)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(CatalogError, match="not a catalogue of lookalike"):
        Catalog.open(tmp_path)
    assert path.read_bytes() == before


def test_a_missing_catalogue_is_not_made_by_commands_that_only_look(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="no catalogue here: make one with scan"):
        Catalog.open(tmp_path / "nothing", create=False)
    assert not (tmp_path / "nothing").exists()


@pytest.mark.thorough
def test_a_catalogue_that_another_process_keeps_locked_says_so(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 0.1)
    with Catalog.open(tmp_path / "catalog") as catalog:
        descriptor = os.open(tmp_path / "catalog/lock", os.O_RDWR)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with pytest.raises(CatalogError, match="locked: another process has been writing"):
            scanned(catalog, folder)
        with pytest.raises(CatalogError, match="locked"):
            Catalog.open(tmp_path / "catalog")
        os.close(descriptor)
        assert scanned(catalog, folder).new == 3


@pytest.mark.slow
def test_a_full_disk_ends_a_scan_and_loses_nothing(small_disk: Path, tmp_path: Path) -> None:
    """What was stored before stays, and the scan goes on once there is room."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    place = small_disk / "catalog"
    with Catalog.open(place) as catalog:
        for number in range(40):
            write(folder / f"{number:05}.bmp", bmp(number))
        scanned(catalog, folder)
        for number in range(40, 4000):
            os.link(folder / "00000.bmp", folder / f"{'long name ' * 20}{number}.bmp")
        with pytest.raises(CatalogError, match="the disk is full"):
            scanned(catalog, folder)
    subprocess.run(["mount", "-o", "remount,size=20m", small_disk], check=True)
    with Catalog.open(place) as catalog:
        assert catalog.check() == []
        scanned(catalog, folder)
        assert_up_to_date(catalog, folder)


READING = """
import sys
from lookalike import Catalog
from lookalike.errors import CatalogError

with Catalog.open(sys.argv[1]) as catalog:
    print(catalog.info().present, catalog.database.is_writable)
    try:
        catalog.scan(sys.argv[2])
    except CatalogError as error:
        print(error.reason)
"""


@pytest.mark.thorough
@pytest.mark.parametrize("has_log", [False, True])
def test_a_catalogue_that_may_not_be_written_can_be_read(folder: Path, has_log: bool) -> None:
    """With and without a log that another process has left."""
    with open_to_all() as base:
        catalog = Catalog.open(base / "catalog")
        scanned(catalog, folder)
        if not has_log:
            catalog.close()
        subprocess.run(["chmod", "-R", "a+rX,go-w", base], check=True)
        said = as_nobody(READING, base / "catalog", base)
        catalog.close()
    assert said.splitlines() == ["3 False", "it cannot be written, only read"]


@pytest.mark.thorough
def test_a_catalogue_that_may_not_be_looked_at_says_so() -> None:
    """Rather than that there is none."""
    with open_to_all() as base:
        Catalog.open(base / "catalog").close()
        assert as_nobody(CLOSED, base / "catalog").strip() == "it cannot be used: Permission denied"


CLOSED = """
import sys
from lookalike import Catalog
from lookalike.errors import CatalogError

try:
    Catalog.open(sys.argv[1])
except CatalogError as error:
    print(error.reason)
"""


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["nfs4", "cifs", "9p", "fuse.sshfs"])
def test_there_is_no_shared_memory_on_network_file_systems(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """A write-ahead log needs memory that all processes map, which machines cannot share."""
    monkeypatch.setattr(database, "file_system_of", lambda path: FileSystem(kind))
    with Catalog.open(tmp_path / "catalog") as catalog:
        info = catalog.info()
        assert info.journal in {"truncate", "delete"}
        assert "A folder on this machine is better" in info.notes[0]
        assert scanned(catalog, folder).new == 3
        assert_up_to_date(catalog, folder)
        assert not list((tmp_path / "catalog").glob("*-shm"))


def test_the_log_is_used_on_local_file_systems(tmp_path: Path) -> None:
    with Catalog.open(tmp_path) as catalog:
        assert catalog.info().journal == "wal"


def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise it is in the user's folder for data."""
    monkeypatch.setenv("LOOKALIKE_CATALOG", str(tmp_path / "here"))
    with Catalog.open() as catalog:
        assert catalog.folder == tmp_path / "here"
    monkeypatch.delenv("LOOKALIKE_CATALOG")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with Catalog.open() as catalog:
        assert catalog.folder == tmp_path / "data/lookalike/catalog"
