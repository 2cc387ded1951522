"""`TableBuilder`: collects the outcome of every input in a table."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from lookalike.algorithms import get_algorithm
from lookalike.hashing.columns import Blocks, extend
from lookalike.hashing.row import Failure, Row
from lookalike.hashing.schema import COLUMNS
from lookalike.hashing.table import HashTable
from lookalike.images.picture import DIGEST_BYTES

MOST_TRACEBACKS = 1000
LEFT_OUT = f"Only the first {MOST_TRACEBACKS:,} tracebacks are kept.\n"


class TableBuilder:
    """Collects the outcome of every input, in order, and makes a `HashTable` of them."""

    def __init__(self, algorithms: Sequence[str]) -> None:
        """`algorithms`: their canonical names."""
        self._algorithms = tuple(algorithms)
        self._widths = [get_algorithm(name).width for name in algorithms]
        self._columns = {one.name: one.hold() for one in COLUMNS if one.hold}
        self._hashes = {name: Blocks(get_algorithm(name).width) for name in algorithms}
        self._values = attrgetter(*(one.of for one in COLUMNS if one.hold))
        self._appends = [values.append for values in self._columns.values()]
        self._appends += [blocks.append for blocks in self._hashes.values()]
        self._failures: list[Failure] = []
        self._failed_at = array("q")
        self._count = 0
        self._tracebacks = 0
        self._finished = False

    def add(self, row: Row | Failure) -> None:
        """Append the outcome of the next input.

        Raises `ValueError` if the hashes of the row do not fit the table, and `RuntimeError` once
        the table is finished.
        """
        if self._finished:
            raise RuntimeError("add after finish: the table cannot change; make a new TableBuilder")
        if isinstance(row, Failure):
            self._failed_at.append(self._count)
            self._failures.append(self._bounded(row))
            self._count += 1
            return
        widths = [len(one) for one in row.hashes]
        if widths != self._widths or len(row.digest) != DIGEST_BYTES:
            raise ValueError(
                f"{row.path!r} has a digest of {len(row.digest)} bytes and hashes of {widths}; "
                f"the table's have {DIGEST_BYTES} and {self._widths}, of {self._algorithms}"
            )
        for append, value in zip(self._appends, (*self._values(row), *row.hashes), strict=True):
            append(value)
        self._count += 1

    def extend(self, columns: Mapping[str, Any], count: int) -> None:
        """Append many images at once, in order.

        `columns`: their values by the names of `COLUMNS` and of the algorithms, each in the form
        that `columns.extend` takes. What is missing is as usual.
        """
        for name, values in (*self._columns.items(), *self._hashes.items()):
            extend(values, columns.get(name), count)
        self._count += count

    def finish(self, skipped: Mapping[str, int] = MappingProxyType({})) -> HashTable:
        """The table of everything added. `skipped`: how many files were left out, by kind."""
        if self._finished:
            raise RuntimeError("finish after finish: make a new TableBuilder")
        self._finished = True
        return HashTable(self._columns, self._hashes, self._failures, self._failed_at, skipped)

    def _bounded(self, failure: Failure) -> Failure:
        """Drop the traceback after the first `MOST_TRACEBACKS`. There may be millions."""
        if failure.traceback:
            self._tracebacks += 1
            if self._tracebacks > MOST_TRACEBACKS:
                return replace(failure, traceback=LEFT_OUT)
        return failure
