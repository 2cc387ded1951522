"""Finds the known folder whose files were all moved to a new one, one by one."""

from __future__ import annotations

import os
import stat as modes
from typing import TYPE_CHECKING

from lookalike.catalog.places import joined
from lookalike.catalog.quick import Births
from lookalike.catalog.stats import Stat
from lookalike.catalog.store import files, roots

if TYPE_CHECKING:
    from collections.abc import Container

    from lookalike.catalog.scanning.job import FolderAt
    from lookalike.catalog.scanning.targets import Online
    from lookalike.catalog.store.database import Database
    from lookalike.catalog.store.files import Twin

LOOKS = 4
"""How many files of a new folder are looked up before it is taken for one of new files."""


def source_of(
    database: Database,
    online: Online,
    at: FolderAt,
    descriptor: int,
    names: list[bytes],
    busy: Container[int],
) -> int | None:
    """The number of the known folder of which a new one has all files, by their names.

    No file may be left where that was. `descriptor` and `names`: of the new folder. `busy`: folders
    whose files are still being read.
    """
    for name in names[:LOOKS]:
        for twin in _moved_here(database, descriptor, name):
            if twin.folder not in busy and _is_empty(database, online, at, twin):
                known = files.names_in(database, twin.folder)
                has_all = known == names or set(known).issubset(names)
                return twin.folder if has_all else None
    return None


def _moved_here(database: Database, descriptor: int, name: bytes) -> list[Twin]:
    """What a file may have been before it was moved here with this name."""
    try:
        status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
    except OSError:
        return []
    stat = Stat.of(status, keeps_inodes=True)
    born = Births().born_ns(name, descriptor)
    return [
        twin
        for twin in files.twins(database, stat)
        if twin.name == name and twin.inode == stat.inode and twin.born_ns == born is not None
    ]


def _is_empty(database: Database, online: Online, at: FolderAt, twin: Twin) -> bool:
    """Whether a twin's folder is not there any more, or has no files in it."""
    root = online.path_of(twin.root)
    known = roots.folder(database, twin.root, twin.folder_path)
    if root is None or known is None or known.volume is not None:
        return False
    path = joined(root, twin.folder_path)
    try:
        if not modes.S_ISDIR(os.lstat(path).st_mode):
            return True
        if twin.root != at.root:  # another part of the scan may be reading it
            return False
        with os.scandir(path) as entries:
            return not any(entry.is_file(follow_symlinks=False) for entry in entries)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
