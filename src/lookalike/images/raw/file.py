"""`RawFile`: what a camera's raw file says about its picture, and where its previews are.

The sensor data is not read. A preview that the camera or a converter stored in the file represents
the picture. The largest one is used, if its sides are at least a quarter of the picture's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from lookalike.images.jpeg.header import START, read_header

LEAST_SHARE = 4
"""A picture may have at most this many times the sides of its preview."""
THUMBNAIL = 160
"""The longer side of cameras' thumbnails. They often have bars, so they are never used."""


class Preview(NamedTuple):
    """A decodable picture in a raw file."""

    size: tuple[int, int]
    begin: int
    end: int
    """The bytes of a JPEG."""
    directory: int = 0
    """Where the directory that describes it begins, if it is not a single JPEG."""

    @property
    def area(self) -> int:
        """Width times height."""
        return self.size[0] * self.size[1]


class RawFile(NamedTuple):
    """The description of a raw file."""

    name: str
    """The format, such as NEF."""
    size: tuple[int, int] = (0, 0)
    """Width and height of the picture as stored. Zeros if unknown."""
    orientation: int = 1
    """An EXIF number."""
    previews: tuple[Preview, ...] = ()
    end: int = 0
    """How many bytes a complete file has at least, as far as known."""

    @property
    def preview(self) -> Preview | None:
        """The largest preview, if it is large enough."""
        fit = [one for one in self.previews if _is_large_enough(one.size, self.size)]
        return max(fit, key=lambda one: one.area, default=None)


def _is_large_enough(size: tuple[int, int], whole: tuple[int, int]) -> bool:
    if max(size) <= THUMBNAIL or min(whole) <= 0:
        return False
    pairs = zip(sorted(size), sorted(whole), strict=True)
    return all(LEAST_SHARE * one >= other for one, other in pairs)


def jpegs(data: bytes | bytearray, places: Iterable[tuple[int, int]]) -> tuple[Preview, ...]:
    """Previews for the JPEGs at these places, each a begin and a length."""
    found = []
    for begin, length in dict.fromkeys(places):
        end = min(begin + length, len(data))
        if 0 < begin < end and data.startswith(START, begin):
            header = read_header(data[begin:end])
            if header is not None:
                found.append(Preview((header.width, header.height), begin, end))
    return tuple(found)
