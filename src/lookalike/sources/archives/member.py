"""`Member`: one entry of an archive of any kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lookalike.errors import ImageError
    from lookalike.images import Source


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of an archive. Its name is only a label and is never used as a path."""

    name: str
    size: int
    """In bytes, unpacked."""
    packed: int
    """In bytes, in the archive. The same as `size` if it is unknown."""
    source: Callable[[str], Source]
    """Makes the source from its key. If the bytes must be read at once, this reads them."""
    kind: str = ""
    """The kind of an entry that is not a file. It is counted under this name, and not read."""
    trouble: ImageError | None = None
    """Why it cannot be read."""
