"""The two forms of one picture: stored, and as a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.images import read_picture
from lookalike.sight.grey import grey_picture, thumb
from lookalike.sight.paper import is_paper
from lookalike.sight.points.features import STORED, Features, extract_features, query_features

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images import ImageSource
    from lookalike.images.picture import Picture

LEAST_SIDE = 512
"""Pictures are decoded with at least this many pixels on the shorter side, if they have them."""


class Stored(NamedTuple):
    """What is kept of a picture, so that others can be compared with it."""

    features: Features
    """At most 100."""
    thumb: NDArray[np.uint8]
    """`(32, 32)`."""
    is_paper: bool
    """Whether it is mostly paper, a screen or a plain ground."""


class Query(NamedTuple):
    """A picture that is looked for."""

    width: int
    height: int
    """Of the grey that the points come from."""
    points: NDArray[np.uint32]
    """`(n,)`, as in `Features`."""
    descriptors: NDArray[np.uint8]
    """`(2 n, 32)`: those of the points, then those of its mirror image."""
    weakest: NDArray[np.uint16]
    """`(2 n, 4)`: the bits of each key that an edit flips first, from `kernel.weakest_bits`."""
    grey: NDArray[np.uint8]
    """`(height, width)`, or a smaller copy."""
    is_paper: bool
    """As in `Stored`."""

    def in_kernel(self) -> kernel.SightQuery:
        """The same for the kernel."""
        width, height, points, descriptors, weakest, grey, _ = self
        return kernel.SightQuery(points, descriptors, weakest, width, height, grey)

    def stored(self) -> Stored:
        """The form to store. Only for a query whose grey was not reduced."""
        count = min(STORED, len(self.points))
        points, descriptors = self.points[:count], self.descriptors[:count]
        features = Features(self.width, self.height, points, descriptors)
        return Stored(features, thumb(self.grey), self.is_paper)


def stored_form(picture: Picture) -> Stored:
    """The stored form of a picture."""
    grey = grey_picture(picture)
    return Stored(extract_features(grey), thumb(grey), is_paper(grey))


def query_form(picture: Picture) -> Query:
    """The form of a picture in which others like it are looked for."""
    grey = grey_picture(picture)
    found = query_features(grey)
    mirrored, margins = found.mirrored()
    return Query(
        found.width,
        found.height,
        found.points,
        np.concatenate([found.descriptors, mirrored]),
        kernel.weakest_bits(np.concatenate([found.margins, margins])),
        grey,
        is_paper(grey),
    )


def read_stored(image: ImageSource) -> Stored:
    """Read an image to its stored form. Raises `ImageError` if it cannot be read."""
    return stored_form(read_picture(image, least_side=LEAST_SIDE))


def read_query(image: ImageSource) -> Query:
    """Read an image to its form as a query. Raises `ImageError` if it cannot be read."""
    return query_form(read_picture(image, least_side=LEAST_SIDE))
