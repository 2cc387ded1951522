"""`Disk`: what the disk says of pictures and the files beside them, each asked once."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from blake3 import blake3

from lookalike.files import without_waiting
from lookalike.images.metadata import Metadata, Movie, read_metadata, read_movie
from lookalike.images.picture import DIGEST_BYTES
from lookalike.sources.beside.companions import Companion, Folder, Role

FOLDERS, FILES = 256, 1 << 16
"""How many folders and files are remembered."""
CHUNK = 1 << 20
SECOND = 1_000_000_000
LIVE_APART, LIVE_SECONDS = 3 * SECOND, 4
"""The halves of a Live Photo were made within this time, and the film is shorter than this."""
ZONES = 900 * SECOND
"""Time zones differ by whole quarters of an hour."""
MOST_ZONES = 26 * 3600 * SECOND


Recall: TypeAlias = Callable[[int, Callable[[], Metadata | None]], Metadata | None]


def reading(at: int, read: Callable[[], Metadata | None]) -> Metadata | None:  # noqa: ARG001
    """Remembers nothing."""
    return read()


class State(NamedTuple):
    """What a file is at this moment."""

    size: int
    mtime_ns: int
    inode: int
    dev: int
    links: int
    """How many names it has."""
    is_file: bool
    """Whether it is a regular file, and no link."""


class Disk:
    """Reads this machine's disk. Nothing is written."""

    def __init__(self, recall: Recall = reading, *, lists: bool = True) -> None:
        """`recall`: gives the metadata of an image of a search, which may remember it.

        `lists`: whether folders may be listed. If not, no picture has companions.
        """
        self._recall = recall
        self._lists = lists
        cached: Callable[..., Any] = lru_cache(FILES)
        self.folder = lru_cache(FOLDERS)(self.folder)  # type: ignore[method-assign]
        self.metadata = cached(self.metadata)  # type: ignore[method-assign]
        self.state = cached(self.state)  # type: ignore[method-assign]

    def folder(self, path: str) -> Folder:
        """The names in a folder. None if it cannot be listed."""
        if not self._lists:
            return Folder(())
        try:
            return Folder(os.listdir(path))
        except OSError:
            return Folder(())

    def metadata(self, path: str) -> Metadata | None:
        """What a file says of its picture. None if it cannot be read."""
        return read_metadata(path)

    def metadata_at(self, at: int, path: str) -> Metadata | None:
        """The same for the file at a position of a search."""
        return self._recall(at, lambda: self.metadata(path))

    def movie(self, path: str) -> Movie | None:
        """What a film says of itself. None if it cannot be read."""
        return read_movie(path)

    def state(self, path: str) -> State | None:
        """The state of a file. None if it is not there or cannot be reached."""
        try:
            found = os.lstat(path)
        except (OSError, ValueError):  # ValueError: a null byte in the name
            return None
        return State(
            found.st_size,
            found.st_mtime_ns,
            found.st_ino,
            found.st_dev,
            found.st_nlink,
            stat.S_ISREG(found.st_mode),
        )

    def digest(self, path: str) -> bytes | None:
        """The digest of all bytes of a file, made like those of a table. None if unreadable."""
        hasher = blake3()
        try:
            with open(path, "rb", buffering=0, opener=without_waiting) as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    return None
                while chunk := file.read(CHUNK):
                    hasher.update(chunk)
        except (OSError, ValueError):
            return None
        return hasher.digest(DIGEST_BYTES)

    def real(self, path: str) -> str:
        """A path without symbolic links."""
        return os.path.realpath(path)

    def companions(self, path: str) -> list[Companion]:
        """The files beside a picture that belong to it. Films only if they are its other half."""
        folder, _, name = path.rpartition("/")
        found = self.folder(folder or "/").companions(name)
        return found and [
            one
            for one in found
            if one.role is not Role.FILM or self.is_live(path, f"{folder}/{one.name}")
        ]

    def is_live(self, picture: str, film: str) -> bool:
        """Whether a picture and a film are the halves of one Live Photo."""
        still, moving = self.metadata(picture), self.movie(film)
        if still is None or moving is None:
            return False
        if still.content_id and moving.content_id:
            return still.content_id == moving.content_id
        if still.taken_ns is None or moving.created_ns is None or moving.seconds is None:
            return False
        apart = abs(still.taken_ns - moving.created_ns)
        off = min(apart % ZONES, -apart % ZONES)
        return apart <= MOST_ZONES and off <= LIVE_APART and moving.seconds < LIVE_SECONDS
