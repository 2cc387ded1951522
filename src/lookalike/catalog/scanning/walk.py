"""`Walk`: the folders of a target, one after the other."""

from __future__ import annotations

import os
import stat
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from lookalike.catalog.places import joined
from lookalike.catalog.quick import inode_and_birth
from lookalike.catalog.scanning.job import FolderAt
from lookalike.catalog.scanning.listing import listed
from lookalike.catalog.scanning.sources import source_of
from lookalike.catalog.stats import stored_inode
from lookalike.catalog.store import roots
from lookalike.catalog.volumes import FileSystem, file_system_of

if TYPE_CHECKING:
    from lookalike.catalog.scanning.summary import ScanSummary
    from lookalike.catalog.scanning.targets import Online, Target
    from lookalike.catalog.store.database import Database
    from lookalike.catalog.store.roots import Folder
    from lookalike.sources.choice import Sieve


class Visit(NamedTuple):
    """A folder that was listed to its end."""

    at: FolderAt
    path: bytes
    prefix: str
    """Its path relative to the folder that is scanned, with a slash, for patterns."""
    descriptor: int
    """Open until the next folder."""
    device: int
    names: list[bytes]
    """Of its files, sorted."""
    is_moved: bool
    """Whether it was known under another name, and nothing is known about it but that."""
    has_moved_files: bool
    """Whether it has all files of a known folder, which were moved to it one by one."""
    system: FileSystem


@dataclass(slots=True)
class _Waiting:
    inner: bytes
    """Relative to the root."""
    prefix: str
    outer: tuple[int, FileSystem] | None
    """The device and file system of the folder around it."""


class Walk:
    """Visits a folder and the folders in it, in the order of their names.

    Links are not followed. A folder where another file system was mounted is left alone unless the
    same is mounted there.
    """

    def __init__(
        self,
        database: Database,
        target: Target,
        online: Online,
        sieve: Sieve,
        summary: ScanSummary,
    ) -> None:
        self.visited: set[int] = set()
        """The numbers of the known folders that were listed to their end."""
        self.left_alone: list[bytes] = []
        """Folders, relative to the root, that were not looked into, and may be as they were."""
        self._database = database
        self._target = target
        self._online = online
        self._moved: set[int] = set()
        self._busy: set[int] = set()
        """The folders whose files were handed out."""
        self.sieve = sieve
        self._summary = summary

    def __iter__(self) -> Iterator[Visit]:
        waiting = [_Waiting(self._target.scope, "", None)]
        while waiting:
            one = waiting.pop()
            path = joined(self._target.path, one.inner)
            try:
                descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            except (FileNotFoundError, NotADirectoryError):  # it went since
                continue
            except OSError:
                self._leave(one.inner)
                continue
            try:
                folders = yield from self._visit(one, path, descriptor)
            finally:
                os.close(descriptor)
            waiting += reversed(folders)

    def _visit(
        self, one: _Waiting, path: bytes, descriptor: int
    ) -> Generator[Visit, None, list[_Waiting]]:
        """Yield the visit of a folder. Returns the folders in it."""
        known = roots.folder(self._database, self._target.root.id, one.inner)
        device = os.fstat(descriptor).st_dev
        is_mount = one.outer is not None and one.outer[0] != device
        system = one.outer[1] if one.outer and not is_mount else file_system_of(path)
        at = FolderAt(self._target.root.id, one.inner, known.id if known else None)
        if system.keeps_inodes:
            at.identity = inode_and_birth(descriptor)
        if known is None:
            known = self._found_elsewhere(at)
        elif at.identity != (known.inode, known.born_ns):
            with self._database.writing() as connection:
                roots.set_identity(connection, known.id, *at.identity)
        if not self._is_same(at, known.volume if known else None, is_mount, system):
            return []
        try:
            names, folders = listed(descriptor)
        except OSError:
            self._leave(one.inner)
            return []
        has_moved = at.id is None and bool(names) and self._is_filled(at, descriptor, names)
        if at.id is not None:
            self.visited.add(at.id)
            if names:
                self._busy.add(at.id)
        is_moved = at.id in self._moved
        yield Visit(at, path, one.prefix, descriptor, device, names, is_moved, has_moved, system)
        inner = [(name, os.fsdecode(name)) for name in folders]
        if not self.sieve.choice.recursive:
            return []
        return [
            _Waiting(joined(one.inner, name), f"{one.prefix}{text}/", (device, system))
            for name, text in inner
            if self.sieve.takes_folder(text, one.prefix)
        ]

    def _found_elsewhere(self, at: FolderAt) -> Folder | None:
        """The folder under the name that it had before, which is changed with all in it."""
        inode, born_ns = at.identity
        if inode is None or born_ns is None:
            return None
        for number, inner in roots.same_folders(self._database, inode, born_ns):
            root = self._online.path_of(number)
            if root is None or _is_there(joined(root, inner), inode):
                continue
            for folder in roots.folders_under(self._database, number, inner):
                self._moved.add(folder.id)
            with self._database.writing() as connection:
                roots.move_folder(connection, (number, inner), (at.root, at.path))
            found = roots.folder(self._database, at.root, at.path)
            at.id = found.id if found else None
            return found
        return None

    def _is_filled(self, at: FolderAt, descriptor: int, names: list[bytes]) -> bool:
        """Whether a new folder has all files of a known one. Then it takes that one's place."""
        if at.identity[0] is None:
            return False
        found = source_of(self._database, self._online, at, descriptor, names, self._busy)
        if found is None:
            return False
        with self._database.writing() as connection:
            if not roots.replace_folder(connection, found, (at.root, at.path), at.identity):
                return False
        at.id = found
        self._moved.add(found)
        return True

    def _is_same(
        self, at: FolderAt, before: bytes | None, is_mount: bool, system: FileSystem
    ) -> bool:
        """Whether the file system at a folder is the one that was there. Notes a new one."""
        if at.path == self._target.scope:  # the roots themselves are looked at elsewhere
            return True
        now = (system.volume or b"") if is_mount else None
        if before is not None and not self._target.accepts_loss:
            same = now is not None and (not before or not now or now == before)
            if not same:
                self._summary.offline += 1
                where = os.fsdecode(joined(self._target.path, at.path))
                self._summary.reasons.append(f"{where}: its file system is not mounted")
                self.left_alone.append(at.path)
                return False
        if now != before:
            with self._database.writing() as connection:
                at.id = roots.add_folder(connection, at.root, at.path)
                roots.set_volume(connection, at.id, now)
        return True

    def _leave(self, inner: bytes) -> None:
        self._summary.unlisted += 1
        self.left_alone.append(inner)


def _is_there(path: bytes, inode: int) -> bool:
    """Whether this folder is at a path, or may be."""
    try:
        status = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return stat.S_ISDIR(status.st_mode) and stored_inode(status.st_ino) == inode
