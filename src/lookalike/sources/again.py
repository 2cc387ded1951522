"""Inputs of a scan, listed a second time by their keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lookalike.errors import ImageError
from lookalike.images import ImageSource, is_image_source
from lookalike.sources.guessed import location_of
from lookalike.sources.input import Input
from lookalike.sources.inputs import Inputs
from lookalike.sources.location import Kind
from lookalike.sources.places.addresses import is_address

if TYPE_CHECKING:
    from lookalike.sources.choice import Choice


@dataclass(frozen=True)
class Again:
    """What can be read a second time: local files, what is in local archives and Parquet files, and
    bytes in a list. Nothing is fetched again, and nothing is asked of an iterator."""

    images: object
    """What the caller of the scan named."""
    choice: Choice

    def inputs(self, keys: Collection[str]) -> Iterator[Input]:
        """The inputs of these keys, as far as they can be had again, in any order."""
        inner: defaultdict[str, set[str]] = defaultdict(set)
        for key in keys:
            location = location_of(key)
            if location.kind is Kind.FILE:
                yield Input(key, key)
            elif location.kind in {Kind.MEMBER, Kind.ROW} and not is_address(location.path):
                inner[location.path].add(key)
            elif location.kind is Kind.MEMORY and (given := self._given(key)) is not None:
                yield Input(key, given)
        everything = replace(self.choice, hidden=True, include=(), exclude=())
        for outer, wanted in inner.items():
            yield from (one for one in Inputs(outer, everything) if one.key in wanted)

    def _given(self, key: str) -> ImageSource | None:
        """The bytes or Pillow image in the caller's list; an open file has been read to its end."""
        number = int(key[1:-1])
        if not isinstance(self.images, Sequence) or number >= len(self.images):
            return None
        one = self.images[number]
        if isinstance(one, ImageError) or hasattr(one, "read") or not is_image_source(one):
            return None
        return one
