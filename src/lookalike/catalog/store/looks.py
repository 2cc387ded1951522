"""What second looks found out about contents, and about pairs of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from lookalike.catalog.store.database import Database

MADE_WITH = "looks_made_with"
"""The key in `meta` of what the looks were taken with."""
AT_ONCE = 4096
"""How many rows are asked for in one statement."""

T = TypeVar("T")


class Inside(NamedTuple):
    """What is known about the bytes of a content."""

    digest: bytes | None
    """Of all bytes."""
    pixels: bytes | None
    """A digest of all pixels. Empty if it has none, as when it is damaged."""
    lost: str | None
    """What is missing at its end. Empty if nothing is."""
    metadata: str | None = None
    """What it says of its picture, as JSON."""


def made_with(database: Database) -> str | None:
    """What the looks were taken with. None if there are none."""
    found = database.rows("SELECT value FROM meta WHERE key = ?", (MADE_WITH,))
    return found[0][0] if found else None


def start_anew(connection: sqlite3.Connection, text: str) -> None:
    """Forget all looks, because those to come are taken with something else."""
    connection.execute("DELETE FROM inside")
    connection.execute("DELETE FROM verdict")
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (MADE_WITH, text))


def latest_content(database: Database) -> int:
    """The highest number of a content. 0 if there is none."""
    found: int = database.rows("SELECT COALESCE(MAX(id), 0) FROM content")[0][0]
    return found


def inside_of(database: Database, numbers: Sequence[int]) -> dict[int, Inside]:
    """What is known about contents, by their numbers."""
    found: dict[int, Inside] = {}
    for some in _portions(numbers):
        rows = database.rows(
            "SELECT content.id, digest, pixels, lost, metadata FROM content "
            "LEFT JOIN inside ON content_id = content.id "
            f"WHERE content.id IN ({','.join('?' * len(some))})",
            some,
        )
        found |= {number: Inside(*rest) for number, *rest in rows}
    return found


def put_insides(connection: sqlite3.Connection, insides: Mapping[int, Inside]) -> None:
    """Store digests of pixels, and what is missing at ends. None leaves what is there."""
    connection.executemany(
        "INSERT INTO inside VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "pixels = COALESCE(excluded.pixels, pixels), lost = COALESCE(excluded.lost, lost), "
        "metadata = COALESCE(excluded.metadata, metadata)",
        [(number, one.pixels, one.lost, one.metadata) for number, one in insides.items()],
    )


def verdicts_of(
    database: Database, pairs: Sequence[tuple[int, int, int]]
) -> dict[tuple[int, int, int], int]:
    """The verdicts on pairs of contents by a rule, as far as they are known."""
    found: dict[tuple[int, int, int], int] = {}
    for some in _portions(pairs):
        rows = database.rows(
            f"WITH asked(a, b, rule) AS (VALUES {','.join(['(?, ?, ?)'] * len(some))}) "
            "SELECT a, b, rule, verdict FROM asked JOIN verdict USING (a, b, rule)",
            [value for pair in some for value in pair],
        )
        found |= {(a, b, rule): verdict for a, b, rule, verdict in rows}
    return found


def put_verdicts(
    connection: sqlite3.Connection, verdicts: Mapping[tuple[int, int, int], int]
) -> None:
    """Store the verdicts on pairs of contents by a rule."""
    connection.executemany(
        "INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?)",
        [(*pair, verdict) for pair, verdict in verdicts.items()],
    )


def _portions(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[at : at + AT_ONCE] for at in range(0, len(values), AT_ONCE))
