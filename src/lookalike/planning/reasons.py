"""`Reasons`: why one member ranks above another, with both values, for many pairs at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from blake3 import blake3

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lookalike.matching.keepers.ranking import Ranking
    from lookalike.matching.keepers.rules import KeeperRule
    from lookalike.planning.members import Members

KEY_BYTES = 8
Pair = tuple[int, int]
"""The numbers of the better and the worse member."""


class _Decided(NamedTuple):
    rule: KeeperRule
    better: str
    worse: str


class Reasons:
    """What decides between the members of pairs."""

    def __init__(
        self, members: Members, ranking: Ranking, rank_of: Sequence[int], pairs: Sequence[Pair]
    ) -> None:
        """`rank_of`: the number of each member in the ranking."""
        self._decided: dict[Pair, _Decided] = {}
        if not pairs:
            return
        table = members.table
        both = np.array(pairs, np.intp)
        better, worse = np.array(rank_of, np.intp)[both].T
        positions = members.positions[both].tolist()
        stages = ranking.deciding(better, worse)
        for number, stage in enumerate(ranking.stages):
            rows = np.flatnonzero(stages == number)
            values = (
                stage.values[np.searchsorted(stage.numbers, side[rows])].tolist()
                for side in (better, worse)
            )
            shown = stage.rule.shown
            for row, one, other in zip(rows.tolist(), *values, strict=True):
                at = positions[row]
                self._decided[pairs[row]] = _Decided(
                    stage.rule, shown(one, table, at[0]), shown(other, table, at[1])
                )

    def praise(self, pair: Pair) -> str:
        """What the better one has."""
        rule, ours, theirs = self._decided[pair]
        return f"{rule.reason}: {ours} against {theirs}" if ours or theirs else rule.reason

    def blame(self, pair: Pair) -> str:
        """What the worse one lacks."""
        rule, theirs, ours = self._decided[pair]
        return f"{rule.lack}: {ours} against {theirs}" if ours or theirs else rule.lack


def key_of(digests: set[str]) -> str:
    """The key of a group. It follows from the digests of its files, in any order."""
    return blake3(",".join(sorted(digests)).encode()).hexdigest(KEY_BYTES)
