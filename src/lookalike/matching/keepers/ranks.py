"""From the values of a rule to ranks within each set. 0 is best, and equal ranks leave it open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.matching.keepers.candidates import Candidates

Ranks: TypeAlias = "Callable[[Candidates, NDArray[np.generic]], NDArray[np.int64]]"

LEAST_SHARE = 0.99
"""Numbers of pixels are equal if the smaller is at least this share of the larger."""
SECOND, HOUR = 10**9, 3600 * 10**9
TIME_STEP = 2 * SECOND
"""FAT stores times in such steps."""
MOST_HOURS = 26
"""Time zones differ by at most this."""
MOST_CLASSES = 64
"""After this many classes in one set, the rest are compared exactly."""


def most(_: Candidates, values: NDArray[np.generic]) -> NDArray[np.int64]:
    """The largest is best."""
    return -_numbers(values)


def least(_: Candidates, values: NDArray[np.generic]) -> NDArray[np.int64]:
    """The smallest is best."""
    return _numbers(values)


def most_within_format(those: Candidates, values: NDArray[np.generic]) -> NDArray[np.int64]:
    """The largest of each format is best."""
    _, format_of = np.unique(those.formats().astype(str), return_inverse=True)
    key = those.sets * (int(format_of.max(initial=0)) + 1) + format_of
    amounts = -_numbers(values)
    order = np.lexsort((amounts, key))
    new_key = np.diff(key[order], prepend=-1) != 0
    steps = (np.diff(amounts[order], prepend=0) != 0) & ~new_key
    counted = np.cumsum(steps)
    before = counted[np.flatnonzero(new_key)][np.cumsum(new_key) - 1] if len(key) else counted
    ranks = np.empty(len(key), np.int64)
    ranks[order] = counted - before
    return ranks


def about_most(those: Candidates, values: NDArray[np.generic]) -> NDArray[np.int64]:
    """The largest is best, and within 1 % of it as good."""
    return _classes(those.sets, -_numbers(values), lambda one, best: one <= best * LEAST_SHARE)


def about_least(those: Candidates, values: NDArray[np.generic]) -> NDArray[np.int64]:
    """The smallest is best, and within 1 % of it as good."""
    return _classes(those.sets, _numbers(values), lambda one, best: one * LEAST_SHARE <= best)


def earliest(those: Candidates, values: NDArray[np.generic]) -> NDArray[np.int64]:
    """The earliest is best. Times are equal within 2 s, or by whole hours."""
    return _classes(those.sets, _numbers(values), _same_time)


def latest(those: Candidates, values: NDArray[np.generic]) -> NDArray[np.int64]:
    """The latest is best. Times are equal within 2 s, or by whole hours."""
    return _classes(those.sets, -_numbers(values), _same_time)


def _same_time(one: NDArray[np.int64], best: NDArray[np.int64]) -> NDArray[np.bool_]:
    apart = one - best
    off = np.minimum(apart % HOUR, -apart % HOUR)
    same: NDArray[np.bool_] = (off <= TIME_STEP) & (apart <= MOST_HOURS * HOUR + TIME_STEP)
    return same


def _numbers(values: NDArray[np.generic]) -> NDArray[np.int64]:
    """Numbers in the order of the values."""
    if values.dtype == object:
        values = np.unique(values, return_inverse=True)[1]
    numbers: NDArray[np.int64] = values.astype(np.int64)
    return numbers


def _classes(
    sets: NDArray[np.intp],
    values: NDArray[np.int64],
    as_good: Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.bool_]],
) -> NDArray[np.int64]:
    """Classes of values, of which the smallest is best.

    The best of a set takes all that are as good into its class. The best of the rest begins the
    next. So the classes depend on the values alone, although being as good is not transitive.
    """
    ranks = np.zeros(len(values), np.int64)
    left = np.lexsort((values, sets))
    for number in range(MOST_CLASSES):
        if not len(left):
            return ranks
        begins = np.flatnonzero(np.diff(sets[left], prepend=-1))
        best = np.repeat(values[left[begins]], np.diff(begins, append=len(left)))
        joined = as_good(values[left], best)
        ranks[left[joined]] = number
        left = left[~joined]
    if len(left):
        ranks[left] = MOST_CLASSES + np.unique(values[left], return_inverse=True)[1]
    return ranks
