"""Pairs of images, computed within groups, because no pair spans two groups."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.errors import LookalikeError
from lookalike.index import Block
from lookalike.matching.sequences import at_moments, distinct_rows, near_at_all

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashes import HashArray
    from lookalike.hashing.table import HashTable

MOST_PAIRS = 20_000_000


class Pairs(NamedTuple):
    """Pairs of images within `max_distance`, ordered by i, then j."""

    i: NDArray[np.intp]
    """Positions among the images, i < j."""
    j: NDArray[np.intp]
    """Positions among the images."""
    distance: NDArray[np.uint16]
    """In bits."""


class _Links:
    """The pairs between the distinct hashes of a group, not yet expanded to images."""

    def __init__(
        self, members: NDArray[np.intp], at_all: NDArray[np.uint8], max_distance: int
    ) -> None:
        """`at_all`: the hashes of the members, `(members, moments, bytes)`."""
        inverse, first = distinct_rows(at_all)
        counts = np.bincount(inverse, minlength=len(first))
        within = np.arange(len(first), dtype=np.uint32)
        blocks = [Block(within, within, np.zeros(len(within), np.uint16))]
        for block in near_at_all(at_all[first], max_distance, workers=1):
            blocks.append(block)
            if sum(len(one.i) for one in blocks) > 2 * MOST_PAIRS:
                raise too_many("more than")
        left, right, self.distance = (
            np.concatenate(column) for column in zip(*blocks, strict=True)
        )
        self.members = members[np.argsort(inverse, kind="stable")]
        starts = np.cumsum(counts) - counts
        self.left, self.right = starts[left], starts[right]
        self.left_count, self.right_count = counts[left], counts[right]

    @property
    def count(self) -> int:
        """How many pairs of images they stand for. Within one hash, each pair counts twice."""
        return int((self.left_count * self.right_count).sum())

    def expand(self) -> Pairs:
        sizes = self.left_count * self.right_count
        link = np.repeat(np.arange(len(sizes)), sizes)
        step = np.arange(len(link)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        one = self.members[self.left[link] + step // self.right_count[link]]
        other = self.members[self.right[link] + step % self.right_count[link]]
        # Within one hash, every pair occurs twice, and every image is paired with itself.
        wanted = (self.left[link] != self.right[link]) | (one < other)
        one, other = one[wanted], other[wanted]
        return Pairs(np.minimum(one, other), np.maximum(one, other), self.distance[link][wanted])


def pairs_within(
    sets: Iterable[NDArray[np.intp]], table: HashTable, hashes: HashArray, max_distance: int
) -> Pairs:
    """The pairs of each set of positions that lie within `max_distance`.

    Raises `LookalikeError` if there would be more than about `MOST_PAIRS`.
    """
    links = [_Links(members, at_moments(table, members, hashes), max_distance) for members in sets]
    count = sum(one.count for one in links)
    if count > 2 * MOST_PAIRS:
        raise too_many(f"about {count // 2:,}, more than")
    nothing = np.empty(0, np.intp)
    parts = [Pairs(nothing, nothing, nothing.astype(np.uint16)), *(one.expand() for one in links)]
    i, j, distance = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((j, i))
    return Pairs(i[order], j[order], distance[order])


def too_many(how_many: str) -> LookalikeError:
    """The error for pairs that would not fit in memory."""
    return LookalikeError(
        f"{how_many} {MOST_PAIRS:,} pairs of images are too many to list: use the groups instead"
    )
