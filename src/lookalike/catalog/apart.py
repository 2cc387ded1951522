"""`ApartStore`: what was told apart, kept in a catalogue."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from lookalike.catalog.store import apart
from lookalike.catalog.store.database import Database
from lookalike.errors import CatalogError
from lookalike.hashing.apart import Apart, ApartSet

if TYPE_CHECKING:
    from pathlib import Path

    from lookalike.images import ImageSource


class ApartStore:
    """The sets of contents of a catalogue of which no two are duplicates.

    They depend on no file, root or scan: `forget` and `prune` leave them alone.
    """

    def __init__(self, database: Database) -> None:
        """Only for `Catalog`."""
        self._database = database

    def sets(self) -> Apart:
        """All sets, for `find_duplicates`."""
        return Apart(tuple(apart.sets(self._database)))

    def add(self, images: Iterable[ImageSource], note: str = "") -> int:
        """Tell two or more images apart. Returns the number of the set.

        If the same contents were told apart before, it is the number of that set. Raises
        `ImageError` if one cannot be read, `ValueError` for fewer than two or for equal bytes, and
        `CatalogError`.
        """
        one = ApartSet.of(images, note, int(time.time()))
        with self._database.writing(durable=True) as connection:
            return apart.add(connection, one)

    def remove(self, numbers: Iterable[int]) -> None:
        """Forget sets by their numbers: all of them, or none. Raises `CatalogError`."""
        with self._database.writing(durable=True) as connection:
            for number in numbers:
                if not apart.remove(connection, number):
                    reason = f"there is no set {number}; `apart list` shows the numbers"
                    raise CatalogError(reason, str(self._database.folder))

    def add_from(self, sets: Apart) -> int:
        """Add sets, as from `Apart.from_json`. Returns how many were not known yet."""
        known = {one.digests for one in self.sets().sets}
        now = int(time.time())
        new = {one.digests: one for one in sets.sets if one.digests not in known}
        with self._database.writing(durable=True) as connection:
            for one in new.values():
                apart.add(connection, replace(one, made_at=one.made_at or now))
        return len(new)


def told_apart_in(folder: Path) -> Apart:
    """What was told apart in the catalogue of a folder, which is only read.

    Raises `CatalogError`.
    """
    database = Database(folder, create=False, only_read=True)
    try:
        return ApartStore(database).sets()
    finally:
        database.close()
