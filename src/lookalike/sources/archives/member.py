"""`Member`: what an archive has under one name, whatever kind of archive it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lookalike.errors import ImageError
    from lookalike.images import Source


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of an archive. Its name is only a label, whatever path it spells."""

    name: str
    size: int
    """In bytes, unpacked."""
    packed: int
    """In bytes, as it lies in the archive; as `size` where that is not known."""
    source: Callable[[str], Source]
    """What to read, by the key that it gets; where its bytes must be read at once, this has them.
    """
    kind: str = ""
    """Where it is no file, what it is: it is counted under this name, and not read."""
    trouble: ImageError | None = None
    """Why it cannot be read."""
