"""Finds known files that a file may be: moved, linked or copied."""

from __future__ import annotations

import os
import stat as modes
from typing import TYPE_CHECKING, NamedTuple

from lookalike.catalog.places import joined
from lookalike.catalog.scanning.job import Candidate, OldPlace
from lookalike.catalog.store import files

if TYPE_CHECKING:
    from lookalike.catalog.scanning.targets import Online
    from lookalike.catalog.stats import Stat
    from lookalike.catalog.store.database import Database
    from lookalike.catalog.store.files import Twin

NOWHERE = (-1, -1)
"""Where no file is."""


class Found(NamedTuple):
    """What a file is, as far as that is known without reading it."""

    moved: Twin | None = None
    """The file is this one, under another name."""
    linked: Twin | None = None
    """The file has this one's inode, and both names exist."""
    candidates: list[Candidate] = []  # noqa: RUF012  # never changed
    """Files whose ends it may have."""


class Twins:
    """Looks among the known files for those with the size and times of a file."""

    def __init__(self, database: Database, online: Online, has: bytearray) -> None:
        """`has`: which contents the recipe knows."""
        self._database = database
        self._online = online
        self._has = has

    def find(self, stat: Stat, device: int) -> Found:
        """What a file may be. `device`: the number of its file system."""
        twins = files.twins(self._database, stat)
        for twin in twins:
            if stat.inode is None or twin.inode != stat.inode:
                continue
            there = self._there(twin)
            if there == (device, stat.inode):
                if twin.ctime_ns == stat.ctime_ns and self._is_hashed(twin):
                    return Found(linked=twin)
            elif there is not None and stat.born_ns is not None and twin.born_ns == stat.born_ns:
                return Found(moved=twin)
        found = [self._candidate(twin) for twin in twins]
        return Found(candidates=[one for one in found if one])

    def linked(self, stat: Stat) -> Twin | None:
        """A file with this very inode that was read in this scan."""
        for twin in files.twins(self._database, stat):
            is_same = twin.inode == stat.inode and twin.ctime_ns == stat.ctime_ns
            if is_same and self._is_hashed(twin):
                return twin
        return None

    def names_in(self, root: int, folder: bytes) -> set[bytes] | None:
        """What is in a folder now. None if that cannot be known."""
        path = self._online.path_of(root)
        if path is None:
            return None
        try:
            return set(os.listdir(joined(path, folder)))
        except (FileNotFoundError, NotADirectoryError):
            return set()
        except OSError:
            return None

    def _candidate(self, twin: Twin) -> Candidate | None:
        if twin.quick is None or not self._is_hashed(twin):
            return None
        is_gone = self._there(twin) == NOWHERE
        return Candidate(twin.content, twin.quick, place_of(twin) if is_gone else None)

    def _there(self, twin: Twin) -> tuple[int, int] | None:
        """Device and inode of the file at a twin's path. None if that cannot be known now."""
        root = self._online.path_of(twin.root)
        if root is None:
            return None
        try:
            status = os.lstat(joined(joined(root, twin.folder_path), twin.name))
        except (FileNotFoundError, NotADirectoryError):
            return NOWHERE
        except OSError:
            return None
        if not modes.S_ISREG(status.st_mode):
            return NOWHERE
        return status.st_dev, status.st_ino

    def _is_hashed(self, twin: Twin) -> bool:
        return twin.content < len(self._has) and bool(self._has[twin.content])


def place_of(twin: Twin) -> OldPlace:
    """Where a twin was."""
    return OldPlace(twin.root, twin.folder_path, twin.folder, twin.name, twin.inode)
