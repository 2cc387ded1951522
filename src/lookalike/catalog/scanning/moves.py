"""`Moves`: files that left a folder together, recognised and stored many at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lookalike.catalog.stats import stored_inode, stored_time
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
    """A file that is not in its folder any more."""

    id: int
    root: int
    path: bytes
    """Of its folder."""
    folder: int
    name: bytes
    size: int
    mtime_ns: int
    inode: int
    born_ns: int
    content: int


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
        self._left: dict[int, Left] = {}
        self._folders: set[int] = set()

    def learn(self, twin: Twin) -> None:
        """Note what left a folder, of which one file was found elsewhere."""
        if twin.folder in self._folders:
            return
        self._folders.add(twin.folder)
        there = self._twins.names_in(twin.root, twin.folder_path)
        if there is None:
            return
        if len(self._left) > MOST:
            self._left.clear()
        for row in files.movable(self._database, twin.folder, MOST):
            left = Left(row[0], twin.root, twin.folder_path, twin.folder, *row[1:])
            if left.name not in there and self._has[left.content]:
                self._left[left.inode] = left

    def takes(self, visit: Visit, name: bytes, status: os.stat_result) -> bool:
        """Whether a file is one of these. It is stored then."""
        inode = stored_inode(status.st_ino)
        left = self._left.get(inode) if inode is not None else None
        if left is None or status.st_nlink > 1:
            return False
        is_same = left.mtime_ns == stored_time(status.st_mtime_ns) and left.size == status.st_size
        if not is_same or left.born_ns != self._births.born_ns(name, visit.descriptor):
            return False
        del self._left[left.inode]
        self._batch.shifts(left, visit.at, name, stored_time(status.st_ctime_ns))
        return True
