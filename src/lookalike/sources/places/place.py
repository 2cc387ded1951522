"""`Place`: where folders and files are, on this machine or anywhere else."""

from __future__ import annotations

from collections.abc import Hashable
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from lookalike.errors import ImageError
    from lookalike.images import Item, Source, Stamp
    from lookalike.sources.location import Location


class Folder(NamedTuple):
    """What is directly in a folder."""

    identity: Hashable
    """What all names of this folder have in common."""
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
    """To where the search began, with slashes."""
    error: ImageError | None = None
    is_folder: bool = False


class Place(Protocol):
    """Some file system. Paths are its own, with slashes. All methods may raise `ImageError`."""

    def location(self, path: str) -> Location:
        """Where the file at a path is; its key is what it is called in results."""

    def is_folder(self, path: str) -> bool:
        """Whether a folder is there."""

    def is_missing(self, path: str) -> bool:
        """Whether nothing is there, not even a link that leads nowhere."""

    def is_link(self, path: str) -> bool:
        """Whether a path is that of a symbolic link."""

    def real(self, path: str) -> str | None:
        """The path without links; None where nothing is there, or that cannot be told."""

    def spelled(self, real: str, folder: str) -> str:
        """What to call such a path that a link in `folder` leads to."""

    def list(self, folder: str) -> Folder:
        """What is in a folder."""

    def join(self, folder: str, name: str) -> str:
        """The path of what is in a folder."""

    def image(self, path: str) -> Source:
        """The file at a path, to read an image from."""

    def file(self, path: str) -> Item | None:
        """The file at a path, where it is a regular one."""

    def stamp(self, path: str) -> Stamp | None:
        """What the file at a path is like now; None where that cannot be told."""

    def identity(self, path: str, stamp: Stamp | None) -> int | str | None:
        """What all names of a file have in common, by its stamp; None where that cannot be told."""
