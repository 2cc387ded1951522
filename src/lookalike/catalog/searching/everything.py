"""All that a catalogue remembers, as a table. No file is touched."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lookalike.catalog.places import joined
from lookalike.catalog.recipes import definition_of
from lookalike.catalog.store import contents, files, roots
from lookalike.catalog.store.contents import FactsReader
from lookalike.errors import CatalogError, Status
from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.row import Failure
from lookalike.sources.location import Kind, Location, Stamp
from lookalike.sources.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lookalike.catalog.catalog import Catalog
    from lookalike.catalog.searching.memory import CatalogMemory
    from lookalike.hashing.recipe import Recipe
    from lookalike.hashing.row import Row
    from lookalike.hashing.table import HashTable
    from lookalike.work.progress import Progress

UNREAD = "it was not read for this search: name its folder to read it"
TOO_LARGE = "it has more pixels or bytes than the limit of this search"
NO_THUMB = "its small copy is missing: name its folder to make it again"


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
    builder = TableBuilder(recipe.algorithms)
    named = set()
    for outcome in first:
        memory.add(outcome)
        builder.add(outcome)
        named.add(os.path.realpath(outcome.path))
    facts = FactsReader(catalog.database, number)
    seen, repeats = Seen(), 0
    for done, (root, path, one) in enumerate(_files(catalog, number), start=1):
        if one.inode is not None and not one.member and not seen.add(root << 64 | one.inode):
            repeats += 1
            continue
        location = _location(path, one)
        if location.kind is Kind.FILE and location.path in named:
            continue
        found = facts(one.content) if one.content else None
        if found is None:
            outcome = Failure(
                location.key, Status(one.status or "unreadable"), one.reason or UNREAD
            )
        else:
            outcome = found.row(location, Stamp(one.size, one.mtime_ns))
            if memory.is_too_large(outcome):
                outcome = Failure(location.key, Status.TOO_LARGE, TOO_LARGE)
            elif not memory.recalls(outcome, one.content, one.id, one.flags):
                outcome = Failure(location.key, Status.UNREADABLE, NO_THUMB)
        memory.add(outcome)
        builder.add(outcome)
        progress("reading", done, None)
    memory.finish()
    memory.opens_files = False
    return builder.finish({"same file": repeats} if repeats else {})


def _files(catalog: Catalog, recipe: int) -> Iterator[tuple[int, bytes, files.Present]]:
    """The root, the path of the folder, and each file in it."""
    database = catalog.database
    for root in roots.roots(database):
        folders = roots.folders_under(database, root.id, b"")
        for folder in sorted(folders, key=lambda one: one.path.split(b"/")):
            for one in files.present(database, folder.id, recipe):
                yield root.id, joined(root.path, folder.path), one


def _location(folder: bytes, one: files.Present) -> Location:
    path = os.fsdecode(joined(folder, one.name))
    if not one.member:
        return Location(Kind.FILE, path)
    return Location(Kind.MEMBER, path, one.member.decode(errors="surrogateescape"))
