"""Where an image is, guessed from its key: to go when tables keep the `Location` of every image."""

from __future__ import annotations

import re
from typing import Any

from lookalike.sources.kinds import MARK, is_archive, is_parquet
from lookalike.sources.location import Kind, Location, Stamp
from lookalike.sources.places.addresses import is_address
from lookalike.sources.web.urls import is_url


def location_of(key: str) -> Location:
    """What a key says by itself."""
    if MARK not in key and "://" not in key and not key.startswith("["):
        return Location(Kind.FILE, key)
    if re.fullmatch(r"\[\d+\]", key):
        return Location(Kind.MEMORY, key)
    at = key.find(MARK)
    while at >= 0:
        outer, inner = key[:at], key[at + len(MARK) :]
        if is_archive(outer) or is_parquet(outer):
            return Location(Kind.MEMBER if is_archive(outer) else Kind.ROW, outer, inner)
        at = key.find(MARK, at + 1)
    if is_url(key):
        return Location(Kind.URL, key)
    return Location(Kind.ADDRESS if is_address(key) else Kind.FILE, key)


def located(table: Any, positions: list[int]) -> tuple[list[Location], list[Stamp]]:
    """Where the images at some positions of a table are, and what their files were like."""
    if hasattr(table, "location"):
        return [table.location(at) for at in positions], [table.stamp(at) for at in positions]
    nothing = Stamp(0)
    return [location_of(table.paths[at]) for at in positions], [nothing] * len(positions)
