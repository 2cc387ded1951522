"""`Moves`: files that left a folder together, recognised and stored many at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lookalike.catalog.stats import LARGEST, stored_time
from lookalike.catalog.store import files

if TYPE_CHECKING:
    import os

    from lookalike.catalog.quick import Births
    from lookalike.catalog.scanning.batch import Batch
    from lookalike.catalog.scanning.twins import Twins
    from lookalike.catalog.scanning.walk import Visit
    from lookalike.catalog.store.database import Database
    from lookalike.catalog.store.files import Twin

MOST = 100_000
"""How many files of folders that were left are remembered."""


class Left(NamedTuple):
    """A folder that files left."""

    id: int
    root: int
    path: bytes


class Moves:
    """Knows the files that left some folders, by their inodes.

    It learns of a folder once one file of it was found elsewhere. Where one went, others did, too.
    Only what is plain is taken. The others are looked up one by one.
    """

    def __init__(
        self, database: Database, twins: Twins, batch: Batch, births: Births, has: bytearray
    ) -> None:
        """`has`: which contents the recipe knows."""
        self._database, self._twins = database, twins
        self._batch, self._births, self._has = batch, births, has
        self._files: dict[int, tuple[Left, tuple[Any, ...]]] = {}
        """What files.movable knows of each, by inode, and the folder that it left."""
        self._folders: set[int] = set()

    def learn(self, twin: Twin) -> None:
        """Note what left a folder, of which one file was found elsewhere."""
        if twin.folder in self._folders:
            return
        self._folders.add(twin.folder)
        there = self._twins.names_in(twin.root, twin.folder_path)
        if there is None:
            return
        if len(self._files) > MOST:
            self._files.clear()
        left, has = Left(twin.folder, twin.root, twin.folder_path), self._has
        rows = files.movable(self._database, twin.folder, MOST)
        self._files |= {row[4]: (left, row) for row in rows if row[1] not in there and has[row[6]]}

    def takes(self, visit: Visit, name: bytes, status: os.stat_result) -> bool:
        """Whether a file is one of these. It is stored then."""
        inode = status.st_ino & LARGEST
        known = self._files.get(inode)
        if known is None or status.st_nlink > 1 or not visit.system.keeps_inodes:
            return False
        left, row = known
        _, _, size, mtime_ns, _, born_ns, *_ = row
        if status.st_mtime_ns != mtime_ns or status.st_size != size:
            return False
        if self._births.born_ns(name, visit.descriptor) != born_ns:
            return False
        del self._files[inode]
        self._batch.shifts(left, row, visit.at, name, stored_time(status.st_ctime_ns))
        return True
