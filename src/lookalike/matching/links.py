"""Links: two images that match, and why."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.matching.pairs import pairs_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashes import HashArray
    from lookalike.hashing.table import HashTable
    from lookalike.matching.copies import Copies


class Evidence(IntEnum):
    """Why two images match, the weakest evidence first."""

    NEAR = 0
    """Their hashes lie within the distance of the rule."""
    PIXELS = 1
    """Their decoded pixels are equal."""
    BYTES = 2
    """Their bytes are equal."""


class Links(NamedTuple):
    """Pairs of images that match each other directly, ordered by i, then j."""

    i: NDArray[np.intp]
    """Positions among the images, i < j."""
    j: NDArray[np.intp]
    """Positions among the images."""
    distance: NDArray[np.uint16]
    """In bits."""
    evidence: NDArray[np.uint8]
    """Numbers of `Evidence`."""


def links_within(
    table: HashTable,
    hashes: HashArray,
    max_distance: int,
    members: NDArray[np.intp],
    copies: Copies,
) -> Links:
    """The links between the members of one group, computed anew because a search lists none.

    `copies`: those of the members. Raises `LookalikeError` if there are too many links to list.
    """
    pairs = pairs_within([members], table, hashes, max_distance)
    order = np.argsort(members)
    one, other = (order[np.searchsorted(members, at, sorter=order)] for at in (pairs.i, pairs.j))
    return Links(*pairs, copies.evidence(one, other))
