"""The pairs of pictures within one collection that agree, looked for both ways.

A picture keeps 100 points, and is looked for with 400. So a part of a picture is found in the whole
one way round, and the whole from the part the other way round. One of them may fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    pictures: Pictures, queries: Iterable[tuple[int, Query]], *, workers: int | None = None
) -> Iterator[PairBlock]:
    """Look for each picture among all others.

    - `pictures`: their stored forms, in memory or mapped, as from `PictureFile`.
    - `queries`: positions of pictures, and each of these as a query, in any order.
    - `workers`: the number of threads, by default one per processor.

    Yields a block for every 64 queries, also if it is empty. Closing the generator stops the work.
    At most 20 pairs of each query are confirmed. In memory it takes 2.2 KB per picture.
    """
    threads = worker_count(workers)
    if not len(pictures):
        return
    part = Part(pictures, 0)
    part.tables(threads)
    done = 0

    def answer(numbered: list[tuple[int, Query]]) -> list[tuple[int, Found]]:
        return [(at, _others(part, at, query)) for at, query in numbered]

    for answers in ordered_map(answer, _batches(iter(queries)), threads):
        done += len(answers)
        counts = [len(found.position) for _, found in answers]
        numbers = np.repeat(np.array([at for at, _ in answers], np.uint32), counts)
        columns = zip(*(found for _, found in answers), strict=True)
        yield PairBlock(done, numbers, Found(*map(np.concatenate, columns)))


def _batches(numbered: Iterator[tuple[int, Query]]) -> Iterator[list[tuple[int, Query]]]:
    while batch := list(islice(numbered, BATCH)):
        yield batch


def _others(part: Part, at: int, query: Query) -> Found:
    """What is found of a query, except the picture itself."""
    found = search([part], query, best=BEST + 1)
    others = found.position != at
    return Found(*(column[others] for column in found))
