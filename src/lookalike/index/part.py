"""A part of an index: entries whose distinct hashes are searched together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.index.search.linear import Linear
from lookalike.index.search.multi_index import searcher_for
from lookalike.index.search.searcher import BLOCK, Block, Searcher

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Part(NamedTuple):
    """Entries, and a searcher for their distinct hashes. Equal hashes are searched once."""

    searcher: Searcher
    first: int
    """The position of the first entry among all entries of the index."""
    starts: NDArray[np.uint32] | None = None
    """`(m + 1,)`: where the entries of each distinct hash begin in `entries`. None if no two are
    equal. Entries then have the same numbers as their hashes."""
    entries: NDArray[np.uint32] | None = None
    """`(n,)`: the entries, sorted by hash, ascending within each hash."""

    @classmethod
    def plain(cls, words: NDArray[np.uint64], first: int) -> Part:
        """Entries to be scanned, unsorted."""
        return cls(Linear(words), first)

    @classmethod
    def sorted(cls, words: NDArray[np.uint64], bits: int, max_distance: int) -> Part:
        """Entries whose search is planned for a distance."""
        return cls.distinct(words, 0, lambda one: searcher_for(one, bits, max_distance))

    @classmethod
    def distinct(
        cls, words: NDArray[np.uint64], first: int, search: Callable[[NDArray[np.uint64]], Searcher]
    ) -> Part:
        """Entries whose distinct hashes are searched by the searcher that `search` makes."""
        number, firsts = kernel.distinct(words)
        if len(firsts) == len(words):
            return cls(search(words), first)
        starts = np.zeros(len(firsts) + 1, np.uint32)
        np.cumsum(np.bincount(number, minlength=len(firsts)), out=starts[1:])
        entries = np.argsort(number, kind="stable").astype(np.uint32)
        return cls(search(np.ascontiguousarray(words[firsts])), first, starts, entries)

    def __len__(self) -> int:
        return len(self.searcher.words) if self.entries is None else len(self.entries)

    @property
    def words(self) -> NDArray[np.uint64]:
        """The hash of each entry, `(n, words)`."""
        return self.searcher.words if self.entries is None else self.searcher.words[self.numbers]

    @property
    def numbers(self) -> NDArray[np.uint32]:
        """Which distinct hash each entry has."""
        if self.starts is None or self.entries is None:
            return np.arange(len(self.searcher.words), dtype=np.uint32)
        starts = self.starts.astype(np.int64)
        counts = starts[1:] - starts[:-1]
        if counts.min(initial=1) < 1 or counts.sum() != len(self.entries):
            raise damaged()
        numbers = np.empty(len(self.entries), np.uint32)
        numbers[self.entries] = np.repeat(np.arange(len(counts), dtype=np.uint32), counts)
        return numbers

    def positions(self, places: NDArray[np.integer]) -> NDArray[np.uint32]:
        """The positions among all entries of the entries at `places` in `entries`."""
        found = places if self.entries is None else self.entries[places]
        if self.entries is not None and found.max(initial=0) >= len(self.entries):
            raise damaged()
        return (found + self.first).astype(np.uint32, copy=False)

    def spans(
        self, numbers: NDArray[np.uint32]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
        """Where the entries of each hash begin in `entries`, and how many. None means one each."""
        if self.starts is None or self.entries is None:
            return numbers.astype(np.int64), None
        begin = self.starts[numbers].astype(np.int64)
        end = self.starts[numbers.astype(np.int64) + 1]
        counts = end - begin
        if counts.min(initial=1) < 1 or end.max(initial=0) > len(self.entries):
            raise damaged()  # a loop over such counts might never end
        return begin, counts


def damaged() -> kernel.DamagedError:
    """The error for entries that do not match their hashes, perhaps in a damaged file."""
    return kernel.DamagedError("the entries do not belong to the hashes: they are damaged")


def expanded(left: Part, right: Part, block: Block) -> Iterator[Block]:
    """Pairs of hashes as pairs of positions of entries, in blocks of bounded size."""
    (i, i_counts), (j, j_counts) = left.spans(block.i), right.spans(block.j)
    if all(counts is None or counts.max(initial=1) == 1 for counts in (i_counts, j_counts)):
        yield Block(left.positions(i), right.positions(j), block.distance)
        return
    ones = np.ones(len(i), np.int64)
    i_counts = ones if i_counts is None else i_counts
    j_counts = ones if j_counts is None else j_counts
    ends = np.cumsum(i_counts * j_counts)
    for begin in range(0, int(ends[-1]) if len(ends) else 0, BLOCK):
        at = np.arange(begin, min(begin + BLOCK, int(ends[-1])))
        link = np.searchsorted(ends, at, side="right")
        step = at - (ends[link] - i_counts[link] * j_counts[link])
        one = left.positions(i[link] + step // j_counts[link])
        other = right.positions(j[link] + step % j_counts[link])
        yield Block(one, other, block.distance[link])


def equal_pairs(part: Part) -> Iterator[Block]:
    """The pairs of entries that have equal hashes."""
    if part.starts is None:
        return
    several = np.flatnonzero(np.diff(part.starts) > 1).astype(np.uint32)
    nothing = np.zeros(len(several), np.uint16)
    for block in expanded(part, part, Block(several, several, nothing)):
        once = block.i < block.j
        yield Block(block.i[once], block.j[once], block.distance[once])


def all_pairs(part: Part, max_distance: int, workers: int | None) -> Iterator[Block]:
    """The pairs of entries of a part within a distance, i < j."""
    yield from equal_pairs(part)
    for found in part.searcher.pairs(max_distance, workers=workers):
        for block in expanded(part, part, found):
            low, high = np.minimum(block.i, block.j), np.maximum(block.i, block.j)
            yield Block(low, high, block.distance)


def pairs_between(
    left: Part, right: Part, max_distance: int, workers: int | None
) -> Iterator[Block]:
    """The pairs of an entry of one part and an entry of the other. The larger part is searched."""
    if len(left) > len(right):
        for found in left.searcher.matches(right.searcher.words, max_distance, workers=workers):
            yield from expanded(left, right, Block(found.j, found.i, found.distance))
    else:
        for found in right.searcher.matches(left.searcher.words, max_distance, workers=workers):
            yield from expanded(left, right, found)
