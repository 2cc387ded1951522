"""`Candidates`: images of which one is to be kept, and what the rules ask of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from lookalike.hashes import words_of
from lookalike.images.metadata import NOTHING, Metadata
from lookalike.sources.location import Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable
    from lookalike.sources.beside import Disk


Favoured: TypeAlias = Mapping[str, Collection[int]]
"""Positions of references, of protected images and of those that a person chose."""
NOBODY: Favoured = MappingProxyType({})


@dataclass(frozen=True)
class Candidates:
    """Images that may be kept, in sets."""

    table: HashTable
    at: NDArray[np.intp]
    """Their positions in the table."""
    sets: NDArray[np.intp]
    """The number of each one's set. Only images of one set are compared."""
    unseen: Collection[int]
    """The positions of images that have not been read to their end."""
    pixels: NDArray[np.intp]
    """Equal for images of a set that are known to have the same pixels."""
    disk: Disk
    favoured: Favoured = field(default_factory=lambda: NOBODY)

    def among(self, numbers: NDArray[np.intp]) -> Candidates:
        """Some of the candidates."""
        columns = (column[numbers] for column in (self.at, self.sets, self.pixels))
        at, sets, pixels = columns
        return replace(self, at=at, sets=sets, pixels=pixels)

    def sizes(self) -> NDArray[np.int64]:
        """`(n, 3)`: bytes, width and height."""
        return self.table.sizes[self.at]

    def frames(self) -> NDArray[np.int64]:
        """How many frames each image has."""
        return np.array(self.table.take("frames", self.at), np.int64)

    def formats(self) -> NDArray[np.object_]:
        """The format of each image."""
        return _objects(self.table.take("format", self.at))

    def paths(self) -> NDArray[np.object_]:
        """The path of each image."""
        return _objects(self.table.take("path", self.at))

    def folders(self) -> list[str]:
        """The folder of each image, with slashes. Empty for the current folder."""
        split = (path.replace("\\", "/").rpartition("/") for path in self.paths())
        return [folder or slash for folder, slash, _ in split]

    def names(self) -> list[str]:
        """The last name of each path."""
        return [path.replace("\\", "/").rpartition("/")[2] for path in self.paths()]

    def are_in(self, positions: Collection[int]) -> NDArray[np.bool_]:
        """Whether each image is at one of the positions."""
        return np.isin(self.at, np.fromiter(positions, np.intp, len(positions)))

    def files(self) -> list[str | None]:
        """The path of each image that is a file of its own on this machine. None for others."""
        kinds = self.table.take("kind", self.at)
        return [
            path if kind is Kind.FILE else None
            for path, kind in zip(self.paths(), kinds, strict=True)
        ]

    def of_files(self, value: Callable[[str], Any], otherwise: Any) -> list[Any]:
        """A value for each file, and another one for what is no file."""
        return [otherwise if path is None else value(path) for path in self.files()]

    def metadata(self) -> list[Metadata]:
        """What each file says of its picture. Nothing of what is no file or cannot be read.

        Copies with equal bytes say the same. If a set has only these, none is read, and they count
        as saying nothing.
        """
        differ = self._bytes_differ().tolist()
        digests = self.table.take("digest", self.at)
        several = list(zip(self.at.tolist(), self.files(), digests, differ, strict=True))
        found: dict[bytes, Metadata] = {}
        for at, path, digest, wanted in several:
            if path is not None and wanted and digest not in found:
                said = self.disk.metadata_at(at, path)
                if said is not None:  # otherwise it may be gone, and a copy of it still there
                    found[digest] = said
        return [
            found.get(digest, NOTHING) if path is not None and wanted else NOTHING
            for _, path, digest, wanted in several
        ]

    def _bytes_differ(self) -> NDArray[np.bool_]:
        """Whether an image is in a set whose images do not all have the same bytes."""
        words = words_of(self.table.digests[self.at])
        first = np.unique(self.sets, return_index=True, return_inverse=True)
        differs = (words != words[first[1][first[2]]]).any(axis=1)
        differs |= self.are_in(self.table.beginnings)
        several: NDArray[np.bool_] = np.bincount(first[2], differs)[first[2]] > 0
        return several


def _objects(values: list[Any]) -> NDArray[np.object_]:
    """Values in an array of objects, even if each is a sequence."""
    found = np.empty(len(values), object)
    found[:] = values
    return found
