"""Marks the files that are gone, unless so many are that something else is the matter."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from lookalike.catalog.places import joined, relative
from lookalike.catalog.scanning.targets import trouble_of
from lookalike.catalog.store import files, roots

if TYPE_CHECKING:
    from array import array

    from lookalike.catalog.scanning.targets import Target
    from lookalike.catalog.scanning.walk import Walk
    from lookalike.catalog.store.database import Database

MANY = 20
"""Of fewer files, any number may go."""
PART = 1000


class Losses:
    """The files of a target that were there before and are not any more."""

    def __init__(self, database: Database, target: Target) -> None:
        self._database = database
        self._target = target

    def mark(self, gone: array[int], walk: Walk) -> tuple[int, str]:
        """Mark the files that are gone. Returns how many, and why none is marked, if so.

        `gone`: the numbers of the files that were not listed in their folders. Each is looked for
        again, because a scan takes long.
        """
        gone.extend(self._in_lost_folders(walk))
        if not gone:
            return 0, ""
        lost: list[int] = []
        for part in _parts(gone):
            lost += self._still_gone(json.dumps(part))
        trouble = self._trouble(len(lost))
        if trouble:
            return 0, trouble
        for part in _parts(lost):
            with self._database.writing() as connection:
                files.set_missing(connection, json.dumps(part), int(time.time()))
        return len(lost), ""

    def _in_lost_folders(self, walk: Walk) -> Iterator[int]:
        """The files of folders that were not visited because they are not there any more."""
        for folder in roots.folders_under(self._database, self._target.root.id, self._target.scope):
            alone = any(relative(folder.path, one) is not None for one in walk.left_alone)
            if folder.id in walk.visited or alone:
                continue
            if not _is_folder(joined(self._target.path, folder.path)):
                yield from files.present_in(self._database, folder.id)

    def _still_gone(self, numbers: str) -> list[int]:
        """Those of these files that did not move, and are not there."""
        places = files.places(self._database, self._target.root.id, numbers)
        return [
            number
            for number, folder, name in places
            if not _is_file(joined(joined(self._target.path, folder), name))
        ]

    def _trouble(self, lost: int) -> str:
        """Why files that seem to be lost may not be."""
        target = self._target
        if target.accepts_loss or not lost:
            return ""
        trouble = trouble_of(target.root, target.path)
        if not trouble and 2 * lost > MANY:
            total = files.count_present(self._database, target.root.id)
            if total >= MANY and 2 * lost > total:
                trouble = f"{lost:,} of {total:,} files are gone"
        return trouble


def _is_folder(path: bytes) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError as error:
        return not isinstance(error, FileNotFoundError | NotADirectoryError)


def _is_file(path: bytes) -> bool:
    """Whether a file is there, or may be."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError as error:
        return not isinstance(error, FileNotFoundError | NotADirectoryError)


def _parts(numbers: Iterable[int]) -> Iterator[list[int]]:
    source = iter(numbers)
    while part := list(islice(source, PART)):
        yield part
