"""`Features`: the places of a picture that are found again in edited copies of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lookalike._native import kernel
from lookalike.sight.grey import LONGER_SIDE

if TYPE_CHECKING:
    from numpy.typing import NDArray

STORED, QUERY = 100, 400
"""How many points are stored of a picture, and how many are used to look for it."""
DESCRIPTOR_BYTES, TESTS, LEVELS = 32, 256, 10


@dataclass(frozen=True, eq=False)
class Features:
    """Keypoints and what is around them. The best points come first.

    Points are where the determinant of the Hessian matrix is largest (P. Beaudet, "Rotationally
    Invariant Image Operators", 1978), at ten sizes of the picture. A descriptor compares means of
    boxes around a point, as in BRIEF and FREAK (M. Calonder et al., 2010. A. Alahi et al., 2012).
    Everything is computed in integers and frozen, as defined in docs/sight.md.

    Raises `ValueError` for arrays of another shape or dtype, and for points outside of the picture.
    """

    width: int
    height: int
    """Size of the grey picture that they come from, at most 512 pixels each."""
    points: NDArray[np.uint32]
    """`(n,)`: `x | y << 10 | level << 20 | angle << 24`.

    x and y are in half pixels from the left and top edges. At level k the picture is 1.26^k times
    smaller. The angle is in 1/256 turn, from the x axis towards the y axis, which goes down.
    """
    descriptors: NDArray[np.uint8]
    """`(n, 32)`: 256 bits each, the first one lowest in the first byte."""

    def __post_init__(self) -> None:
        for side, name in ((self.width, "width"), (self.height, "height")):
            if not 1 <= side <= LONGER_SIDE:
                raise ValueError(f"{name} must be 1 to {LONGER_SIDE} pixels, not {side}")
        check_array(self.points, "points", np.uint32, (-1,))
        count = len(self.points)
        check_array(self.descriptors, "descriptors", np.uint8, (count, DESCRIPTOR_BYTES))
        is_outside = (self.x >= 2 * self.width) | (self.y >= 2 * self.height)
        wrong = np.flatnonzero(is_outside | (self.levels >= LEVELS))
        if len(wrong):
            raise ValueError(
                f"point {wrong[0]} is outside of the {self.width} x {self.height} pixels or the "
                f"{LEVELS} levels: {self.points[wrong[0]]:#010x}"
            )

    def __len__(self) -> int:
        """How many points there are."""
        return len(self.points)

    @property
    def x(self) -> NDArray[np.uint32]:
        """`(n,)`: half pixels from the left edge."""
        x: NDArray[np.uint32] = self.points & np.uint32(1023)
        return x

    @property
    def y(self) -> NDArray[np.uint32]:
        """`(n,)`: half pixels from the top edge."""
        y: NDArray[np.uint32] = self.points >> np.uint32(10) & np.uint32(1023)
        return y

    @property
    def levels(self) -> NDArray[np.uint32]:
        """`(n,)`: 0 to 9, from fine to coarse."""
        levels: NDArray[np.uint32] = self.points >> np.uint32(20) & np.uint32(15)
        return levels

    @property
    def angles(self) -> NDArray[np.uint32]:
        """`(n,)`: in 1/256 turn."""
        angles: NDArray[np.uint32] = self.points >> np.uint32(24)
        return angles


@dataclass(frozen=True, eq=False)
class QueryFeatures(Features):
    """Features to look for other pictures with. The first 100 points are those that are stored."""

    margins: NDArray[np.uint8]
    """`(n, 256)`: how close each comparison was, in 1/16 of a grey level, at most 255."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_array(self.margins, "margins", np.uint8, (len(self.points), TESTS))

    def mirrored(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Descriptors and margins as if the picture were mirrored. The points stay as they are."""
        return kernel.mirrored(self.descriptors, self.margins)


def extract_features(grey: NDArray[np.uint8], most: int = STORED) -> Features:
    """The features to store of a grey picture, which is `(height, width)`."""
    points, descriptors = kernel.features(grey, most)
    return Features(grey.shape[1], grey.shape[0], points, descriptors)


def query_features(grey: NDArray[np.uint8], most: int = QUERY) -> QueryFeatures:
    """The features to look for a grey picture with, which is `(height, width)`."""
    points, descriptors, margins = kernel.query_features(grey, most)
    return QueryFeatures(grey.shape[1], grey.shape[0], points, descriptors, margins)


def check_array(
    array: NDArray[np.generic], name: str, dtype: type[np.generic], shape: tuple[int, ...]
) -> None:
    """Raise `ValueError` if an array has another dtype or shape. -1 is any length."""
    fits = array.ndim == len(shape) and all(
        wanted in (-1, side) for wanted, side in zip(shape, array.shape, strict=True)
    )
    if array.dtype != dtype or not fits:
        wanted_shape = str(shape).replace("-1", "n")
        raise ValueError(
            f"{name} must be {np.dtype(dtype)} of shape {wanted_shape}, not {array.dtype} of shape "
            f"{array.shape}"
        )
