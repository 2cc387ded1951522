"""Writes all that is known to a text file, and adds what such a file says."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from lookalike.catalog.stats import Stat
from lookalike.catalog.store import contents, files, roots, upkeep
from lookalike.catalog.store.contents import FactsReader
from lookalike.catalog.store.facts import Extra, Facts
from lookalike.errors import CatalogError
from lookalike.hashing.moments import Samples

if TYPE_CHECKING:
    import sqlite3

    from lookalike.catalog.store.database import Database

FIRST = {"lookalike": "catalogue", "version": 1}
"""The first line."""
PART = 1000
"""How many lines are stored in one transaction."""


def export(database: Database, write: Callable[[str], object]) -> int:
    """Write one JSON object per line: recipes, roots, contents, and files. Returns how many files.

    A content comes before its first file. Paths may have lone surrogates, in escapes.
    """
    _write(write, FIRST)
    recipes = contents.recipes(database)
    for recipe, algorithm, definition, width in recipes:
        names = {"algorithm": algorithm, "definition": definition, "width": width}
        _write(write, {"recipe": recipe, **names})
    for one in roots.roots(database):
        _write(write, {"root": one.id, "path": os.fsdecode(one.path)})
    readers = {one[0]: FactsReader(database, one[0]) for one in recipes}
    last = count = 0
    for row in upkeep.every_file(database):
        root, folder, name, member, *state, flags, content, number = row
        if content and content != last:
            _write(write, _content(database, content, readers))
        last = content
        _write(
            write,
            {
                "file": [root, *map(os.fsdecode, (folder, name, member))],
                "state": state,
                "flags": flags,
                "content": content,
                "failures": upkeep.failures_of(database, number),
            },
        )
        count += 1
    return count


def _write(write: Callable[[str], object], line: dict[str, Any]) -> None:
    write(json.dumps(line) + "\n")


def _content(database: Database, number: int, readers: dict[int, FactsReader]) -> dict[str, Any]:
    quick, digest = contents.identity_of(database.connection, number)
    known = {recipe: read(number) for recipe, read in readers.items()}
    return {
        "content": number,
        "quick": quick and quick.hex(),
        "digest": digest and digest.hex(),
        "facts": {recipe: _plain(facts) for recipe, facts in known.items() if facts},
    }


def _plain(facts: Facts) -> list[Any]:
    damage, flat_digest, samples = facts.extra
    shown = samples and [list(samples.flat), samples.hashes[0].hex()]
    return [facts.record.hex(), facts.format, damage, flat_digest.hex(), shown]


def _native(plain: list[Any]) -> Facts:
    record, name, damage, flat_digest, shown = plain
    samples = Samples(tuple(shown[0]), (bytes.fromhex(shown[1]),)) if shown else None
    return Facts(bytes.fromhex(record), name, Extra(damage, bytes.fromhex(flat_digest), samples))


class Import:
    """Adds what another catalogue knows to this one."""

    def __init__(self, database: Database) -> None:
        self.added = 0
        """How many files were added."""
        self._database = database
        self._recipes: dict[int, int] = {}
        self._roots: dict[int, int] = {}
        self._folders: dict[tuple[int, bytes], int] = {}
        self._content: dict[str, Any] = {}

    def read(self, file: IO[str], name: str) -> None:
        """Add the lines of a file. What is known here already stays as it is.

        Raises `CatalogError` for a file that `export` has not written.
        """
        lines = _lines(file, name)
        if next(lines, None) != FIRST:
            raise CatalogError("it was not written by `catalog export`", name)
        while part := list(islice(lines, PART)):
            with self._database.writing() as connection:
                try:
                    for line in part:
                        self._add(connection, line)
                except (KeyError, ValueError, TypeError) as error:
                    raise CatalogError(f"it has a line that is not valid: {error}", name) from error

    def _add(self, connection: sqlite3.Connection, line: dict[str, Any]) -> None:
        if "file" in line:
            self._add_file(connection, line)
        elif "content" in line:
            self._content = line
        elif "root" in line:
            path = os.fsencode(line["path"])
            known = {root.path: root.id for root in roots.roots(self._database)}
            self._roots[line["root"]] = known.get(path) or roots.add_root(
                connection, path, None, None, None, ""
            )
        else:
            self._recipes[line["recipe"]] = contents.recipe_id(
                connection, line["algorithm"], line["definition"], line["width"]
            )

    def _add_file(self, connection: sqlite3.Connection, line: dict[str, Any]) -> None:
        root, *names = line["file"]
        path, name, member = map(os.fsencode, names)
        folder = self._folder(connection, self._roots[root], path)
        if files.member(self._database, folder, name, member):
            return
        size, mtime, ctime, inode, born = line["state"]
        stat = Stat(size, mtime, ctime, inode, 1, born)
        content = self._content_id(connection, line["content"])
        number = files.store(
            connection, files.values_of(folder, name, member, stat, content, line["flags"])
        )
        for recipe, *failed in line["failures"]:
            files.fail(connection, number, self._recipes[recipe], files.Failed(*failed))
        self.added += 1

    def _folder(self, connection: sqlite3.Connection, root: int, path: bytes) -> int:
        if (root, path) not in self._folders:
            if len(self._folders) > PART:
                self._folders.clear()
            self._folders[root, path] = roots.add_folder(connection, root, path)
        return self._folders[root, path]

    def _content_id(self, connection: sqlite3.Connection, number: int) -> int:
        """The number here of a content, which is added before its first file."""
        line = self._content
        if not number:
            return 0
        if line["content"] != number:
            raise ValueError(f"content {number} does not come before its file")
        if "here" not in line:
            line["here"] = contents.newest(connection) + 1
            quick, digest = (value and bytes.fromhex(value) for value in map(line.get, IDENTITY))
            contents.add(connection, [(line["here"], quick, digest)])
            for recipe, plain in line["facts"].items():
                recipe_here = self._recipes[int(recipe)]
                contents.put_facts(connection, recipe_here, {line["here"]: _native(plain)})
        here: int = line["here"]
        return here


IDENTITY = ("quick", "digest")


def _lines(file: IO[str], name: str) -> Iterator[dict[str, Any]]:
    for text in file:
        try:
            line = json.loads(text)
        except ValueError as error:
            raise CatalogError(f"it has a line that is not JSON: {error}", name) from error
        if not isinstance(line, dict):
            raise CatalogError("it has a line that is not a JSON object", name)
        yield line
