"""`Rule`: what counts as a match in one search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lookalike.algorithms import checked_distance, get_algorithm
from lookalike.checks import share

if TYPE_CHECKING:
    from lookalike.algorithms import Algorithm


@dataclass(frozen=True, slots=True)
class Rule:
    """What counts as a match."""

    algorithm: str
    """The canonical name of the algorithm."""
    max_distance: int
    """The largest distance that still matches, in bits."""
    verify: bool = False
    """Whether each match needs a second look at the pixels."""
    thorough: bool = False
    """Whether cropped, framed, mirrored and pasted pictures are found by their points. Needs
    `verify`."""
    colour: bool = False
    """Whether pictures that differ in colour alone are told apart. Needs `verify`."""
    min_agreement: float = 0.0
    """The least agreement of the pixels, from 0 to 1. Needs `verify`."""
    against: bool = False
    """Whether new images are compared with references only."""
    within: bool = False
    """Whether new images are compared with each other, too. Needs `against`."""

    @classmethod
    def of(
        cls,
        algorithm: str,
        max_distance: int | None = None,
        *,
        verify: bool = False,
        thorough: bool = False,
        colour: bool = False,
        min_agreement: float = 0.0,
        against: bool = False,
        within: bool = False,
    ) -> Rule:
        """The rule a caller asks for.

        Without a `max_distance`, it is the default of the algorithm, or a looser one with `verify`.
        Raises `ValueError` and `TypeError` for an unknown algorithm, an impossible distance or
        agreement, and for what needs `verify` or `against` without it.
        """
        kind = get_algorithm(algorithm)
        least = share(min_agreement, "min_agreement")
        needing = {"thorough": thorough, "colour": colour, "min_agreement": least}
        if not verify and any(needing.values()):
            named = next(name for name, value in needing.items() if value)
            raise ValueError(
                f"{named} cannot be combined with verify=False: it looks at the pixels"
            )
        if within and not against:
            raise ValueError("within requires against: without references, all are compared")
        if max_distance is None and verify:
            max_distance = looser_distance(kind)
        distance = checked_distance(max_distance, algorithm)
        return cls(kind.name, distance, verify, thorough, colour, least, against, within)


def looser_distance(kind: Algorithm) -> int:
    """The distance in bits within which a second look is worth taking.

    For pHash it is 12 of 64 bits, and for other algorithms 1.2 times the default, which is the
    same for pHash.
    """
    return min(round(1.2 * kind.default_max_distance), kind.bits)
