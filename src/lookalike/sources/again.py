"""Lists inputs of a scan a second time, by their locations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lookalike.images import FileSource, Source
from lookalike.images.source.door import is_image_source, source_of
from lookalike.images.source.item import has
from lookalike.sources.input import Input
from lookalike.sources.inputs import Inputs
from lookalike.sources.location import Kind, Location
from lookalike.sources.places.addresses import is_address

if TYPE_CHECKING:
    from lookalike.sources.choice import Choice


@dataclass(frozen=True)
class Again:
    """Finds the inputs that can be read a second time.

    These are local files, images in local archives and Parquet files, and bytes in a list. Nothing
    is fetched again, and iterators are not used again.
    """

    images: object
    """The `images` argument of the scan."""
    choice: Choice
    held: Mapping[Location, Source] = field(default_factory=dict)
    """Inputs that were kept when they were read first."""

    def inputs(self, locations: Collection[Location]) -> Iterator[Input]:
        """Yield those inputs at these locations that can be read again, in any order."""
        inner: defaultdict[str, set[Location]] = defaultdict(set)
        for location in locations:
            if location in self.held:
                yield Input(location, None, self.held[location])
            elif location.kind is Kind.FILE:
                yield Input(location, None, FileSource(location.path))
            elif location.kind in {Kind.MEMBER, Kind.ROW} and not is_address(location.path):
                inner[location.path].add(location)
            elif location.kind is Kind.MEMORY and (given := self._given(location)) is not None:
                yield Input(location, None, given)
        everything = replace(self.choice, hidden=True, include=(), exclude=())
        for outer, wanted in inner.items():
            yield from (one for one in Inputs(outer, everything) if one.location in wanted)

    def _given(self, location: Location) -> Source | None:
        """The bytes or pixels in the caller's list. Open files are at their end and left out."""
        number = int(location.path[1:-1])
        if not isinstance(self.images, Sequence) or number >= len(self.images):
            return None
        one = self.images[number]
        return source_of(one) if is_image_source(one) and not has(one, "read") else None
