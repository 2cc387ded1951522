"""`Order`: finds keys in a column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.index.keys.key_columns import Column, Ints

if TYPE_CHECKING:
    from numpy.typing import NDArray

HALF = np.uint64(32)
"""Bits in half a mark."""
LOWER_HALF = np.uint64(0xFFFFFFFF)
SMALL_RUN = 1000
"""A run of this many keys is always merged, however few keys follow it."""


class Order(NamedTuple):
    """How to find the keys of a column, from the first up to some position.

    Each run covers the keys after those of the previous run. It holds their sorted marks: hash and
    position in one number. Runs are merged as they are added. So there are few of them, even if an
    index is searched after every single addition.
    """

    ascending: int = 0
    """How many keys come before the runs: ints in ascending order, which need no marks."""
    runs: tuple[NDArray[np.uint64], ...] = ()

    def upto(self, column: Column) -> Order:
        """The order of all keys of a column. This one covers the first of them."""
        first = self.ascending + sum(map(len, self.runs))
        if first == len(column):
            return self
        if isinstance(column, Ints) and not self.runs:
            values = column.values[max(first - 1, 0) :]
            if (values[:-1] <= values[1:]).all():
                return Order(len(column))
        runs = list(self.runs)
        run = column.marks(first)
        run.sort()
        while runs and len(runs[-1]) <= 4 * len(run) + SMALL_RUN:
            run = np.concatenate([runs.pop(), run])
            run.sort()
        return Order(self.ascending, (*runs, run))

    def candidates(
        self, column: Column, wanted: Column
    ) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.uint64]]]:
        """Pairs of a wanted key and a position in the column. They include all equal keys."""
        if self.ascending and isinstance(column, Ints) and isinstance(wanted, Ints):
            values = column.values[: self.ascending]
            which = np.argsort(wanted.values)  # search neighbours one after another
            sought = wanted.values[which]
            starts, ends = values.searchsorted(sought), values.searchsorted(sought, "right")
            nth, at = _spread(starts, ends)
            yield which[nth].astype(np.uint64), at.astype(np.uint64)
        marks = np.sort(wanted.marks(0))
        for run in self.runs:
            starts = run.searchsorted(marks & ~LOWER_HALF)
            ends = run.searchsorted(marks | LOWER_HALF, "right")
            nth, at = _spread(starts, ends)
            yield marks[nth] & LOWER_HALF, run[at] & LOWER_HALF


def _spread(
    starts: NDArray[np.intp], ends: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """All pairs of a k and a number from `starts[k]` up to `ends[k]`, ordered by k."""
    lengths = ends - starts
    k = np.repeat(np.arange(len(lengths)), lengths)
    before = np.cumsum(lengths) - lengths
    return k, np.arange(len(k)) + (starts - before)[k]
