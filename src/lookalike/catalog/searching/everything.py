"""All that a catalogue remembers, as a table. No file is touched."""

from __future__ import annotations

import os
import sys
from itertools import compress
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lookalike.catalog.places import joined
from lookalike.catalog.recipes import definition_of
from lookalike.catalog.store import contents, files, present, roots
from lookalike.catalog.store.contents import FactsReader
from lookalike.catalog.store.facts import END_UNSEEN, HAS_EXTRA, IS_BEGINNING
from lookalike.errors import CatalogError, Status
from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.columns import Coded
from lookalike.hashing.row import Failure
from lookalike.images.mark import Mark
from lookalike.sources.location import Kind, Location, Stamp
from lookalike.sources.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from lookalike.catalog.catalog import Catalog
    from lookalike.catalog.searching.memory import CatalogMemory
    from lookalike.catalog.store.database import Database
    from lookalike.hashing.recipe import Recipe
    from lookalike.hashing.row import Row
    from lookalike.hashing.table import HashTable
    from lookalike.work.progress import Progress

UNREAD = "it was not read for this search: name its folder to read it"
TOO_LARGE = "it has more pixels or bytes than the limit of this search"
NO_THUMB = "its small copy is missing: name its folder to make it again"


PART = 8192
"""How many files are looked up at a time."""
ENCODING = sys.getfilesystemencoding()


def everything(
    catalog: Catalog,
    recipe: Recipe,
    memory: CatalogMemory,
    progress: Progress,
    first: Iterable[Row | Failure] = (),
) -> HashTable:
    """The files of all roots, in the order of a walk over each. `memory` takes note of them.

    `first`: the outcomes of other images, which come before them, and are not listed again. Raises
    `CatalogError` if nothing was read by the recipe.
    """
    number = contents.find_recipe(catalog.database, definition_of(recipe))
    if number is None:
        reason = f"nothing in it was read for {recipe.algorithms[0]} in this way: name a folder"
        raise CatalogError(reason, str(catalog.folder))
    table = _Everything(catalog, recipe, number, memory)
    for outcome in first:
        table.add(outcome)
        table.named.add(os.path.realpath(outcome.path))
    done = 0
    for part in _parts(catalog.database):
        table.add_part(part)
        done += len(part.files)
        progress("reading", done, None)
    return table.finish()


class _Part(NamedTuple):
    """Some files of a root."""

    root: int
    folders: list[str]
    """The path of each file's folder, with a slash at its end."""
    files: list[tuple[Any, ...]]
    """The values of a `Present` each."""


def _parts(database: Database) -> Iterator[_Part]:
    for root in roots.roots(database):
        part = _Part(root.id, [], [])
        folders = roots.folders_under(database, root.id, b"")
        for folder in sorted(folders, key=lambda one: one.path.split(b"/")):
            path = os.fsdecode(joined(root.path, folder.path)).rstrip("/") + "/"
            after = b""
            while found := present.present(database, folder.id, after, PART):
                part.files.extend(found)
                part.folders.extend([path] * len(found))
                after = found[-1][0]
                if len(part.files) >= PART:
                    yield part
                    part = _Part(root.id, [], [])
        yield part


class _Everything:
    """Collects the files in a table: those with nothing unusual many at a time."""

    def __init__(
        self, catalog: Catalog, recipe: Recipe, number: int, memory: CatalogMemory
    ) -> None:
        self.named: set[str] = set()
        """The real paths of files that were added before."""
        self._memory = memory
        self._builder = TableBuilder(recipe.algorithms)
        self._algorithm = recipe.algorithms[0]
        self._width = recipe.kinds[0].width
        self._facts = FactsReader(catalog.database, number)
        names = self._facts.formats()
        self._formats = [names.get(one, "") for one in range(max(names, default=0) + 1)]
        self._database, self._number = catalog.database, number
        self._shared = present.shared_inodes(catalog.database)
        self._seen = Seen()
        self._repeats = 0

    def add(self, outcome: Row | Failure) -> None:
        """Add one image."""
        self._memory.add(outcome)
        self._builder.add(outcome)

    def finish(self) -> HashTable:
        """The table of all."""
        self._memory.finish()
        self._memory.opens_files = False
        return self._builder.finish({"same file": self._repeats} if self._repeats else {})

    def add_part(self, part: _Part) -> None:
        """Add some files, in order."""
        part = self._without_repeats(part)
        if not part.files:
            return
        numbers = np.array([one[5] for one in part.files], np.int64)
        has, records = self._facts.many(numbers, self._width)
        plain = has & ((records["flags"] & HAS_EXTRA) == 0)
        plain &= (records["frames"] == 1) & (records["marks"] == 0)
        plain &= ~self._memory.are_too_large(records)
        plain &= [not (one[1] or one[7] & files.ASSUMED) for one in part.files]
        if self.named:
            paths = map(_path, part.folders, part.files)
            plain &= [path not in self.named for path in paths]
        at = np.flatnonzero(plain)
        there, turned = self._memory.turned_of(numbers[at], records["digest"][at])
        plain[at[~there]] = False
        turned = turned[there]
        begin = taken = 0
        for end in (*np.flatnonzero(~plain).tolist(), len(part.files)):
            count = end - begin
            if count:
                some = _Part(part.root, part.folders[begin:end], part.files[begin:end])
                self._add_plain(some, records[begin:end], turned[taken : taken + count])
            if end < len(part.files):
                self._add_odd(part.folders[end], present.Present(*part.files[end]))
            begin, taken = end + 1, taken + count

    def _without_repeats(self, part: _Part) -> _Part:
        """The same without further names of files that were added before."""
        if not self._shared:
            return part
        add, high, shared = self._seen.add, part.root << 64, self._shared
        fresh = [one[4] not in shared or bool(one[1]) or add(high | one[4]) for one in part.files]
        if all(fresh):
            return part
        self._repeats += fresh.count(False)
        return _Part(
            part.root, list(compress(part.folders, fresh)), list(compress(part.files, fresh))
        )

    def _add_plain(self, part: _Part, records: NDArray[np.void], turned: NDArray[np.uint8]) -> None:
        numbers, sizes, times = (
            np.array([one[field] for one in part.files], np.int64) for field in (5, 2, 3)
        )
        flags, zeros = records["flags"], np.zeros(len(records), np.intp)
        columns = {
            "path": list(map(_path, part.folders, part.files)),
            "kind": Coded(zeros, (Kind.FILE,)),
            "marks": Coded(zeros, (Mark(0),)),
            "format": Coded(records["format"], self._formats),
            "bytes": records["size"],
            "file_bytes": sizes,
            "modified_ns": times,
            "is_beginning": (flags & IS_BEGINNING) > 0,
            "end_unseen": (flags & END_UNSEEN) > 0,
            self._algorithm: records["hash"],
        }
        columns |= {name: records[name] for name in ("width", "height", "digest")}
        self._memory.add_many(numbers, records["size"], records["digest"], turned)
        self._builder.extend(columns, len(records))

    def _add_odd(self, folder: str, one: present.Present) -> None:
        location = _location(folder, one)
        if location.kind is Kind.FILE and location.path in self.named:
            return
        found = self._facts(one.content) if one.content else None
        if found is None:
            failed = files.failure(self._database, one.id, self._number)
            status, reason = failed[:2] if failed else (Status.UNREADABLE, UNREAD)
            self.add(Failure(location.key, Status(status), reason))
            return
        row = found.row(location, Stamp(one.size, one.mtime_ns))
        if self._memory.is_too_large(row):
            self.add(Failure(location.key, Status.TOO_LARGE, TOO_LARGE))
        elif not self._memory.recalls(row, one.content, one.id, one.flags):
            self.add(Failure(location.key, Status.UNREADABLE, NO_THUMB))
        else:
            self.add(row)


def _path(folder: str, values: tuple[Any, ...]) -> str:
    """The path of a plain file, given the values of its `Present`."""
    name: str = values[0].decode(ENCODING, "surrogateescape")
    return folder + name


def _location(folder: str, one: present.Present) -> Location:
    path = folder + os.fsdecode(one.name)
    if not one.member:
        return Location(Kind.FILE, path)
    return Location(Kind.MEMBER, path, one.member.decode(errors="surrogateescape"))
