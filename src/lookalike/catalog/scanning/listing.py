"""Lists one folder, and compares the files in it with what is known."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from lookalike.catalog.quick import Births
from lookalike.catalog.store import contents, files

if TYPE_CHECKING:
    from lookalike.catalog.scanning.walk import Visit
    from lookalike.catalog.store.database import Database

PART = 20_000
"""How many files of a folder are compared at a time. A folder may have millions."""


class Listed(NamedTuple):
    """The entries of a folder, as bytes, sorted."""

    files: list[bytes]
    folders: list[bytes]


class Compared(NamedTuple):
    """Some files of a folder."""

    unchanged: int
    fresh: list[tuple[bytes, os.stat_result]]
    """Not known under this name."""
    odd: list[tuple[Any, os.stat_result]]
    """Known, as the values of an `Entry`, but not unchanged, or not hashed."""
    gone: list[int]
    """The ids of those that are not there, and were."""
    moved: list[tuple[int, int]]
    """When the states of those changed that were moved here, and their ids."""


def listed(folder: int) -> Listed:
    """List a folder, given its descriptor. Links are left out. Raises `OSError`."""
    names: list[bytes] = []
    folders: list[bytes] = []
    encoding = sys.getfilesystemencoding()
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False):
                names.append(entry.name.encode(encoding, "surrogateescape"))
            elif entry.is_dir(follow_symlinks=False):
                folders.append(entry.name.encode(encoding, "surrogateescape"))
    return Listed(sorted(names), sorted(folders))


def compared(database: Database, visit: Visit, has: bytearray) -> Iterator[Compared]:
    """Compare the files of a folder with what is known, some at a time.

    `has`: for each content, whether the recipe knows it.
    """
    births, names = Births(), visit.names
    begin = b""
    for at in range(0, max(len(names), 1), PART):
        part = names[at : at + PART]
        end = names[at + PART] if at + PART < len(names) else None
        known = files.between(database, visit.at.id, begin, end) if visit.at.id else {}
        contents.extend(database, has)  # after that, so that it has room for all of these
        moved: list[tuple[int, int]] = []
        if visit.has_moved_files:
            part, moved = _moved(births, visit.descriptor, part, known, has)
        yield _compared(visit.descriptor, part, known, has)._replace(moved=moved)
        begin = end or b""


def _compared(folder: int, names: list[bytes], known: dict[bytes, Any], has: bytearray) -> Compared:
    fresh: list[tuple[bytes, os.stat_result]] = []
    odd: list[tuple[Any, os.stat_result]] = []
    find, stat, lost = known.pop, os.stat, 0
    for name in names:  # for each file of every scan: what is in this loop is what a scan costs
        try:
            now = stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:  # it went since the folder was listed
            lost += 1
            continue
        except OSError:  # what is known of it stays
            lost += 1
            find(name, None)
            continue
        entry = find(name, None)
        if entry is None:
            fresh.append((name, now))
            continue
        _, _, size, mtime, ctime, inode, content, flags, _ = entry
        if (
            mtime != now.st_mtime_ns
            or size != now.st_size
            or ctime != now.st_ctime_ns
            or inode != now.st_ino
            or flags
            or not has[content]
        ):
            odd.append((entry, now))
    gone = [entry[0] for entry in known.values() if not entry[7] & files.MISSING]
    unchanged = len(names) - len(fresh) - len(odd) - lost
    return Compared(unchanged, fresh, odd, gone, [])


def _moved(
    births: Births, folder: int, names: list[bytes], known: dict[bytes, Any], has: bytearray
) -> tuple[list[bytes], list[tuple[int, int]]]:
    """Find the files that came to a folder with all others, and take them out of what is known.

    Returns the other names, and as `Compared.moved`.
    """
    others: list[bytes] = []
    moved: list[tuple[int, int]] = []
    state = births.state
    for name in names:  # the same holds for this loop
        entry = known.get(name)
        now = state(name, folder) if entry else None
        if entry and now:
            number, _, size, mtime, _, inode, content, flags, born = entry
            if now[:4] == (size, mtime, inode, born) and not flags and has[content]:
                moved.append((now[4], number))
                del known[name]
                continue
        others.append(name)
    return others, moved
