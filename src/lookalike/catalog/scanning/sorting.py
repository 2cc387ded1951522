"""`Sorting`: what to do with a file that is new, or not as it was."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal, TypeAlias

from lookalike.catalog.places import joined
from lookalike.catalog.quick import Births
from lookalike.catalog.recipes import still_fails
from lookalike.catalog.scanning.job import ArchiveJob, Candidate, Job, entry_stat
from lookalike.catalog.scanning.moves import Moves
from lookalike.catalog.scanning.twins import place_of
from lookalike.catalog.stats import Stat
from lookalike.catalog.store import contents, files
from lookalike.catalog.store.files import Entry
from lookalike.errors import Status
from lookalike.hashing.row import Failure
from lookalike.sources.kinds import is_archive

if TYPE_CHECKING:
    from lookalike.catalog.scanning.batch import Batch
    from lookalike.catalog.scanning.listing import Compared
    from lookalike.catalog.scanning.summary import ScanSummary
    from lookalike.catalog.scanning.twins import Twins
    from lookalike.catalog.scanning.walk import Visit
    from lookalike.catalog.store.database import Database
    from lookalike.catalog.store.files import Failed, Twin
    from lookalike.hashing.request import Request
    from lookalike.sources.choice import Sieve

Trust: TypeAlias = Literal["normal", "stat", "nothing"]
TRUST = ("normal", "stat", "nothing")
HOUR = 3_600_000_000_000
"""Nanoseconds."""


class Sorting:
    """Decides from the state of a file alone whether it is known, must be looked at, or read."""

    def __init__(
        self,
        database: Database,
        twins: Twins,
        batch: Batch,
        request: Request,
        number: int,
        has: bytearray,
        trust: Trust,
        summary: ScanSummary,
    ) -> None:
        """`number`: of the recipe. `has`: which contents it knows."""
        self.later: list[Job] = []
        """Further names of files that are being read under another."""
        self.failed: dict[tuple[int, int], Failure] = {}
        """Files with several names that could not be read, by `Job.shared`."""
        self._database = database
        self._twins = twins
        self._births = Births()
        self._moves = Moves(database, twins, batch, self._births, has)
        self._batch = batch
        self._recipe = request.recipe
        self._choice = request.inputs.choice
        self._number = number
        self._has = has
        self._trust = trust
        self._summary = summary
        self._reading: set[tuple[int, int]] = set()
        self._archives = f"{self._choice.archive_limits} {self._choice.include}"

    def jobs(self, visit: Visit, part: Compared, sieve: Sieve) -> Iterator[Job | ArchiveJob]:
        """What must be looked at or read among some files of a folder."""
        for name, status in part.fresh:
            if not sieve.takes_file(os.fsdecode(name), visit.prefix):
                continue
            if self._trust != "nothing" and self._moves.takes(visit, name, status):
                self._summary.moved += 1
            else:
                yield from self._fresh(self._job(visit, name, status), visit.device)
        for values, status in part.odd:
            entry = Entry(*values)
            job = self._job(visit, entry.name, status)
            job.entry = entry
            text = os.fsdecode(entry.name)
            if not sieve.takes_file(text, visit.prefix):
                self._returned(job)
            elif visit.has_moved_files and _is_same_file(entry, job.stat):
                self._batch.keeps(job, entry.content, entry.flags & files.RACY)
                yield from self._moved(job, entry)
            elif self._is_container(job):
                yield from self._odd_archive(job)
            else:
                yield from self._odd(job, visit)

    def links(self, jobs: Iterable[Job]) -> Iterator[Job]:
        """Take over what was read, or failed, under another name. Yields the others."""
        for job in jobs:
            twin = self._twins.linked(job.stat)
            failure = self.failed.get(job.shared) if job.shared else None
            if failure is not None:
                self._batch.reads(job, failure)
            elif twin is None:
                yield job
            else:
                self._summary.linked += 1
                self._batch.keeps(job, twin.content)

    def _job(self, visit: Visit, name: bytes, status: os.stat_result) -> Job:
        stat = Stat.of(status, keeps_inodes=visit.system.keeps_inodes)
        stat = stat._replace(born_ns=self._births.born_ns(name, visit.descriptor))
        return Job(visit.at, name, os.fsdecode(joined(visit.path, name)), stat)

    def _fresh(self, job: Job, device: int) -> Iterator[Job | ArchiveJob]:
        found = self._twins.find(job.stat, device)
        if found.moved:
            yield from self._moved_alone(job, found.moved)
        elif self._choice.archives and is_archive(job.path):
            yield self._archive(job)
        elif self._trust == "nothing":
            yield from self._once(job, device)
        elif found.linked:
            self._summary.linked += 1
            self._batch.keeps(job, found.linked.content)
        else:
            job.candidates = found.candidates
            yield from self._once(job, device)

    def _moved_alone(self, job: Job, twin: Twin) -> Iterator[Job]:
        """A file is known under another name."""
        self._moves.learn(twin)
        failed = None if self._is_hashed(twin.content) else self._failure(twin.id)
        flags = twin.flags & (files.RACY | files.ASSUMED)  # it is still to be looked at
        self._batch.moves(place_of(twin), job, twin.content, flags, failed)
        yield from self._moved(job, twin)

    def _moved(self, job: Job, known: Entry | Twin) -> Iterator[Job]:
        """A file came from elsewhere. It is read only if the recipe does not know it."""
        self._summary.moved += 1
        is_done = self._is_hashed(known.content) or self._fails(known.id)
        if self._trust == "nothing" or not (is_done or known.flags & files.ARCHIVE):
            state = job.stat[:4]
            job.entry = Entry(known.id, job.name, *state, known.content, known.flags, known.born_ns)
            yield job

    def _once(self, job: Job, device: int) -> Iterator[Job]:
        """Read a file with several names under the first that is met."""
        if job.stat.links > 1 and job.stat.inode is not None:
            job.shared = device, job.stat.inode
            if job.shared in self._reading:
                self.later.append(job)
                return
            self._reading.add(job.shared)
        yield job

    def _odd(self, job: Job, visit: Visit) -> Iterator[Job]:
        entry, stat = job.entry, job.stat
        assert entry is not None
        if self._trust == "nothing":
            yield from self._once(job, visit.device)
        elif entry_stat(entry) == stat[:4]:
            yield from self._same_state(job)
        elif self._trust == "stat" and _has_times(entry, stat) and self._is_hashed(entry.content):
            self._summary.checked += 1
            self._batch.keeps(job, entry.content)
        else:
            hours = visit.system.shifts_times and _is_shifted(entry, stat)
            if hours or (_has_times(entry, stat) and entry.inode != stat.inode):
                job.candidates = self._own(job)
            yield from self._once(job, visit.device)

    def _same_state(self, job: Job) -> Iterator[Job]:
        entry = job.entry
        assert entry is not None
        if entry.flags & files.RACY:
            if self._is_hashed(entry.content):
                job.candidates = self._own(job)
            yield job
        elif self._is_hashed(entry.content):
            self._returned(job)
        elif self._fails(entry.id):
            self._summary.unreadable += 1
            self._returned(job)
        else:
            yield job

    def _returned(self, job: Job) -> None:
        """A file is as it was. If it was missing, it is back."""
        entry = job.entry
        assert entry is not None
        if entry_stat(entry) != job.stat[:4]:
            return
        if entry.flags & files.MISSING:
            self._summary.returned += 1
            self._batch.keeps(job, entry.content, entry.flags & files.RACY)
        else:
            self._summary.unchanged += not self._fails(entry.id)

    def _own(self, job: Job) -> list[Candidate]:
        """The content that a file had before."""
        entry = job.entry
        assert entry is not None
        quick = contents.quick_of(self._database, entry.content)
        if quick is None or not self._is_hashed(entry.content):
            return []
        return [Candidate(entry.content, quick, None)]

    def _is_container(self, job: Job) -> bool:
        entry = job.entry
        assert entry is not None
        return bool(entry.flags & files.ARCHIVE) or (self._choice.archives and is_archive(job.path))

    def _odd_archive(self, job: Job) -> Iterator[ArchiveJob]:
        entry = job.entry
        assert entry is not None
        is_same = entry_stat(entry) == job.stat[:4] and not entry.flags & files.RACY
        done = files.failure(self._database, entry.id, self._number)
        if not self._choice.archives:
            self._returned(job)
        elif is_same and done and done.status == Status.OK and done.tried_with == self._archives:
            if entry.flags & files.MISSING:
                self._returned(job)
            else:
                self._summary.unchanged += 1
        elif is_same and (self._is_hashed(entry.content) or self._fails(entry.id)):
            self._returned(job)
        else:
            yield self._archive(job)

    def _archive(self, job: Job) -> ArchiveJob:
        return ArchiveJob(job.folder, job.name, job.path, job.stat, job.entry, self._archives)

    def _is_hashed(self, content: int) -> bool:
        return content < len(self._has) and bool(self._has[content])

    def _fails(self, file: int) -> bool:
        """Whether a file could not be read, and there is no point in trying again."""
        return self._failure(file) is not None

    def _failure(self, file: int) -> Failed | None:
        """Why a file could not be read, if there is no point in trying again."""
        found = files.failure(self._database, file, self._number)
        if found is None or found.status == Status.OK:
            return None
        failure = Failure("", Status(found.status), found.reason)
        return found if still_fails(failure, self._recipe, found.tried_with) else None


def _is_same_file(entry: Entry, stat: Stat) -> bool:
    """Whether a file is the one that was known, as far as can be seen without reading it."""
    is_same = _has_times(entry, stat) and entry.inode == stat.inode
    return is_same and entry.born_ns is not None and entry.born_ns == stat.born_ns


def _has_times(entry: Entry, stat: Stat) -> bool:
    return entry.size == stat.size and entry.mtime_ns == stat.mtime_ns


def _is_shifted(entry: Entry, stat: Stat) -> bool:
    """Whether the time of a file differs by whole hours, and nothing else does."""
    shift = abs(entry.mtime_ns - stat.mtime_ns)
    return entry.size == stat.size and 0 < shift <= 24 * HOUR and shift % HOUR == 0
