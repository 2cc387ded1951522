"""A name to what is behind it: a URL, an address, or the key of a result from an archive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lookalike.errors import ImageError
from lookalike.sources.choice import Choice
from lookalike.sources.inputs import Inputs
from lookalike.sources.kinds import MARK, is_archive, is_parquet
from lookalike.sources.places.addresses import is_address, place_of
from lookalike.sources.places.local import LocalPlace
from lookalike.sources.web.urls import Fetch, WebImage, check_fetch, is_url

if TYPE_CHECKING:
    from lookalike.images import ImageSource, Origin
    from lookalike.sources.item import Item


def at_hand(source: ImageSource | Origin, fetch: Fetch = "any") -> ImageSource | Origin:
    """What to read where `source` is a URL, an address, or a key such as `photos.zip!/a.jpg`.

    `fetch` is that of `Choice`. Anything else is given back as it is. Raises `ImageError` where it
    cannot be had, and `MissingExtraError` where an extra is needed that is not installed.
    """
    check_fetch(fetch)
    if not isinstance(source, str):
        return source
    if is_url(source):
        return WebImage(source, fetch)
    if MARK in source and _is_missing(source, fetch):
        found = next(_within(source, fetch), None)
        if found is not None:
            return found
    if is_address(source):
        place, path = place_of(source, fetch)
        return _sound(place.image(path))
    return source


def _is_missing(name: str, fetch: Fetch) -> bool:
    """Whether nothing is there by the whole of a name."""
    if not is_address(name):
        return LocalPlace().is_missing(name)
    place, path = place_of(name, fetch)
    return place.is_missing(path)


def _within(key: str, fetch: Fetch) -> Iterator[ImageSource | Origin]:
    """What the archive or Parquet file that `key` begins with gives under this key."""
    at = key.find(MARK)
    while at >= 0:
        outer, inner = key[:at], key[at + len(MARK) :]
        if (is_archive(outer) or is_parquet(outer)) and not _is_missing(outer, fetch):
            first_row = int(inner) if inner.isdecimal() else 0
            for one in Inputs(outer, Choice(hidden=True, fetch=fetch), first_row=first_row):
                if one.key in {key, outer}:  # found, or the archive itself cannot be read
                    yield _sound(one.source)
        at = key.find(MARK, at + 1)


def _sound(source: ImageSource | Item | Origin | ImageError) -> ImageSource | Origin:
    if isinstance(source, ImageError):
        raise source
    return source
