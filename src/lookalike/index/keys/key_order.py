"""`Order`: how the keys of a column are found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.index.keys.key_columns import Column, Ints

if TYPE_CHECKING:
    from numpy.typing import NDArray

HALF = np.uint64(32)
"""Bits of half a mark."""
LOWER_HALF = np.uint64(0xFFFFFFFF)
SMALL_RUN = 1000
"""A run of so many keys is merged, however few come after it."""


class Order(NamedTuple):
    """How to find the keys of a column: those from the first up to some position.

    Each run belongs to the keys after those of the run before it, and holds their marks, sorted:
    hash and position in one number. Runs are merged as they come, so that they are few, and
    that an index may be searched after every single addition.
    """

    ascending: int = 0
    """So many keys come before those of the runs: ints in ascending order, found as they are."""
    runs: tuple[NDArray[np.uint64], ...] = ()

    def upto(self, column: Column) -> Order:
        """The order of all keys of a column, of which this is the order of the first."""
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
        """Pairs of a wanted key and a position of the column, among them all that are equal."""
        if self.ascending and isinstance(column, Ints) and isinstance(wanted, Ints):
            values = column.values[: self.ascending]
            which = np.argsort(wanted.values)  # neighbours are searched one after the other
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
    """All pairs of a k and a number from `starts[k]` up to `ends[k]`, by k."""
    lengths = ends - starts
    k = np.repeat(np.arange(len(lengths)), lengths)
    before = np.cumsum(lengths) - lengths
    return k, np.arange(len(k)) + (starts - before)[k]
