"""Links: two images that match, and why."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.images.picture import MIRRORED as LAST_COLUMN_FIRST
from lookalike.images.picture import UPSIDE_DOWN
from lookalike.matching.pairs import pairs_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashes import HashArray
    from lookalike.hashing.table import HashTable
    from lookalike.matching.copies import Copies


TURNED = np.array([0, 0, 0, 180, 180, 270, 90, 90, 270], np.int16)
"""By how many degrees each EXIF orientation turns a picture clockwise, after mirroring it."""
MIRRORED = np.isin(np.arange(9), [2, 4, 5, 7])
"""Whether each EXIF orientation mirrors a picture left to right."""


def _transform(orientation: int) -> list[list[float]]:
    """Where each place of a picture is after it is turned by an EXIF orientation, as in `Links`."""
    x, y = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]
    if orientation >= 5:
        x, y = y, x
    if orientation in UPSIDE_DOWN:
        y = [-y[0], -y[1], 1 - y[2]]
    if orientation in LAST_COLUMN_FIRST:
        x = [-x[0], -x[1], 1 - x[2]]
    return [x, y]


TRANSFORMS = np.array([_transform(orientation) for orientation in range(9)], np.float32)


class Evidence(IntEnum):
    """Why two images match, the weakest evidence first."""

    NEAR = 0
    """Their hashes lie within the distance of the rule."""
    POINTS = 1
    """Many points of one were found in the other, and the pixels around them agree."""
    AGREES = 2
    """Their hashes lie within the distance, and a second look found that their pixels agree."""
    PIXELS = 3
    """Their decoded pixels are equal."""
    BYTES = 4
    """Their bytes are equal."""

    @property
    def word(self) -> str:
        """The word for it in results."""
        return ("bits", "points", "agreement", "pixels", "bytes")[self]


class Links(NamedTuple):
    """Pairs of images that match each other directly."""

    i: NDArray[np.intp]
    """Positions among the images, i < j."""
    j: NDArray[np.intp]
    """Positions among the images."""
    distance: NDArray[np.uint16]
    """In bits."""
    evidence: NDArray[np.uint8]
    """Numbers of `Evidence`."""
    agreement: NDArray[np.float32]
    """How well the pixels agree, from 0 to 1. NaN if no second look was taken."""
    turned: NDArray[np.int16]
    """By how many degrees j must be turned clockwise to lie on i, 0 to 359, after mirroring."""
    mirrored: NDArray[np.bool_]
    """Whether j must be mirrored left to right to lie on i."""
    colour_differs: NDArray[np.bool_]
    """Whether a second look found that their colours differ."""
    transform: NDArray[np.float32]
    """`(n, 2, 3)`: where each place of j is in i: x' = a x + b y + c and y' = d x + e y + f for
    ((a, b, c), (d, e, f)). Places go from (0, 0), top left, to (1, 1) in both."""
    overlap: NDArray[np.float32]
    """`(n, 2)`: the shares of i and of j that show the same."""

    @classmethod
    def by_bits(
        cls,
        i: NDArray[np.intp],
        j: NDArray[np.intp],
        distance: NDArray[np.uint16],
        evidence: NDArray[np.uint8],
    ) -> Links:
        """Links without a second look. Equal pixels agree wholly."""
        unseen = np.where(evidence >= Evidence.PIXELS, 1, np.nan).astype(np.float32)
        upright, no = np.zeros(len(i), np.int16), np.zeros(len(i), np.bool_)
        whole, all_of = TRANSFORMS[np.ones(len(i), np.intp)], np.ones((len(i), 2), np.float32)
        return cls(i, j, distance, evidence, unseen, upright, no, no.copy(), whole, all_of)

    @classmethod
    def concatenated(cls, parts: Sequence[Links]) -> Links:
        """The links of many as one."""
        none, bits, short = np.empty(0, np.intp), np.empty(0, np.uint16), np.empty(0, np.uint8)
        empty = cls.by_bits(none, none, bits, short)
        return cls._make(map(np.concatenate, zip(empty, *parts, strict=True)))

    def oriented(self, orientation: NDArray[np.uint8]) -> Links:
        """The same links, with j turned by an EXIF orientation."""
        return self._replace(
            turned=TURNED[orientation],
            mirrored=MIRRORED[orientation],
            transform=TRANSFORMS[orientation],
        )

    def among(self, wanted: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Links:
        """Some of the links."""
        return Links._make(column[wanted] for column in self)


def links_within(
    table: HashTable,
    hashes: HashArray,
    max_distance: int,
    members: NDArray[np.intp],
    copies: Copies,
) -> Links:
    """The links between the members of one group, computed anew because a search lists none.

    They are ordered by i, then j. `copies`: those of the members. Raises `LookalikeError` if there
    are too many links to list.
    """
    pairs = pairs_within([members], table, hashes, max_distance)
    order = np.argsort(members)
    one, other = (order[np.searchsorted(members, at, sorter=order)] for at in (pairs.i, pairs.j))
    return Links.by_bits(*pairs, copies.evidence(one, other))
