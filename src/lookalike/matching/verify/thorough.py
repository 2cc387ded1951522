"""The thorough search: pictures that show the same, wherever it is and however it is turned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.hashing.content import Depth
from lookalike.matching.links import Evidence, Links
from lookalike.matching.sequences import distances_at
from lookalike.sight.colours import COLOUR_DIFFERS, colour_distances, shared_colours
from lookalike.sight.overlay import shares
from lookalike.sight.points.pairs import Numbered, PairBlock, pairs_between, pairs_within
from lookalike.sight.points.spool import PictureFile, QueryFile, reduced
from lookalike.sight.shelf import Shelf

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashes import HashArray
    from lookalike.matching.rereading import Rereading
    from lookalike.matching.verify.candidates import Pictures
    from lookalike.sight.points.forms import Query
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


class _Block(NamedTuple):
    """What some queries found."""

    query: NDArray[np.uint32]
    """The number of the picture that was looked for."""
    links: Links
    verdict: NDArray[np.uint8]
    is_paper: NDArray[np.bool_]


def sighted(
    again: Rereading,
    hashes: HashArray,
    pictures: Pictures,
    workers: int,
    progress: Progress,
) -> Sighted:
    """Look for every picture with enough detail among all others, by its points.

    Without room for temporary files, pictures are read once more when they are looked for. What is
    kept of each in memory then is 4.6 KB.
    """
    searched = np.flatnonzero(pictures.node < pictures.searched)
    sets = [searched]
    if pictures.is_reference is not None:
        is_old = pictures.is_reference[searched]
        sets = [searched[~is_old], searched[is_old]]
    galleries = [_Gallery.of(again, pictures.first[one], progress) for one in sets]
    placed = np.concatenate([one.placed for one in galleries])
    size = np.concatenate([one.size for one in galleries])
    blocks: list[_Block] = []
    for block in _found(galleries, pictures, again, workers):
        links = _links(block.query, block.found, placed, size, hashes)
        blocks.append(_Block(block.query, links, block.found.verdict, block.found.is_paper))
        progress("searching", block.done, len(placed))
    return _best_of_each(blocks, len(searched) - len(placed))


class _Gallery(NamedTuple):
    """Pictures in temporary files: as they are stored, and as they are looked for."""

    stored: PictureFile
    queries: QueryFile
    placed: NDArray[np.intp]
    """The position of each image."""
    size: NDArray[np.float64]
    """`(n, 2)`: width and height."""

    @classmethod
    def of(cls, again: Rereading, wanted: NDArray[np.intp], progress: Progress) -> _Gallery:
        """Read the images at some positions again, as far as possible."""
        stored, queries = PictureFile(), QueryFile()
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
        size = np.array(sizes, np.float64).reshape(-1, 2)
        return cls(stored, queries, np.array(positions, np.intp), size)

    def numbered(self, again: Rereading) -> Numbered:
        """The numbers of the pictures, and their queries."""
        if self.queries.stored:
            return enumerate(self.queries)
        return _read_queries(again, self.placed)


def _found(
    galleries: list[_Gallery], pictures: Pictures, again: Rereading, workers: int
) -> Iterator[PairBlock]:
    """The pairs found, by numbers that are counted through all galleries."""
    if len(galleries) == 1:
        (every,) = galleries
        numbered = every.numbered(again)
        yield from pairs_within(every.stored.pictures(), numbered, workers=workers)
        return
    new, old = galleries
    ours, theirs, first = new.stored.pictures(), old.stored.pictures(), len(new.placed)
    within = pictures.sides is not None and pictures.sides.within
    sets = [(ours, 0), (theirs, first)] if within else [(theirs, first)]
    yield from pairs_between(sets, new.numbered(again), workers=workers)
    numbered = old.numbered(again)
    yield from pairs_between([(ours, 0)], numbered, first=first, workers=workers)


def _read_queries(again: Rereading, placed: NDArray[np.intp]) -> Iterator[tuple[int, Query]]:
    """The numbers of pictures and their queries, read again as they are needed, in any order."""
    order = np.argsort(placed)
    for contents in again.contents(placed, Depth.POINTS):
        for at, content in contents.items():
            if content.query is not None:
                yield int(order[np.searchsorted(placed, at, sorter=order)]), reduced(content.query)


def with_colours(again: Rereading, links: Links, progress: Progress) -> Links:
    """The same links, each of which says whether colours differ in the part that both show."""
    positions = np.unique(np.concatenate([links.i, links.j]))
    colours = Shelf()
    for done, contents in enumerate(again.contents(positions, Depth.COLOURS), 1):
        for at, content in contents.items():
            if content.colours is not None:
                colours.add(at, content.colours)
        progress("comparing colours", done, len(positions))
    differs = np.zeros(len(links.i), np.bool_)
    for number, (i, j) in enumerate(zip(links.i.tolist(), links.j.tolist(), strict=True)):
        if i in colours and j in colours:
            shared = shared_colours(colours[i], colours[j], links.transform[number])
            differs[number] = colour_distances(*shared)[0] >= COLOUR_DIFFERS
    return links._replace(colour_differs=differs)


def _best_of_each(blocks: Sequence[_Block], unread: int) -> Sighted:
    """Each pair may be found both ways. Takes the better one: the same, then agreement."""
    number = np.concatenate([np.empty(0, np.uint32), *(one.query for one in blocks)])
    links = Links.concatenated([one.links for one in blocks])
    verdict = np.concatenate([np.empty(0, np.uint8), *(one.verdict for one in blocks)])
    is_paper = np.concatenate([np.empty(0, np.bool_), *(one.is_paper for one in blocks)])
    order = np.lexsort((number, -links.agreement, verdict, links.j, links.i))
    i, j = links.i[order], links.j[order]
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = (i[1:] != i[:-1]) | (j[1:] != j[:-1])
    best = order[is_first]
    return Sighted(links.among(best), verdict[best], is_paper[best], unread)


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
    return links._replace(
        agreement=found.numbers[:, 3].clip(0, 1),
        turned=np.rint(turned).astype(np.int16) % 360,
        mirrored=found.numbers[:, 2] > 0,
        transform=transform.astype(np.float32),
        overlap=shares(transform),
    )
