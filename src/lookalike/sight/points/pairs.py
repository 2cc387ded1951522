"""The pairs of pictures within one collection that agree, looked for both ways.

A picture keeps 100 points, and is looked for with 400. So a part of a picture is found in the whole
one way round, and the whole from the part the other way round. One of them may fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.sight.points.part import Part
from lookalike.sight.points.search import BEST, Found, search
from lookalike.work.threads import ordered_map, worker_count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.sight.points.forms import Query
    from lookalike.sight.points.pictures import Pictures

BATCH = 64
"""How many queries are answered together."""


class PairBlock(NamedTuple):
    """The pairs of some queries. A pair may come twice, once from either side."""

    done: int
    """How many queries have been answered so far."""
    query: NDArray[np.uint32]
    """`(n,)`: the position of the picture that was looked for."""
    found: Found
    """The pictures found, `(n,)`."""


def pairs_within(
    pictures: Pictures, queries: Iterable[Query], *, workers: int | None = None
) -> Iterator[PairBlock]:
    """Look for each picture among all others.

    - `pictures`: their stored forms, in memory or mapped, as from `PictureFile`.
    - `queries`: the same pictures in the same order, as from `QueryFile`, or read again.
    - `workers`: the number of threads, by default one per processor.

    Yields a block for every 64 queries, also if it is empty. Closing the generator stops the work.
    At most 20 pairs of each query are confirmed. In memory it takes 2.2 KB per picture.
    """
    return _answers([Part(pictures, 0)], queries, workers, 0)


def pairs_between(
    pictures: Sequence[Pictures],
    firsts: Sequence[int],
    queries: Iterable[Query],
    *,
    own: int | None = None,
    workers: int | None = None,
) -> Iterator[PairBlock]:
    """Look for each query among pictures of other sets, as `pairs_within` does.

    `firsts`: the number of the first picture of each set. `own`: the number of the first query, if
    it is a picture of these sets and must not be found.
    """
    parts = [Part(*one) for one in zip(pictures, firsts, strict=True)]
    return _answers(parts, queries, workers, own)


def _answers(
    parts: list[Part], queries: Iterable[Query], workers: int | None, own: int | None
) -> Iterator[PairBlock]:
    threads = worker_count(workers)
    parts = [part for part in parts if len(part)]
    if not parts:
        return
    for part in parts:
        part.tables(threads)
    done = 0

    def answer(numbered: list[tuple[int, Query]]) -> list[tuple[int, Found]]:
        return [
            (at, _others(parts, None if own is None else own + at, query)) for at, query in numbered
        ]

    for answers in ordered_map(answer, _batches(enumerate(queries)), threads):
        done += len(answers)
        counts = [len(found.position) for _, found in answers]
        numbers = np.repeat(np.array([at for at, _ in answers], np.uint32), counts)
        columns = zip(*(found for _, found in answers), strict=True)
        yield PairBlock(done, numbers, Found(*map(np.concatenate, columns)))


def _batches(numbered: Iterator[tuple[int, Query]]) -> Iterator[list[tuple[int, Query]]]:
    while batch := list(islice(numbered, BATCH)):
        yield batch


def _others(parts: list[Part], own: int | None, query: Query) -> Found:
    """What is found of a query, except the picture itself."""
    if own is None:
        return search(parts, query)
    found = search(parts, query, best=BEST + 1)
    others = found.position != own
    return Found(*(column[others] for column in found))
