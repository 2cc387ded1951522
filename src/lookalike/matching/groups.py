"""From hashes to groups: which images hang together, and which of them to keep.

Images of equal hashes are one node, so that 300,000 of them are no 45,000,000,000 pairs. Flat
and degenerate images, whose hashes mean nothing or little, are one node where their pixels are
equal, and are not searched. Files of several frames are nodes of their own: they are few, and are
compared frame by frame.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from lookalike._native import kernel
from lookalike.errors import ImageError
from lookalike.hashes import HashArray, words_of
from lookalike.hashing.moments import STILL
from lookalike.images import FileSource, lost_at_end
from lookalike.index import Searcher, searcher_for
from lookalike.index.search.searcher import roots
from lookalike.matching.sequences import Sequences, farthest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable
    from lookalike.work.progress import Progress

EXACT_UP_TO = 10_000

REASONS = (
    "undamaged",
    "read to its end",
    "raw file",
    "more than one frame",
    "most pixels",
    "most frames",
    "most bytes",
    "shortest path",
    "first by name",
)
"""Why a keeper was chosen; each decides only among those that are equal by the ones before."""

_Rank: TypeAlias = tuple[bool, bool, bool, bool, int, int, int, int, str]
"""What `REASONS` go by: the least is kept."""


class Nodes(NamedTuple):
    """The distinct images of a table, as far as the search is concerned."""

    of_image: NDArray[np.uint32]
    """`(n,)`: the node of each image."""
    hashes: HashArray
    """Those of the first nodes, the stills."""
    sequences: Sequences
    """The next nodes; those behind them are flat or degenerate, and have no hashes."""
    total: int
    """How many nodes there are."""


def nodes_of(table: HashTable, hashes: HashArray) -> Nodes:
    """Collapse the images of a table."""
    sequences = Sequences(table, hashes.algorithm)
    still = np.ones(len(table), np.bool_)
    still[list(table.flat_digests)] = False
    still[list(sequences.number_of)] = False
    unique = hashes[still].unique()
    of_image = np.empty(len(table), np.uint32)
    of_image[still] = unique.inverse
    for at, number in sequences.number_of.items():
        of_image[at] = len(unique.hashes) + number
    first_flat = len(unique.hashes) + len(sequences)
    flat_nodes: dict[bytes, int] = {}
    for at, digest in table.flat_digests.items():
        of_image[at] = first_flat + flat_nodes.setdefault(digest, len(flat_nodes))
    return Nodes(of_image, unique.hashes, sequences, first_flat + len(flat_nodes))


def connect(
    nodes: Nodes, max_distance: int, workers: int | None, progress: Progress
) -> NDArray[np.uint32]:
    """`(nodes,)`: the smallest node of the connected set that each node belongs to."""
    sets = np.arange(nodes.total, dtype=np.uint32)
    hashes = nodes.hashes
    searcher = searcher_for(hashes.words, hashes.bits, max_distance, workers)
    connected = searcher.connected(max_distance, workers=workers, progress=progress)
    sets[: len(hashes)] = connected
    if len(nodes.sequences):
        _join_sequences(sets, nodes, searcher, max_distance, workers)
    return roots(sets)


def _join_sequences(
    sets: NDArray[np.uint32],
    nodes: Nodes,
    searcher: Searcher,
    max_distance: int,
    workers: int | None,
) -> None:
    """Join sequences with each other, and with the stills that they are near at every moment."""
    stills, sequences = nodes.hashes, nodes.sequences
    offset = np.uint32(len(stills))
    for block in sequences.links(max_distance, workers):
        kernel.join_sets(sets, block.i + offset, block.j + offset)
    steady = np.flatnonzero(sequences.kinds == STILL).astype(np.uint32)
    queries = words_of(np.ascontiguousarray(sequences.hashes[steady, 0]))
    for block in searcher.matches(queries, max_distance, workers=workers):
        of_block = steady[block.i]
        distance = farthest(sequences.hashes, of_block, stills.data[:, None], block.j)
        near = distance <= max_distance
        kernel.join_sets(sets, block.j[near], of_block[near] + offset)


def choose_keeper(table: HashTable, members: NDArray[np.intp]) -> tuple[int, str]:
    """Which of the members stays, and why: one that is not damaged, one whose end was seen, then a
    camera's raw file, then one of several frames, then the one of most pixels, most frames, most
    bytes, the shortest path, the first by name."""

    def rank(at: int) -> _Rank:
        return _rank(table, at, at in table.ends_unseen)

    keeper, runner_up = heapq.nsmallest(2, members.tolist(), key=rank)
    first, second = rank(keeper), rank(runner_up)
    for reason, ours, theirs in zip(REASONS, first, second, strict=False):
        if ours != theirs:
            return keeper, reason
    return keeper, REASONS[-1]


def see_ends(
    table: HashTable, sets: Sequence[NDArray[np.intp]], max_bytes: int, progress: Progress
) -> None:
    """Look through the files that would be kept though only their first scan was read.

    One that turns out to be cut off is damaged, and the next best of its group is looked through.
    What is behind a URL or in another source is not read again: its end stays unseen.
    """
    out_of_reach = table.ends_unseen - table.beginnings

    def rank(at: int) -> _Rank:
        return _rank(table, at, at in out_of_reach)

    concerned = [members for members in sets if not table.ends_unseen.isdisjoint(members.tolist())]
    for done, members in enumerate(concerned, start=1):
        for at in sorted(members.tolist(), key=rank):
            if at not in table.ends_unseen or at in out_of_reach:
                break
            _see_end(table, at, max_bytes)
            if at not in table.ends_unseen and at not in table.damages:
                break
        progress("checking", done, len(concerned))


def _see_end(table: HashTable, at: int, max_bytes: int) -> None:
    try:
        contents = FileSource(table.paths[at]).contents(None, max_bytes)
    except (ImageError, MemoryError):  # it is gone, or too much to be read whole
        return
    if contents.size != table.size(at)[0]:  # it has changed since
        return
    table.ends_unseen.discard(at)
    lost = lost_at_end(contents.data)
    if lost:
        table.damages[at] = lost


def _rank(table: HashTable, at: int, unseen: bool) -> _Rank:
    byte_count, width, height = table.size(at)
    path, frames, pixels = table.paths[at], table.frames(at), width * height
    flaws = at in table.damages, unseen, not table.is_raw(at), frames == 1
    return *flaws, -pixels, -frames, -byte_count, len(path), path


def widest_distance(hashes: HashArray) -> tuple[int, bool]:
    """The largest distance between any two distinct hashes, and whether that is exact.

    Up to `EXACT_UP_TO` hashes it is. Above, it is a bound: as no hash is farther from the first
    than some d, no two are farther apart than 2 d.
    """
    if len(hashes) <= EXACT_UP_TO:
        return kernel.diameter(hashes.data), True
    from_first = int(np.bitwise_count(hashes.data ^ hashes.data[0]).sum(axis=1).max())
    return min(2 * from_first, hashes.bits), False


def widest_at_all(at_all: NDArray[np.uint8], hashes: HashArray) -> tuple[int, bool]:
    """The same for images at several moments: the largest distance at any of them."""
    moments = [np.ascontiguousarray(at_all[:, k]) for k in range(at_all.shape[1])]
    distinct = [HashArray(data, hashes.algorithm).unique().hashes for data in moments]
    widest = [widest_distance(one) for one in distinct]
    return max(bits for bits, _ in widest), all(exact for _, exact in widest)
