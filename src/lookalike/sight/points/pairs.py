"""The pairs of pictures within one collection that agree, looked for both ways.

A picture keeps 100 points, and is looked for with 400. So a part of a picture is found in the whole
one way round, and the whole from the part the other way round. One of them may fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from lookalike.sight.points.part import Part
from lookalike.sight.points.search import BEST, Found, search
from lookalike.work.threads import ordered_map, worker_count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.sight.points.forms import Query
    from lookalike.sight.points.pictures import Pictures

Numbered: TypeAlias = "Iterable[tuple[int, Query]]"
"""The numbers of pictures, and their queries."""

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
    pictures: Pictures, queries: Numbered, *, workers: int | None = None
) -> Iterator[PairBlock]:
    """Look for each picture among all others.

    - `pictures`: their stored forms, in memory or mapped, as from `PictureFile`.
    - `queries`: positions of pictures, and each of these as a query, in any order.
    - `workers`: the number of threads, by default one per processor.

    Yields a block for every 64 queries, also if it is empty. Closing the generator stops the work.
    At most 20 pairs of each query are confirmed. In memory it takes 2.2 KB per picture.
    """
    return pairs_between([(pictures, 0)], queries, workers=workers)


def pairs_between(
    sets: Sequence[tuple[Pictures, int]],
    queries: Numbered,
    *,
    first: int = 0,
    workers: int | None = None,
) -> Iterator[PairBlock]:
    """Look for each query among the pictures of some sets, except itself, as `pairs_within` does.

    All pictures are numbered together. `sets`: each with the number of its first picture. `first`:
    the number of the first query.
    """
    threads = worker_count(workers)
    parts = [Part(*one) for one in sets if len(one[0])]
    if not parts:
        return
    for part in parts:
        part.tables(threads)
    done = 0

    def answer(numbered: list[tuple[int, Query]]) -> list[tuple[int, Found]]:
        return [(first + at, _others(parts, first + at, query)) for at, query in numbered]

    for answers in ordered_map(answer, _batches(iter(queries)), threads):
        done += len(answers)
        counts = [len(found.position) for _, found in answers]
        numbers = np.repeat(np.array([at for at, _ in answers], np.uint32), counts)
        columns = zip(*(found for _, found in answers), strict=True)
        yield PairBlock(first + done, numbers, Found(*map(np.concatenate, columns)))


def _batches(numbered: Iterator[tuple[int, Query]]) -> Iterator[list[tuple[int, Query]]]:
    while batch := list(islice(numbered, BATCH)):
        yield batch


def _others(parts: Sequence[Part], at: int, query: Query) -> Found:
    """What is found of a query, except the picture itself."""
    found = search(parts, query, best=BEST + 1)
    others = found.position != at
    return Found(*(column[others] for column in found))
