"""`Place`: a file system, on this machine or anywhere else."""

from __future__ import annotations

from collections.abc import Hashable
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from lookalike.errors import ImageError
    from lookalike.images import Item, Source, Stamp
    from lookalike.sources.location import Location


class Folder(NamedTuple):
    """The direct entries of a folder."""

    identity: Hashable
    """Equal for all names of this folder."""
    files: list[str]
    """Their names, sorted."""
    folders: list[str]
    """Their names, sorted."""
    links: AbstractSet[str] = frozenset()
    """Which of all these names are symbolic links."""


class Found(NamedTuple):
    """A file or folder that was found, or an error in its place."""

    path: str
    relative: str
    """The path relative to the start of the search, with slashes."""
    error: ImageError | None = None
    is_folder: bool = False


class Place(Protocol):
    """A file system with its own paths, with slashes. All methods may raise `ImageError`."""

    def location(self, path: str) -> Location:
        """The location of the file at a path. Its key is the name of the file in results."""

    def is_folder(self, path: str) -> bool:
        """Whether a folder is there."""

    def is_missing(self, path: str) -> bool:
        """Whether nothing is there, not even a link that leads nowhere."""

    def is_link(self, path: str) -> bool:
        """Whether a path is that of a symbolic link."""

    def real(self, path: str) -> str | None:
        """The path without links. None if nothing is there, or if it is unknown."""

    def spelled(self, real: str, folder: str) -> str:
        """The name for such a path if a link in `folder` leads to it."""

    def list(self, folder: str) -> Folder:
        """The entries of a folder."""

    def join(self, folder: str, name: str) -> str:
        """The path of an entry of a folder."""

    def image(self, path: str) -> Source:
        """The file at a path, as the source of an image."""

    def file(self, path: str) -> Item | None:
        """The file at a path, or None if it is not a regular file."""

    def stamp(self, path: str) -> Stamp | None:
        """The current stamp of the file at a path. None if it is unknown."""

    def identity(self, path: str, stamp: Stamp | None) -> int | str | None:
        """A value that is equal for all names of a file, from its stamp. None if it is unknown."""
