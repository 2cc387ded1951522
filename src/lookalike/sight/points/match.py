"""`SightMatch`: a stored picture that was found, and how it lies on the query."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from lookalike.sight.overlay import shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.sight.points.search import Found

Transform: TypeAlias = tuple[tuple[float, float, float], tuple[float, float, float]]


class Verdict(StrEnum):
    """What two pictures are to each other."""

    SAME = "same"
    """A person would call them the same picture."""
    PART = "shares a part"
    """They show the same, but on less than half of either, as two crops of one picture may."""
    LAYOUT = "same layout"
    """One form, page or screen with other entries."""


_VERDICTS = {1: Verdict.SAME, 2: Verdict.PART, 3: Verdict.LAYOUT}


class SightMatch(NamedTuple):
    """A stored picture that was found."""

    key: int | str
    verdict: Verdict
    agreement: float
    """How well the pixels agree, 0 to 1: the mean correlation of small blocks."""
    transform: Transform
    """Where each place of the stored picture is in the query: x' = a x + b y + c and y' = d x + e y
    + f for ((a, b, c), (d, e, f)). Places go from (0, 0), top left, to (1, 1) in both pictures."""
    overlap: tuple[float, float]
    """The share of the stored picture that is seen in the query, and the share of the query that it
    covers there."""
    mirrored: bool
    """Whether the query shows a mirror image."""
    points: int
    """How many points of the query were found in the stored picture."""
    is_paper: bool
    """Whether either picture is mostly paper, as forms and pages are. Only small copies of stored
    pictures are compared. These cannot tell one entry of a form from another, so a verdict of
    `same` may then be wrong."""


def match_of(
    found: Found, at: int, key: int | str, stored: NDArray[np.uint16], query: tuple[int, int]
) -> SightMatch:
    """One of the matches found. `stored` and `query` are the width and the height of each grey."""
    numbers = found.numbers[at].tolist()
    transform = _in_shares(found.maps[at], stored, query)
    of_query, of_stored = shares(np.array([transform]))[0].tolist()
    return SightMatch(
        key,
        _VERDICTS[int(found.verdict[at])],
        min(max(numbers[3], 0.0), 1.0),
        transform,
        (of_stored, of_query),
        numbers[2] > 0,
        int(numbers[0]),
        bool(found.is_paper[at]),
    )


def _in_shares(
    affine: NDArray[np.float64], stored: NDArray[np.uint16], query: tuple[int, int]
) -> Transform:
    """A map between pixels as a map between shares of width and height."""
    width, height = map(int, stored)
    (a, b, c), (d, e, f) = affine.tolist()
    across, down = query
    return (
        (a * width / across, b * height / across, c / across),
        (d * width / down, e * height / down, f / down),
    )
