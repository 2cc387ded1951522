"""How long a search for an edited picture takes by local features, among few and many others.

The others are strangers. Their descriptors are those of the photographs with many bits changed,
above all those that come out either way in copies, so that their keys are as common as real ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter, thread_time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from benchmarks.measure import Report, arguments

from lookalike._native import kernel
from lookalike.images import read_picture
from lookalike.sight.grey import grey_picture
from lookalike.sight.points.features import STORED, query_features
from lookalike.sight.points.forms import Query, query_form
from lookalike.sight.points.part import Part
from lookalike.sight.points.pictures import Pictures
from lookalike.sight.points.search import BEST, FEW_PICTURES, NEAR, search, weights_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = 10_000
LEFT = 0.7
"""Queries are crops: this share of the width and of the height is left."""


class Photographs(NamedTuple):
    """Real pictures, in all forms that are needed."""

    stored: Pictures
    queries: list[Query]
    descriptors: NDArray[np.uint8]
    """`(n, 32)`: of all points."""
    weak: NDArray[np.uint8]
    """`(n, 32)`: the half of the bits that were decided most closely."""


def photographs(paths: Sequence[Path]) -> Photographs:
    """Read photographs, and cut some of each away for a query."""
    forms, queries, descriptors, weak = [], [], [], []
    for path in paths:
        picture = read_picture(path)
        forms.append(query_form(picture).stored())
        pixels = picture.pixels
        height, width = (round(side * LEFT) for side in pixels.shape[:2])
        queries.append(query_form(read_picture(np.ascontiguousarray(pixels[:height, :width]))))
        found = query_features(grey_picture(picture), STORED)
        limit = np.median(found.margins, axis=1, keepdims=True)
        descriptors.append(found.descriptors)
        weak.append(np.packbits(found.margins < limit, axis=1, bitorder="little"))
    return Photographs(
        Pictures.of(forms), queries, np.concatenate(descriptors), np.concatenate(weak)
    )


def with_strangers(photos: Photographs, count: int) -> Pictures:
    """The photographs and strangers, `count` in all."""
    random = np.random.default_rng(1)
    all_ = Pictures.empty(count)
    known = min(len(photos.stored), count)
    arrays: list[NDArray[Any]] = list(all_)
    real: list[NDArray[Any]] = list(photos.stored)
    for array, stored in zip(arrays, real, strict=True):
        array[:known] = stored[:known]
    all_.counts[known:] = STORED
    all_.sizes[known:] = 512, 384
    for begin in range(known, count, BLOCK):
        end = min(begin + BLOCK, count)
        like = random.integers(0, len(photos.descriptors), (end - begin) * STORED)
        noise = random.integers(0, 256, (5, len(like), 32), dtype=np.uint8)
        weak = photos.weak[like] & noise[0]
        strong = noise[1] & noise[2] & noise[3] & noise[4]
        changed = photos.descriptors[like] ^ (weak | strong)
        all_.descriptors[begin:end] = changed.reshape(end - begin, -1)
        all_.points[begin:end] = photos.stored.points[random.integers(0, known, end - begin)]
        all_.thumbs[begin:end] = random.integers(0, 256, (end - begin, 1024), dtype=np.uint8)
    return all_


def steps(part: Part, query: Query) -> Iterator[float]:
    """The processor time after each step of one search."""
    tables = part.tables()
    yield thread_time()
    asked = query.in_kernel()
    yield thread_time()
    matches = kernel.near_points(tables, part.gallery, asked, NEAR)
    yield thread_time()
    weights = weights_of([matches], [None], len(query.descriptors))
    least = 1 if len(part) < FEW_PICTURES else 2
    pictures, _, bounds, theirs = kernel.sight_candidates(
        part.gallery, asked, matches, weights, None, least, BEST
    )
    yield thread_time()
    kernel.sight_verify(part.gallery, asked, pictures, bounds, theirs)
    yield thread_time()


def measure(report: Report, photos: Photographs, count: int) -> None:
    """One row: the medians of all queries."""
    part = Part(with_strangers(photos, count), 0)
    begin = perf_counter()
    tables = part.tables()
    built = perf_counter() - begin
    known = min(len(photos.stored), count)
    times, parts, found, others = [], [], 0, 0
    for at, query in enumerate(photos.queries[:known]):
        begin = perf_counter()
        result = search([part], query)
        times.append(perf_counter() - begin)
        same = result.position[result.verdict == 1]
        found += at in same
        others += int((same >= known).sum())
        parts.append(np.diff(list(steps(part, query))))
    prepare, near, vote, verify = 1000 * np.median(parts, axis=0)
    report.add(
        "query",
        {
            "pictures": count,
            "ms": round(1000 * median(times), 2),
            "CPU ms": round(1000 * float(np.median(np.sum(parts, axis=1))), 2),
            "prepare": round(prepare, 2),
            "near": round(near, 2),
            "vote": round(vote, 2),
            "verify": round(verify, 2),
            "found": round(found / known, 3),
            "strangers found": others,
            "tables, bytes per picture": round(sum(table.nbytes for table in tables) / count),
            "tables, s": round(built, 1),
        },
    )


def main() -> None:
    parser = arguments(__doc__, "benchmarks.sight_index PHOTOS --pictures 1000 1000000", rounds=1)
    parser.add_argument("folder", type=Path, help="a folder with photographs")
    parser.add_argument("--pictures", type=int, nargs="+", default=[1000, 100_000])
    parser.add_argument("--queries", type=int, default=200, help="how many photographs are read")
    options = parser.parse_args()
    paths = sorted(options.folder.rglob("*.jpg"))[: options.queries]
    report = Report(__doc__)
    photos = photographs(paths)
    for count in options.pictures:
        measure(report, photos, count)
    report.print(options.json)


if __name__ == "__main__":
    main()
