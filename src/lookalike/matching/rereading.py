"""Images of a table, read a second time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from lookalike.hashing.content import Content, Depth
from lookalike.hashing.memory import Memory
from lookalike.sources.location import Location

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable

Read: TypeAlias = Callable[[Collection[Location], Depth], Iterator[tuple[Location, Content | None]]]
"""Reads the inputs at some locations again, if possible, in any order. Gives None for a failure."""


IN_ALL = (Depth.PIXELS, Depth.SIGHT)
"""Instead of these, old images are read to `Depth.ALL`."""


def nothing_again(
    locations: Collection[Location],  # noqa: ARG001
    depth: Depth,  # noqa: ARG001
) -> Iterator[tuple[Location, Content | None]]:
    """Reads nothing, so what the scan left open stays open."""
    return iter(())


@dataclass(frozen=True)
class Rereading:
    """Reads images of a table a second time, unless it is remembered what they hold."""

    table: HashTable
    read: Read = nothing_again
    memory: Memory = field(default_factory=Memory)

    def contents(self, positions: NDArray[np.intp], depth: Depth) -> Iterator[dict[int, Content]]:
        """Yield the contents of images by position, one location at a time.

        What is remembered comes first, all together. The dictionary is empty if the image cannot be
        read, or has changed since the scan. Images that cannot be read again at all are left out.
        """
        recalled = self.memory.recall(positions, depth) if len(positions) else {}
        if recalled:
            yield recalled
        unknown = positions[[at not in recalled for at in positions.tolist()]]
        old = self.memory.is_old(unknown)
        yield from self._read(unknown[~old], depth)
        yield from self._read(unknown[old], Depth.ALL if depth in IN_ALL else depth)

    def _read(self, positions: NDArray[np.intp], depth: Depth) -> Iterator[dict[int, Content]]:
        positions_of: dict[Location, list[int]] = {}
        for at in positions.tolist():
            positions_of.setdefault(self.table.location(at), []).append(at)
        for location, content in self.read(positions_of.keys(), depth) if positions_of else ():
            there = positions_of[location]
            found = {at: content for at in there if content and self._is_unchanged(at, content)}
            self.memory.keep(found, depth)
            yield found

    def _is_unchanged(self, at: int, content: Content) -> bool:
        table = self.table
        unseen = at in table.beginnings or at in table.ends_unseen
        same = unseen or table.digests[at].tobytes() == content.digest
        return same and content.size == table.size(at)[0]
