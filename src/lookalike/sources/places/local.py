"""The files on this machine."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from lookalike.errors import ImageError, Status
from lookalike.images import FileSource, Stamp
from lookalike.sources.location import Kind, Location
from lookalike.sources.places.place import Folder
from lookalike.sources.places.roots import Roots
from lookalike.sources.trouble import refusal

NOTHING = {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG}
"""The system's errors for names under which nothing can exist."""


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A regular file as an `Item`, for reading archives and Parquet files."""

    key: str
    path: str
    size: int

    def open(self) -> BinaryIO:
        """Open the file for reading. Raises `ImageError` if that fails."""
        try:
            return open(self.path, "rb")  # noqa: PTH123
        except OSError as error:
            raise refusal(error) from error


class LocalPlace:
    """A `Place` on this machine's file system."""

    def __init__(self, named: Iterable[object] = ()) -> None:
        """`named`: the targets of links are spelled like the folders among these."""
        self._roots = Roots(named)

    def location(self, path: str) -> Location:
        return Location(Kind.FILE, path)

    def is_folder(self, path: str) -> bool:
        return os.path.isdir(path)  # noqa: PTH112  # false, not an error, for impossible names

    def is_missing(self, path: str) -> bool:
        """Whether nothing is there. False if a folder on the way is not readable."""
        try:
            os.lstat(path)
        except OSError as error:
            return error.errno in NOTHING
        except ValueError:  # a null byte in the name
            return True
        return False

    def is_link(self, path: str) -> bool:
        return os.path.islink(path)  # noqa: PTH114

    def real(self, path: str) -> str | None:
        return None if _status(path) is None else os.path.realpath(path)

    def spelled(self, real: str, folder: str) -> str:
        self._roots.add(folder)
        return self._roots.spelled(real)

    def join(self, folder: str, name: str) -> str:
        return os.path.join(folder, name)  # noqa: PTH118

    def list(self, folder: str) -> Folder:
        """The entries of the folder. Raises `ImageError`."""
        files: list[str] = []
        folders: list[str] = []
        links: set[str] = set()
        try:
            status = os.stat(folder)  # noqa: PTH116
            with os.scandir(folder) as entries:
                for entry in entries:
                    (folders if _is_folder(entry) else files).append(entry.name)
                    if entry.is_symlink():
                        links.add(entry.name)
        except OSError as error:
            reason = f"the folder cannot be listed: {error.strerror or error}"
            raise ImageError(Status.UNREADABLE, reason) from error
        return Folder((status.st_dev, status.st_ino), sorted(files), sorted(folders), links)

    def image(self, path: str) -> FileSource:
        return FileSource(path)

    def file(self, path: str) -> LocalFile | None:
        """The regular file at a path. None for pipes and devices, which may block the reader."""
        status = _status(path)
        if status is None or not stat.S_ISREG(status.st_mode):
            return None
        return LocalFile(self.location(path).key, path, status.st_size)

    def stamp(self, path: str) -> Stamp | None:
        status = _status(path)
        return None if status is None else Stamp.of(status)

    def identity(self, path: str, stamp: Stamp | None) -> int | None:  # noqa: ARG002
        return None if stamp is None else stamp.identity


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):  # reading it reports the error
        return None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself is not a folder; opening it reports the error
        return False
