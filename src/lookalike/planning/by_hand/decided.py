"""`Decided`: what a person decided about members of groups, by their numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Decided:
    """What is to become of members. Those that are not named were not decided, and stay.

    Only groups of which something is to go are planned.
    """

    remove: frozenset[int] = frozenset()
    keep: frozenset[int] = frozenset()
    """Those that stay for the others."""
    apart: frozenset[int] = frozenset()
    """Those that stay, and are no duplicates of the others."""

    def why(self, number: int) -> str:
        """Why a member stays. Empty if it is to go."""
        if number in self.remove:
            return ""
        if number in self.keep:
            return "kept by you"
        return "not a duplicate, as you said" if number in self.apart else "not decided"

    def wants_none(self, numbers: Iterable[int]) -> bool:
        """Whether nothing of a group stays for what is to go."""
        return self.keep.isdisjoint(numbers)
