"""`Searcher`: what every way to search offers, and the blocks that matches come in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from lookalike._native import kernel
from lookalike.work.progress import silent
from lookalike.work.threads import ordered_parts, worker_count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.work.progress import Progress

T = TypeVar("T")
R = TypeVar("R")

BLOCK = 1 << 20
"""About the most matches in a block."""


class Block(NamedTuple):
    """Some of the matches of a search."""

    i: NDArray[np.uint32]
    """Numbers of hashes (or of queries)."""
    j: NDArray[np.uint32]
    """Numbers of hashes."""
    distance: NDArray[np.uint16]
    """In bits."""


class Searcher(ABC):
    """Exact search by Hamming distance. A hash is identified by its number, 0 to n - 1.

    Hashes and queries are `(n, words)` arrays of uint64, as `HashArray.words` gives them. Every
    method uses `workers` threads, or one per processor.
    """

    words: NDArray[np.uint64]
    """The hashes."""

    @abstractmethod
    def pairs(
        self, max_distance: int, *, workers: int | None = None, progress: Progress = silent
    ) -> Iterator[Block]:
        """All pairs i < j of hashes that differ in at most `max_distance` bits, each once.

        The blocks and their order do not depend on the number of threads.
        """

    @abstractmethod
    def matches(
        self, queries: NDArray[np.uint64], max_distance: int, *, workers: int | None = None
    ) -> Iterator[Block]:
        """All pairs of a query i and a hash j within `max_distance` bits, each once."""

    @abstractmethod
    def nearest(self, queries: NDArray[np.uint64], k: int, *, workers: int | None = None) -> Block:
        """The k nearest hashes j of each query i, by query, then distance, then number."""

    def connected(
        self, max_distance: int, *, workers: int | None = None, progress: Progress = silent
    ) -> NDArray[np.uint32]:
        """`(n,)`: the smallest number of the connected set that each hash belongs to."""
        parent = np.arange(len(self.words), dtype=np.uint32)
        for block in self.pairs(max_distance, workers=workers, progress=progress):
            kernel.join_sets(parent, block.i, block.j)
        return roots(parent)

    @abstractmethod
    def explain(self, max_distance: int) -> str:
        """How this searches, and the expected cost of joining all hashes within `max_distance`."""


def in_parts(
    work: Callable[[T], tuple[R, T | None]],
    units: Sequence[T],
    workers: int | None,
    progress: Progress,
) -> Iterator[R]:
    """What `work` returns for the parts of units, like `ordered_parts`. Progress counts units."""

    def part(unit: T) -> tuple[tuple[R, bool], T | None]:
        result, rest = work(unit)
        return (result, rest is None), rest

    done = 0
    for result, is_last in ordered_parts(part, units, worker_count(workers)):
        if is_last:
            done += 1
            progress("comparing", done, len(units))
        yield result


def concatenated(blocks: Iterable[Block]) -> Block:
    """Many blocks as one."""
    parts = list(blocks)
    if len(parts) == 1:
        return parts[0]
    i, j = (
        np.concatenate([np.empty(0, np.uint32), *(part[at] for part in parts)]) for at in (0, 1)
    )
    distance = np.concatenate([np.empty(0, np.uint16), *(part.distance for part in parts)])
    return Block(i, j, distance)


def roots(parent: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Follow every node of a union-find to the root of its set."""
    while (parent != (above := parent[parent])).any():
        parent = above
    return parent
