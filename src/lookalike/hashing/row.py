"""`Row` and `Failure`: what became of one input; `ImageInfo`: a row as it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from lookalike.errors import Status
from lookalike.images.mark import Mark

if TYPE_CHECKING:
    from lookalike.errors import ImageError
    from lookalike.hashes import Hash
    from lookalike.hashing.moments import Samples
    from lookalike.sources import Input
    from lookalike.sources.location import Location, Stamp

Digest: TypeAlias = bytes


def status_of(damage: str) -> Status:
    """That of an image that was hashed: `damaged` where it could not be decoded to its end."""
    return Status.DAMAGED if damage else Status.OK


class Row(NamedTuple):
    """What is kept of one image that was read."""

    location: Location
    stamp: Stamp
    """Of its file, or of the file that it is a part of, when that was read."""
    byte_count: int
    """Size of the image itself, or of the pixels of one that came without a file."""
    width: int
    height: int
    format: str
    frames: int
    digest: bytes
    """`DIGEST_BYTES` that images of the same bytes have in common."""
    is_beginning: bool
    """Whether there is a file at the path, and the digest is of its beginning and size alone."""
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

    @property
    def path(self) -> str:
        """What the image is called in results."""
        return self.location.key

    @property
    def status(self) -> Status:
        """`damaged` where there is a damage; else `ok`."""
        return status_of(self.damage)

    @property
    def inner_at(self) -> int:
        """Where in `path` the name of the member or the number of the row begins; else 0."""
        path, inner = self.path, self.location.inner
        return 0 if path == self.location.path else len(path) - len(inner)


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


Known: TypeAlias = "Callable[[Input], Row | Failure | None]"
"""What became of an input when it was read before; None where it has to be read."""


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
    location: Location
    """Where it is, and of what kind that place is."""
    stamp: Stamp
    """What its file, or the file that it is a part of, was like when it was read."""
    digest: Digest
    """16 bytes that images of the same bytes have in common."""
    damage: str = ""
    """Why it could not be decoded to its end, and what there is of it was hashed; else empty."""
    marks: tuple[str, ...] = ()
    """What to know before trusting its hashes, in words: those of `Mark`."""

    @property
    def pixels(self) -> int:
        """Width times height."""
        return self.width * self.height

    @property
    def status(self) -> Status:
        """`damaged` where there is a damage; else `ok`."""
        return status_of(self.damage)
