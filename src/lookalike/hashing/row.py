"""`Row` and `Failure`: the outcome of one input. `ImageInfo`: a row as it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from lookalike.errors import Status
from lookalike.images.mark import Mark

if TYPE_CHECKING:
    from lookalike.errors import ImageError
    from lookalike.hashes import Hash
    from lookalike.hashing.frames.moments import Samples
    from lookalike.sources import Input
    from lookalike.sources.location import Location, Stamp

Digest: TypeAlias = bytes


def status_of(damage: str) -> Status:
    """The status of a hashed image: `damaged` if it could not be decoded completely."""
    return Status.DAMAGED if damage else Status.OK


class Row(NamedTuple):
    """What is stored about one image that was read."""

    location: Location
    stamp: Stamp
    """The stamp of its file, or of the file that contains it, when that was read."""
    byte_count: int
    """The size of the image itself, or of its pixels if it came without a file."""
    width: int
    height: int
    format: str
    frames: int
    digest: bytes
    """`DIGEST_BYTES` bytes, equal for images of the same bytes."""
    is_beginning: bool
    """Whether a file is at the path, and the digest covers only its beginning and size."""
    flat_digest: bytes
    """For a flat or degenerate image, `DIGEST_BYTES` bytes, equal for the same pixels. Otherwise
    empty."""
    hashes: tuple[bytes, ...]
    """One hash per algorithm of the table."""
    damage: str = ""
    """The same as in `ImageInfo`."""
    marks: Mark = Mark(0)
    samples: Samples | None = None
    """The samples of a file with several frames, unless only the first frame was wanted."""
    end_unseen: bool = False
    """Whether only the beginning of the file was read, wherever it comes from."""
    thumb: bytes = b""
    """The thumb of the image and a glance at it, if wanted. A table does not store them."""

    @property
    def path(self) -> str:
        """What the image is called in results."""
        return self.location.key

    @property
    def status(self) -> Status:
        """`damaged` if it has a `damage`, otherwise `ok`."""
        return status_of(self.damage)

    @property
    def inner_at(self) -> int:
        """Where the name of the member or the number of the row begins in `path`. Otherwise 0."""
        path, inner = self.path, self.location.inner
        return 0 if path == self.location.path else len(path) - len(inner)


@dataclass(frozen=True, slots=True)
class Failure:
    """One input that could not be read."""

    path: str
    status: Status
    reason: str
    """A short explanation for people."""
    traceback: str = field(default="", compare=False, repr=False)
    """Where an unexpected exception was raised. Empty for all other failures."""

    @classmethod
    def of(cls, path: str, error: ImageError) -> Failure:
        """Make the failure of the input at `path` from an error."""
        return cls(path, error.status, error.reason, getattr(error, "traceback", ""))

    def to_dict(self) -> dict[str, str]:
        """The failure as plain types."""
        return {"path": self.path, "status": str(self.status), "reason": self.reason}


Known: TypeAlias = "Callable[[Input], Row | Failure | None]"
"""Returns the outcome of an input that was read before, or None if it must be read."""


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """One image that was read."""

    path: str
    """Its path. Without a path, its number among the inputs in square brackets."""
    bytes: int
    """The size of the file, or of the pixels of an image that came without a file."""
    width: int
    """In pixels, upright."""
    height: int
    """In pixels, upright."""
    format: str
    """Pillow's name of the format, such as JPEG. For a raw file, its extension, such as NEF. Empty
    for pixels that came without a file."""
    frames: int
    """The number of frames or pages that a viewer shows. The hashes are those of the first."""
    flat: bool
    """Whether it has too little detail for meaningful hashes."""
    hashes: dict[str, Hash]
    """By the name of the algorithm."""
    location: Location
    """Where it is, and what kind of place that is."""
    stamp: Stamp
    """The stamp of its file, or of the file that contains it, when it was read."""
    digest: Digest
    """16 bytes, equal for images of the same bytes."""
    damage: str = ""
    """Why only a part of it could be decoded and hashed. Otherwise empty."""
    marks: tuple[str, ...] = ()
    """What to know before trusting its hashes, in the words of `Mark`."""

    @property
    def pixels(self) -> int:
        """Width times height."""
        return self.width * self.height

    @property
    def status(self) -> Status:
        """`damaged` if it has a `damage`, otherwise `ok`."""
        return status_of(self.damage)
