"""`Input`: one image to be read, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lookalike.errors import ImageError
from lookalike.images import Origin
from lookalike.sources.item import Item, is_item

if TYPE_CHECKING:
    from lookalike.images import ImageSource


@dataclass(frozen=True, slots=True)
class Input:
    """One image to be read."""

    key: str
    """Its path, URL or address; for one without, its place among what was named, in brackets."""
    source: ImageSource | Item | Origin | ImageError
    """What to read, or why that cannot be done."""

    @property
    def is_light(self) -> bool:
        """Whether it holds nothing of the image, only where that is."""
        return isinstance(self.source, str | Origin | ImageError) or is_item(self.source)
