"""`Rules`: other rules for which image stays, and what they would change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lookalike.matching.keepers.order import DEFAULT_KEEP, REFERENCE, Order
from lookalike.matching.keepers.ranking import rank
from lookalike.matching.keepers.rules import BY_WORD
from lookalike.report.why import reason_words
from lookalike.review.session import State
from lookalike.text import printable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.planning.choices import Choices
    from lookalike.review.session import Session

MOST_SHOWN = 30
"""How many groups that change are sent."""


class Keepers(NamedTuple):
    """Who stays by some rules."""

    at: NDArray[np.intp]
    """For each group, the place of the one that stays among its members."""
    reasons: list[str]
    """Why, in words."""


class Rules:
    """The rules of a session. They only propose: what is decided stays decided."""

    def __init__(self, session: Session, choices: Choices) -> None:
        self._session = session
        self._reference = choices.limits()
        self._prefer = choices.prefer
        self.keep: tuple[str, ...] = choices.keep
        """The rules in force."""

    def all(self) -> dict[str, Any]:
        """The rules in force, and the words that could be rules, with what they prefer."""
        return {
            "rules": list(self.keep),
            "default": list(DEFAULT_KEEP),
            "known": {word: rules[0].reason for word, rules in BY_WORD.items()},
        }

    def keepers(self, keep: Iterable[str]) -> Keepers:
        """Who stays by these rules. Raises `ValueError` and `TypeError` for what is no rule."""
        order = Order.of(keep, self._prefer)
        result, columns = self._session.result, self._session.columns
        ranking = rank(
            result.table,
            columns.members,
            columns.starts,
            order,
            pixels=columns.copies.pixels,
            favoured=self._favoured(),
        )
        at = ranking.order[columns.starts] - columns.starts if len(columns) else columns.starts
        number, values = ranking.decided(columns.starts)
        reasons = ranking.reasons
        words = [
            printable(reason_words(reasons[one], pair))
            for one, pair in zip(number.tolist(), values, strict=True)
        ]
        return Keepers(at, words)

    def _favoured(self) -> dict[str, set[int]]:
        """References stay whatever the rules are."""
        if not self._reference.reference:
            return {}
        at = self._session.columns.members.tolist()
        pairs = zip(at, self._session.paths(), strict=True)
        return {REFERENCE: {one for one, path in pairs if self._reference.is_reference(path)}}

    def changes(self, keep: list[str]) -> dict[str, Any]:
        """In how many groups another image would stay, and some of them."""
        found = self.keepers(keep)
        session = self._session
        different = np.flatnonzero(found.at != session.keepers_at())
        is_open = np.isin(session.states[different], (State.OPEN, State.LATER, State.CHANGED))
        now = session.keepers_at()
        return {
            "groups": len(different),
            "open": int(is_open.sum()),
            "shown": [
                {
                    "group": group,
                    "before": session.name(group, int(now[group])),
                    "after": session.name(group, int(found.at[group])),
                    "reason": found.reasons[group],
                }
                for group in different[is_open][:MOST_SHOWN].tolist()
            ],
        }

    def use(self, keep: Sequence[str]) -> None:
        """Propose by these rules from now on."""
        found = self.keepers(keep)
        self._session.propose(found.at, found.reasons)
        self.keep = tuple(keep)
