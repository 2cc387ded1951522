"""Which images are similar to given pictures: every pair of the two, not only connected sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lookalike._native import kernel
from lookalike.index.search.searcher import roots
from lookalike.matching.copies import Copies, find_copies
from lookalike.matching.groups import GroupColumns, MemberLooks
from lookalike.matching.links import Evidence, Links
from lookalike.matching.nodes import nodes_of
from lookalike.matching.verify.candidates import Candidates, Pictures, blank, upright
from lookalike.matching.verify.verified import Verified

if TYPE_CHECKING:
    from lookalike.hashes import HashArray
    from lookalike.matching.allowed.marks import Marks
    from lookalike.matching.allowed.sides import Sides
    from lookalike.matching.rereading import Rereading
    from lookalike.matching.rules import Rule
    from lookalike.work.progress import Progress


def similar_images(
    again: Rereading,
    rule: Rule,
    sides: Sides,
    workers: int,
    progress: Progress,
    marks: Marks | None = None,
) -> tuple[GroupColumns, Verified | None]:
    """For each new image, a group of it and of the references that are similar, the best first.

    Equal bytes come first, then equal pixels, then what agrees best, then the nearest hash. A
    reference may be in several groups. `marks`: images that were told apart are not similar.
    """
    table, thumbs = again.table, again.memory.thumbs
    hashes = table.hashes[rule.algorithm]
    nodes = nodes_of(table, hashes)
    pictures = Pictures.of_either_side(table, nodes, sides)
    verified = None
    if rule.verify and thumbs is not None:
        verified = Verified.of(
            again, hashes, nodes, rule, thumbs, workers, progress, every=pictures
        )  # fmt: skip
        found = _best_of_each(verified.confirming.links)
    else:
        found = _near(pictures, rule, workers)
    found = Links.concatenated([found, _blank(pictures)])
    links = _of_images(found, pictures, sides)
    if marks:
        links = links.among(~marks.are_apart(links.i, links.j))
    return _ranked(again, hashes, links, sides, progress, looked=rule.verify), verified


def _near(pictures: Pictures, rule: Rule, workers: int) -> Links:
    """The links by bits alone, between first images."""
    first = pictures.first
    parts = [
        Links.by_bits(first[some.i], first[some.j], some.distance, np.zeros(len(some.i), np.uint8))
        for some in upright(pictures, -1, rule.max_distance, workers)
    ]
    return Links.concatenated(parts)


def _blank(pictures: Pictures) -> Links:
    """The links between pictures that are too flat to be searched, and have equal pixels."""
    pairs = Candidates.concatenated(list(blank(pictures)))
    equal = np.full(len(pairs.i), Evidence.PIXELS, np.uint8)
    return Links.by_bits(pictures.first[pairs.i], pictures.first[pairs.j], pairs.distance, equal)


def _best_of_each(links: Links) -> Links:
    """A pair may be found upright and turned. Takes the way that agrees best."""
    order = np.lexsort((-links.evidence.astype(np.int8), -links.agreement, links.j, links.i))
    links = links.among(order)
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = (links.i[1:] != links.i[:-1]) | (links.j[1:] != links.j[:-1])
    return links.among(is_first)


def _of_images(links: Links, pictures: Pictures, sides: Sides) -> Links:
    """The links of all images whose pictures are linked, from links between first images."""
    order = np.argsort(pictures.of_image, kind="stable")
    counts = np.bincount(pictures.of_image, minlength=len(pictures))
    starts = np.cumsum(counts) - counts
    one, other = pictures.of_image[links.i], pictures.of_image[links.j]
    sizes = counts[one] * counts[other]
    link = np.repeat(np.arange(len(sizes)), sizes)
    step = np.arange(len(link)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    i = order[starts[one[link]] + step // counts[other[link]]]
    j = order[starts[other[link]] + step % counts[other[link]]]
    assert not sides.is_reference[i].any()
    return links.among(link)._replace(i=i, j=j)


def _ranked(
    again: Rereading,
    hashes: HashArray,
    links: Links,
    sides: Sides,
    progress: Progress,
    *,
    looked: bool,
) -> GroupColumns:
    """The links as groups of a new image and its references, the best of these first."""
    new = np.flatnonzero(~sides.is_reference)
    own = np.stack([new, new])  # a group begins with the new image itself
    i, members = np.concatenate([own, np.stack([links.i, links.j])], axis=1)
    copies = _copies(again, hashes, links, progress)
    first = Links.by_bits(new, new, np.zeros(len(new), np.uint16), np.zeros(len(new), np.uint8))
    every = Links.concatenated([first._replace(agreement=np.ones(len(new), np.float32)), links])
    same = copies.evidence(i, members)
    evidence = np.maximum(same, every.evidence)
    agreement = np.where(same >= Evidence.PIXELS, 1, every.agreement).astype(np.float32)
    kind = np.where(evidence >= Evidence.PIXELS, evidence, 0).astype(np.int8)
    order = np.lexsort((members, every.distance, np.nan_to_num(-agreement), -kind, i != members, i))
    looks = MemberLooks(
        agreement=agreement,
        turned=every.turned,
        mirrored=every.mirrored,
        colour_differs=every.colour_differs,
        is_linked=np.ones(len(members), np.bool_),
        evidence=every.evidence,
        overlap=every.overlap,
    )
    return GroupColumns(
        members=members[order],
        starts=np.searchsorted(i[order], new),
        distance=every.distance[order],
        copies=Copies(*(column[members[order]] for column in copies)),
        reason=np.zeros(len(new), np.uint8),
        values=[(None, None)] * len(new),
        looks=looks.among(order) if looked else None,
    )


def _copies(again: Rereading, hashes: HashArray, links: Links, progress: Progress) -> Copies:
    """For each image of the table, a number that those with equal bytes, or pixels, share."""
    count = len(again.table)
    parent = np.arange(count, dtype=np.uint32)
    kernel.join_sets(parent, links.i.astype(np.uint32), links.j.astype(np.uint32))
    members = np.unique(np.concatenate([links.i, links.j]))
    groups = roots(parent)[members].astype(np.intp)
    found = find_copies(again, hashes, members, groups, progress)
    numbers = [np.arange(count), np.arange(count)]
    for column, of_member in zip(numbers, found, strict=True):
        column[members] = members[of_member]
    return Copies(*numbers)
