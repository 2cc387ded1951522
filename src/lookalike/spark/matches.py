"""Which images match one of a reference set, and which of those is the nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.hashes import words_of
from lookalike.hashing.memory import Memory
from lookalike.index import searcher_for
from lookalike.matching.nodes import nodes_of, sequence_links
from lookalike.matching.rereading import Rereading
from lookalike.matching.verify.candidates import Candidates, Pictures, turned, upright
from lookalike.matching.verify.closer_look import CloserLook
from lookalike.matching.verify.confirming import Confirming
from lookalike.matching.verify.second_look import SecondLook
from lookalike.matching.verify.verified import orientations_for
from lookalike.work.progress import silent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from lookalike.hashes import HashArray
    from lookalike.hashing.table import HashTable
    from lookalike.matching.nodes import Nodes
    from lookalike.matching.rereading import Read
    from lookalike.matching.rules import Rule
    from lookalike.sight.thumbs import Thumbs

MATCHES = (
    "id bigint, shard bigint, key string, raw_path binary, reference string, "
    "reference_id bigint, distance int, exact boolean, agreement double"
)
"""The columns of a result with `against`: one row per image that matches any reference."""
NONE = np.iinfo(np.int64).max


class Matches(NamedTuple):
    """Images that match, each with its nearest reference."""

    image: NDArray[np.intp]
    """Positions in the table."""
    reference: NDArray[np.intp]
    """Positions in the table."""
    distance: NDArray[np.int64]
    """In bits."""
    exact: NDArray[np.bool_]
    """Whether the bytes are equal."""
    agreement: NDArray[np.float32]
    """Of the pixels. NaN without a second look."""


class _Links(NamedTuple):
    """Pairs of classes of images, of which all are equal to the rule."""

    i: NDArray[np.intp]
    j: NDArray[np.intp]
    distance: NDArray[np.int64]
    agreement: NDArray[np.float32]


def matches_in(
    table: HashTable,
    rule: Rule,
    is_reference: NDArray[np.bool_],
    thumbs: Thumbs | None,
    read: Read,
) -> Matches:
    """Match the images of a table that are not references with those that are.

    The nearest reference has the same bytes, or else the least distance. Among equals it is the
    first one.
    """
    nodes = nodes_of(table, table.hashes[rule.algorithm])
    if rule.verify and thumbs is not None:
        pictures = Pictures.of(table, nodes)
        class_of = pictures.of_image
        links = _confirmed(table, rule, pictures, thumbs, read, is_reference)
    else:
        class_of = nodes.of_image.astype(np.intp)
        links = _near(nodes, rule, _sides(class_of, nodes.total, is_reference))
    return _nearest(table, class_of, links, is_reference)


def _sides(
    class_of: NDArray[np.intp], total: int, is_reference: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """`(2, total)`: whether each class has an image to match, and whether it has a reference."""
    sides = np.zeros((2, total), np.bool_)
    sides[is_reference.astype(np.intp), class_of] = True
    return sides


def _near(nodes: Nodes, rule: Rule, sides: NDArray[np.bool_]) -> _Links:
    """The pairs of nodes within the distance, one of each side."""
    hashes = nodes.hashes
    ours, theirs = (np.flatnonzero(side[: len(hashes)]) for side in sides)
    words = hashes.words
    found: list[tuple[NDArray[np.integer], ...]] = []
    if len(ours) and len(theirs):
        reference = np.ascontiguousarray(words[theirs])
        searcher = searcher_for(reference, hashes.bits, rule.max_distance, 1)
        queries = np.ascontiguousarray(words[ours])
        found = [
            (ours[block.i], theirs[block.j], block.distance)
            for block in searcher.matches(queries, rule.max_distance, workers=1)
        ]
    if len(nodes.sequences):
        searcher = searcher_for(words, hashes.bits, rule.max_distance, 1)
        for block in sequence_links(nodes, searcher, rule.max_distance, 1):
            found += [(i, j, block.distance) for i, j in ((block.i, block.j), (block.j, block.i))]
    found.append((np.empty(0, np.intp),) * 3)
    i, j, distance = map(np.concatenate, zip(*found, strict=True))
    wanted = sides[0, i] & sides[1, j]
    unseen = np.full(int(wanted.sum()), np.nan, np.float32)
    return _Links(i[wanted], j[wanted], distance[wanted].astype(np.int64), unseen)


def _confirmed(
    table: HashTable,
    rule: Rule,
    pictures: Pictures,
    thumbs: Thumbs,
    read: Read,
    is_reference: NDArray[np.bool_],
) -> _Links:
    """The pairs of pictures that a second look confirms, one of each side."""
    again = Rereading(table, read, Memory(thumbs))
    look = SecondLook(again, pictures, thumbs, rule, 1)
    closer = CloserLook(again, pictures, look, 1)
    confirming = Confirming(pictures, rule, look, closer, silent)
    sides = _sides(pictures.of_image, len(pictures), is_reference)
    hashes = table.hashes[rule.algorithm]
    links = []
    for pairs in _candidates(pictures, hashes, rule, thumbs):
        one, other = sides[0, pairs.i] & sides[1, pairs.j], sides[1, pairs.i] & sides[0, pairs.j]
        some = pairs.among(one | other)
        verdicts = confirming.confirm_each(some)
        kept = some.among(verdicts.same)
        agreement = verdicts.agreement[verdicts.same]
        links += [
            _Links(i.astype(np.intp), j.astype(np.intp), kept.distance.astype(np.int64), agreement)
            for i, j in ((kept.i, kept.j), (kept.j, kept.i))
        ]
    none, short = np.empty(0, np.intp), np.empty(0, np.float32)
    empty = _Links(none, none, none, short)
    every = _Links._make(map(np.concatenate, zip(empty, *links, strict=True)))
    wanted = sides[0, every.i] & sides[1, every.j]
    return _Links._make(column[wanted] for column in every)


def _candidates(
    pictures: Pictures, hashes: HashArray, rule: Rule, thumbs: Thumbs
) -> Iterator[Candidates]:
    yield from upright(pictures, -1, rule.max_distance, 1)
    yield from turned(pictures, hashes, rule, thumbs, orientations_for(rule), 1)


def _nearest(
    table: HashTable,
    class_of: NDArray[np.intp],
    links: _Links,
    is_reference: NDArray[np.bool_],
) -> Matches:
    """The nearest reference of each image, from the links between classes of images."""
    total = int(class_of.max(initial=-1)) + 1
    first = _first_of(class_of, total, is_reference)
    both = np.flatnonzero(first < NONE)
    unseen = np.full(len(both), np.nan, np.float32)
    every = _Links(
        np.r_[both, links.i], np.r_[both, links.j],
        np.r_[np.zeros(len(both), np.int64), links.distance], np.r_[unseen, links.agreement],
    )  # fmt: skip
    order = np.lexsort((first[every.j], -np.nan_to_num(every.agreement), every.distance, every.i))
    best = np.full(total, -1)
    best[every.i[order[::-1]]] = order[::-1]  # the first of each is written last
    images = np.flatnonzero(~is_reference & (best[class_of] >= 0))
    link = best[class_of[images]]
    equal, exact = _with_equal_bytes(table, is_reference, images)
    reference = np.where(exact, equal, first[every.j[link]])
    distance = np.where(exact, 0, every.distance[link])
    return Matches(images, reference, distance, exact, every.agreement[link])


def _first_of(
    class_of: NDArray[np.integer], total: int, is_reference: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """The position of the first reference of each class, or `NONE`."""
    first = np.full(total, NONE)
    at = np.flatnonzero(is_reference)
    np.minimum.at(first, class_of[at], at)
    return first


def _with_equal_bytes(
    table: HashTable, is_reference: NDArray[np.bool_], images: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """For some images, the first reference with equal bytes, and whether there is one.

    Nothing is known about files of which only the beginning was read.
    """
    number, distinct = kernel.distinct(words_of(table.digests))
    whole = np.ones(len(table), np.bool_)
    whole[list(table.beginnings)] = False
    first = _first_of(number, len(distinct), is_reference & whole)[number[images]]
    return first, whole[images] & (first < NONE)
