"""`Location` and `Stamp`: where an image is, and what its file was like when it was read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from lookalike.sources.kinds import MARK


class Kind(StrEnum):
    """What kind of place an image has."""

    FILE = "file"
    """A file of this machine."""
    MEMBER = "member"
    """A member of an archive."""
    ROW = "row"
    """A row of a Parquet file that holds the image itself."""
    URL = "url"
    """Behind http or https."""
    ADDRESS = "address"
    """A file in another file system, such as `s3://bucket/a.jpg`."""
    ITEM = "item"
    """An `Item` of the caller's."""
    MEMORY = "memory"
    """Bytes, an array or an opened image: it has no place but its number among the inputs."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where one image is."""

    kind: Kind
    path: str
    """Of the file, archive or Parquet file; the URL or address; the key of an `Item`; the number
    among the inputs, in square brackets."""
    inner: str = ""
    """The name of the member, or the number of the row."""

    @property
    def key(self) -> str:
        """What the image is called in results, unique among the inputs."""
        return f"{self.path}{MARK}{self.inner}" if self.inner else self.path


class Stamp(NamedTuple):
    """What a file is like at one moment: if nothing of this differs later, it is the same file."""

    size: int
    """In bytes."""
    modified_ns: int | None = None
    """When it was last modified, in nanoseconds since 1970; None where that is not known."""
    identity: int | None = None
    """The device's number << 64 | the inode; None where that is not known."""
