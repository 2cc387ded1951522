"""`Group`: linked images, and which of them to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, overload

import numpy as np

from lookalike.errors import LookalikeError
from lookalike.matching.keepers import REASONS
from lookalike.matching.links import Links, links_within
from lookalike.report.rows import match_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.row import ImageInfo
    from lookalike.hashing.table import HashTable
    from lookalike.matching.groups import GroupColumns
    from lookalike.matching.rules import Rule


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A member of a group that need not be kept."""

    image: ImageInfo
    distance: int
    """From the keeper, in bits. With several frames, that of the frames that differ most. Above
    `max_distance` if only a chain of other images links the two."""
    exact: bool
    """Whether it has the same bytes as the keeper."""
    same_pixels: bool = False
    """Whether it has the same pixels as the keeper, upright and in all frames, regardless of format
    and metadata. Always true if `exact`. Checked only if hashes and dimensions are equal."""
    evidence: str = "bits"
    """Why it matches the keeper: equal `bytes` or `pixels`, `agreement` of the pixels on a second
    look, or `bits` alone. `chain` if only other members link the two."""
    agreement: float | None = None
    """How well its pixels agree with the keeper's, from 0 to 1. None without a second look."""
    turned: int = 0
    """By how many degrees it must be turned clockwise to lie on the keeper, after mirroring."""
    mirrored: bool = False
    """Whether it must be mirrored left to right to lie on the keeper."""
    colour_differs: bool = False
    """Whether a second look found that its colours differ from the keeper's."""
    overlap: list[float] | None = None
    """The shares of the keeper and of itself that show the same. None without a second look, and if
    only other members link the two."""


class Group:
    """A connected set of images: each matches at least one other."""

    def __init__(self, table: HashTable, rule: Rule, columns: GroupColumns, at: int) -> None:
        """`at`: the number of the group in the columns."""
        self._table = table
        self._rule = rule
        self._columns = columns
        self._at = at
        self._span = columns.span(at)

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def positions(self) -> NDArray[np.intp]:
        """Positions of the members among the images of the result, the keeper first."""
        return self._columns.members[self._span]

    @property
    def keeper(self) -> ImageInfo:
        """The member to keep. `keeper_reason` says why."""
        return self._table.image(int(self.positions[0]))

    @property
    def keeper_reason(self) -> str:
        """Why the keeper is kept, such as "most pixels". "reference" if it is one.

        All other members of a group are new.
        """
        return REASONS[int(self._columns.reason[self._at])]

    @property
    def keeper_values(self) -> tuple[object, object]:
        """The values that `keeper_reason` compared: the keeper's and the runner-up's."""
        return self._columns.values[self._at]

    @property
    def members(self) -> list[ImageInfo]:
        """All images of the group, the keeper first."""
        return [self._table.image(int(at)) for at in self.positions]

    @property
    def duplicates(self) -> list[Duplicate]:
        """The other members, the nearest to the keeper first."""
        others = np.arange(self._span.start + 1, self._span.stop)
        matches = match_columns(self._columns, self._rule, others)
        positions = self._columns.members[others].tolist()
        return [
            Duplicate(self._table.image(at), *values)
            for at, *values in zip(positions, *matches.values(), strict=True)
        ]

    @property
    def links(self) -> Links:
        """The pairs of members that match each other directly, and why.

        A chain A, B, C has no link between A and C. With a second look, these are the links that it
        confirmed, and copies are linked to the first image with the same bytes. It passes over
        pairs that others connect already, except those with the keeper. Raises `LookalikeError` if
        there are more than about 20,000,000 links, or if the result was read from JSON.
        """
        require_hashes(self._columns)
        if self._columns.links is not None:
            return self._columns.links_of(self._at)
        hashes = self._table.hashes[self._rule.algorithm]
        copies = self._columns.copies.among(self._span)
        links = links_within(self._table, hashes, self._rule.max_distance, self.positions, copies)
        if self._rule.against and not self._rule.within:
            keeper = self.positions[0]
            return links.among((links.i == keeper) | (links.j == keeper))
        return links

    @property
    def marks(self) -> dict[str, list[str]]:
        """The marks of members that have any, by path."""
        table = self._table
        marked = [at for at in self.positions.tolist() if at in table.marks]
        return {table.paths[at]: list(table.marks[at].words) for at in marked}

    @property
    def bytes_to_save(self) -> int:
        """The total size of the duplicates, in bytes."""
        return int(self._table.sizes[self.positions[1:], 0].sum())

    @property
    def max_distance_within(self) -> int:
        """The largest distance between any two members. With a second look, that of any link.

        With more than 10,000 distinct hashes it is only an upper bound, and `max_distance_is_exact`
        is false.
        """
        return self._width[0]

    @property
    def max_distance_is_exact(self) -> bool:
        """Whether `max_distance_within` is exact, not just an upper bound."""
        return self._width[1]

    @cached_property
    def _width(self) -> tuple[int, bool]:
        hashes = self._table.hashes[self._rule.algorithm]
        return self._columns.width(self._table, hashes, self._at)

    def __repr__(self) -> str:
        return f"<Group of {len(self)}, keeper {self.keeper.path}>"


class Groups(Sequence[Group]):
    """The groups of a result. Each is made on access."""

    def __init__(
        self, table: HashTable, rule: Rule, columns: GroupColumns, numbers: range | None = None
    ) -> None:
        """`numbers`: the numbers of some groups, or None for all."""
        self._table = table
        self._rule = rule
        self._columns = columns
        self.numbers = range(len(columns)) if numbers is None else numbers
        """The numbers of the groups, from 0."""

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, at: int) -> Group: ...
    @overload
    def __getitem__(self, at: slice) -> Groups: ...
    def __getitem__(self, at: int | slice) -> Group | Groups:
        if isinstance(at, slice):
            return Groups(self._table, self._rule, self._columns, self.numbers[at])
        return Group(self._table, self._rule, self._columns, self.numbers[at])

    def __repr__(self) -> str:
        return f"<{len(self)} groups>"


def require_hashes(columns: GroupColumns) -> None:
    """Raise `LookalikeError` for groups that were read back without their hashes."""
    if columns.known_widths is not None:
        raise LookalikeError(
            "a result read from JSON has no pairs or links: run the search again to get them"
        )
