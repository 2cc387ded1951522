"""`Input`: one image to be read, and where it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lookalike.images import Unreadable
from lookalike.sources.trouble import trouble_of

if TYPE_CHECKING:
    from lookalike.images import Source
    from lookalike.sources.location import Location, Stamp


@dataclass(frozen=True, slots=True)
class Input:
    """One image to be read."""

    location: Location
    stamp: Stamp | None
    """Of its file, or of the file it is in, when that was listed; None where that is not known."""
    source: Source

    @property
    def key(self) -> str:
        """What it is called in results."""
        return self.location.key

    @property
    def is_light(self) -> bool:
        """Whether it holds nothing of the image, only where that is."""
        return self.source.is_light


def guarded(location: Location, inputs: Iterator[Input]) -> Iterator[Input]:
    """The inputs; where listing them ends with an error, that is the last, as the failure of what
    is at `location`."""
    try:
        yield from inputs
    except BaseException as error:  # noqa: BLE001  # code in Rust raises what is no Exception
        yield Input(location, None, Unreadable(trouble_of(error)))
