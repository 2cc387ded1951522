"""Whether two files still match by the rule of a plan, when both are decoded to their ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lookalike.actions.disk.spot import Changed
from lookalike.errors import LookalikeError

if TYPE_CHECKING:
    from lookalike.matching.rules import Rule
    from lookalike.planning.plan import Match

STRENGTH = ("bits", "points", "agreement", "pixels", "bytes")
"""Evidence, the weakest first."""


def require_match(keeper: bytes, victim: bytes, rule: Rule, planned: Match, most: int) -> None:
    """Raise `Changed` unless two pictures match at least as well as planned.

    `most`: the largest distance at which anything may be done.
    """
    try:
        evidence, distance = _evidence(keeper, victim, rule, points=planned.evidence == "points")
    except (LookalikeError, OSError) as error:  # OSError: no room for temporary files
        raise Changed(f"it cannot be compared with the file that stays: {error}") from error
    if evidence is None or STRENGTH.index(evidence) < STRENGTH.index(planned.evidence):
        raise Changed("it does not match the file that stays")
    if evidence != "pixels" and distance > most:
        raise Changed(f"it is {distance} bits from the file that stays, more than {most}")


def _evidence(keeper: bytes, victim: bytes, rule: Rule, *, points: bool) -> tuple[str | None, int]:
    """Why they match, and their distance. None if they do not."""
    if points:
        return _by_points(keeper, victim, rule)
    from lookalike.matching.comparison import compare

    found = compare(
        keeper,
        victim,
        algorithm=rule.algorithm,
        max_distance=rule.max_distance,
        verify=rule.verify,
        colour=rule.colour,
        min_agreement=rule.min_agreement,
    )
    return (found.evidence if found.alike else None), found.distance


def _by_points(keeper: bytes, victim: bytes, rule: Rule) -> tuple[str | None, int]:
    if not rule.thorough:
        return None, 0
    from lookalike.scan import find_duplicates

    found = find_duplicates(
        [keeper, victim],
        algorithm=rule.algorithm,
        max_distance=rule.max_distance,
        thorough=True,
        colour=rule.colour,
        min_agreement=rule.min_agreement,
        reading="exact",
        workers=1,
    )
    if not found.groups:
        return None, 0
    one = found.groups[0].duplicates[0]
    return one.evidence, one.distance
