"""`Group`: images that are linked, and which of them to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, overload

from lookalike.errors import LookalikeError
from lookalike.matching.keepers import REASONS
from lookalike.matching.links import Evidence, Links, links_within

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lookalike.hashing.row import ImageInfo
    from lookalike.hashing.table import HashTable
    from lookalike.matching.groups import GroupColumns
    from lookalike.matching.rules import Rule


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A member of a group that need not stay."""

    image: ImageInfo
    distance: int
    """From the keeper, in bits; of several frames, that of those that differ most. Above
    `max_distance` where only a chain of others links the two."""
    exact: bool
    """Whether it has the same bytes as the keeper."""
    same_pixels: bool = False
    """Whether it has the same pixels as the keeper, upright and in all frames, whatever its format
    and metadata. It has where it is exact. Found out only where hashes and dimensions are equal."""


class Group:
    """A connected set of images: each is within `max_distance` of some other."""

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
        """Positions of the members among the images of the result, the keeper's first."""
        return self._columns.members[self._span]

    @property
    def keeper(self) -> ImageInfo:
        """The member that stays; `keeper_reason` says why."""
        return self._table.image(int(self.positions[0]))

    @property
    def keeper_reason(self) -> str:
        """Why the keeper is kept, such as "most pixels"."""
        return REASONS[int(self._columns.reason[self._at])]

    @property
    def keeper_values(self) -> tuple[object, object]:
        """What `keeper_reason` went by: of the keeper, and of the next best member."""
        return self._columns.values[self._at]

    @property
    def members(self) -> list[ImageInfo]:
        """All of its images, the keeper first."""
        return [self._table.image(int(at)) for at in self.positions]

    @property
    def duplicates(self) -> list[Duplicate]:
        """The other members, the nearest to the keeper first."""
        columns, others = self._columns, slice(self._span.start + 1, self._span.stop)
        found = zip(
            columns.members[others].tolist(),
            columns.distance[others].tolist(),
            columns.evidence[others].tolist(),
            strict=True,
        )
        return [
            Duplicate(self._table.image(at), bits, why >= Evidence.BYTES, why >= Evidence.PIXELS)
            for at, bits, why in found
        ]

    @property
    def links(self) -> Links:
        """The pairs of members that match each other directly, and why: in a chain A, B, C there is
        none of A and C.

        Raises `LookalikeError` where they are more than about 20,000,000, and for a result that was
        read from JSON.
        """
        require_hashes(self._columns)
        hashes = self._table.hashes[self._rule.algorithm]
        copies = self._columns.copies.of(self._span)
        return links_within(self._table, hashes, self._rule.max_distance, self.positions, copies)

    @property
    def marks(self) -> dict[str, list[str]]:
        """By path, the marks of the members that have any."""
        table = self._table
        marked = [at for at in self.positions.tolist() if at in table.marks]
        return {table.paths[at]: list(table.marks[at].words) for at in marked}

    @property
    def bytes_to_save(self) -> int:
        """What the duplicates take, in bytes."""
        return int(self._table.sizes[self.positions[1:], 0].sum())

    @property
    def max_distance_within(self) -> int:
        """The largest distance between any two members; where `max_distance_is_exact` is false,
        which is above 10,000 distinct hashes, a bound: no two are farther apart."""
        return self._width[0]

    @property
    def max_distance_is_exact(self) -> bool:
        """Whether `max_distance_within` is no mere bound."""
        return self._width[1]

    @cached_property
    def _width(self) -> tuple[int, bool]:
        hashes = self._table.hashes[self._rule.algorithm]
        return self._columns.width(self._table, hashes, self._at)

    def __repr__(self) -> str:
        return f"<Group of {len(self)}, keeper {self.keeper.path}>"


class Groups(Sequence[Group]):
    """The groups of a result, made when they are asked for."""

    def __init__(
        self, table: HashTable, rule: Rule, columns: GroupColumns, numbers: range | None = None
    ) -> None:
        """`numbers`: those of some groups, None for all."""
        self._table = table
        self._rule = rule
        self._columns = columns
        self.numbers = range(len(columns)) if numbers is None else numbers
        """Of the groups, from 0."""

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
    """Raise `LookalikeError` for groups of which not everything was read back."""
    if columns.known_widths is not None:
        raise LookalikeError(
            "a result that was read from JSON has no pairs and no links; search again for them"
        )
