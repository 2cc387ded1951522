"""`Facts`: what a result contains besides its groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lookalike.images import PREPARATION, Mark
from lookalike.matching.chance import chance_warning
from lookalike.matching.verify.confirming import MOST_REFUSED
from lookalike.version import VERSION

if TYPE_CHECKING:
    from lookalike.hashing.row import Failure
    from lookalike.hashing.table import HashTable
    from lookalike.matching.allowed.marks import Marks
    from lookalike.matching.allowed.sides import Sides
    from lookalike.matching.groups import GroupColumns
    from lookalike.matching.related import Related
    from lookalike.matching.rules import Rule
    from lookalike.matching.verify.verified import Verified


@dataclass(frozen=True)
class Facts:
    """Facts about a whole scan."""

    related: list[Related]
    failures: list[Failure]
    damaged: list[Failure]
    warnings: list[str]
    images: int
    """How many images were read."""
    flat: int
    degenerate: int
    skipped: dict[str, int]
    references: int = 0
    """How many of the images are references."""
    told_apart: int = 0
    """How many images have contents that a person told apart from others."""
    thumbs_only: int = 0
    """How many images of the pairs that were looked at closer could not be read again."""
    preparation: int = PREPARATION
    version: str = VERSION

    @classmethod
    def of(
        cls,
        table: HashTable,
        rule: Rule,
        groups: GroupColumns,
        related: Sequence[Related] = (),
        verified: Verified | None = None,
        sides: Sides | None = None,
        marks: Marks | None = None,
    ) -> Facts:
        """The facts of a scan that has just been made."""
        degenerate = sum(Mark.DEGENERATE in marks for marks in table.marks.values())
        return cls(
            related=list(related),
            failures=table.failures,
            damaged=table.damaged,
            warnings=_warnings(table, rule, groups, verified, sides),
            images=len(table),
            references=int(sides.is_reference.sum()) if sides else 0,
            flat=len(table.flat_digests) - degenerate,
            degenerate=degenerate,
            skipped=table.skipped,
            told_apart=marks.count if marks else 0,
            thumbs_only=verified.unread if verified else 0,
        )


def _warnings(
    table: HashTable,
    rule: Rule,
    groups: GroupColumns,
    verified: Verified | None,
    sides: Sides | None,
) -> list[str]:
    if verified:
        return [_passed_over(verified)] if verified.confirming.passed_over else []
    most = len(table) - len(table.flat_digests)
    if chance_warning(most, rule.algorithm, rule.max_distance) is None:
        return []  # fewer hashes need no warning either
    distinct = (
        _distinct_count_among(table, rule, sides) if sides else _distinct_count(table, rule, groups)
    )
    warning = chance_warning(distinct, rule.algorithm, rule.max_distance)
    return [warning] if warning else []


def _passed_over(verified: Verified) -> str:
    return (
        f"up to {verified.confirming.passed_over:,} pairs of images were not looked at, because "
        f"both images of each pair had already differed from {MOST_REFUSED:,} others within the "
        "same distance, like forms of one layout. Some duplicates among these may be missing: "
        "search them with a smaller max_distance."
    )


def _distinct_count(table: HashTable, rule: Rule, groups: GroupColumns) -> int:
    """How many distinct hashes were searched. Outside the groups, no two are equal."""
    grouped = np.zeros(len(table), np.bool_)
    grouped[groups.members] = True
    grouped[list(table.flat_digests)] = False
    alone = len(table) - len(table.flat_digests) - int(grouped.sum())
    return alone + len(table.hashes[rule.algorithm][grouped].unique().hashes)


def _distinct_count_among(table: HashTable, rule: Rule, sides: Sides) -> int:
    """Among how many distinct hashes each new image was searched, its own included."""
    searched = np.ones(len(table), np.bool_) if sides.within else sides.is_reference.copy()
    searched[list(table.flat_digests)] = False
    distinct = len(table.hashes[rule.algorithm][searched].unique().hashes)
    return distinct if sides.within else distinct + 1
