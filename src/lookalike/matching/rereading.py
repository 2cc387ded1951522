"""Images of a table, read a second time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, TypeAlias

from lookalike.hashing.content import Content, Depth
from lookalike.sources.location import Location

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable

Read: TypeAlias = Callable[[Collection[Location], Depth], Iterator[tuple[Location, Content | None]]]
"""Reads the inputs at some locations again, if possible, in any order. Gives None for a failure."""


def nothing_again(
    locations: Collection[Location],  # noqa: ARG001
    depth: Depth,  # noqa: ARG001
) -> Iterator[tuple[Location, Content | None]]:
    """Reads nothing, so what the scan left open stays open."""
    return iter(())


def read_again(
    table: HashTable, positions: NDArray[np.intp], read: Read, depth: Depth
) -> Iterator[dict[int, Content]]:
    """Yield the contents of images by position, one location at a time.

    The dictionary is empty if the image cannot be read, or has changed since the scan. Images that
    cannot be read again at all are left out.
    """
    positions_of: dict[Location, list[int]] = {}
    for at in positions.tolist():
        positions_of.setdefault(table.location(at), []).append(at)
    for location, content in read(positions_of.keys(), depth) if positions_of else ():
        there = positions_of[location]
        yield {at: content for at in there if content and _is_unchanged(table, at, content)}


def _is_unchanged(table: HashTable, at: int, content: Content) -> bool:
    unseen = at in table.beginnings or at in table.ends_unseen
    same = unseen or table.digests[at].tobytes() == content.digest
    return same and content.size == table.size(at)[0]
