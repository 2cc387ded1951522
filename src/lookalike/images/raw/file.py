"""`RawFile`: what a camera's raw file says of its picture, and where its previews are.

The sensor's data is left alone. What stands for it is a preview, which the camera or a converter
put into the file: the largest one, if it has at least a quarter of the picture's sides.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from lookalike.images.jpeg.header import START, read_header

LEAST_SHARE = 4
"""A preview stands for a picture of no more than so many times its sides."""
THUMBNAIL = 160
"""Cameras' thumbnails have that longer side, often with bars; one never stands for the picture."""


class Preview(NamedTuple):
    """A picture in a raw file that can be decoded."""

    size: tuple[int, int]
    begin: int
    end: int
    """The bytes of a JPEG."""
    directory: int = 0
    """Where a directory says how it is stored, if it is not one JPEG."""

    @property
    def area(self) -> int:
        """Width times height."""
        return self.size[0] * self.size[1]


class RawFile(NamedTuple):
    """What a raw file says of itself."""

    name: str
    """The format, such as NEF."""
    size: tuple[int, int] = (0, 0)
    """Width and height of the picture as stored; zeros where they are not known."""
    orientation: int = 1
    """As EXIF counts."""
    previews: tuple[Preview, ...] = ()
    end: int = 0
    """The bytes that the file must have to be complete, as far as that is known."""

    @property
    def preview(self) -> Preview | None:
        """The largest that is large enough."""
        fit = [one for one in self.previews if _is_large_enough(one.size, self.size)]
        return max(fit, key=lambda one: one.area, default=None)


def _is_large_enough(size: tuple[int, int], whole: tuple[int, int]) -> bool:
    if max(size) <= THUMBNAIL or min(whole) <= 0:
        return False
    pairs = zip(sorted(size), sorted(whole), strict=True)
    return all(LEAST_SHARE * one >= other for one, other in pairs)


def jpegs(data: bytes | bytearray, places: Iterable[tuple[int, int]]) -> tuple[Preview, ...]:
    """The JPEGs among what lies at these places: begin and length."""
    found = []
    for begin, length in dict.fromkeys(places):
        end = min(begin + length, len(data))
        if 0 < begin < end and data.startswith(START, begin):
            header = read_header(data[begin:end])
            if header is not None:
                found.append(Preview((header.width, header.height), begin, end))
    return tuple(found)
