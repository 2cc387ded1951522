"""Pairs of nodes that are near each other: those among some nodes, and those between two sets.

A join between two sets costs what it finds. Pairs within the second set are never looked at,
however many there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.index import Block, searcher_for
from lookalike.matching.nodes import Nodes, sequence_links, steady_links

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashes import HashArray
    from lookalike.matching.sequences import Sequences


class Some(NamedTuple):
    """Some of the nodes with hashes, under numbers of their own: stills, then sequences."""

    hashes: HashArray
    sequences: Sequences
    numbers: NDArray[np.uint32]
    """Their numbers among all nodes."""

    @classmethod
    def of(cls, nodes: Nodes, wanted: NDArray[np.bool_]) -> Some:
        """The wanted ones. `wanted`: `(nodes,)`."""
        stills, searched = len(nodes.hashes), len(nodes.hashes) + len(nodes.sequences)
        numbers = np.flatnonzero(wanted[:searched]).astype(np.uint32)
        if len(numbers) == searched:
            return cls(nodes.hashes, nodes.sequences, numbers)
        sequences = np.flatnonzero(wanted[stills:searched])
        hashes = nodes.hashes[np.flatnonzero(wanted[:stills])]
        return cls(hashes, nodes.sequences.among(sequences), numbers)


def pairs_among(some: Some, max_distance: int, workers: int | None) -> Iterator[Block]:
    """The pairs of different nodes among some, each once."""
    searcher = searcher_for(some.hashes.words, some.hashes.bits, max_distance, workers)
    blocks = chain(
        searcher.pairs(max_distance, workers=workers),
        sequence_links(some, searcher, max_distance, workers),
    )
    for block in blocks:
        yield Block(some.numbers[block.i], some.numbers[block.j], block.distance)


def pairs_between(
    ours: Some, theirs: Some, max_distance: int, workers: int | None
) -> Iterator[Block]:
    """The pairs of one of our nodes, i, and one of theirs, j. A node may be of both."""
    hashes = theirs.hashes
    searcher = searcher_for(hashes.words, hashes.bits, max_distance, workers)
    for block in searcher.matches(ours.hashes.words, max_distance, workers=workers):
        yield Block(ours.numbers[block.i], theirs.numbers[block.j], block.distance)
    if len(ours.sequences):
        for block in steady_links(hashes, ours.sequences, searcher, max_distance, workers):
            our_sequences = ours.numbers[len(ours.hashes) :]
            yield Block(our_sequences[block.j], theirs.numbers[block.i], block.distance)
    if len(theirs.sequences):
        hashes, their_sequences = ours.hashes, theirs.numbers[len(hashes) :]
        searcher = searcher_for(hashes.words, hashes.bits, max_distance, workers)
        for block in steady_links(hashes, theirs.sequences, searcher, max_distance, workers):
            yield Block(ours.numbers[block.i], their_sequences[block.j], block.distance)
        our_sequences = ours.numbers[len(hashes) :]
        for block in ours.sequences.links_to(theirs.sequences, max_distance, workers):
            yield Block(our_sequences[block.i], their_sequences[block.j], block.distance)
