"""The entries of an index at one moment, and every search among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.index.part import Part, all_pairs, expanded, pairs_between
from lookalike.index.search.linear import Linear
from lookalike.index.search.searcher import BLOCK, Block, concatenated, roots

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.index.keys.keys import Found, Keys


class Match(NamedTuple):
    """An entry that was found."""

    key: int | str
    distance: int
    """In bits."""


class Matches(NamedTuple):
    """The matches of many queries, sorted by query, then distance, then insertion."""

    query: NDArray[np.uint32]
    """Positions among the queries."""
    position: NDArray[np.uint32]
    """Positions among the entries. `Index.keys_at` gives their keys."""
    distance: NDArray[np.uint16]
    """In bits."""


class State(NamedTuple):
    """Entries, identified by their places. Removed entries have a place but no rank.

    A state never changes. A reader takes it once, and a writer replaces it with another.
    """

    keys: Keys
    base: Part | None
    """Sorted for search, perhaps in a mapped file."""
    tail: NDArray[np.uint64]
    """The hashes of the entries after those of the base."""
    removed: NDArray[np.uint32]
    """The places of removed entries, ascending."""

    @property
    def places(self) -> int:
        """The number of entries, including removed ones."""
        return len(self.tail) + (0 if self.base is None else len(self.base))

    @property
    def parts(self) -> list[Part]:
        """The base and the tail, each only if it has entries."""
        parts = [] if self.base is None or not len(self.base) else [self.base]
        if len(self.tail):
            parts.append(Part.plain(self.tail, self.places - len(self.tail)))
        return parts

    @property
    def words(self) -> NDArray[np.uint64]:
        """The hashes of all entries, including removed ones."""
        return self.tail if self.base is None else np.concatenate([self.base.words, self.tail])

    def present(self) -> tuple[Keys, NDArray[np.uint64]]:
        """The keys and the hashes of the present entries."""
        if not len(self.removed):
            return self.keys, self.words
        keep = np.ones(self.places, np.bool_)
        keep[self.removed] = False
        return self.keys.select(keep), self.words[keep]

    def all_keys(self) -> Iterator[int | str]:
        """The keys of the present entries."""
        left = self.places - len(self.removed)
        for begin in range(0, left, BLOCK):
            yield from self.keys.take(self.places_of(np.arange(begin, min(begin + BLOCK, left))))

    def is_there(self, places: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Whether the entry at each place is present, not removed."""
        if not len(self.removed):
            return np.ones(len(places), np.bool_)
        at = np.searchsorted(self.removed, places)
        at[at == len(self.removed)] = 0
        there: NDArray[np.bool_] = self.removed[at] != places
        return there

    def ranks(self, places: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """The positions of entries among those present."""
        if not len(self.removed):
            return places
        return (places - np.searchsorted(self.removed, places)).astype(np.uint32)

    def places_of(self, ranks: NDArray[np.integer]) -> NDArray[np.integer]:
        """The inverse of `ranks`."""
        before = self.removed - np.arange(len(self.removed))
        return ranks + np.searchsorted(before, ranks, side="right")

    def missing(self, found: Found) -> list[int | str]:
        """Which of the wanted keys were never added or have been removed."""
        if found.missing or not len(self.removed) or not len(found.positions):
            return found.missing
        first = np.cumsum(found.counts) - found.counts
        there = np.add.reduceat(self.is_there(found.positions), first)
        return self.keys.take(found.positions[first[there == 0]])

    def find(self, queries: NDArray[np.uint64], max_distance: int, workers: int | None) -> Matches:
        """The entries within a distance of the queries. `position` holds their places."""
        asked = Part.plain(queries, 0)
        query, place, distance = concatenated(
            block
            for part in self.parts
            for found in part.searcher.matches(queries, max_distance, workers=workers)
            for block in expanded(asked, part, found)
        )
        if len(self.removed):
            there = self.is_there(place)
            query, place, distance = query[there], place[there], distance[there]
        order = np.lexsort((place, distance, query))
        return Matches(query[order], place[order], distance[order])

    def with_keys(self, found: Matches) -> list[Match]:
        """The entries found for one query, each with its key."""
        keys = self.keys.take(found.position)
        return [Match(*one) for one in zip(keys, found.distance.tolist(), strict=True)]

    def nearest(self, query: NDArray[np.uint64], k: int) -> Matches:
        """The k entries nearest to one query, or all if fewer. `position` holds their places."""
        parts = self.parts
        if len(parts) == 1 and not len(self.removed):
            found = parts[0].searcher.nearest(query, k)
            begin, counts = parts[0].spans(found.j)
            if counts is None or counts.max(initial=1) == 1:  # no equal hashes: already in order
                return Matches(found.i, parts[0].positions(begin), found.distance)
        hashes = k
        while True:
            among, is_all = self._among_nearest(query, hashes)
            if is_all or len(among.position) >= k:
                return Matches(among.query[:k], among.position[:k], among.distance[:k])
            hashes *= 2

    def _among_nearest(self, query: NDArray[np.uint64], hashes: int) -> tuple[Matches, bool]:
        """The entries with the `hashes` nearest hashes of each part, and whether these are all.

        Includes only entries that no other entry could precede.
        """
        asked = Part.plain(query, 0)
        blocks: list[Block] = []
        sure, is_all = np.inf, True
        for part in self.parts:
            distinct = len(part.searcher.words)
            found = part.searcher.nearest(query, min(hashes, distinct))
            blocks += expanded(asked, part, found)
            is_all &= hashes >= distinct
            if hashes < distinct and len(self.removed):
                # If the first entry of a hash was removed, another as far away may precede it.
                sure = min(sure, int(found.distance[-1]))
        asks, place, distance = concatenated(blocks)
        kept = (distance < sure) & self.is_there(place)
        order = np.flatnonzero(kept)[np.lexsort((place[kept], distance[kept]))]
        return Matches(asks[order], place[order], distance[order]), is_all

    def pairs(self, max_distance: int, workers: int | None) -> Iterator[Block]:
        """All pairs of present entries, i < j, as ranks."""
        parts = self.parts
        for at, part in enumerate(parts):
            for block in all_pairs(part, max_distance, workers):
                yield from _there(self, self, block)
            for other in parts[at + 1 :]:
                for block in pairs_between(part, other, max_distance, workers):
                    yield from _there(self, self, block)

    def pairs_with(self, other: State, max_distance: int, workers: int | None) -> Iterator[Block]:
        """All pairs of an entry here and an entry of another state, as ranks."""
        for ours in self.parts:
            for theirs in other.parts:
                for block in pairs_between(ours, theirs, max_distance, workers):
                    yield from _there(self, other, block)

    def connected(self, max_distance: int, workers: int | None) -> NDArray[np.uint32]:
        """For each place, the number of the connected set of its entry."""
        parts = self.parts
        if len(self.tail):  # many equal hashes would make very many pairs
            parts[-1] = Part.distinct(self.tail, parts[-1].first, Linear)
        firsts = np.cumsum([0, *(len(part.searcher.words) for part in parts)]).astype(np.uint32)
        parent = np.empty(firsts[-1], np.uint32)
        numbers = np.empty(self.places, np.uint32)
        for part, first, end in zip(parts, firsts, firsts[1:], strict=False):
            connected = part.searcher.connected(max_distance, workers=workers)
            parent[first:end] = connected + first
            numbers[part.first : part.first + len(part)] = part.numbers + first
        for at, part in enumerate(parts[1:], start=1):
            tail = part.searcher.words
            for found in parts[0].searcher.matches(tail, max_distance, workers=workers):
                kernel.join_sets(parent, found.j, found.i + firsts[at])
        return roots(parent)[numbers]


def _there(ours: State, theirs: State, block: Block) -> Iterator[Block]:
    """The pairs of a block whose entries are both present, as ranks. Yields no empty block."""
    if len(ours.removed) or len(theirs.removed):
        there = ours.is_there(block.i) & theirs.is_there(block.j)
        block = Block(
            ours.ranks(block.i[there]), theirs.ranks(block.j[there]), block.distance[there]
        )
    if len(block.i):
        yield block
