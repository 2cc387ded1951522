"""The steps by which edges become stars: each image linked to the smallest one it belongs to.

Large star and small star alternate until nothing changes (R. Kiveris and others, "Connected
Components in MapReduce and Beyond", 2014). Each step needs only the neighbours of one image at a
time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.index.search.searcher import roots
from lookalike.spark.blocks.packing import Edges

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Step(NamedTuple):
    """The edges after one step."""

    edges: Edges
    changes: int
    """How many edges lead elsewhere than before."""


def large_star(edges: Edges) -> Step:
    """Link all larger neighbours of an image to its smallest one.

    Each edge comes both ways. `left` is the image, and `right` its neighbour.
    """
    centre, other = _sorted(edges)
    least = np.minimum(centre, _least_of_each(centre, other))
    larger = other > centre
    found = Edges(other[larger], least[larger])
    return Step(found, int((found.right != centre[larger]).sum()))


def small_star(edges: Edges) -> Step:
    """Link all smaller neighbours of an image, and the image, to its smallest one.

    Each edge comes once. `left` is the larger image.
    """
    centre, other = _sorted(edges)
    least = _least_of_each(centre, other)
    moved = other != least
    first = np.ones(len(centre), np.bool_)
    first[1:] = centre[1:] != centre[:-1]
    left = np.concatenate([other[moved], centre[first]])
    return Step(Edges(left, np.concatenate([least[moved], least[first]])), int(moved.sum()))


def labels_of(edges: Edges) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every image of some edges, ascending, and the smallest image that it is connected with."""
    ids = np.unique(np.concatenate(edges))
    left, right = (np.searchsorted(ids, side).astype(np.uint32) for side in edges)
    parent = np.arange(len(ids), dtype=np.uint32)
    kernel.join_sets(parent, left, right)
    return ids, ids[roots(parent)]


def _sorted(edges: Edges) -> Edges:
    """The distinct edges by their left end."""
    order = np.lexsort((edges.right, edges.left))
    left, right = edges.left[order], edges.right[order]
    new = np.ones(len(left), np.bool_)
    new[1:] = (left[1:] != left[:-1]) | (right[1:] != right[:-1])
    return Edges(left[new], right[new])


def _least_of_each(centre: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each sorted edge, the smallest right end of those with the same left end."""
    first = np.ones(len(centre), np.bool_)
    first[1:] = centre[1:] != centre[:-1]
    least: NDArray[np.int64] = other[first][np.cumsum(first) - 1]
    return least
