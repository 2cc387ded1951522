"""Reads every byte again, to find files that changed without a sign of it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from lookalike.catalog.places import joined
from lookalike.catalog.quick import whole_digest
from lookalike.catalog.scanning.targets import trouble_of
from lookalike.catalog.stats import stored_time
from lookalike.catalog.store import contents, listings, upkeep
from lookalike.work.threads import threaded_map, worker_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lookalike.catalog.store.database import Database
    from lookalike.catalog.store.roots import Root
    from lookalike.catalog.store.upkeep import Stored
    from lookalike.work.progress import Progress


class Rotten(NamedTuple):
    """A file with the size and time that it had, and other bytes."""

    path: str
    expected: str
    """The digest that it had, in hex."""
    found: str


@dataclass(slots=True)
class Checked:
    """What was found."""

    same: int = 0
    first: int = 0
    """Files whose bytes were read as a whole for the first time. The next check compares them."""
    mistaken: int = 0
    """Files that have another content than was assumed. The next scan reads them."""
    changed: int = 0
    """Files that changed since the last scan, and were not compared."""
    unreadable: list[str] = field(default_factory=list)
    offline: list[str] = field(default_factory=list)
    rotten: list[Rotten] = field(default_factory=list)


class _Read(NamedTuple):
    file: Stored
    path: str
    digest: bytes | None
    """None if it cannot be read."""
    is_same_state: bool


def check_structure(database: Database) -> list[str]:
    """What is wrong with the tables. Empty if nothing is."""
    blocks = [
        f"block {number} of recipe {recipe} has a wrong length"
        for recipe, number in upkeep.wrong_blocks(database)
    ]
    folders = [f"the listing of folder {one} is wrong" for one in listings.wrong(database)]
    return database.check() + blocks + folders


def check_bytes(
    database: Database, roots: list[Root], workers: int | None, progress: Progress
) -> Checked:
    """Read every file of these roots that is present, and compare its bytes with its digest.

    Members of archives are left out.
    """
    found = Checked()
    done = 0
    for assumed in (False, True):  # the others first: theirs are the digests to compare with
        for root in roots:
            if trouble_of(root, root.path):
                if not assumed:
                    found.offline.append(os.fsdecode(root.path))
                continue
            for page in upkeep.stored(database, root.id, assumed=assumed):
                _store(database, list(_read(root, page, workers)), found, assumed=assumed)
                done += len(page)
                progress("checking", done, None)
    return found


def _read(root: Root, page: list[Stored], workers: int | None) -> Iterator[_Read]:
    def read(file: Stored) -> _Read:
        path = os.fsdecode(joined(joined(root.path, file.folder), file.name))
        try:
            digest, status = whole_digest(path)
        except OSError:
            return _Read(file, path, None, False)
        state = status.st_size, stored_time(status.st_mtime_ns)
        return _Read(file, path, digest, state == (file.size, file.mtime_ns))

    return threaded_map(read, page, worker_count(workers))


def _store(database: Database, read: list[_Read], found: Checked, *, assumed: bool) -> None:
    now = int(time.time())
    with database.writing() as connection:
        for file, path, digest, is_same_state in read:
            if digest is None:
                found.unreadable.append(path)
                continue
            if not is_same_state:
                found.changed += 1
                continue
            before = contents.identity_of(connection, file.content)[1]
            is_right = before in {None, digest}
            if assumed:
                upkeep.set_sure(connection, file.id, is_right=is_right)
            else:
                upkeep.set_rotten(connection, file.id, None if is_right else digest)
            if is_right:
                contents.verified(connection, file.content, digest, now)
                found.first += before is None
                found.same += before is not None
            elif assumed:
                found.mistaken += 1
            else:
                found.rotten.append(Rotten(path, (before or b"").hex(), digest.hex()))
