"""Contents, and what recipes found out about them, in blocks of 1,024."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from lookalike.catalog.store.facts import (
    RECORD,
    Extra,
    Facts,
    has_extra,
    packed,
    record_type,
    with_format,
)
from lookalike.hashing.frames.moments import Samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.catalog.store.database import Database
    from lookalike.hashing.row import Row

BLOCK = 1024
"""How many contents a block has."""


def recipe_id(connection: sqlite3.Connection, algorithm: str, definition: str, width: int) -> int:
    """The number of a recipe, which is added if it is new."""
    connection.execute(
        "INSERT OR IGNORE INTO recipe(algorithm, definition, width) VALUES (?, ?, ?)",
        (algorithm, definition, width),
    )
    (found,) = connection.execute("SELECT id FROM recipe WHERE definition = ?", (definition,))
    number: int = found[0]
    return number


def find_recipe(database: Database, definition: str) -> int | None:
    """The number of a recipe. None if nothing was read by it."""
    found = database.rows("SELECT id FROM recipe WHERE definition = ?", (definition,))
    return found[0][0] if found else None


def recipes(database: Database) -> list[tuple[int, str, str, int]]:
    """The number, algorithm and definition of every recipe, and the bytes of its hashes."""
    return database.rows("SELECT id, algorithm, definition, width FROM recipe ORDER BY id")


def forget_recipe(connection: sqlite3.Connection, number: int) -> None:
    """Remove a recipe and all that it found out."""
    connection.execute("DELETE FROM recipe WHERE id = ?", (number,))


def newest(connection: sqlite3.Connection) -> int:
    """The largest number that a content has ever had."""
    found = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'content'").fetchone()
    return found[0] if found else 0


def add(
    connection: sqlite3.Connection, added: list[tuple[int, bytes | None, bytes | None]]
) -> None:
    """Add contents: their numbers, quick digests, and digests of all bytes."""
    connection.executemany("INSERT INTO content(id, quick, digest) VALUES (?, ?, ?)", added)


def identity_of(connection: sqlite3.Connection, number: int) -> tuple[bytes | None, bytes | None]:
    """The quick digest and the digest of all bytes of a content, as far as they are known."""
    found = connection.execute("SELECT quick, digest FROM content WHERE id = ?", (number,))
    quick, digest = next(found, (None, None))
    return quick, digest


def quick_of(database: Database, number: int) -> bytes | None:
    """The quick digest of a content. None if it is unknown."""
    with database.reading:
        return identity_of(database.connection, number)[0]


def complete(
    connection: sqlite3.Connection, number: int, quick: bytes | None, digest: bytes | None
) -> None:
    """Fill in what was unknown about a content."""
    connection.execute(
        "UPDATE content SET quick = COALESCE(quick, ?), digest = COALESCE(digest, ?) WHERE id = ?",
        (quick, digest, number),
    )


def verified(connection: sqlite3.Connection, number: int, digest: bytes, now: int) -> None:
    """Note that all bytes of a content were read."""
    connection.execute(
        "UPDATE content SET digest = ?, verified = ? WHERE id = ?", (digest, now, number)
    )


def put(connection: sqlite3.Connection, recipe: int, rows: Mapping[int, Row]) -> None:
    """Store what a recipe found out about contents, by their numbers."""
    names = {row.format for row in rows.values()}
    formats = {name: _format_id(connection, name) for name in names}
    records = {number: packed(row, formats[row.format]) for number, row in rows.items()}
    _put_records(connection, recipe, records)
    for number, row in rows.items():
        if extra := Extra.of(row):
            _put_extra(connection, recipe, number, extra)


def put_facts(connection: sqlite3.Connection, recipe: int, found: Mapping[int, Facts]) -> None:
    """The same for facts, perhaps from another catalogue."""
    for number, facts in found.items():
        record = with_format(facts.record, _format_id(connection, facts.format))
        _put_records(connection, recipe, {number: record})
        if has_extra(record):
            _put_extra(connection, recipe, number, facts.extra)


def _put_records(connection: sqlite3.Connection, recipe: int, records: Mapping[int, bytes]) -> None:
    by_block: dict[int, dict[int, bytes]] = {}
    for number, record in records.items():
        by_block.setdefault(number // BLOCK, {})[number % BLOCK] = record
    for block, found in by_block.items():
        _put_block(connection, recipe, block, found)


def _put_block(
    connection: sqlite3.Connection, recipe: int, block: int, records: dict[int, bytes]
) -> None:
    length = len(next(iter(records.values())))
    found = connection.execute(
        "SELECT present, facts FROM block WHERE recipe_id = ? AND number = ?", (recipe, block)
    ).fetchone()
    present, facts = map(bytearray, found or (bytes(BLOCK), bytes(BLOCK * length)))
    for at, record in records.items():
        present[at] = 1
        facts[at * length : (at + 1) * length] = record
    connection.execute(
        "INSERT INTO block VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "present = excluded.present, facts = excluded.facts",
        (recipe, block, bytes(present), bytes(facts)),
    )


def _put_extra(connection: sqlite3.Connection, recipe: int, number: int, extra: Extra) -> None:
    samples = extra.samples
    connection.execute(
        "INSERT OR REPLACE INTO extra VALUES (?, ?, ?, ?, ?, ?)",
        (
            recipe, number, extra.damage, extra.flat_digest,
            bytes(samples.flat) if samples else None,
            samples.hashes[0] if samples else None,
        ),
    )  # fmt: skip


def _format_id(connection: sqlite3.Connection, name: str) -> int:
    found = connection.execute("SELECT id FROM format WHERE name = ?", (name,)).fetchone()
    if found is None:
        cursor = connection.execute("INSERT INTO format(name) VALUES (?)", (name,))
        return cursor.lastrowid or 0
    number: int = found[0]
    return number


def presence(database: Database, recipe: int) -> bytearray:
    """One byte per content: whether the recipe has found out about it."""
    blocks = database.rows(
        "SELECT number, present FROM block WHERE recipe_id = ? ORDER BY number", (recipe,)
    )
    found = bytearray(BLOCK * (blocks[-1][0] + 1) if blocks else BLOCK)
    extend(database, found)
    for number, present in blocks:
        found[number * BLOCK : (number + 1) * BLOCK] = present
    return found


def extend(database: Database, has: bytearray) -> None:
    """Make room for all contents in what `presence` returned. Other scans may have added some."""
    with database.reading:
        has.extend(bytes(max(0, newest(database.connection) + 1 - len(has))))


def all_facts(
    database: Database, recipe: int, width: int
) -> tuple[NDArray[np.intp], NDArray[np.void]]:
    """The numbers of all contents that a recipe knows, ascending, and their records.

    Flags say which of them have extra facts.
    """
    kind = record_type(width)
    numbers, records = [np.empty(0, np.intp)], [np.empty(0, kind)]
    with database.reading:
        for block, present, facts in database.connection.execute(
            "SELECT number, present, facts FROM block WHERE recipe_id = ? ORDER BY number",
            (recipe,),
        ):
            at = np.flatnonzero(np.frombuffer(present, np.uint8))
            numbers.append(at + block * BLOCK)
            found = np.frombuffer(facts, kind)
            records.append(found if len(at) == BLOCK else found[at])
    return np.concatenate(numbers), np.concatenate(records)


class FactsReader:
    """Reads the facts of a recipe about single contents. It keeps a few blocks in memory."""

    KEPT = 64
    """Blocks, of some 50 kB each."""

    def __init__(self, database: Database, recipe: int) -> None:
        self._database = database
        self._recipe = recipe
        self._blocks: dict[int, tuple[bytes, bytes]] = {}
        self._formats: dict[int, str] = {}

    def __call__(self, number: int) -> Facts | None:
        """The facts about a content. None if there are none."""
        with self._database.reading:
            present, facts = self._block(number // BLOCK)
            at = number % BLOCK
            if not (present and present[at]):
                return None
            length = len(facts) // BLOCK
            record = facts[at * length : (at + 1) * length]
            extra = self.extra(number) if has_extra(record) else Extra()
            return Facts(record, self._format(RECORD.unpack_from(record)[4]), extra)

    def many(
        self, numbers: NDArray[np.int64], width: int
    ) -> tuple[NDArray[np.bool_], NDArray[np.void]]:
        """Whether contents have facts, and their records. `width`: the bytes of a hash."""
        has = np.zeros(len(numbers), np.bool_)
        kind = record_type(width)
        records = np.zeros((len(numbers), kind.itemsize), np.uint8)
        order = np.argsort(numbers, kind="stable")  # quick if they ascend
        blocks, places = np.divmod(numbers[order], BLOCK)
        begins = np.flatnonzero(np.diff(blocks, prepend=-1, append=-1))
        for begin, end in pairwise(begins.tolist()):
            with self._database.reading:
                present, facts = self._block(int(blocks[begin]))
            if present:
                at = places[begin:end]
                has[begin:end] = np.frombuffer(present, np.bool_)[at]
                known = np.frombuffer(facts, np.uint8).reshape(BLOCK, kind.itemsize)
                known.take(at, axis=0, out=records[begin:end])
        if (order[1:] < order[:-1]).any():
            has[order], records[order] = has.copy(), records.copy()
        return has, records.view(kind).ravel()

    def extra(self, number: int) -> Extra:
        """The extra facts about a content, which has some."""
        found = self._database.rows(
            "SELECT damage, flat_digest, sample_flats, sample_hashes FROM extra "
            "WHERE recipe_id = ? AND content_id = ?",
            (self._recipe, number),
        )
        damage, flat_digest, flats, hashes = found[0]
        samples = None if flats is None else Samples(tuple(map(bool, flats)), (hashes,))
        return Extra(damage, flat_digest, samples)

    def formats(self) -> dict[int, str]:
        """The names of all formats, by their numbers."""
        return dict(self._database.rows("SELECT id, name FROM format"))

    def _block(self, number: int) -> tuple[bytes, bytes]:
        if number not in self._blocks:
            found = self._database.rows(
                "SELECT present, facts FROM block WHERE recipe_id = ? AND number = ?",
                (self._recipe, number),
            )
            if len(self._blocks) == self.KEPT:
                del self._blocks[next(iter(self._blocks))]
            self._blocks[number] = found[0] if found else (b"", b"")
        return self._blocks[number]

    def _format(self, number: int) -> str:
        if number not in self._formats:
            self._formats = self.formats()
        return self._formats[number]
