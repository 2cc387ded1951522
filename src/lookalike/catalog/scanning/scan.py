"""`Scan`: brings a catalogue up to date."""

from __future__ import annotations

import os
import time
from array import array
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import numpy as np

from lookalike.catalog.quick import WHOLE, quick_digest
from lookalike.catalog.recipes import definition_of
from lookalike.catalog.scanning.batch import Batch, is_racy
from lookalike.catalog.scanning.job import ArchiveJob, Job
from lookalike.catalog.scanning.listing import compared
from lookalike.catalog.scanning.losses import Losses
from lookalike.catalog.scanning.sorting import Sorting
from lookalike.catalog.scanning.summary import ScanSummary
from lookalike.catalog.scanning.targets import Online, settle
from lookalike.catalog.scanning.twins import Twins
from lookalike.catalog.scanning.walk import Walk
from lookalike.catalog.store import contents, files, listings, roots
from lookalike.catalog.thumb_file import ThumbFile
from lookalike.errors import CatalogError, Status
from lookalike.hashing.hashing import outcomes_of
from lookalike.hashing.row import Failure
from lookalike.images import FileSource
from lookalike.sources.choice import Sieve
from lookalike.sources.input import Input
from lookalike.sources.inputs import Inputs
from lookalike.sources.location import Kind, Location, Stamp
from lookalike.work.progress import silent

if TYPE_CHECKING:
    from lookalike.catalog.places import Places
    from lookalike.catalog.scanning.sorting import Trust
    from lookalike.catalog.scanning.targets import Target
    from lookalike.catalog.scanning.walk import Visit
    from lookalike.catalog.store.database import Database
    from lookalike.hashing.request import Request
    from lookalike.hashing.row import Row
    from lookalike.work.progress import Progress

TAKEN = Failure("", Status.OK, "its content is that of a file that is known")
"""Stands for the outcome of a file that was not read."""


class Scan:
    """One scan of some targets.

    The folders are listed in the caller's thread, just ahead of the reading. All storing is done
    there, too. Files are looked at and read in other threads.
    """

    def __init__(
        self,
        database: Database,
        places: Places,
        request: Request,
        trust: Trust,
        progress: Progress,
    ) -> None:
        """`request`: how to read. Its inputs say only which files are chosen."""
        self.summary = ScanSummary()
        self._database = database
        self._request = request
        self._choice = request.inputs.choice
        self._progress = progress
        self._online = Online(places.all_roots())
        number, has = _recipe(database, request)
        self._thumbs = ThumbFile(database.folder, definition_of(request.recipe), writable=True)
        self._batch = Batch(database, request.recipe, number, has, self._thumbs, self.summary)
        twins = Twins(database, self._online, has)
        self._sorting = Sorting(
            database, twins, self._batch, request, number, has, trust, self.summary
        )
        self._believed = bytearray(len(has)) if trust == "nothing" else has
        self._pending: deque[Job | ArchiveJob] = deque()
        self._jobs: dict[Location, Job] = {}
        self._seen = 0

    def run(self, targets: Iterable[Target]) -> ScanSummary:
        """Scan everything. Raises `CatalogError` if the catalogue cannot be written.

        What was stored before that, or before the process ends, stays.
        """
        try:
            return self._scanned(targets)
        finally:
            self._thumbs.close()

    def _scanned(self, targets: Iterable[Target]) -> ScanSummary:
        finished: list[tuple[Target, Walk, array[int]]] = []
        self._read(self._walked(targets, finished))
        later, self._sorting.later = self._sorting.later, []
        self._read(self._inputs_of(self._sorting.links(later)))
        for target, walk, gone in finished:
            lost, trouble = Losses(self._database, target).mark(self._not_moved(gone), walk)
            self.summary.gone += lost
            self._finish(target, trouble)
        if self.summary.opened:
            with suppress(CatalogError):  # a search of everything that follows does it
                for target, *_ in finished:
                    listings.complete(self._database, target.root.id, target.scope, silent)
        return self.summary

    def _not_moved(self, gone: array[int]) -> array[int]:
        """Those files that were not found elsewhere by this scan."""
        moved = np.frombuffer(self._batch.moved, np.int64)
        numbers = np.frombuffer(gone, np.int64)
        return array("q", numbers[~np.isin(numbers, moved)].tobytes())

    def _read(self, inputs: Iterator[Input]) -> None:
        """Read inputs and store the outcomes."""
        with closing(outcomes_of(inputs, self._request, known=self._looked_at)) as outcomes:
            for outcome in outcomes:
                self._close_archives()
                job = self._pending.popleft()
                assert isinstance(job, Job)
                self._done(job, outcome)
                self._batch.flush_if_due()
        self._close_archives()
        self._batch.flush()

    def _done(self, job: Job, outcome: Row | Failure) -> None:
        if not job.member:
            self._jobs.pop(Location(Kind.FILE, job.path), None)
            self.summary.opened += 1
        if outcome is TAKEN:
            self._took(job)
            return
        if isinstance(outcome, Failure) and job.shared:
            self._sorting.failed[job.shared] = outcome
        self._batch.reads(job, outcome)

    def _took(self, job: Job) -> None:
        """A file has the ends of one that is known."""
        taken = job.taken
        assert taken is not None
        flags = files.ASSUMED * (job.stat.size > WHOLE) | files.RACY * job.racy
        if job.entry is not None:
            self.summary.checked += 1
            self._batch.keeps(job, taken.content, flags)
            return
        self.summary.taken_over += 1
        if taken.place:
            self._batch.moves(taken.place, job, taken.content, flags)
        else:
            self._batch.keeps(job, taken.content, flags)

    def _close_archives(self) -> None:
        """Finish the archives whose members were all read."""
        while self._pending and isinstance(self._pending[0], ArchiveJob):
            job = self._pending.popleft()
            assert isinstance(job, ArchiveJob)
            self._batch.reads_archive(job)

    def _walked(
        self, targets: Iterable[Target], finished: list[tuple[Target, Walk, array[int]]]
    ) -> Iterator[Input]:
        """Walk over all targets. Yields what must be looked at or read."""
        for target in targets:
            if trouble := settle(self._database, target):
                self._leave(target, trouble)
                continue
            self._online.settle(target)
            walk = Walk(
                self._database, target, self._online, Sieve(self._choice, Counter()), self.summary
            )
            gone = array("q")
            for visit in walk:
                yield from self._visited(visit, gone, walk.sieve)
            finished.append((target, walk, gone))

    def _visited(self, visit: Visit, gone: array[int], sieve: Sieve) -> Iterator[Input]:
        for part in compared(self._database, visit, self._believed):
            gone.extend(part.gone)
            if part.moved:
                self.summary.moved += len(part.moved)
                self._batch.changes(part.moved)
            if visit.is_moved:
                self.summary.moved += part.unchanged
            else:
                self.summary.unchanged += part.unchanged
            yield from self._inputs_of(self._sorting.jobs(visit, part, sieve))
            self._batch.flush_if_due()
        self._seen += len(visit.names)
        self._progress("scanning", self._seen, None)

    def _inputs_of(self, jobs: Iterable[Job | ArchiveJob]) -> Iterator[Input]:
        for job in jobs:
            if isinstance(job, ArchiveJob):
                yield from self._members(job)
                continue
            location = Location(Kind.FILE, job.path)
            stat = job.stat
            self._pending.append(job)
            self._jobs[location] = job
            yield Input(location, Stamp(stat.size, stat.mtime_ns), FileSource(job.path))

    def _members(self, archive: ArchiveJob) -> Iterator[Input]:
        """The images in an archive."""
        self.summary.opened += 1
        for one in Inputs(archive.path, self._choice):
            inner = one.location.inner.encode(errors="surrogateescape")
            job = Job(archive.folder, archive.name, archive.path, archive.stat, member=inner)
            if not inner:  # it is not an archive, or cannot be read as one
                archive.is_archive, job.entry = False, archive.entry
            elif archive.folder.id is not None:
                job.entry = files.member(self._database, archive.folder.id, archive.name, inner)
            job.racy = inner in archive.seen  # such members cannot be told apart
            archive.seen.add(inner)
            self._pending.append(job)
            yield one
        self._pending.append(archive)

    def _looked_at(self, one: Input) -> Row | Failure | None:
        """Compare the ends of a file with those of known ones. Called in the reading threads."""
        job = self._jobs.get(one.location)
        if job is None:
            return None
        job.racy = is_racy(job.stat, time.time_ns())
        if not job.candidates and job.stat.size <= WHOLE:
            return None
        try:
            job.quick = quick_digest(job.path)
        except OSError:  # reading it says what is wrong
            return None
        job.taken = next((one for one in job.candidates if one.quick == job.quick), None)
        return TAKEN if job.taken else None

    def _leave(self, target: Target, trouble: str) -> None:
        self.summary.offline += 1
        self.summary.reasons.append(f"{os.fsdecode(target.root.path)}: {trouble}")

    def _finish(self, target: Target, trouble: str) -> None:
        """Note that a target was scanned."""
        with self._database.writing() as connection:
            if trouble:
                roots.set_offline(connection, target.root.id, trouble)
            elif not target.scope:
                roots.set_scanned(connection, target.root.id, int(time.time()))
        if trouble:
            self._leave(target, trouble)


def _recipe(database: Database, request: Request) -> tuple[int, bytearray]:
    """The number of a recipe, and for each content, whether the recipe knows it."""
    recipe = request.recipe
    definition = definition_of(recipe)
    number = contents.find_recipe(database, definition)
    if number is None:
        with database.writing() as connection:
            width = recipe.kinds[0].width
            number = contents.recipe_id(connection, recipe.algorithms[0], definition, width)
    return number, contents.presence(database, number)
