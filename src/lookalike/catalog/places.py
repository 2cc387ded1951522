"""`Places`: in which root and folder a path is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from lookalike.catalog.store import roots
from lookalike.catalog.volumes import FileSystem, file_system_of

if TYPE_CHECKING:
    from lookalike.catalog.store.database import Database
    from lookalike.catalog.store.roots import Root


class Place(NamedTuple):
    """A folder in a root."""

    root: Root
    path: bytes
    """Relative to the root. Empty for the root itself."""


class Places:
    """Finds paths in the roots of a catalogue."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def roots(self) -> list[Root]:
        """All roots, by path."""
        return roots.roots(self._database)

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
        system = file_system_of(real)
        for root in self.roots():
            place = _in_path(root, real)
            if place and self._is_same(root, place, system):
                return place
        for root in self.roots():
            if root.volume is not None and root.volume == system.volume:
                inner = relative(system.within, root.within)
                if inner is not None:
                    return Place(root, inner)
        return None

    def _is_same(self, root: Root, place: Place, system: FileSystem) -> bool:
        """Whether a path in a root is on the file system that was seen there last."""
        volume = root.volume
        for folder in self._mounts(root):
            if relative(place.path, folder.path) is not None:
                volume = folder.volume
        return volume is None or system.volume is None or volume == system.volume

    def _mounts(self, root: Root) -> list[roots.Folder]:
        return roots.mounts(self._database, root.id)


def _in_path(root: Root, real: bytes) -> Place | None:
    inner = relative(real, root.path)
    return None if inner is None else Place(root, inner)


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
