"""`Rule`: what counts as a match in one search."""

from __future__ import annotations

from dataclasses import dataclass

from lookalike.algorithms import checked_distance, get_algorithm


@dataclass(frozen=True, slots=True)
class Rule:
    """What counts as a match."""

    algorithm: str
    """The canonical name of the algorithm."""
    max_distance: int
    """The largest distance that still matches, in bits."""

    @classmethod
    def of(cls, algorithm: str, max_distance: int | None = None) -> Rule:
        """The rule a caller asks for. None takes the default distance of the algorithm.

        Raises `ValueError` and `TypeError` for an unknown algorithm or an impossible distance.
        """
        kind = get_algorithm(algorithm)
        return cls(kind.name, checked_distance(max_distance, algorithm))
