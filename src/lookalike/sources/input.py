"""`Input`: one image to read, and where it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from lookalike.images import Unreadable
from lookalike.sources.trouble import trouble_of

if TYPE_CHECKING:
    from lookalike.images import Source
    from lookalike.sources.location import Location, Stamp


class Input(NamedTuple):
    """One image to read."""

    location: Location
    stamp: Stamp | None
    """The stamp of its file, or of the file it is in, when that was listed. None if unknown."""
    source: Source

    @property
    def key(self) -> str:
        """Its name in results."""
        return self.location.key

    @property
    def is_light(self) -> bool:
        """Whether it holds only the location of the image, and no data."""
        return self.source.is_light


def guarded(location: Location, inputs: Iterator[Input]) -> Iterator[Input]:
    """Yield the inputs. If listing them fails, the last input is the failure, at `location`."""
    try:
        yield from inputs
    except BaseException as error:  # noqa: BLE001  # a Rust panic is not an Exception
        yield Input(location, None, Unreadable(trouble_of(error)))
