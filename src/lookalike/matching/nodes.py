"""From hashes to connected sets, without listing pairs.

Images with equal hashes are one node, so 300,000 of them do not become 45 billion pairs. The hashes
of flat and degenerate images mean little or nothing. Such images are one node if their pixels are
equal, and are not searched. Files with several frames have separate nodes. There are few of them,
and they are compared frame by frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from lookalike._native import kernel
from lookalike.hashes import HashArray, words_of
from lookalike.hashing.moments import STILL
from lookalike.index import Block, Searcher, searcher_for
from lookalike.index.search.searcher import roots
from lookalike.matching.sequences import Sequences, farthest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable
    from lookalike.work.progress import Progress


class Nodes(NamedTuple):
    """The images of a table that the search treats as distinct."""

    of_image: NDArray[np.uint32]
    """`(n,)`: the node of each image."""
    hashes: HashArray
    """The hashes of the first nodes, the stills."""
    sequences: Sequences
    """The next nodes. The last ones are flat or degenerate, and have no hashes."""
    total: int
    """How many nodes there are."""


def nodes_of(table: HashTable, hashes: HashArray) -> Nodes:
    """Collapse the images of a table into nodes."""
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

    def linking(_stage: str, done: int, total: int | None) -> None:
        progress("linking", done, total)

    connected = searcher.connected(max_distance, workers=workers, progress=linking)
    sets[: len(hashes)] = connected
    for block in sequence_links(nodes, searcher, max_distance, workers):
        kernel.join_sets(sets, block.i, block.j)
    return roots(sets)


class HasNodes(Protocol):
    """Nodes with hashes: stills, then sequences."""

    @property
    def hashes(self) -> HashArray:
        """The hashes of the stills."""

    @property
    def sequences(self) -> Sequences:
        """The sequences."""


def sequence_links(
    nodes: HasNodes, searcher: Searcher, max_distance: int, workers: int | None
) -> Iterator[Block]:
    """Pairs of nodes that are near at every moment: sequences, or a sequence and a still.

    `searcher`: has the hashes of the stills.
    """
    stills, sequences = nodes.hashes, nodes.sequences
    if not len(sequences):
        return
    offset = np.uint32(len(stills))
    for block in sequences.links(max_distance, workers):
        yield block._replace(i=block.i + offset, j=block.j + offset)
    for block in steady_links(stills, sequences, searcher, max_distance, workers):
        yield block._replace(j=block.j + offset)


def steady_links(
    stills: HashArray,
    sequences: Sequences,
    searcher: Searcher,
    max_distance: int,
    workers: int | None,
) -> Iterator[Block]:
    """Pairs of a still, i, and a sequence, j, that are near at every moment.

    `searcher`: has the hashes of the stills.
    """
    steady = np.flatnonzero(sequences.kinds == STILL).astype(np.uint32)
    queries = words_of(np.ascontiguousarray(sequences.hashes[steady, 0]))
    for block in searcher.matches(queries, max_distance, workers=workers):
        of_block = steady[block.i]
        distance = farthest(sequences.hashes, of_block, stills.data[:, None], block.j)
        near = distance <= max_distance
        yield Block(block.j[near], of_block[near], distance[near])
