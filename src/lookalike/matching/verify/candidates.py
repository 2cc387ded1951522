"""Candidate pairs: pictures whose hashes are near, upright or turned. Each needs a second look.

Images with the same bytes are one picture here. Pictures with equal hashes are one node of the
search by bits, but they may differ, so their pairs are candidates too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.algorithms import get_algorithm
from lookalike.hashes import words_of
from lookalike.index import Block, searcher_for
from lookalike.matching.allowed.between import Some, pairs_among, pairs_between
from lookalike.matching.copies import first_equal
from lookalike.sight.turned import INVERSE, UPRIGHT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashes import HashArray
    from lookalike.hashing.table import HashTable
    from lookalike.matching.allowed.joining import Labels
    from lookalike.matching.allowed.marks import Marks
    from lookalike.matching.allowed.sides import Sides
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
    sides: Sides | None = None
    """Which images are references. Without, all pictures are compared with each other."""
    labels: Mapping[int, Labels] = field(default_factory=dict)
    """The labels of pictures that were told apart from others, as `Joining` has them."""

    @classmethod
    def of(
        cls,
        table: HashTable,
        nodes: Nodes,
        sides: Sides | None = None,
        marks: Marks | None = None,
    ) -> Pictures:
        """Collapse equal bytes, and the equal pixels of flat and degenerate images.

        `marks`: images that were told apart from others are not collapsed with others.
        """
        return cls._collapsed(table, nodes, sides, marks, _same_bytes(table, nodes, marks))

    @classmethod
    def of_either_side(cls, table: HashTable, nodes: Nodes, sides: Sides) -> Pictures:
        """Collapse the same within the new images and within the references only."""
        firsts = first_equal(_same_bytes(table, nodes), sides.is_reference)
        return cls._collapsed(table, nodes, sides, None, firsts)

    @classmethod
    def by_bits(
        cls, table: HashTable, nodes: Nodes, sides: Sides | None, marks: Marks | None
    ) -> Pictures:
        """Collapse equal hashes, too, but not a new image with a reference.

        A new image with the same bytes as a reference stays with it.
        """
        kinds: list[NDArray[np.generic]] = [nodes.of_image, *_of_marks(marks)]
        if sides is not None:
            same = _same_bytes(table, nodes, marks)
            is_old = sides.of(same, len(table))[same]
            is_new = np.zeros(len(table), np.bool_)
            is_new[same[~sides.is_reference]] = True
            kinds += [is_old, np.where(is_old & is_new[same], same + 1, 0)]
        return cls._collapsed(table, nodes, sides, marks, first_equal(*kinds))

    @classmethod
    def _collapsed(
        cls,
        table: HashTable,
        nodes: Nodes,
        sides: Sides | None,
        marks: Marks | None,
        firsts: NDArray[np.intp],
    ) -> Pictures:
        """`firsts`: the first image that is the same picture, for each image."""
        first, of_image = np.unique(firsts, return_inverse=True)
        blank = np.zeros(len(table), np.bool_)
        blank[[at for at, one in table.samples.items() if one.flat[0]]] = True
        labels = marks.labels_of(first) if marks else {}
        return cls(of_image, first, nodes.of_image[first], blank[first], nodes, sides, labels)

    def __len__(self) -> int:
        return len(self.first)

    @property
    def searched(self) -> int:
        """How many nodes are searched. The pictures of the others are blank."""
        return len(self.nodes.hashes) + len(self.nodes.sequences)

    @cached_property
    def is_reference(self) -> NDArray[np.bool_] | None:
        """`(pictures,)`: whether each picture is a reference. None if there are none."""
        return None if self.sides is None else self.sides.of(self.of_image, len(self))

    def joins(self, pictures: NDArray[np.intp]) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Which of some pictures are compared with which. Two equal sets are the same object."""
        if self.is_reference is None:
            return [(pictures, pictures)]
        is_old = self.is_reference[pictures]
        new, old = pictures[~is_old], pictures[is_old]
        within = self.sides is not None and self.sides.within
        return [(new, old), (new, new)] if within else [(new, old)]

    def of_nodes(self) -> NDArray[np.uint32]:
        """`(nodes,)`: the first picture of each node."""
        found = np.empty(self.nodes.total, np.uint32)
        found[self.node[::-1]] = np.arange(len(self), dtype=np.uint32)[::-1]
        return found

    @cached_property
    def stills(self) -> NDArray[np.intp]:
        """The numbers of the pictures with one frame and enough detail."""
        return np.flatnonzero(self.node < len(self.nodes.hashes))


def _same_bytes(table: HashTable, nodes: Nodes, marks: Marks | None = None) -> NDArray[np.intp]:
    """For each image, the first one with equal bytes, or with equal pixels if it is flat."""
    digests = words_of(table.digests).copy()
    digests[list(table.flat_digests)] = 0
    return first_equal(nodes.of_image, digests, *_of_marks(marks))


def _of_marks(marks: Marks | None) -> list[NDArray[np.int64]]:
    """The mark of each image as a column of which only equal ones are collapsed."""
    return [marks.of_image + 1] if marks else []


class _Classes:
    """Pictures that are equal to the search by bits, class by class."""

    def __init__(self, class_of: NDArray[np.integer], pictures: NDArray[np.intp], total: int):
        """`class_of`: the class of each of the pictures. `total`: how many classes there are."""
        self.pictures = pictures[np.argsort(class_of, kind="stable")]
        self.counts = np.bincount(class_of, minlength=total)
        self.starts = np.cumsum(self.counts) - self.counts


def blank(pictures: Pictures) -> Iterator[Candidates]:
    """The pairs of equal pictures without detail, if they were not collapsed."""
    flat = np.flatnonzero(pictures.node >= pictures.searched)
    for ours, theirs in pictures.joins(flat):
        left = _Classes(pictures.node[ours], ours, pictures.nodes.total)
        right = left
        several = left.counts > 1
        if theirs is not ours:
            right = _Classes(pictures.node[theirs], theirs, pictures.nodes.total)
            several = (left.counts > 0) & (right.counts > 0)
        equal = np.flatnonzero(several).astype(np.uint32)
        yield from _expanded(left, right, Block(equal, equal, np.zeros(len(equal), np.uint16)))


def upright(
    pictures: Pictures,
    beyond: int,
    max_distance: int,
    workers: int | None,
    among: NDArray[np.intp] | None = None,
) -> Iterator[Candidates]:
    """The pairs whose hashes differ in more than `beyond` bits and at most `max_distance`.

    `among`: the numbers of some pictures, or None for all.
    """
    nodes = pictures.nodes
    for ours, theirs in pictures.joins(np.arange(len(pictures)) if among is None else among):
        left = _Classes(pictures.node[ours], ours, nodes.total)
        right = left if theirs is ours else _Classes(pictures.node[theirs], theirs, nodes.total)
        some = Some.of(nodes, left.counts > 0)
        if left is right:
            equal = np.flatnonzero(left.counts[: pictures.searched] > 1).astype(np.uint32)
            same = Block(equal, equal, np.zeros(len(equal), np.uint16))
            blocks = chain([same], pairs_among(some, max_distance, workers))
        else:
            others = Some.of(nodes, right.counts > 0)
            blocks = chain([], pairs_between(some, others, max_distance, workers))
        for block in blocks:
            wanted = block.distance.astype(np.int64) > beyond
            yield from _expanded(left, right, Block._make(column[wanted] for column in block))


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
    is_phash = rule.algorithm == "phash"
    words = words_of(hashes.data if is_phash else thumbs.hashes(UPRIGHT))
    limit = turned_limit(rule)
    for ours, theirs in pictures.joins(pictures.stills):
        both_ways = [(ours, theirs)] if ours is theirs else [(ours, theirs), (theirs, ours)]
        for stills, queried in both_ways:
            class_of, first = kernel.distinct(words[pictures.first[stills]])
            classes = _Classes(class_of, stills, len(first))
            alone = _Classes(np.arange(len(queried)), queried, len(queried))
            distinct = words[pictures.first[stills[first]]]
            searcher = searcher_for(distinct, PHASH_BITS, limit, workers)
            for orientation in orientations:
                queries = words_of(thumbs.hashes(orientation)[pictures.first[queried]])
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
