"""`Location` and `Stamp`: where an image is, and the state of its file when it was read."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from lookalike.images import Stamp
from lookalike.sources.kinds import MARK

__all__ = ["Kind", "Location", "Stamp"]


class Kind(StrEnum):
    """The kind of place where an image is."""

    FILE = "file"
    """A file on this machine."""
    MEMBER = "member"
    """A member of an archive."""
    ROW = "row"
    """A row of a Parquet file, which holds the image or its location."""
    URL = "url"
    """An http or https URL."""
    ADDRESS = "address"
    """A file that was named by an address, such as `s3://bucket/a.jpg`."""
    ITEM = "item"
    """An `Item` from the caller."""
    MEMORY = "memory"
    """Bytes, an array or an opened image. It has only its number among the inputs."""


class Location(NamedTuple):
    """Where one image is."""

    kind: Kind
    path: str
    """The path of the file, archive or Parquet file, the URL or address, or the key of an `Item`.
    For `MEMORY`, the number among the inputs in square brackets."""
    inner: str = ""
    """The name of the member, or the number of the row."""

    @property
    def key(self) -> str:
        """The name of the image in results, unique among the inputs."""
        if self.kind is Kind.MEMBER or self.kind is Kind.ROW:
            return f"{self.path}{MARK}{self.inner}"
        return self.path
