"""A look at each member of a group from its keeper.

A search joins pictures by any chain of links. People ask only how a picture compares with the one
that stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.matching.groups import MemberLooks
from lookalike.matching.links import Links
from lookalike.matching.verify.candidates import Candidates
from lookalike.matching.verify.second_look import Verdicts
from lookalike.sight.turned import UPRIGHT, hashes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.matching.groups import GroupColumns
    from lookalike.matching.verify.candidates import Pictures
    from lookalike.matching.verify.confirming import Confirming
    from lookalike.matching.verify.second_look import SecondLook
    from lookalike.work.progress import Progress

BATCH = 1 << 12
PORTION = 1 << 6
"""Pairs between two reports of progress. Each may have to be read again."""
NO_STILL = 1 << 15
"""More bits than any two thumbs differ in. Animations and documents are never turned."""


class _Pairs(NamedTuple):
    """Pairs of a picture and its keeper, the smaller number first."""

    i: NDArray[np.intp]
    j: NDArray[np.intp]
    upright: NDArray[np.uint16]
    """Their distance without turning."""


def looked_from_keepers(
    columns: GroupColumns,
    pictures: Pictures,
    confirming: Confirming,
    look: SecondLook,
    orientations: tuple[int, ...],
    progress: Progress,
) -> GroupColumns:
    """The groups with a look at each member from its keeper, and all confirmed links."""
    keepers = columns.members[columns.starts][columns.group]
    ours, theirs = pictures.of_image[keepers], pictures.of_image[columns.members]
    keys = np.minimum(ours, theirs) * len(pictures) + np.maximum(ours, theirs)
    new, at = np.unique(keys, return_index=True)
    apart = (ours != theirs)[at] & ~np.isin(new, _keys(confirming.links, pictures))
    new, at = new[apart], at[apart]
    i, j = np.divmod(new, len(pictures))
    pairs = _Pairs(i, j, columns.distance[at])
    refused = _looked(pairs, pictures, confirming, look, orientations, progress)
    links = confirming.links
    found = _rows(keys, Links.concatenated([links, refused]), pictures)
    seen = found >= 0
    every = Links.concatenated([links, refused]).among(found[seen])
    distance = columns.distance.copy()
    distance[seen] = every.distance
    count = len(keys)
    looks = MemberLooks(
        agreement=np.ones(count, np.float32),
        turned=np.zeros(count, np.int16),
        mirrored=np.zeros(count, np.bool_),
        colour_differs=np.zeros(count, np.bool_),
        is_linked=(ours == theirs) | (seen & (found < len(links.i))),
        evidence=np.zeros(count, np.uint8),
        overlap=np.ones((count, 2), np.float32),
    )
    looks.agreement[seen] = every.agreement
    looks.evidence[seen] = every.evidence
    is_first = (ours > theirs)[seen]  # whether the member is the first of its link
    looks.overlap[seen] = np.where(is_first[:, None], every.overlap[:, ::-1], every.overlap)
    # A link turns its second image. Here the member is turned to lie on its keeper.
    back = is_first & ~every.mirrored
    looks.turned[seen] = np.where(back, -every.turned % 360, every.turned)
    looks.mirrored[seen] = every.mirrored
    looks.colour_differs[seen] = every.colour_differs
    looked = replace(columns, distance=distance, looks=looks, links=links)
    return looked.sorted_by_agreement()


def _keys(links: Links, pictures: Pictures) -> NDArray[np.intp]:
    i, j = pictures.of_image[links.i], pictures.of_image[links.j]
    keys: NDArray[np.intp] = np.minimum(i, j) * len(pictures) + np.maximum(i, j)
    return keys


def _rows(keys: NDArray[np.intp], links: Links, pictures: Pictures) -> NDArray[np.intp]:
    """The number of the link with each key, or -1."""
    known = _keys(links, pictures)
    order = np.argsort(known, kind="stable")
    at = np.searchsorted(known, keys, sorter=order)
    rows = np.append(order, -1)[np.minimum(at, len(order))]
    is_it = (rows >= 0) & (np.append(known, -1)[rows] == keys)
    return np.where(is_it, rows, -1)


def _looked(
    pairs: _Pairs,
    pictures: Pictures,
    confirming: Confirming,
    look: SecondLook,
    orientations: tuple[int, ...],
    progress: Progress,
) -> Links:
    """Look at pairs, the confirmed of which become links. Returns the others.

    Each is tried in the orientation in which the two are nearest, and then in others that are near
    enough.
    """
    refused: list[Links] = []
    for begin in range(0, len(pairs.i), BATCH):
        some = _Pairs._make(column[begin : begin + BATCH] for column in pairs)
        nearest, *others = _turned(some, pictures, look, orientations)
        verdicts = _confirmed(nearest, confirming, partial(_advance, progress, begin, len(pairs.i)))
        same = verdicts.same.copy()
        for candidates in others:
            left = np.flatnonzero(~same & (candidates.distance <= look.turned_limit))
            same[left] = confirming.confirm_each(candidates.among(left)).same
        different = nearest.among(~same)
        one, other = pictures.first[different.i], pictures.first[different.j]
        plain = Links.by_bits(one, other, different.distance, np.zeros(len(one), np.uint8))
        seen = plain._replace(agreement=verdicts.agreement[~same])
        refused.append(seen.oriented(different.orientation))
    return Links.concatenated(refused)


def _confirmed(
    pairs: Candidates, confirming: Confirming, advance: Callable[[int], None]
) -> Verdicts:
    """What is found out about pairs. Tells `advance` how many of them are settled."""
    found: list[Verdicts] = []
    for begin in range(0, len(pairs.i), PORTION):
        found.append(confirming.confirm_each(pairs.among(slice(begin, begin + PORTION))))
        advance(min(begin + PORTION, len(pairs.i)))
    return Verdicts._make(map(np.concatenate, zip(*found, strict=True)))


def _advance(progress: Progress, begin: int, total: int, done: int) -> None:
    progress("comparing with keepers", begin + done, total)


def _turned(
    pairs: _Pairs, pictures: Pictures, look: SecondLook, orientations: tuple[int, ...]
) -> list[Candidates]:
    """Pairs in all orientations: first those in which their thumbs are nearest, and so on.

    Distances of turned pairs are those of pHash.
    """
    every = np.array((UPRIGHT, *orientations), np.uint8)
    distances = np.full((len(every), len(pairs.i)), NO_STILL, np.uint16)
    distances[0] = 0
    stills = np.isin(pairs.i, pictures.stills) & np.isin(pairs.j, pictures.stills)
    at = np.flatnonzero(stills)
    if len(at):
        ours = hashes_of(look.thumbs_of(pictures.first[pairs.i[at]]), (UPRIGHT,))
        theirs = hashes_of(look.thumbs_of(pictures.first[pairs.j[at]]), tuple(every.tolist()))
        distances[:, at] = np.bitwise_count(ours ^ theirs).sum(axis=2, dtype=np.uint16)
    columns = np.arange(len(pairs.i))
    return [
        Candidates(
            pairs.i.astype(np.uint32),
            pairs.j.astype(np.uint32),
            np.where(rank == 0, pairs.upright, distances[rank, columns]),
            every[rank],
        )
        for rank in distances.argsort(axis=0, kind="stable")
    ]
