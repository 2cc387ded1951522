"""`Location` and `Stamp`: where an image is, and what its file was like when it was read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lookalike.images import Stamp
from lookalike.sources.kinds import MARK

__all__ = ["Kind", "Location", "Stamp"]


class Kind(StrEnum):
    """What kind of place an image has."""

    FILE = "file"
    """A file of this machine."""
    MEMBER = "member"
    """A member of an archive."""
    ROW = "row"
    """A row of a Parquet file, which holds the image or says where it is."""
    URL = "url"
    """Behind http or https."""
    ADDRESS = "address"
    """A file that was named by an address, such as `s3://bucket/a.jpg`."""
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
        if self.kind is Kind.MEMBER or self.kind is Kind.ROW:
            return f"{self.path}{MARK}{self.inner}"
        return self.path
