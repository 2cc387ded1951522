"""Groups in flat columns: their members, and the decisions about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from lookalike.matching.copies import Copies, find_copies
from lookalike.matching.keepers import rank
from lookalike.matching.links import Evidence
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
    from lookalike.matching.links import Links
    from lookalike.matching.rereading import Read
    from lookalike.work.progress import Progress


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
    agreement: NDArray[np.float32] | None = None
    """How well the pixels of each member agree with the keeper's, from 0 to 1. None without a
    second look. So are the next four."""
    orientation: NDArray[np.uint8] | None = None
    """The EXIF orientation by which each member must be turned to lie on its keeper."""
    colour_differs: NDArray[np.bool_] | None = None
    """Whether the colours of each member differ from the keeper's."""
    is_linked: NDArray[np.bool_] | None = None
    """Whether each member matches its keeper directly, and not only by a chain of others."""
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
        if self.is_linked is not None:
            found[self.is_linked & (found == Evidence.NEAR)] = Evidence.AGREES
        found[self.starts] = Evidence.NEAR
        return found

    @cached_property
    def is_keeper(self) -> NDArray[np.bool_]:
        """Whether each member is the keeper of its group."""
        out = np.zeros(len(self.members), np.bool_)
        out[self.starts] = True
        return out

    def sorted_by_agreement(self) -> GroupColumns:
        """The same groups, with the members after each keeper in the order of their agreement."""
        assert self.agreement is not None
        order = np.lexsort(
            (
                self.members,
                -self.agreement,
                -self.evidence.astype(np.int8),
                ~self.is_keeper,
                self.group,
            )
        )
        named = ("members", "distance", "agreement", "orientation", "colour_differs", "is_linked")
        columns = {name: getattr(self, name)[order] for name in named}
        return replace(self, copies=self.copies.among(order), **columns)

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

    @cached_property
    def link_groups(self) -> NDArray[np.intp]:
        """The number of the group of each confirmed link."""
        assert self.links is not None
        order = np.argsort(self.members)
        return self.group[order[np.searchsorted(self.members, self.links.i, sorter=order)]]

    @cached_property
    def _widths_of_links(self) -> NDArray[np.uint16]:
        """The largest distance among the confirmed links of each group."""
        widths = np.zeros(len(self), np.uint16)
        if self.links is not None:
            np.maximum.at(widths, self.link_groups, self.links.distance)
        return widths


def grouped(
    table: HashTable,
    hashes: HashArray,
    sets: Sequence[NDArray[np.intp]],
    read: Read,
    progress: Progress,
) -> GroupColumns:
    """Determine the keepers, copies and distances of connected sets of images."""
    members = np.concatenate([np.empty(0, np.intp), *sets])
    starts = starts_of(sets)
    groups = np.repeat(np.arange(len(sets)), sizes_of(members, starts))
    copies = find_copies(table, hashes, members, groups, read, progress)
    ranking = rank(table, members, starts)
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
