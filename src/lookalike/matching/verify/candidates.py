"""Candidate pairs: pictures whose hashes are near, upright or turned. Each needs a second look.

Images with the same bytes are one picture here. Pictures with equal hashes are one node of the
search by bits, but they may differ, so their pairs are candidates too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.algorithms import get_algorithm
from lookalike.hashes import words_of
from lookalike.index import Block, searcher_for
from lookalike.matching.copies import first_equal
from lookalike.matching.nodes import sequence_links
from lookalike.sight.turned import INVERSE, UPRIGHT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashes import HashArray
    from lookalike.hashing.table import HashTable
    from lookalike.matching.nodes import Nodes
    from lookalike.matching.rules import Rule
    from lookalike.sight.thumbs import Thumbs

CHUNK = 1 << 20
"""About the most pairs in memory at once."""
PHASH_BITS = 64


class Candidates(NamedTuple):
    """Some candidate pairs, by the numbers of their pictures."""

    i: NDArray[np.uint32]
    j: NDArray[np.uint32]
    """Always larger than i."""
    distance: NDArray[np.uint16]
    """In bits."""
    orientation: NDArray[np.uint8]
    """The EXIF orientation by which j is turned to lie on i."""

    @classmethod
    def concatenated(cls, parts: Sequence[Candidates]) -> Candidates:
        """The pairs of many as one."""
        empty = [np.empty(0, dtype) for dtype in (np.uint32, np.uint32, np.uint16, np.uint8)]
        return cls._make(map(np.concatenate, zip(empty, *parts, strict=True)))

    def among(self, wanted: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Candidates:
        """Some of the pairs."""
        return Candidates._make(column[wanted] for column in self)


@dataclass(frozen=True)
class Pictures:
    """The distinct pictures of a table."""

    of_image: NDArray[np.intp]
    """`(n,)`: the picture of each image."""
    first: NDArray[np.intp]
    """The position of the first image of each picture."""
    node: NDArray[np.uint32]
    """The node of each picture in the search by bits."""
    begins_blank: NDArray[np.bool_]
    """Whether each picture begins with a blank frame, so that its thumb says nothing."""
    nodes: Nodes

    @classmethod
    def of(cls, table: HashTable, nodes: Nodes) -> Pictures:
        """Collapse equal bytes, and the equal pixels of flat and degenerate images."""
        digests = words_of(table.digests).copy()
        digests[list(table.flat_digests)] = 0
        first, of_image = np.unique(first_equal(nodes.of_image, digests), return_inverse=True)
        blank = np.zeros(len(table), np.bool_)
        blank[[at for at, one in table.samples.items() if one.flat[0]]] = True
        return cls(of_image, first, nodes.of_image[first], blank[first], nodes)

    def __len__(self) -> int:
        return len(self.first)

    @property
    def searched(self) -> int:
        """How many nodes are searched. The pictures of the others are blank."""
        return len(self.nodes.hashes) + len(self.nodes.sequences)

    @cached_property
    def stills(self) -> NDArray[np.intp]:
        """The numbers of the pictures with one frame and enough detail."""
        return np.flatnonzero(self.node < len(self.nodes.hashes))


class _Classes:
    """Pictures that are equal to the search by bits, class by class."""

    def __init__(self, class_of: NDArray[np.integer], pictures: NDArray[np.intp], total: int):
        """`class_of`: the class of each of the pictures. `total`: how many classes there are."""
        self.pictures = pictures[np.argsort(class_of, kind="stable")]
        self.counts = np.bincount(class_of, minlength=total)
        self.starts = np.cumsum(self.counts) - self.counts


def upright(
    pictures: Pictures, beyond: int, max_distance: int, workers: int | None
) -> Iterator[Candidates]:
    """The pairs whose hashes differ in more than `beyond` bits and at most `max_distance`."""
    nodes = pictures.nodes
    classes = _Classes(pictures.node, np.arange(len(pictures)), nodes.total)
    equal = np.flatnonzero(classes.counts[: pictures.searched] > 1).astype(np.uint32)
    searcher = searcher_for(nodes.hashes.words, nodes.hashes.bits, max_distance, workers)
    blocks = chain(
        [Block(equal, equal, np.zeros(len(equal), np.uint16))],
        searcher.pairs(max_distance, workers=workers),
        sequence_links(nodes, searcher, max_distance, workers),
    )
    for block in blocks:
        wanted = block.distance.astype(np.int64) > beyond
        yield from _expanded(classes, classes, Block._make(column[wanted] for column in block))


def turned(
    pictures: Pictures,
    hashes: HashArray,
    rule: Rule,
    thumbs: Thumbs,
    orientations: tuple[int, ...],
    workers: int | None,
) -> Iterator[Candidates]:
    """The pairs of stills of which one is near the other when turned.

    They are found by the pHash of their thumbs, whatever the algorithm of the rule is.
    """
    stills = pictures.stills
    at = pictures.first[stills]
    is_phash = rule.algorithm == "phash"
    words = words_of((hashes.data if is_phash else thumbs.hashes(UPRIGHT))[at])
    class_of, first = kernel.distinct(words)
    classes = _Classes(class_of, stills, len(first))
    alone = _Classes(np.arange(len(stills)), stills, len(stills))
    limit = turned_limit(rule)
    searcher = searcher_for(words[first], PHASH_BITS, limit, workers)
    for orientation in orientations:
        queries = words_of(thumbs.hashes(orientation)[at])
        for block in searcher.matches(queries, limit, workers=workers):
            # The query is turned, so it is the second of the pair.
            pairs = Block(block.j, block.i, block.distance)
            yield from _expanded(classes, alone, pairs, orientation)


def turned_limit(rule: Rule) -> int:
    """In how many bits of pHash a turned thumb may differ."""
    return rule.max_distance * PHASH_BITS // get_algorithm(rule.algorithm).bits


def _expanded(
    left: _Classes, right: _Classes, block: Block, orientation: int = UPRIGHT
) -> Iterator[Candidates]:
    """All pairs of pictures that pairs of classes stand for, in parts, with i < j."""
    left_count, right_count = left.counts[block.i], right.counts[block.j]
    ends = np.cumsum(left_count * right_count)
    for begin in range(0, int(ends[-1]) if len(ends) else 0, CHUNK):
        at = np.arange(begin, min(begin + CHUNK, ends[-1]))
        pair = np.searchsorted(ends, at, side="right")
        step = at - (ends - left_count * right_count)[pair]
        i = left.pictures[left.starts[block.i[pair]] + step // right_count[pair]]
        j = right.pictures[right.starts[block.j[pair]] + step % right_count[pair]]
        # Within one class, each pair comes twice, and each picture is paired with itself.
        wanted = (
            np.where(block.i[pair] == block.j[pair], i < j, i != j) if left is right else i != j
        )
        orientations = np.where(i < j, orientation, INVERSE[orientation])
        i, j = np.minimum(i, j), np.maximum(i, j)
        found = Candidates(
            i.astype(np.uint32),
            j.astype(np.uint32),
            block.distance[pair],
            orientations.astype(np.uint8),
        )
        yield found.among(wanted)
