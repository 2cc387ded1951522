"""`Batch`: what a scan found out and has not stored yet."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from lookalike.catalog.quick import WHOLE
from lookalike.catalog.recipes import tried_with
from lookalike.catalog.scanning.job import entry_stat
from lookalike.catalog.stats import Stat
from lookalike.catalog.store import contents, files, roots
from lookalike.errors import Status
from lookalike.hashing.row import Row

if TYPE_CHECKING:
    import sqlite3

    from lookalike.catalog.scanning.job import ArchiveJob, FolderAt, Job, OldPlace
    from lookalike.catalog.scanning.moves import Left
    from lookalike.catalog.scanning.summary import ScanSummary
    from lookalike.catalog.store.database import Database
    from lookalike.catalog.thumb_file import ThumbFile
    from lookalike.hashing.recipe import Recipe
    from lookalike.hashing.row import Failure

MOST = 1000
"""How many changes are stored at a time."""
SECONDS = 1.0
"""How long they wait at most."""
COARSE, FINE = 2_000_000_000, 100_000_000
"""How many nanoseconds the times of a file system may be off: those in whole seconds, and others.
"""


Shifted: TypeAlias = "tuple[Left, tuple[Any, ...], FolderAt, bytes, int]"
"""The folder that a file left, its values there, and its folder, name and ctime now."""


class _New:
    """What is added at the end of a transaction, all at once, which is faster."""

    def __init__(self, newest: int, rows: dict[int, Row]) -> None:
        """`newest`: the largest number of a content so far."""
        self.rows = rows
        self.contents: list[tuple[int, bytes | None, bytes | None]] = []
        self.files: list[tuple[object, ...]] = []
        self._newest = newest

    def add(self, quick: bytes | None, digest: bytes | None) -> int:
        """Add a content. Returns its number."""
        self._newest += 1
        self.contents.append((self._newest, quick, digest))
        return self._newest


class Batch:
    """Collects changes, and stores them in one transaction."""

    def __init__(
        self,
        database: Database,
        recipe: Recipe,
        number: int,
        has: bytearray,
        thumbs: ThumbFile,
        summary: ScanSummary,
    ) -> None:
        """`number`: of the recipe. `has`: which contents it knows, which is kept up to date."""
        self._database = database
        self._recipe = recipe
        self._number = number
        self._has = has
        self._thumbs = thumbs
        self._summary = summary
        self._changes: list[Callable[[sqlite3.Connection], None]] = []
        self._shifts: list[Shifted] = []
        self.moved = array("q")
        """The numbers of files that were given another place, of those stored many at a time."""
        self._new = _New(0, {})
        self._since = time.monotonic()

    def add(self, change: Callable[[sqlite3.Connection], None]) -> None:
        """Add a change, and store all if it is time. Raises `CatalogError`."""
        self._changes.append(change)
        self._added()

    def shifts(
        self, left: Left, row: tuple[Any, ...], folder: FolderAt, name: bytes, ctime_ns: int
    ) -> None:
        """A file is in another folder now, and otherwise as it was. Like `moves`, for many.

        `row`: as `files.movable` returns it.
        """
        self._shifts.append((left, row, folder, name, ctime_ns))
        self._added()

    def _added(self) -> None:
        count = len(self._changes) + len(self._shifts)
        if count == 1:
            self._since = time.monotonic()
        if count >= MOST:
            self.flush()

    def flush_if_due(self) -> None:
        """Store the changes if they have waited long enough."""
        if (self._changes or self._shifts) and time.monotonic() - self._since > SECONDS:
            self.flush()

    def flush(self) -> None:
        """Store the changes. Raises `CatalogError` if that fails; then none of them is stored."""
        changes, self._changes = self._changes, []
        shifts, self._shifts = self._shifts, []
        rows: dict[int, Row] = {}
        moved: list[int] = []
        if changes or shifts:
            with self._database.writing() as connection:
                self._new = _New(contents.newest(connection), rows)
                moved = _shift(connection, shifts)
                for change in changes:
                    change(connection)
                contents.add(connection, self._new.contents)
                contents.put(connection, self._number, rows)
                files.store_all(connection, self._new.files)
        self.moved.extend(moved)
        for number in rows:
            if number >= len(self._has):
                self._has.extend(bytes(number + contents.BLOCK - len(self._has)))
            self._has[number] = 1
        self._thumbs.put(rows)

    def moves(
        self,
        old: OldPlace,
        job: Job,
        content: int,
        flags: int = 0,
        failed: files.Failed | None = None,
    ) -> None:
        """A file that is known is at another path now, with its content or its failure."""

        def change(connection: sqlite3.Connection) -> None:
            new = folder_id(connection, job.folder), job.name
            is_there = roots.place_of_folder(connection, old.folder) == (old.root, old.path)
            if is_there and files.move(connection, old, new, job.stat, flags):
                return
            # Another file has taken its place already. An archive is read by the next scan.
            if content or failed:
                values = files.values_of(*new, b"", job.stat, content, flags)
                files.fail(connection, files.store(connection, values), self._number, failed)

        self.add(change)

    def keeps(self, job: Job, content: int, flags: int = 0) -> None:
        """A file has a content that is known."""

        def change(connection: sqlite3.Connection) -> None:
            folder = folder_id(connection, job.folder)
            is_same = job.entry is not None and job.entry.content == content
            if is_same and files.touch(connection, folder, job.name, job.stat, flags):
                return
            files.store(
                connection, files.values_of(folder, job.name, b"", job.stat, content, flags)
            )

        self.add(change)

    def changes(self, states: list[tuple[int, int]]) -> None:
        """Only the states of some files changed. `states`: when they did, and their numbers."""
        self.add(lambda connection: files.set_changed(connection, states))

    def reads(self, job: Job, outcome: Row | Failure) -> None:
        """A file was read."""
        if isinstance(outcome, Row):
            self.add(lambda connection: self._read(connection, job, outcome))
        else:
            self.add(lambda connection: self._failed(connection, job, outcome))

    def _read(self, connection: sqlite3.Connection, job: Job, row: Row) -> None:
        whole = None if row.end_unseen else row.digest
        if job.quick is None and job.stat.size <= WHOLE:
            job.quick = whole
        content = self._same_content(connection, job, whole)
        if content:
            contents.complete(connection, content, job.quick, whole)
        else:
            content = self._new.add(job.quick, whole)
        self._count(job, content)
        self._new.rows[content] = row
        folder = folder_id(connection, job.folder)
        flags = files.RACY if job.racy or _differs(job.stat, row) else 0
        values = files.values_of(folder, job.name, job.member, job.stat, content, flags)
        self._new.files.append(values)
        if job.entry is not None:
            files.succeed(connection, folder, job.name, job.member, self._number)

    def _same_content(self, connection: sqlite3.Connection, job: Job, whole: bytes | None) -> int:
        """The content of the file before, if the same was read again. Otherwise 0."""
        entry = job.entry
        if entry is None or not entry.content:
            return 0
        quick, digest = contents.identity_of(connection, entry.content)
        if whole is not None and digest is not None:
            return entry.content if whole == digest else 0
        if whole is None and digest is None and job.quick == quick and quick is not None:
            return entry.content
        return entry.content if job.is_unchanged and job.quick in {quick, None} else 0

    def _count(self, job: Job, content: int) -> None:
        if job.member:  # their archive counts
            return
        if job.entry is None:
            self._summary.new += 1
        elif job.entry.content != content:
            self._summary.changed += 1
        elif self._has[content]:
            self._summary.checked += 1
        else:
            self._summary.rehashed += 1

    def _failed(self, connection: sqlite3.Connection, job: Job, failure: Failure) -> None:
        if failure.status is Status.MISSING:  # it went while the scan was under way
            return
        self._summary.unreadable += 1
        same = job.entry is not None and job.is_unchanged
        if not same and not job.member:
            self._summary.new += job.entry is None
            self._summary.changed += job.entry is not None
        content = job.entry.content if same and job.entry else 0
        folder = folder_id(connection, job.folder)
        flags = files.RACY * job.racy
        values = files.values_of(folder, job.name, job.member, job.stat, content, flags)
        number = files.store(connection, values)
        tried = tried_with(failure, self._recipe)
        failed = None if tried is None else files.Failed(failure.status, failure.reason, tried)
        files.fail(connection, number, self._number, failed)

    def reads_archive(self, job: ArchiveJob) -> None:
        """The images of an archive were read, and stored before."""

        def change(connection: sqlite3.Connection) -> None:
            folder = folder_id(connection, job.folder)
            files.remove_other_members(connection, folder, job.name, job.seen)
            if not job.is_archive:
                return
            values = files.values_of(folder, job.name, b"", job.stat, 0, files.ARCHIVE)
            number = files.store(connection, values)
            done = files.Failed(Status.OK, "", job.tried_with)
            files.fail(connection, number, self._number, done)
            self._summary.new += job.entry is None
            if job.entry is not None:
                is_same = entry_stat(job.entry) == job.stat[:4]
                self._summary.rehashed += is_same
                self._summary.changed += not is_same

        self.add(change)


def _shift(connection: sqlite3.Connection, shifts: list[Shifted]) -> list[int]:
    """Give files that were moved their new places. Returns the numbers of those that have them."""
    folders = {left.id: left for left, *_ in shifts}
    there = {
        number
        for number, left in folders.items()
        if roots.place_of_folder(connection, number) == (left.root, left.path)
    }
    several = [
        # No file has the number 0, so one whose folder is another now is stored anew.
        (folder.id or folder_id(connection, folder), name, ctime_ns,
         row[0] if left.id in there else 0, left.id, row[1], row[4])
        for left, row, folder, name, ctime_ns in shifts
    ]  # fmt: skip
    stayed = files.shift(connection, several)
    for at in stayed:
        folder, name, ctime_ns, *_ = several[at]
        _, _, size, mtime_ns, inode, born_ns, content, flags = shifts[at][1]
        stat = Stat(size, mtime_ns, ctime_ns, inode, born_ns=born_ns)
        files.store(
            connection, files.values_of(folder, name, b"", stat, content, flags & files.ASSUMED)
        )
    gone = set(stayed)
    return [one[3] for at, one in enumerate(several) if at not in gone]


def folder_id(connection: sqlite3.Connection, folder: FolderAt) -> int:
    """The number of a folder, which is stored if it is new."""
    if folder.id is None:
        folder.id = roots.add_folder(connection, folder.root, folder.path)
        roots.set_identity(connection, folder.id, *folder.identity)
    return folder.id


def is_racy(stat: Stat, now_ns: int) -> bool:
    """Whether a file may change after `now_ns` without a sign of it in its times."""
    step = FINE if stat.mtime_ns % 1_000_000_000 else COARSE
    latest = max(stat.mtime_ns, stat.ctime_ns)
    return abs(now_ns - latest) <= step or abs(now_ns - stat.mtime_ns) <= step


def _differs(stat: Stat, row: Row) -> bool:
    """Whether a file changed between the listing and the reading."""
    stamp = row.stamp
    return stamp.size != stat.size or stamp.modified_ns != stat.mtime_ns
