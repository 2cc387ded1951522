"""`Known`: answers for inputs that need no reading, from what earlier scans found out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from lookalike.catalog.recipes import still_fails
from lookalike.catalog.stats import stored_inode, stored_time
from lookalike.catalog.store import files
from lookalike.catalog.store.contents import FactsReader
from lookalike.errors import Status
from lookalike.hashing.row import Failure
from lookalike.sources.location import Kind

if TYPE_CHECKING:
    from lookalike.catalog.places import Places
    from lookalike.catalog.store.database import Database
    from lookalike.catalog.store.files import Entry
    from lookalike.hashing.recipe import Recipe
    from lookalike.hashing.row import Row
    from lookalike.sources import Input

PAGE = 512
"""How many files of a folder are fetched at a time. Inputs usually come in this order."""
PAGES = 4
INODE = (1 << 64) - 1


class Found(NamedTuple):
    """What is known about an input."""

    outcome: Row | Failure
    entry: Entry
    """Of its file."""


class Known:
    """Gives back what is known about an input, if its file is unchanged. For `hash_inputs`.

    It may be called in any thread.
    """

    def __init__(
        self,
        database: Database,
        places: Places,
        recipe: Recipe,
        number: int,
        *,
        just_scanned: bool = False,
    ) -> None:
        """`number`: of the recipe. `just_scanned`: whether files that had changed just before the
        scan are believed to be as that read them.
        """
        self._doubtful = files.MISSING if just_scanned else files.MISSING | files.RACY
        self._database = database
        self._places = places
        self._recipe = recipe
        self._number = number
        self._facts = FactsReader(database, number)
        self._folders: dict[str, int | None] = {}
        self._pages: list[tuple[int, bytes, bytes, dict[bytes, Entry]]] = []

    def __call__(self, one: Input) -> Row | Failure | None:
        """The outcome of an input. None if it must be read."""
        found = self.found(one)
        return None if found is None else found.outcome

    def found(self, one: Input) -> Found | None:
        """The same, and where it is kept."""
        kind, path, inner = one.location
        if one.stamp is None or kind not in {Kind.FILE, Kind.MEMBER}:
            return None
        with self._database.reading:
            entry = self._entry(path, inner)
            if entry is None or not self._is_unchanged(entry, one):
                return None
            facts = self._facts(entry.content) if entry.content else None
            if facts is None:
                failure = self._failure(one, entry)
                return None if failure is None else Found(failure, entry)
        return Found(facts.row(one.location, one.stamp), entry)

    def _entry(self, path: str, inner: str) -> Entry | None:
        folder, name = os.path.split(path)
        number = self._folder(folder)
        if number is None:
            return None
        if inner:
            return files.member(
                self._database, number, os.fsencode(name), inner.encode(errors="surrogateescape")
            )
        return self._paged(number, os.fsencode(name))

    def _folder(self, folder: str) -> int | None:
        """The number of a folder, by its path as it was spelled."""
        if folder not in self._folders:
            if len(self._folders) == 1024:
                self._folders.clear()
            self._folders[folder] = self._places.folder_at(os.fsencode(folder or "."))
        return self._folders[folder]

    def _paged(self, folder: int, name: bytes) -> Entry | None:
        for number, first, last, page in self._pages:
            if number == folder and first <= name <= last:
                return page.get(name)
        found = files.entries_from(self._database, folder, name, PAGE)
        last = found[-1].name if len(found) == PAGE else b"\xff" * 256
        page = {entry.name: entry for entry in found}
        self._pages = [*self._pages[1 - PAGES :], (folder, name, last, page)]
        return page.get(name)

    def _is_unchanged(self, entry: Entry, one: Input) -> bool:
        stamp = one.stamp
        if stamp is None:
            return False
        inode = None if stamp.identity is None else stamp.identity & INODE
        # Members of one name cannot be told apart, which is why they are racy.
        doubtful = self._doubtful | (files.RACY if one.location.inner else 0)
        return (
            entry.size == stamp.size
            and entry.mtime_ns == stored_time(stamp.modified_ns or 0)
            and (entry.inode is None or entry.inode == stored_inode(inode))
            and not entry.flags & doubtful
        )

    def _failure(self, one: Input, entry: Entry) -> Failure | None:
        failed = files.failure(self._database, entry.id, self._number)
        if failed is None:
            return None
        failure = Failure(one.key, Status(failed.status), failed.reason)
        return failure if still_fails(failure, self._recipe, failed.tried_with) else None
