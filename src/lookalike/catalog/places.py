"""`Places`: in which root and folder a path is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from lookalike.catalog.store import roots
from lookalike.catalog.volumes import file_system_of

if TYPE_CHECKING:
    from lookalike.catalog.store.database import Database
    from lookalike.catalog.store.roots import Root


class Place(NamedTuple):
    """A folder in a root."""

    root: Root
    path: bytes
    """Relative to the root. Empty for the root itself."""


class Places:
    """Finds paths in the roots of a catalogue. It remembers the roots until `forget`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.forget()

    def forget(self) -> None:
        """Forget the roots, because they may have changed."""
        self._roots: list[Root] | None = None
        self._mounts: dict[int, list[roots.Folder]] = {}
        self._volumes: dict[int, bytes | None] = {}

    def all_roots(self) -> list[Root]:
        """All roots, by path."""
        if self._roots is None:
            self._roots = roots.roots(self._database)
        return self._roots

    def folder_at(self, path: bytes) -> int | None:
        """The number of the folder at a path. None if it is not known, or its root is offline."""
        try:
            place = self.place_of(os.path.realpath(path))
        except OSError:
            return None
        if place is None:
            return None
        found = roots.folder(self._database, place.root.id, place.path)
        return found.id if found else None

    def place_of(self, real: bytes) -> Place | None:
        """Where a real path is. None if it is in no root. Raises `OSError` if nothing is there.

        A file system that is mounted at another place than before is found there.
        """
        volume = self._volume(real)
        for root in self.all_roots():
            inner = relative(real, root.path)
            if inner is not None and self._is_same(root, inner, volume):
                return Place(root, inner)
        if volume is None:
            return None
        within = file_system_of(real).within
        for root in self.all_roots():
            if root.volume == volume and (inner := relative(within, root.within)) is not None:
                return Place(root, inner)
        return None

    def _volume(self, real: bytes) -> bytes | None:
        """The identity of the file system of a path. It is looked up once per device."""
        device = os.stat(real).st_dev  # noqa: PTH116
        if device not in self._volumes:
            self._volumes[device] = file_system_of(real).volume
        return self._volumes[device]

    def _is_same(self, root: Root, inner: bytes, now: bytes | None) -> bool:
        """Whether a folder of a root is on the file system that was seen there last."""
        if root.id not in self._mounts:
            self._mounts[root.id] = roots.mounts(self._database, root.id)
        before = root.volume
        for folder in self._mounts[root.id]:
            if relative(inner, folder.path) is not None:
                before = folder.volume
        return not before or not now or before == now


def relative(path: bytes | None, folder: bytes | None) -> bytes | None:
    """The path relative to a folder. None if it is not in it."""
    if path is None or folder is None:
        return None
    if path == folder:
        return b""
    start = folder.rstrip(b"/") + b"/" if folder else b""
    return path[len(start) :] if path.startswith(start) else None


def joined(folder: bytes, inner: bytes) -> bytes:
    """The path of something in a folder. Either may be empty."""
    return os.path.join(folder, inner) if folder and inner else folder or inner  # noqa: PTH118
