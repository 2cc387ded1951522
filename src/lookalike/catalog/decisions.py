"""`DecisionStore`: what a person decided in reviews, kept in a catalogue."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from lookalike.catalog.store import apart, decisions
from lookalike.catalog.store.decisions import Row

if TYPE_CHECKING:
    from lookalike.catalog.store.database import Database
    from lookalike.hashing.apart import ApartSet

__all__ = ["NOTE", "DecisionStore", "Row"]

NOTE = "told apart in a review"
"""The note of sets that reviews made. Others are left alone."""
SHORT = 16
"""Searches know this many bytes of a digest."""


class DecisionStore:
    """The decisions of a catalogue. They depend on no root and no scan."""

    def __init__(self, database: Database) -> None:
        """Only for `Catalog`."""
        self._database = database

    def all(self) -> list[Row]:
        """All decisions."""
        return decisions.all_rows(self._database)

    def change(
        self, rows: Iterable[Row], told: Iterable[ApartSet] = (), untold: Iterable[set[bytes]] = ()
    ) -> None:
        """Keep decisions, and what they tell apart or no longer do: all of it, or nothing.

        `untold`: the digests of sets. Their first 16 bytes are enough. Raises `CatalogError`.
        """
        now = int(time.time())
        gone = list(map(set, untold))
        with self._database.writing(durable=True) as connection:
            decisions.change(connection, rows, now)
            for one in apart.sets(self._database) if gone else ():
                if one.note == NOTE and {digest[:SHORT] for digest in one.digests} in gone:
                    apart.remove(connection, one.id)
            for one in told:
                apart.add(connection, one)
