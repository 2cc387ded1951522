"""Finds what a name stands for: a file, a URL, an address, or the key of an archive's member."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lookalike import images
from lookalike.errors import ImageError, Status
from lookalike.images import DEFAULT_MAX_BYTES, Source
from lookalike.sources.choice import Choice
from lookalike.sources.kinds import MARK, is_archive, is_parquet
from lookalike.sources.location import Kind, Location
from lookalike.sources.places.addresses import is_address, place_of
from lookalike.sources.places.local import LocalPlace
from lookalike.sources.web.urls import Fetch, WebImage, check_fetch, is_url

if TYPE_CHECKING:
    from lookalike.images import ImageSource, Picture
    from lookalike.images.how import How
    from lookalike.sources.places.place import Place


def source_of(
    value: ImageSource, fetch: Fetch = "any", max_bytes: int = DEFAULT_MAX_BYTES
) -> Source:
    """Make the source of one image.

    The image may also be a URL, an address, or a key such as `photos.zip!/a.jpg`. `fetch` is the
    same as in `Choice`. Raises `ImageError` if it cannot be read, `MissingExtraError` if an extra
    is not installed, and `TypeError` for values that cannot be images.
    """
    check_fetch(fetch)
    if is_url(value):
        return WebImage(value, fetch)
    if not isinstance(value, str | os.PathLike):
        return images.source_of(value, max_bytes)
    name = os.fsdecode(value)
    place: Place = LocalPlace()
    if is_address(value):
        place, name = place_of(value, fetch)
    inner = within(place, name, Choice(fetch=fetch)) if MARK in name else None
    return inner or place.image(name)


def within(place: Place, path: str, choice: Choice) -> Within | None:
    """The image in the archive or Parquet file with which `path` begins.

    None if `path` begins with neither, or if a file exists under the whole path.
    """
    at = path.find(MARK)
    if at < 0 or not place.is_missing(path):
        return None
    while at >= 0:
        outer, inner = path[:at], path[at + len(MARK) :]
        if (is_archive(outer) or is_parquet(outer)) and not place.is_missing(outer):
            kind = Kind.MEMBER if is_archive(outer) else Kind.ROW
            return Within(Location(kind, place.location(outer).path, inner), choice)
        at = path.find(MARK, at + 1)
    return None


class Within(Source):
    """An image in an archive or Parquet file that was named by its key.

    It is searched for when it is read, by a worker thread.
    """

    def __init__(self, location: Location, choice: Choice) -> None:
        self.location = location
        # A named image is read whatever the other settings say.
        self._choice = Choice(
            hidden=True,
            archive_limits=choice.archive_limits,
            column=choice.column,
            fetch=choice.fetch,
        )
        self._found: Source | None = None

    def picture(self, how: How) -> Picture:
        return self._source().picture(how)

    def sent(self, least_side: int | None, max_bytes: int) -> Source | None:
        return self._source().sent(least_side, max_bytes)

    def _source(self) -> Source:
        if self._found is None:
            self._found = self._looked_for()
        return self._found

    def _looked_for(self) -> Source:
        from lookalike.sources.inputs import Inputs  # it imports this module

        outer, inner = self.location.path, self.location.inner
        first_row = int(inner) if self.location.kind is Kind.ROW and inner.isdecimal() else 0
        for one in Inputs(outer, self._choice, first_row=first_row):
            # Without an inner name, the archive itself cannot be read.
            if one.location.inner == inner or not one.location.inner:
                return one.source
        raise ImageError(Status.MISSING, "there is no such file")
