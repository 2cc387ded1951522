"""The thorough search: pictures that show the same, wherever it is and however it is turned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.errors import LookalikeError
from lookalike.hashing.content import Depth
from lookalike.matching.links import Evidence, Links
from lookalike.matching.rereading import read_again
from lookalike.matching.sequences import distances_at
from lookalike.sight.points.pairs import PairBlock, pairs_between, pairs_within
from lookalike.sight.points.spool import PictureFile, QueryFile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashes import HashArray
    from lookalike.hashing.table import HashTable
    from lookalike.matching.rereading import Read
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
    table: HashTable,
    hashes: HashArray,
    pictures: Pictures,
    read: Read,
    workers: int,
    progress: Progress,
) -> Sighted:
    """Look for every picture with enough detail among all others, by its points.

    Raises `LookalikeError` without room for temporary files.
    """
    searched = np.flatnonzero(pictures.node < pictures.searched)
    sets = [searched]
    if pictures.is_reference is not None:
        is_old = pictures.is_reference[searched]
        sets = [searched[~is_old], searched[is_old]]
    try:
        with ExitStack() as stack:
            galleries = [stack.enter_context(_Gallery()) for _ in sets]
            for gallery, numbers in zip(galleries, sets, strict=True):
                gallery.fill(table, pictures.first[numbers], read, progress)
            blocks = _blocks(galleries, pictures, workers)
            unread = len(searched) - sum(map(len, galleries))
            return _searched(hashes, galleries, blocks, unread, progress)
    except OSError as error:  # reading an image never raises it
        raise LookalikeError(
            f"a thorough search needs room for temporary files, about 37 KB per image: {error}"
        ) from error


class _Gallery(ExitStack):
    """Pictures in temporary files: as they are stored, and as they are looked for."""

    def __init__(self) -> None:
        super().__init__()
        self.stored = self.enter_context(PictureFile())
        self.queries = self.enter_context(QueryFile())
        self.positions: list[int] = []
        self.sizes: list[tuple[int, int]] = []

    def __len__(self) -> int:
        return len(self.positions)

    def fill(
        self, table: HashTable, wanted: NDArray[np.intp], read: Read, progress: Progress
    ) -> None:
        """Read the images at some positions again, as far as possible."""
        for contents in read_again(table, wanted, read, Depth.POINTS):
            for at, content in contents.items():
                if content.query is not None:
                    self.stored.append(content.query.stored())
                    self.queries.append(content.query)
                    self.positions.append(at)
                    self.sizes.append((content.query.width, content.query.height))
            progress("looking", len(self), len(wanted))


def _blocks(galleries: list[_Gallery], pictures: Pictures, workers: int) -> Iterator[PairBlock]:
    """What is found, with the numbers of pictures counted through all galleries."""
    if len(galleries) == 1:
        (every,) = galleries
        yield from pairs_within(every.stored.pictures(), every.queries, workers=workers)
        return
    new, old = galleries
    ours, theirs = new.stored.pictures(), old.stored.pictures()
    first = len(new)
    within = pictures.sides is not None and pictures.sides.within
    sets, firsts = ([ours, theirs], [0, first]) if within else ([theirs], [first])
    own = 0 if within else None
    yield from pairs_between(sets, firsts, new.queries, own=own, workers=workers)
    for block in pairs_between([ours], [0], old.queries, workers=workers):
        query = block.query + np.uint32(first)
        yield block._replace(done=block.done + first, query=query)


def _searched(
    hashes: HashArray,
    galleries: list[_Gallery],
    found: Iterator[PairBlock],
    unread: int,
    progress: Progress,
) -> Sighted:
    placed = np.array([at for one in galleries for at in one.positions], np.intp)
    size = np.array([size for one in galleries for size in one.sizes], np.float64).reshape(-1, 2)
    blocks = []
    for block in found:
        links = _links(block.query, block.found, placed, size, hashes)
        blocks.append((links, block.found.verdict, block.found.is_paper))
        progress("searching", block.done, len(placed))
    every = Links.concatenated([links for links, *_ in blocks])
    verdict = np.concatenate([np.empty(0, np.uint8), *(verdict for _, verdict, _ in blocks)])
    papers = np.concatenate([np.empty(0, np.bool_), *(papers for *_, papers in blocks)])
    best = _best_of_each(every, verdict)
    return Sighted(every.among(best), verdict[best], papers[best], unread)


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
