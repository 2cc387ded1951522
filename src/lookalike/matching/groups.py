"""Groups in flat columns: their members, and the decisions about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.matching.copies import Copies, find_copies
from lookalike.matching.keepers import rank
from lookalike.matching.links import Evidence, Links
from lookalike.matching.sequences import (
    at_moments,
    distances_at,
    farthest,
    sizes_of,
    starts_of,
    with_samples,
)
from lookalike.matching.widths import widths_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashes import HashArray
    from lookalike.hashing.table import HashTable
    from lookalike.matching.rereading import Rereading
    from lookalike.work.progress import Progress


class MemberLooks(NamedTuple):
    """How each member of a group compares with its keeper."""

    agreement: NDArray[np.float32]
    """How well their pixels agree, from 0 to 1."""
    turned: NDArray[np.int16]
    """By how many degrees it must be turned clockwise to lie on its keeper, after mirroring."""
    mirrored: NDArray[np.bool_]
    """Whether it must be mirrored left to right to lie on its keeper."""
    colour_differs: NDArray[np.bool_]
    is_linked: NDArray[np.bool_]
    """Whether it matches its keeper directly, and not only by a chain of others."""
    evidence: NDArray[np.uint8]
    """If it does, the number of the `Evidence` of the link. Otherwise it means nothing."""
    overlap: NDArray[np.float32]
    """`(n, 2)`: if it does, the shares of its keeper and of itself that show the same."""

    def among(self, members: NDArray[np.intp]) -> MemberLooks:
        """Those of some members."""
        return MemberLooks._make(column[members] for column in self)


@dataclass(frozen=True)
class GroupColumns:
    """All groups of a result, one after another, each with its keeper first."""

    members: NDArray[np.intp]
    """Positions of the images. After the keeper, the nearest to it come first."""
    starts: NDArray[np.intp]
    """Where each group begins in `members`."""
    distance: NDArray[np.uint16]
    """The distance of each member from its keeper, in bits."""
    copies: Copies
    """Which members have equal bytes, and which equal pixels."""
    reason: NDArray[np.uint8]
    """For each group, the number of the rule in `keepers.RULES` that chose its keeper."""
    values: list[tuple[object, object]]
    """For each group, the values compared by that rule: the keeper's and the runner-up's."""
    known_widths: tuple[list[int], list[bool]] | None = None
    """For each group, the largest distance and whether it is exact, if these were stored."""
    looks: MemberLooks | None = None
    """How each member compares with its keeper. None without a second look."""
    links: Links | None = None
    """The confirmed links of all groups, between images whose bytes differ."""

    def __len__(self) -> int:
        return len(self.starts)

    @cached_property
    def sizes(self) -> NDArray[np.intp]:
        """How many members each group has."""
        return sizes_of(self.members, self.starts)

    @cached_property
    def group(self) -> NDArray[np.intp]:
        """The number of each member's group."""
        return np.repeat(np.arange(len(self)), self.sizes)

    @cached_property
    def evidence(self) -> NDArray[np.uint8]:
        """Numbers of `Evidence` between each member and its keeper. A keeper has the weakest."""
        found = self.copies.evidence(np.arange(len(self.members)), self.starts[self.group])
        if self.looks is not None:
            linked = self.looks.is_linked & (found == Evidence.NEAR)
            found[linked] = self.looks.evidence[linked]
        found[self.starts] = Evidence.NEAR
        return found

    @cached_property
    def is_keeper(self) -> NDArray[np.bool_]:
        """Whether each member is the keeper of its group."""
        out = np.zeros(len(self.members), np.bool_)
        out[self.starts] = True
        return out

    def between_those(self, stands: NDArray[np.intp]) -> GroupColumns:
        """The same groups, with links between the images that stand for those linked.

        `stands`: for each image of the table, the one that stands for it. These keep the order.
        """
        if self.links is None:
            return self
        links = self.links._replace(i=stands[self.links.i], j=stands[self.links.j])
        return replace(self, links=links)

    def sorted_by_agreement(self) -> GroupColumns:
        """The same groups, with the members after each keeper in the order of their agreement."""
        assert self.looks is not None
        evidence = self.evidence.astype(np.int8)
        agreement = self.looks.agreement
        order = np.lexsort((self.members, -agreement, -evidence, ~self.is_keeper, self.group))
        return replace(
            self,
            members=self.members[order],
            distance=self.distance[order],
            copies=self.copies.among(order),
            looks=self.looks.among(order),
        )

    def span(self, at: int) -> slice:
        """The range of a group's members."""
        begin = int(self.starts[at])
        return slice(begin, begin + int(self.sizes[at]))

    def widths(self, table: HashTable, hashes: HashArray) -> tuple[list[int], list[bool]]:
        """The largest distance within each group, and whether it is exact."""
        if self.known_widths is not None:
            return self.known_widths
        if self.links is not None:
            return self._widths_of_links.tolist(), [True] * len(self)
        widths, exact = widths_of(table, hashes, self.members, self.starts)
        return widths.tolist(), exact.tolist()

    def width(self, table: HashTable, hashes: HashArray, at: int) -> tuple[int, bool]:
        """The same for one group."""
        if self.known_widths is not None:
            return self.known_widths[0][at], self.known_widths[1][at]
        if self.links is not None:
            return int(self._widths_of_links[at]), True
        widths, exact = widths_of(table, hashes, self.members[self.span(at)], np.zeros(1, np.intp))
        return int(widths[0]), bool(exact[0])

    def links_of(self, at: int) -> Links:
        """The confirmed links of a group, and those between images with the same bytes."""
        links, groups = self.all_links
        begin, end = np.searchsorted(groups, (at, at + 1))
        return links.among(slice(begin, end))

    @cached_property
    def all_links(self) -> tuple[Links, NDArray[np.intp]]:
        """The links of all groups by group, then i, then j, and the number of each one's group.

        Each image is linked to the first one in its group that has the same bytes.
        """
        assert self.links is not None
        order = np.argsort(self.members)
        one, other = (
            order[np.searchsorted(self.members, at, sorter=order)]
            for at in (self.links.i, self.links.j)
        )
        evidence = np.maximum(self.links.evidence, self.copies.evidence(one, other))
        copies = np.flatnonzero(self.copies.bytes != np.arange(len(self.members)))
        firsts = self.copies.bytes[copies]
        same = np.full(len(copies), Evidence.BYTES, np.uint8)
        i, j = np.sort(self.members[np.stack([firsts, copies])], axis=0)
        equal = Links.by_bits(i, j, np.zeros(len(copies), np.uint16), same)
        every = Links.concatenated([self.links._replace(evidence=evidence), equal])
        groups = self.group[np.concatenate([one, copies])]
        by_group = np.lexsort((every.j, every.i, groups))
        return every.among(by_group), groups[by_group]

    @cached_property
    def _widths_of_links(self) -> NDArray[np.uint16]:
        """The largest distance among the confirmed links of each group."""
        links, groups = self.all_links
        widths = np.zeros(len(self), np.uint16)
        np.maximum.at(widths, groups, links.distance)
        return widths


def grouped(
    again: Rereading,
    hashes: HashArray,
    sets: Sequence[NDArray[np.intp]],
    progress: Progress,
    references: NDArray[np.bool_] | None = None,
) -> GroupColumns:
    """Determine the keepers, copies and distances of connected sets of images.

    `references`: which images of the table are references, `(n,)`, if any are.
    """
    table = again.table
    members = np.concatenate([np.empty(0, np.intp), *sets])
    starts = starts_of(sets)
    groups = np.repeat(np.arange(len(sets)), sizes_of(members, starts))
    copies = find_copies(again, hashes, members, groups, progress)
    ranking = rank(table, members, starts, references=references)
    keepers = ranking.order[starts]
    distance = _distances(table, hashes, members, starts, keepers)
    is_other = np.ones(len(members), np.bool_)
    is_other[keepers] = False
    evidence = copies.evidence(np.arange(len(members)), keepers[groups])
    order = np.lexsort((members, -evidence.astype(np.int8), distance, is_other, groups))
    return GroupColumns(
        members[order],
        starts,
        distance[order],
        copies.among(order),
        ranking.reason,
        ranking.values,
    )


def _distances(
    table: HashTable,
    hashes: HashArray,
    members: NDArray[np.intp],
    starts: NDArray[np.intp],
    keepers: NDArray[np.intp],
) -> NDArray[np.uint16]:
    """The distance of each member from the keeper of its group. Keepers are member numbers."""
    sizes = sizes_of(members, starts)
    distance = distances_at(hashes, members, np.repeat(members[keepers], sizes))
    for at in np.flatnonzero(with_samples(table, members, starts)).tolist():
        group = slice(starts[at], starts[at] + sizes[at])
        seen = at_moments(table, members[group], hashes)
        numbers = np.arange(len(seen))
        keeper = np.full(len(seen), keepers[at] - starts[at])
        distance[group] = farthest(seen, numbers, seen, keeper)
    return distance
