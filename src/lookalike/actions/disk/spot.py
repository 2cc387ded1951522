"""`Spot`: a name in an opened folder, and `State`: what a file was at one moment."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from blake3 import blake3

from lookalike.errors import words_of
from lookalike.images.picture import DIGEST_BYTES

if TYPE_CHECKING:
    from lookalike.actions.disk.fs import FileSystem

NAME_BYTES = 255
"""The longest name of a file, in bytes."""


class Changed(Exception):
    """A file is not as it should be, so it is left alone. The message says what is wrong."""


class State(NamedTuple):
    """A file at one moment. If nothing of it changes, neither have its bytes."""

    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int
    """When anything about it last changed, its names included."""
    mode: int
    links: int
    """How many names it has."""
    user: int
    group: int
    atime_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> State:
        """Raises `Changed` for anything but a regular file with a name."""
        if not stat.S_ISREG(found.st_mode):
            raise Changed("it is not a regular file any more")
        if not found.st_nlink:  # it was opened, and then lost its last name
            raise Changed("it is not there any more")
        return cls(
            found.st_dev,
            found.st_ino,
            found.st_size,
            found.st_mtime_ns,
            found.st_ctime_ns,
            stat.S_IMODE(found.st_mode),
            found.st_nlink,
            found.st_uid,
            found.st_gid,
            found.st_atime_ns,
        )

    def is_same(self, other: State) -> bool:
        """Whether it is the same file with the same bytes, even if its names have changed."""
        return self[:4] == other[:4]


class Spot:
    """A name in an opened folder. Use it in a `with` statement, which closes the folder."""

    def __init__(self, fs: FileSystem, path: str) -> None:
        """Raises `OSError` if the folder is missing or is reached through a symbolic link."""
        self.fs = fs
        self.folder, self.name = os.path.split(path)
        self.at = fs.open_folder(self.folder)

    @property
    def path(self) -> str:
        return os.path.join(self.folder, self.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self.at)

    def state(self) -> State:
        """What is there now, without opening it."""
        return State.of(self.fs.look(self.name, self.at))

    @contextmanager
    def opened(self) -> Iterator[tuple[int, State]]:
        """The file, open for reading, and its state.

        Opening it asks the file system itself. A mere look may be answered from a cache, even if
        the file has vanished through another mount.
        """
        file = self.fs.open_file(self.name, self.at)
        try:
            yield file, State.of(self.fs.status(file))
        finally:
            os.close(file)

    def is_here(self) -> bool:
        """Whether the path still leads to this folder."""
        try:
            with Spot(self.fs, self.path) as now:
                return os.path.samestat(self.fs.status(self.at), self.fs.status(now.at))
        except OSError:
            return False

    def beside(self, name: str) -> Spot:
        """Another name in the same folder."""
        other = object.__new__(Spot)
        other.fs, other.folder, other.name = self.fs, self.folder, name
        other.at = os.dup(self.at)
        return other

    def free_path(self, word: str = "") -> str:
        """The path itself, or one like it that is not taken, such as `NAME (2).EXT`.

        With a word, it is `NAME (word).EXT`.
        """
        stem, ending = os.path.splitext(self.name)
        for number in count(1):
            mark = " ".join(filter(None, (word, str(number) if number > 1 else "")))
            name = shortened(stem, f" ({mark}){ending}") if mark else self.name
            if not self.fs.exists(name, self.at):
                return os.path.join(self.folder, name)
        raise AssertionError


def shortened(stem: str, ending: str, most: int = NAME_BYTES) -> str:
    """A name whose stem is cut so that the whole is not too long for a file system."""
    while stem and len(os.fsencode(stem + ending)) > most:
        stem = stem[:-1]
    return stem + ending


def digest_of(fs: FileSystem, file: int) -> str:
    """The digest of the bytes of an opened file, as in a plan."""
    digest = blake3()
    for piece in fs.pieces(file):
        digest.update(piece)
    return digest.digest(DIGEST_BYTES).hex()


def digested(data: bytes) -> str:
    """The digest of some bytes, as in a plan."""
    return blake3(data).digest(DIGEST_BYTES).hex()


def make_folders(fs: FileSystem, path: str, mode: int = 0o777) -> None:
    """Make a folder and those above it, as far as they are missing. Raises `OSError`."""
    try:
        os.close(fs.open_folder(path))
    except FileNotFoundError:
        above, name = os.path.split(path)
        make_folders(fs, above, mode)
        at = fs.open_folder(above)
        try:
            fs.make_folder(name, at, mode)
        except FileExistsError:
            pass  # another program was faster
        finally:
            os.close(at)


def missing_folders(fs: FileSystem, path: str) -> int:
    """How many folders at the end of a path do not exist yet."""
    missing = 0
    while True:
        try:
            os.close(fs.open_folder(path))
        except FileNotFoundError:
            path = os.path.dirname(path)
            missing += 1
        else:
            return missing


_WORDS = {
    errno.ENOENT: "it is not there any more",
    errno.ELOOP: "it is a symbolic link now",
    errno.ENOTDIR: "a folder of its path is a symbolic link or a file now",
}


def why_not(error: OSError) -> str:
    """Why a file could not be reached, in a phrase."""
    return _WORDS.get(error.errno or 0) or words_of(error)
