"""`FileSystem`: every call that looks at or changes people's files, one method each.

All names are looked up in opened folders, so a folder that is renamed meanwhile cannot redirect
them. No method replaces an existing file. Nothing else in this package may call `os` for that.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property

from lookalike.actions.disk.calls import (
    EXCHANGE,
    NOREPLACE,
    clone,
    dedupe_range,
    open_without_links,
    rename_by,
    sync_volume,
)

REFUSES_RULES = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})
"""What a file system says that cannot rename by a rule."""
REFUSES_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})
"""What a file system says that has no hard links, no more of them, or none to another volume."""
STEP, PIECE = 1 << 20, 1 << 18
"""How many bytes are read at a time to be copied, and to be hashed."""
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_FILE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_UNNOTICED = getattr(os, "O_NOATIME", 0)
_WALKED = getattr(os, "O_PATH", 0)


class Unsupported(Exception):
    """The file system cannot do this. The message says what."""


class FileSystem:
    """The file system of this machine.

    Every method raises `OSError`. Tests override `step` to count the calls, to change something
    between two of them, and to end the process before any of them.
    """

    def step(self, call: str) -> None:
        """Called before each call."""

    # Folders

    def open_folder(self, path: str) -> int:
        """Open a folder by its absolute path, without following a symbolic link anywhere."""
        self.step("open_folder")
        try:
            found = open_without_links(path, _FOLDER | _WALKED)
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path) from error
        return self._walk(path) if found is None else found

    def _walk(self, path: str) -> int:
        """Open a folder step by step."""
        at = os.open("/", _FOLDER | _WALKED)
        for name in filter(None, path.split("/")):
            try:
                inner = os.open(name, _FOLDER | _WALKED, dir_fd=at)
            finally:
                os.close(at)
            at = inner
        return at

    def make_folder(self, name: str, at: int, mode: int = 0o777) -> None:
        """Make a folder."""
        self.step("make_folder")
        os.mkdir(name, mode, dir_fd=at)

    def remove_folder(self, name: str, at: int) -> None:
        """Remove an empty folder."""
        self.step("remove_folder")
        os.rmdir(name, dir_fd=at)

    def sync_folder(self, at: int) -> None:
        """Write the names of a folder to the disk, if the system can do that."""
        self.step("sync_folder")
        with suppress(OSError):
            folder = os.open(".", _FOLDER, dir_fd=at)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def sync_volume(self, at: int) -> None:
        """Write all that is new on the volume of a folder to the disk."""
        self.step("sync_volume")
        folder = os.open(".", _FOLDER, dir_fd=at)
        try:
            sync_volume(folder)
        finally:
            os.close(folder)

    # Looking

    def open_file(self, name: str, at: int) -> int:
        """Open a file for reading. A symbolic link is refused."""
        self.step("open_file")
        try:
            return os.open(name, _FILE | _UNNOTICED, dir_fd=at)
        except PermissionError:  # only the owner may read without leaving a time of access
            return os.open(name, _FILE, dir_fd=at)

    def look(self, name: str, at: int) -> os.stat_result:
        """What a name stands for. A symbolic link is not followed."""
        self.step("look")
        return os.stat(name, dir_fd=at, follow_symlinks=False)

    def exists(self, name: str, at: int) -> bool:
        """Whether a name is taken, by anything."""
        try:
            self.look(name, at)
        except FileNotFoundError:
            return False
        return True

    def status(self, file: int) -> os.stat_result:
        """The state of an opened file or folder."""
        self.step("status")
        return os.fstat(file)

    def read(self, file: int) -> bytes:
        """The next bytes of a file, none at its end."""
        self.step("read")
        return os.read(file, STEP)

    def pieces(self, file: int) -> Iterator[memoryview]:
        """The bytes of a file, piece by piece. A piece is good until the next one is asked for."""
        piece = memoryview(self._buffer)
        while True:
            self.step("read")
            count = os.readv(file, [piece])
            if not count:
                return
            yield piece[:count]

    @cached_property
    def _buffer(self) -> bytearray:
        """One piece of memory for all reading, so that it stays in the processor's cache."""
        return bytearray(PIECE)

    # Names

    def rename(self, name: str, at: int, to_name: str, to_at: int) -> None:
        """Give a file another name. Raises `FileExistsError` if that is taken.

        Raises `Unsupported` where a name cannot be given without the risk of replacing a file.
        """
        self.step("rename")
        try:
            rename_by(NOREPLACE, name, at, to_name, to_at)
        except OSError as error:
            if error.errno not in REFUSES_RULES:
                raise
            self._relink(name, at, to_name, to_at)

    def _relink(self, name: str, at: int, to_name: str, to_at: int) -> None:
        """Rename in two steps. For a moment the file has both names."""
        self.link(name, at, to_name, to_at)
        try:
            if not os.path.samestat(self.look(name, at), self.look(to_name, to_at)):
                raise OSError(errno.ESTALE, "another file took its name meanwhile", name)
            self.unlink(name, at)
        except OSError:
            self.unlink(to_name, to_at)
            raise

    def exchange(self, name: str, at: int, other: str, other_at: int) -> None:
        """Let two names change places. Raises `Unsupported` where that cannot be done at once."""
        self.step("exchange")
        try:
            rename_by(EXCHANGE, name, at, other, other_at)
        except OSError as error:
            if error.errno not in REFUSES_RULES:
                raise
            raise Unsupported("names cannot change places here") from error

    def link(self, name: str, at: int, to_name: str, to_at: int) -> None:
        """Give a file a second name. Raises `Unsupported` where it can have only one."""
        self.step("link")
        try:
            os.link(name, to_name, src_dir_fd=at, dst_dir_fd=to_at, follow_symlinks=False)
        except OSError as error:
            if error.errno not in REFUSES_LINKS:
                raise
            reason = f"the file cannot have a second name there: {os.strerror(error.errno)}"
            raise Unsupported(reason) from error

    def unlink(self, name: str, at: int) -> None:
        """Remove a name. If it was the last one of a file, the file is gone."""
        self.step("unlink")
        os.unlink(name, dir_fd=at)

    # Bytes

    def create(self, name: str, at: int, mode: int = 0o600) -> int:
        """Make a new file and open it for writing. Raises `FileExistsError`."""
        self.step("create")
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
        return os.open(name, flags, mode, dir_fd=at)

    def write(self, file: int, data: bytes) -> None:
        """Write all of the bytes."""
        rest = memoryview(data)
        while rest:
            self.step("write")
            rest = rest[os.write(file, rest) :]

    def shorten(self, file: int, length: int) -> None:
        """Cut off the end of a file. Only journals are ever shortened."""
        self.step("shorten")
        os.ftruncate(file, length)

    def sync(self, file: int) -> None:
        """Write a file to the disk."""
        self.step("sync")
        os.fsync(file)

    def clone(self, source: int, target: int) -> bool:
        """Let an empty file share all bytes of another. Returns whether the system can do that."""
        self.step("clone")
        try:
            clone(source, target)
        except OSError:
            return False
        return True

    def dedupe(self, source: int, target: int, offset: int, length: int) -> int | None:
        """As `calls.dedupe_range`. Raises `Unsupported` where files cannot share their bytes."""
        self.step("dedupe")
        try:
            return dedupe_range(source, target, offset, length)
        except OSError as error:
            if error.errno not in {*REFUSES_RULES, errno.EXDEV, errno.ENOTTY}:
                raise
            raise Unsupported("files cannot share their bytes here") from error

    # What else a file has

    def attributes(self, file: int) -> dict[str, bytes]:
        """The extended attributes of a file, such as its access list, as far as they are shown."""
        self.step("attributes")
        found = {}
        with suppress(OSError):
            for name in os.listxattr(file):
                found[name] = os.getxattr(file, name)
        return found

    def set_attribute(self, file: int, name: str, value: bytes) -> None:
        """Set an extended attribute."""
        self.step("set_attribute")
        os.setxattr(file, name, value)

    def set_owner(self, file: int, user: int, group: int) -> None:
        """Set the owner of a file."""
        self.step("set_owner")
        os.chown(file, user, group)

    def set_mode(self, file: int, mode: int) -> None:
        """Set the permissions of a file."""
        self.step("set_mode")
        os.chmod(file, mode)

    def set_times(self, file: int, accessed_ns: int, modified_ns: int) -> None:
        """Set the times of a file, in nanoseconds since 1970."""
        self.step("set_times")
        os.utime(file, ns=(accessed_ns, modified_ns))
