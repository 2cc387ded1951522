"""`HashTable`: what is known of each image of a set, and its hashes, in columns.

Columns, because a Python object for each of ten million images would take gigabytes.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, overload

import numpy as np

from lookalike.algorithms import get_algorithm
from lookalike.errors import Status
from lookalike.hashes import Hash, HashArray
from lookalike.images.mark import Mark
from lookalike.images.picture import DIGEST_BYTES
from lookalike.images.raw.formats import RAW_FORMATS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.errors import ImageError
    from lookalike.hashing.moments import Samples


MOST_TRACEBACKS = 1000
LEFT_OUT = f"Only the first {MOST_TRACEBACKS:,} tracebacks are kept.\n"


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """One image that was read."""

    path: str
    """Its path; for one that has none, its place among the inputs in square brackets."""
    bytes: int
    """Size of the file, or of the pixels of an image that came without one."""
    width: int
    """In pixels, upright."""
    height: int
    """In pixels, upright."""
    format: str
    """As Pillow names it, such as JPEG; of a raw file, as its names end, such as NEF; empty for
    pixels that came without a file."""
    frames: int
    """How many frames a viewer plays or pages it turns; the hashes are those of the first."""
    flat: bool
    """Whether it has too little detail for its hashes to mean anything."""
    hashes: dict[str, Hash]
    """By the name of the algorithm."""
    damage: str = ""
    """Why it could not be decoded to its end, and what there is of it was hashed; else empty."""
    marks: tuple[str, ...] = ()
    """What to know before trusting its hashes, in words: those of `Mark`."""

    @property
    def pixels(self) -> int:
        """Width times height."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Failure:
    """One input that could not be read."""

    path: str
    status: Status
    reason: str
    """In plain words."""
    traceback: str = field(default="", compare=False, repr=False)
    """Where an exception was raised that nobody has foreseen; empty for all others."""

    @classmethod
    def of(cls, path: str, error: ImageError) -> Failure:
        """The failure of the input at `path` that an error says."""
        return cls(path, error.status, error.reason, getattr(error, "traceback", ""))

    def to_dict(self) -> dict[str, str]:
        """As plain types."""
        return {"path": self.path, "status": str(self.status), "reason": self.reason}


class Row(NamedTuple):
    """What is kept of one image that was read."""

    path: str
    byte_count: int
    width: int
    height: int
    format: str
    frames: int
    digest: bytes
    """`DIGEST_BYTES` that images of the same bytes have in common."""
    is_beginning: bool
    """Whether there is a file at `path`, and the digest is of its beginning and size alone."""
    flat_digest: bytes
    """For a flat or degenerate image, `DIGEST_BYTES` that those of the same pixels have in common;
    else empty."""
    hashes: tuple[bytes, ...]
    """One for each algorithm of the table."""
    damage: str = ""
    """As that of `ImageInfo`."""
    marks: Mark = Mark(0)
    samples: Samples | None = None
    """Of a file of several frames, where more than the first were to be looked at."""
    end_unseen: bool = False
    """Whether only the beginning of the file was read, wherever it comes from."""


class HashTable:
    """The images of a set with their hashes, and the failures, both in the order of the inputs.

    `table.images[k]` is an `ImageInfo`, and `table.hashes["phash"][k]` its hash.
    """

    def __init__(self, algorithms: Sequence[str]) -> None:
        self.algorithms = tuple(algorithms)
        """The canonical names of the algorithms."""
        self.failures: list[Failure] = []
        """The inputs that could not be read."""
        self.failed_at = array("q")
        """Of each failure, its position among all inputs."""
        self.skipped: dict[str, int] = {}
        """How many files were left out, by kind."""
        self.paths: list[str] = []
        """The path of each image."""
        self.flat_digests: dict[int, bytes] = {}
        """By position, for the images that are flat or degenerate: what those of equal pixels have
        in common."""
        self.beginnings: set[int] = set()
        """The positions of the files of which only the beginning was read."""
        self.ends_unseen: set[int] = set()
        """The positions of the images of which nobody has looked at more than the beginning."""
        self.damages: dict[int, str] = {}
        """By position, for the images that could not be decoded to their end: why."""
        self.marks: dict[int, Mark] = {}
        """By position, for the images that have any."""
        self.samples: dict[int, Samples] = {}
        """By position, for the images of several frames, where these were looked at."""
        self._tracebacks = 0
        self._formats: list[str] = []
        self._sizes = array("q")
        self._frames: dict[int, int] = {}
        self._digests = bytearray()
        self._hashes = {name: bytearray() for name in self.algorithms}

    def add(self, row: Row | Failure) -> None:
        """Append what became of the next input."""
        if isinstance(row, Failure):
            self.failed_at.append(len(self.paths) + len(self.failures))
            self.failures.append(self._bounded(row))
            return
        if row.flat_digest:
            self.flat_digests[len(self.paths)] = row.flat_digest
        if row.is_beginning:
            self.beginnings.add(len(self.paths))
        if row.end_unseen:
            self.ends_unseen.add(len(self.paths))
        if row.damage:
            self.damages[len(self.paths)] = row.damage
        if row.samples:
            self.samples[len(self.paths)] = row.samples
        if row.marks:
            self.marks[len(self.paths)] = row.marks
        self.paths.append(row.path)
        self._formats.append(row.format)
        self._sizes.extend((row.byte_count, row.width, row.height))
        if row.frames > 1:
            self._frames[len(self._formats) - 1] = row.frames
        self._digests += row.digest
        for column, data in zip(self._hashes.values(), row.hashes, strict=True):
            column += data

    def _bounded(self, failure: Failure) -> Failure:
        """With no more tracebacks than anybody would read: a program may fail over millions."""
        if failure.traceback:
            self._tracebacks += 1
            if self._tracebacks > MOST_TRACEBACKS:
                return replace(failure, traceback=LEFT_OUT)
        return failure

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def damaged(self) -> list[Failure]:
        """The images that were hashed though they cannot be decoded to their end, and why."""
        return [
            Failure(self.paths[at], Status.DAMAGED, reason)
            for at, reason in sorted(self.damages.items())
        ]

    @property
    def images(self) -> Images:
        """The images that were read, as a sequence of `ImageInfo`."""
        return Images(self)

    @cached_property
    def hashes(self) -> dict[str, HashArray]:
        """The hashes of all images, by the name of the algorithm. Ends the time of adding."""
        return {
            name: HashArray.from_bytes(column, algorithm=name)
            for name, column in self._hashes.items()
        }

    @cached_property
    def digests(self) -> NDArray[np.uint8]:
        """`(n, 16)`: equal for images of the same bytes (or pixels, where no file was)."""
        return np.frombuffer(self._digests, np.uint8).reshape(-1, DIGEST_BYTES)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """`(n, 3)`: bytes, width and height of each image. Ends the time of adding."""
        return np.frombuffer(self._sizes, np.int64).reshape(-1, 3)

    @property
    def formats(self) -> Sequence[str]:
        """The format of each image."""
        return self._formats

    def size(self, at: int) -> tuple[int, int, int]:
        """Bytes, width and height of the image at a position."""
        byte_count, width, height = self._sizes[3 * at : 3 * at + 3]
        return byte_count, width, height

    def is_raw(self, at: int) -> bool:
        """Whether the image at a position is a camera's raw file."""
        return self._formats[at] in RAW_FORMATS

    def frames(self, at: int) -> int:
        """How many frames the image at a position has."""
        return self._frames.get(at, 1)

    def image(self, at: int) -> ImageInfo:
        """The image at a position."""
        byte_count, width, height = self.size(at)
        marks = self.marks.get(at, Mark(0))
        hashes = {}
        for name, column in self._hashes.items():
            size = get_algorithm(name).width
            hashes[name] = Hash(bytes(column[at * size : (at + 1) * size]), name)
        return ImageInfo(
            path=self.paths[at],
            bytes=byte_count,
            width=width,
            height=height,
            format=self._formats[at],
            frames=self.frames(at),
            flat=at in self.flat_digests and Mark.DEGENERATE not in marks,
            hashes=hashes,
            damage=self.damages.get(at, ""),
            marks=marks.words,
        )


class Images(Sequence[ImageInfo]):
    """The images of a table, made when they are asked for."""

    def __init__(self, table: HashTable) -> None:
        self._table = table

    def __len__(self) -> int:
        return len(self._table)

    @overload
    def __getitem__(self, at: int) -> ImageInfo: ...
    @overload
    def __getitem__(self, at: slice) -> list[ImageInfo]: ...
    def __getitem__(self, at: int | slice) -> ImageInfo | list[ImageInfo]:
        if isinstance(at, slice):
            return [self._table.image(k) for k in range(*at.indices(len(self)))]
        return self._table.image(range(len(self))[at])

    def __repr__(self) -> str:
        return f"<{len(self)} images>"
