"""Finds a picture among parts: candidates by their points, confirmed by geometry and pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.sight.points.features import STORED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.sight.points.forms import Query
    from lookalike.sight.points.part import Part

NEAR = 46
"""Points match if their descriptors differ in at most this many of 256 bits."""
BEST = 20
"""How many candidates are confirmed."""
FEW_PICTURES = 100_000
"""Among fewer, one match of points makes a candidate. Among more, strangers have one as well."""


class Found(NamedTuple):
    """What became of the candidates, the best first."""

    position: NDArray[np.uint32]
    """`(n,)`: among all pictures."""
    verdict: NDArray[np.uint8]
    """`(n,)`: 0 different, 1 same, 2 they share a part, 3 same layout."""
    maps: NDArray[np.float64]
    """`(n, 2, 3)`: affine, from pixels of the stored picture's grey to those of the query's."""
    numbers: NDArray[np.float32]
    """`(n, 12)`, as `kernel.sight_verify` gives them."""
    is_paper: NDArray[np.bool_]
    """`(n,)`: whether either picture is mostly paper. A thumb cannot tell one entry of a form from
    another, so verdict 1 is then only probable."""


def search(
    parts: Sequence[Part],
    query: Query,
    gone: Sequence[NDArray[np.uint8] | None] | None = None,
    *,
    best: int = BEST,
) -> Found:
    """The pictures that agree with the query somehow. Verdict 0 is left out.

    `parts`: at least one. `gone`: for each part, which of its pictures are left out, `(n,)`, or
    None for none. `best`: how many candidates are confirmed.
    """
    asked = query.in_kernel()
    least = 1 if sum(map(len, parts)) < FEW_PICTURES else 2
    skipped = gone or [None] * len(parts)
    near = [kernel.near_points(part.tables(), part.gallery, asked, NEAR) for part in parts]
    weights = weights_of(near, skipped, len(query.descriptors))
    found = [
        kernel.sight_candidates(part.gallery, asked, matches, weights, some, least, best)
        for part, matches, some in zip(parts, near, skipped, strict=True)
    ]
    return _confirmed(parts, query, asked, found, best)


def weights_of(
    near: Sequence[NDArray[np.uint64]], gone: Sequence[NDArray[np.uint8] | None], rows: int
) -> NDArray[np.float32]:
    """`(rows,)`: how much a match of each row of a query counts: the less, the more matches it has.

    Without it, many screenshots of one program would keep the pictures in them from being found.
    `near`, `gone`: the matches of each part, and which of its pictures are left out.
    """
    counts = np.zeros(rows, np.intp)
    for matches, some in zip(near, gone, strict=True):
        row = matches.view(np.uint16)[2::4]
        if some is not None:
            row = row[some[matches.view(np.uint32)[::2] // STORED] == 0]
        counts += np.bincount(row, minlength=rows)
    return (1 / np.sqrt(np.maximum(counts, 1))).astype(np.float32)


def _confirmed(
    parts: Sequence[Part],
    query: Query,
    asked: kernel.SightQuery,
    found: Sequence[kernel.Candidates],
    best: int,
) -> Found:
    """The verdicts on the best candidates of all parts."""
    scores = np.concatenate([scores for _, scores, _, _ in found])
    order = np.argsort(-scores, kind="stable")
    is_best = np.zeros(len(scores), np.bool_)
    is_best[order[:best]] = True
    columns, begin = [], 0
    for part, (pictures, _, bounds, matches) in zip(parts, found, strict=True):
        # The candidates of a part are sorted by their scores.
        count = int(is_best[begin : begin + len(pictures)].sum())
        begin += len(pictures)
        pictures, bounds = pictures[:count], bounds[: count + 1]
        verdicts, maps, numbers = kernel.sight_verify(
            part.gallery, asked, pictures, bounds, matches
        )
        positions = (pictures + np.uint64(part.first)).astype(np.uint32)
        agree = verdicts > 0
        papers = (part.pictures.papers[pictures] != 0) | query.is_paper
        found_here = positions, verdicts, maps, numbers, papers
        columns.append([column[agree] for column in found_here])
    position, verdict, maps, numbers, papers = map(np.concatenate, zip(*columns, strict=True))
    return Found(position, verdict, maps.reshape(-1, 2, 3), numbers, papers)
