"""Files with several frames, compared moment by moment: animations and multi-page documents.

Each is sampled at `MOMENTS` relative moments. A still is the same at all of them. Two images match
if they are near each other at every moment. Only images of one kind are linked: their known moments
are the same, and so are their flat ones. Otherwise a third image could link two that differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.hashes import HashArray, words_of
from lookalike.hashing.moments import ONLY_FIRST, Moments, moments_of
from lookalike.images import MOMENTS
from lookalike.index import Block, searcher_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable

MOST_WORDS = 64
"""About how many words of 64 bits one search compares, of the hashes of all moments."""
CHUNK_BYTES = 1 << 25


class Agreement(NamedTuple):
    """How far two images agree."""

    agreeing: int
    """How many of the compared frames are alike."""
    compared: int
    distance: int
    """Between the frames that differ most, or between the first if no frame has any detail."""
    first_alike: bool
    matches: bool
    """Whether a search links the two: all frames agree, and enough of them are known."""


def agreement(one: Moments, other: Moments, max_distance: int) -> Agreement:
    """Compare the frames known of both. Two flat frames agree. A flat one matches no other."""
    known = min(len(one.frames), len(other.frames))
    distances = np.bitwise_count(one.hashes[:known] ^ other.hashes[:known]).sum(axis=1)
    flat = np.array([one.flat[:known], other.flat[:known]])
    alike = flat.all(axis=0) | ~flat.any(axis=0) & (distances <= max_distance)
    frames = list(zip(one.frames, other.frames, strict=False))
    agreed = dict(zip(frames, alike.tolist(), strict=True))
    telling = distances[~flat.any(axis=0)]
    return Agreement(
        agreeing=sum(agreed.values()),
        compared=len(agreed),
        distance=int(telling.max() if len(telling) else distances[0]),
        first_alike=agreed[frames[0]] and not one.flat[0],
        matches=one.kind == other.kind != ONLY_FIRST and all(agreed.values()),
    )


class Sequences:
    """The distinct files with several frames in a table, except those that are flat throughout."""

    def __init__(self, table: HashTable, algorithm: str) -> None:
        width = table.hashes[algorithm].data.shape[1]
        self.number_of: dict[int, int] = {}
        """The number of each image's sequence, by the position of the image."""
        self.positions: list[int] = []
        """The first image of each sequence."""
        kinds: list[int] = []
        hashes: list[NDArray[np.uint8]] = []
        numbers: dict[bytes, int] = {}
        for at in table.samples:
            if at in table.flat_digests:
                continue
            moments = moments_of(table, at, algorithm)
            known = np.zeros((MOMENTS, width), np.uint8)
            known[: len(moments.hashes)] = moments.hashes
            known[: len(moments.flat)][list(moments.flat)] = 0
            key = table.digests[at] if moments.kind == ONLY_FIRST else known
            name = moments.kind.to_bytes(2, "big") + key.tobytes()
            number = self.number_of[at] = numbers.setdefault(name, len(numbers))
            if number == len(self.positions):
                self.positions.append(at)
                kinds.append(moments.kind)
                hashes.append(known)
        self.kinds = np.array(kinds, np.uint32)
        self.hashes = np.array(hashes, np.uint8).reshape(-1, MOMENTS, width)
        """`(n, MOMENTS, bytes)`. Moments that are flat or unknown are zeros."""

    def __len__(self) -> int:
        return len(self.positions)

    def among(self, numbers: NDArray[np.intp]) -> Sequences:
        """Some of them, with numbers of their own."""
        some = copy(self)
        some.positions = [self.positions[number] for number in numbers.tolist()]
        renumbered = {at: number for number, at in enumerate(numbers.tolist())}
        some.number_of = {
            at: renumbered[number] for at, number in self.number_of.items() if number in renumbered
        }
        some.kinds, some.hashes = self.kinds[numbers], self.hashes[numbers]
        return some

    def first_moments(self) -> NDArray[np.intp]:
        """`(n,)`: the first moment of each sequence that is not flat."""
        is_flat = self.kinds[:, None] >> np.arange(MOMENTS) & 1
        first: NDArray[np.intp] = is_flat.argmin(axis=1)
        return first

    def links(self, max_distance: int, workers: int | None) -> Iterator[Block]:
        """Pairs of sequences that are near each other at every moment."""
        for kind in np.unique(self.kinds[self.kinds != ONLY_FIRST]):
            of_kind = np.flatnonzero(self.kinds == kind).astype(np.uint32)
            hashes = self.hashes[of_kind][:, _detailed(int(kind))]
            for block in near_at_all(hashes, max_distance, workers):
                yield block._replace(i=of_kind[block.i], j=of_kind[block.j])

    def links_to(
        self, others: Sequences, max_distance: int, workers: int | None
    ) -> Iterator[Block]:
        """Pairs of one of these and one of the others that are near each other at every moment."""
        for kind in np.intersect1d(self.kinds, others.kinds[others.kinds != ONLY_FIRST]):
            ours = np.flatnonzero(self.kinds == kind).astype(np.uint32)
            theirs = np.flatnonzero(others.kinds == kind).astype(np.uint32)
            moments = _detailed(int(kind))
            hashes = self.hashes[ours][:, moments], others.hashes[theirs][:, moments]
            for block in near_others_at_all(*hashes, max_distance, workers):
                yield block._replace(i=ours[block.i], j=theirs[block.j])


def _detailed(kind: int) -> list[int]:
    """The moments that are known and not flat."""
    return [moment for moment in range(kind >> MOMENTS) if not kind >> moment & 1]


def near_at_all(
    hashes: NDArray[np.uint8], max_distance: int, workers: int | None
) -> Iterator[Block]:
    """Pairs i < j of rows that lie within `max_distance` at every moment.

    `hashes`: `(n, moments, bytes)`. The distance of a pair is its largest at any moment. The hashes
    of several moments are searched as one. If all pictures are alike at one moment, as in films
    with the same title, searching that moment alone would find too many pairs.
    """
    words, within = _searched_as_one(hashes, max_distance)
    searcher = searcher_for(words, 64 * words.shape[1], within, workers)
    blocks = searcher.pairs(within, workers=workers)
    return _near(hashes, hashes, max_distance, blocks)


def near_others_at_all(
    ours: NDArray[np.uint8], theirs: NDArray[np.uint8], max_distance: int, workers: int | None
) -> Iterator[Block]:
    """The same for pairs of one of our rows and one of theirs."""
    words, within = _searched_as_one(np.concatenate([ours, theirs]), max_distance)
    queries, searched = words[: len(ours)], words[len(ours) :]
    searcher = searcher_for(searched, 64 * words.shape[1], within, workers)
    blocks = searcher.matches(queries, within, workers=workers)
    return _near(ours, theirs, max_distance, blocks)


def _searched_as_one(
    hashes: NDArray[np.uint8], max_distance: int
) -> tuple[NDArray[np.uint64], int]:
    """The hashes of the moments that differ the most, side by side, and their largest distance."""
    moments = _words_of_each(hashes)
    moments.sort(key=lambda words: -len(kernel.distinct(words)[1]))
    most = max(MOST_WORDS // moments[0].shape[1], 1)
    words = np.concatenate(moments[:most], axis=1)
    return words, min(max_distance * min(most, len(moments)), 64 * words.shape[1])


def _near(
    ours: NDArray[np.uint8],
    theirs: NDArray[np.uint8],
    max_distance: int,
    blocks: Iterator[Block],
) -> Iterator[Block]:
    """The pairs of blocks that lie within `max_distance` at every moment."""
    for block in blocks:
        distance = farthest(ours, block.i, theirs, block.j)
        near = distance <= max_distance
        yield Block(block.i[near], block.j[near], distance[near])


def distinct_rows(
    hashes: NDArray[np.uint8],
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """For each row of `(n, moments, bytes)`, its number among the distinct rows.

    Also gives the position of the first row of each number.
    """
    of_each = [kernel.distinct(words) for words in _words_of_each(hashes)]
    if len(of_each) == 1:
        return of_each[0]
    numbers = np.stack([inverse for inverse, _ in of_each], axis=1)
    return kernel.distinct(words_of(numbers.view(np.uint8)))


def _words_of_each(hashes: NDArray[np.uint8]) -> list[NDArray[np.uint64]]:
    return [words_of(np.ascontiguousarray(hashes[:, k])) for k in range(hashes.shape[1])]


def farthest(
    ours: NDArray[np.uint8],
    i: NDArray[np.integer],
    theirs: NDArray[np.uint8],
    j: NDArray[np.integer],
) -> NDArray[np.uint16]:
    """The largest distance of each pair of rows at any moment."""
    out = np.empty(len(i), np.uint16)
    step = max(CHUNK_BYTES // ours[0].size, 1) if len(i) else 1
    for begin in range(0, len(i), step):
        part = slice(begin, begin + step)
        differing = np.bitwise_count(ours[i[part]] ^ theirs[j[part]])
        out[part] = differing.sum(axis=2, dtype=np.uint16).max(axis=1)
    return out


def at_moments(table: HashTable, members: NDArray[np.intp], hashes: HashArray) -> NDArray[np.uint8]:
    """`(members, moments, bytes)`: the hashes of a group at each moment with any detail.

    Stills have one moment. So do groups in which only equal files or pixels match.
    """
    positions = members.tolist() if table.samples else []
    several = next((at for at in positions if at in table.samples), None)
    if several is not None and several not in table.flat_digests:
        kind = moments_of(table, several, hashes.algorithm).kind
        if kind != ONLY_FIRST:
            rows = [moments_of(table, at, hashes.algorithm).hashes for at in positions]
            return np.stack(rows)[:, _detailed(kind)]
    return hashes.data[members][:, None]


def starts_of(sets: Sequence[NDArray[np.intp]]) -> NDArray[np.intp]:
    """Where each set begins if all are concatenated."""
    return np.cumsum([0, *map(len, sets)], dtype=np.intp)[:-1]


def sizes_of(members: NDArray[np.intp], starts: NDArray[np.intp]) -> NDArray[np.intp]:
    """How many members each group has. `starts` is where each group begins."""
    return np.diff(starts, append=len(members))


def with_samples(
    table: HashTable, members: NDArray[np.intp], starts: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Whether each group has a member with several sampled frames."""
    if not table.samples or not len(starts):
        return np.zeros(len(starts), np.bool_)
    sampled = np.isin(members, list(table.samples))
    groups: NDArray[np.bool_] = np.logical_or.reduceat(sampled, starts)
    return groups


def distances_at(
    hashes: HashArray, one: NDArray[np.intp], other: NDArray[np.intp]
) -> NDArray[np.uint16]:
    """The distance of each image at `one` from that at `other`, by their first frames."""
    data = hashes.data[:, None]
    return farthest(data, one, data, other)
