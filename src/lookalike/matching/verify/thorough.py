"""The thorough search: pictures that show the same, wherever it is and however it is turned."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.errors import LookalikeError
from lookalike.hashing.content import Depth
from lookalike.matching.links import Evidence, Links
from lookalike.matching.sequences import distances_at
from lookalike.sight.points.pairs import pairs_within
from lookalike.sight.points.spool import PictureFile, QueryFile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashes import HashArray
    from lookalike.matching.rereading import Rereading
    from lookalike.matching.verify.candidates import Pictures
    from lookalike.sight.points.search import Found
    from lookalike.work.progress import Progress

SAME, PART, LAYOUT = 1, 2, 3
"""The verdicts of the kernel."""


class Sighted(NamedTuple):
    """What was found by points."""

    links: Links
    """Between first images of pictures, ordered by i, then j."""
    verdict: NDArray[np.uint8]
    """For each link, `SAME`, `PART` or `LAYOUT`."""
    is_paper: NDArray[np.bool_]
    """For each link, whether one of the two is mostly paper, so that thumbs cannot decide."""
    unread: int
    """How many images could not be read again, so that they were not searched."""


def sighted(
    again: Rereading,
    hashes: HashArray,
    pictures: Pictures,
    workers: int,
    progress: Progress,
) -> Sighted:
    """Look for every picture with enough detail among all others, by its points.

    Raises `LookalikeError` without room for temporary files.
    """
    wanted = pictures.first[pictures.node < pictures.searched]
    try:
        with PictureFile() as stored, QueryFile() as queries:
            return _searched(again, hashes, wanted, stored, queries, workers, progress)
    except OSError as error:  # reading an image never raises it
        raise LookalikeError(
            f"a thorough search needs room for temporary files, about 37 KB per image: {error}"
        ) from error


def _searched(
    again: Rereading,
    hashes: HashArray,
    wanted: NDArray[np.intp],
    stored: PictureFile,
    queries: QueryFile,
    workers: int,
    progress: Progress,
) -> Sighted:
    positions: list[int] = []
    sizes: list[tuple[int, int]] = []
    for contents in again.contents(wanted, Depth.POINTS):
        for at, content in contents.items():
            if content.query is not None:
                stored.append(content.query.stored())
                queries.append(content.query)
                positions.append(at)
                sizes.append((content.query.width, content.query.height))
        progress("looking", len(positions), len(wanted))
    placed = np.array(positions, np.intp)
    size = np.array(sizes, np.float64).reshape(-1, 2)
    blocks = []
    for block in pairs_within(stored.pictures(), queries, workers=workers):
        links = _links(block.query, block.found, placed, size, hashes)
        blocks.append((links, block.found.verdict, block.found.is_paper))
        progress("searching", block.done, len(placed))
    every = Links.concatenated([links for links, *_ in blocks])
    verdict = np.concatenate([np.empty(0, np.uint8), *(verdict for _, verdict, _ in blocks)])
    papers = np.concatenate([np.empty(0, np.bool_), *(papers for *_, papers in blocks)])
    best = _best_of_each(every, verdict)
    return Sighted(every.among(best), verdict[best], papers[best], len(wanted) - len(placed))


def _best_of_each(links: Links, verdict: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Each pair may be found both ways. Which one of the two to take: the same, then agreement."""
    order = np.lexsort((-links.agreement, verdict, links.j, links.i))
    i, j = links.i[order], links.j[order]
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = (i[1:] != i[:-1]) | (j[1:] != j[:-1])
    return order[is_first]


def _links(
    query: NDArray[np.uint32],
    found: Found,
    at: NDArray[np.intp],
    size: NDArray[np.float64],
    hashes: HashArray,
) -> Links:
    """What the queries found as links. The maps go from pixels of the stored to the query's."""
    one, other = at[query], at[found.position]
    i, j = np.minimum(one, other), np.maximum(one, other)
    count = len(i)
    evidence = np.full(count, Evidence.POINTS, np.uint8)
    links = Links.by_bits(i, j, distances_at(hashes, i, j), evidence)
    maps = np.zeros((count, 3, 3))
    maps[:, :2], maps[:, 2, 2] = found.maps, 1
    swapped = one > other  # the query is j
    maps[swapped] = np.linalg.inv(maps[swapped])
    from_size = np.where(swapped[:, None], size[query], size[found.position])
    to_size = np.where(swapped[:, None], size[found.position], size[query])
    # In pixels with y downwards, (-sin, cos) is where a clockwise turn takes the y axis.
    turned = np.degrees(np.arctan2(-maps[:, 0, 1], maps[:, 1, 1]))
    transform = maps[:, :2].copy()
    transform[:, :, :2] *= from_size[:, None, :]
    transform /= to_size[:, :, None]
    shares = found.numbers[:, 6:8].clip(0, 1)
    overlap = np.where(swapped[:, None], shares, shares[:, ::-1])
    return links._replace(
        agreement=found.numbers[:, 3].clip(0, 1),
        turned=np.rint(turned).astype(np.int16) % 360,
        mirrored=found.numbers[:, 2] > 0,
        transform=transform.astype(np.float32),
        overlap=overlap.astype(np.float32),
    )
