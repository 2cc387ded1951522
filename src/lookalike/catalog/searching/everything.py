"""All that a catalogue remembers, as a table. No file is touched."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from lookalike.catalog.recipes import definition_of
from lookalike.catalog.searching.parts import Part, parts
from lookalike.catalog.store import contents, files, listings, present, roots
from lookalike.catalog.store.contents import FactsReader
from lookalike.catalog.store.facts import END_UNSEEN, HAS_EXTRA, IS_BEGINNING
from lookalike.catalog.store.listings import ASSUMED, MEMBER
from lookalike.errors import CatalogError, Status
from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.columns import Coded
from lookalike.hashing.row import Failure
from lookalike.images.mark import Mark
from lookalike.sources.location import Kind, Location, Stamp
from lookalike.sources.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

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


PART = 65_536
"""How many files are looked up at a time."""


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
    every = roots.roots(catalog.database)
    if catalog.database.is_writable:
        with suppress(CatalogError):  # without listings it takes longer
            for root in every:
                listings.complete(catalog.database, root.id, b"", progress)
    table = _Everything(catalog, recipe, number, memory)
    for outcome in first:
        table.add(outcome)
        table.named.add(os.path.realpath(outcome.path))
    done = 0
    for root in every:
        for part in parts(catalog.database, root, PART):
            table.add_part(part)
            done += part.size
            progress("reading", done, None)
    return table.finish()


class _Everything:
    """Collects the files in a table: those that are simple many at a time."""

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
        self._shared = _shared_inodes(catalog.database)
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

    def add_part(self, part: Part) -> None:
        """Add some files, in order."""
        part = self._without_repeats(part)
        numbers = part.records["content"].astype(np.int64)
        has, facts = self._facts.many(numbers, self._width)
        simple = has & (part.records["flags"] & MEMBER == 0) & ~self._memory.are_too_large(facts)
        simple &= ~self._are_named(part)
        at = np.flatnonzero(simple)
        there, turned = self._memory.turned_of(numbers[at], facts["digest"][at])
        simple[at[~there]] = False
        turned = turned[there]
        begin = taken = 0
        for end in (*np.flatnonzero(~simple).tolist(), part.size):
            count = end - begin
            if count:
                some = part.between(begin, end)
                self._add_simple(some, facts[begin:end], turned[taken : taken + count])
            if end < part.size:
                self._add_other(part, end)
            begin, taken = end + 1, taken + count

    def _without_repeats(self, part: Part) -> Part:
        """The same without further names of files that were added before."""
        shared = np.flatnonzero(np.isin(part.inodes, self._shared))
        if not len(shared):
            return part
        add, high, fresh = self._seen.add, part.root << 64, np.ones(part.size, np.bool_)
        fresh[shared] = [add(high | inode) for inode in part.inodes[shared].tolist()]
        self._repeats += int((~fresh).sum())
        return part.among(fresh)

    def _are_named(self, part: Part) -> NDArray[np.bool_]:
        """Which files were added before, by their paths."""
        folders = {os.path.dirname(path).rstrip("/") + "/" for path in self.named}  # noqa: PTH120
        found = np.array([path in folders for path in part.folders], np.bool_)[part.of]
        for at in np.flatnonzero(found).tolist():
            found[at] = part.folders[part.of[at]] + os.fsdecode(part.name(at)) in self.named
        return found

    def _add_simple(self, part: Part, facts: NDArray[np.void], turned: NDArray[np.uint8]) -> None:
        flags, zeros = facts["flags"], np.zeros(len(facts), np.intp)
        columns = {
            "path": part.paths,
            "kind": Coded(zeros, (Kind.FILE,)),
            "format": Coded(facts["format"], self._formats),
            "bytes": facts["size"],
            "file_bytes": part.records["size"],
            "modified_ns": part.records["mtime_ns"],
            "is_beginning": (flags & IS_BEGINNING) > 0,
            "end_unseen": (flags & END_UNSEEN) > 0,
            self._algorithm: facts["hash"],
        }
        columns |= {name: facts[name] for name in ("width", "height", "digest")}
        columns |= self._unusual(part.records["content"], facts)
        assumed = np.flatnonzero(part.records["flags"] & ASSUMED)
        owners = dict(zip(assumed.tolist(), part.records["id"][assumed].tolist(), strict=True))
        self._memory.add_many(
            part.records["content"], facts["size"], facts["digest"], turned, owners
        )
        self._builder.extend(columns, len(facts))

    def _unusual(self, numbers: NDArray[np.int64], facts: NDArray[np.void]) -> dict[str, Any]:
        """The columns of what few images have."""
        marks = np.flatnonzero(np.bincount(facts["marks"]))
        several = np.flatnonzero(facts["frames"] != 1)
        extras = {
            at: self._facts.extra(int(numbers[at]))
            for at in np.flatnonzero(facts["flags"] & HAS_EXTRA).tolist()
        }
        return {
            "marks": Coded(
                np.searchsorted(marks, facts["marks"]), [Mark(one) for one in marks.tolist()]
            ),
            "frames": dict(zip(several.tolist(), facts["frames"][several].tolist(), strict=True)),
            "flat_digest": {at: extra.flat_digest for at, extra in extras.items()},
            "samples": {at: extra.samples for at, extra in extras.items()},
            "reason": {at: extra.damage for at, extra in extras.items()},
        }

    def _add_other(self, part: Part, at: int) -> None:
        name, _, member = part.name(at).partition(b"/")
        location = _location(part.folders[part.of[at]], name, member)
        if location.kind is Kind.FILE and location.path in self.named:
            return
        file, size, mtime_ns, content, _, flags = part.records[at].item()
        found = self._facts(content) if content else None
        if found is None:
            failed = files.failure(self._database, file, self._number)
            status, reason = failed[:2] if failed else (Status.UNREADABLE, UNREAD)
            self.add(Failure(location.key, Status(status), reason))
            return
        row = found.row(location, Stamp(size, mtime_ns))
        is_assumed = bool(flags & ASSUMED)
        if self._memory.is_too_large(row):
            self.add(Failure(location.key, Status.TOO_LARGE, TOO_LARGE))
        elif not self._memory.recalls(row, content, file, is_assumed=is_assumed):
            self.add(Failure(location.key, Status.UNREADABLE, NO_THUMB))
        else:
            self.add(row)


def _shared_inodes(database: Database) -> NDArray[np.int64]:
    """The inodes that several files of a root may have."""
    every = roots.roots(database)
    are_kept = listings.are_kept(database)
    if not are_kept or any(listings.may_share_inodes(database, root.id) for root in every):
        return np.array(sorted(present.shared_inodes(database)), np.int64)
    return np.empty(0, np.int64)


def _location(folder: str, name: bytes, member: bytes) -> Location:
    path = folder + os.fsdecode(name)
    if not member:
        return Location(Kind.FILE, path)
    return Location(Kind.MEMBER, path, member.decode(errors="surrogateescape"))
