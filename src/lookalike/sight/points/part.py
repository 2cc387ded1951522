"""`Part`: pictures that are searched together."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING

from lookalike._native import kernel
from lookalike.work.threads import threaded_map, worker_count

if TYPE_CHECKING:
    from lookalike.sight.points.pictures import Pictures

TABLES = 4


class Part:
    """Pictures that never change, and the tables in which their points are looked up.

    The tables are made at the first search and stay in memory: 2.4 KB per picture. The pictures may
    be mapped from a file.
    """

    def __init__(self, pictures: Pictures, first: int) -> None:
        """`first`: the position of the first picture among all."""
        self.pictures = pictures
        self.first = first
        self._lock = threading.Lock()
        self._tables: list[kernel.PostingTable] = []

    def __len__(self) -> int:
        return len(self.pictures)

    @cached_property
    def gallery(self) -> kernel.SightGallery:
        """The pictures for the kernel."""
        return self.pictures.in_kernel()

    def tables(self, workers: int | None = None) -> list[kernel.PostingTable]:
        """The tables, made by several threads if they are not there yet."""
        with self._lock:
            if not self._tables:
                self._tables = list(threaded_map(self._table, range(TABLES), worker_count(workers)))
            return self._tables

    def _table(self, number: int) -> kernel.PostingTable:
        return kernel.PostingTable(self.gallery, number)
