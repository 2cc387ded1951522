"""`Features`: what is extracted, and what is refused when it comes from elsewhere."""

import numpy as np
import pytest
from numpy.typing import NDArray

import pictures
from lookalike._native import kernel
from lookalike.sight.points.features import (
    QUERY,
    STORED,
    Features,
    QueryFeatures,
    extract_features,
    query_features,
)

GREY = pictures.noise(300, 200, 1)

Points = NDArray[np.uint32]


def points_at(x: int = 0, y: int = 0, level: int = 0, angle: int = 0) -> Points:
    return np.array([7, x | y << 10 | level << 20 | angle << 24], np.uint32)


def descriptors(count: int = 2) -> NDArray[np.uint8]:
    return np.zeros((count, 32), np.uint8)


def test_features_have_the_size_of_the_picture_and_the_points_of_the_kernel() -> None:
    """100 of them to store, 400 to look for, unless another number is given."""
    found, query = extract_features(GREY), query_features(GREY)
    points, bits, margins = kernel.query_features(GREY, QUERY)
    assert (found.width, found.height, len(found), len(query)) == (300, 200, STORED, QUERY)
    for stored, asked in ((found.points, points[:STORED]), (found.descriptors, bits[:STORED])):
        np.testing.assert_array_equal(stored, asked, strict=True)
    for kept, asked in ((query.points, points), (query.descriptors, bits)):
        np.testing.assert_array_equal(kept, asked, strict=True)
    np.testing.assert_array_equal(query.margins, margins, strict=True)
    assert len(extract_features(GREY, 3)) == len(query_features(GREY, 3)) == 3


def test_a_point_is_taken_apart() -> None:
    """Into its place, its level and its angle."""
    found = Features(300, 200, points_at(599, 398, 9, 255), descriptors())
    assert found.x.tolist() == [7, 599]
    assert found.y.tolist() == [0, 398]
    assert found.levels.tolist() == [0, 9]
    assert found.angles.tolist() == [0, 255]


def test_a_blank_picture_has_no_points() -> None:
    """And still has arrays of the right shape."""
    query = query_features(pictures.uniform(512, 300, 77))
    assert (query.points.shape, query.descriptors.shape) == ((0,), (0, 32))
    assert [array.shape for array in query.mirrored()] == [(0, 32), (0, 256)]


def test_mirrored_descriptors_are_the_kernels() -> None:
    """With their margins."""
    query = query_features(GREY)
    for ours, theirs in zip(
        query.mirrored(), kernel.mirrored(query.descriptors, query.margins), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("width", "height", "points", "bits", "message"),
    [
        (0, 200, points_at(), descriptors(), "width must be 1 to 512 pixels, not 0"),
        (300, 513, points_at(), descriptors(), "height must be 1 to 512 pixels, not 513"),
        (300, 200, points_at(600), descriptors(), "point 1 is outside .* 300 x 200"),
        (300, 200, points_at(0, 400), descriptors(), "point 1 is outside"),
        (300, 200, points_at(0, 0, 10), descriptors(), "point 1 .* 10 levels: 0x00a00000"),
        (300, 200, points_at().astype(np.int64), descriptors(), "points must be uint32 .* int64"),
        (300, 200, points_at()[None], descriptors(), r"points .* \(n,\), not .* \(1, 2\)"),
        (300, 200, points_at(), descriptors(3), r"descriptors .* \(2, 32\), not .* \(3, 32\)"),
        (300, 200, points_at(), descriptors()[:, 1:], r"not uint8 of shape \(2, 31\)"),
        (300, 200, points_at(), descriptors().astype(bool), "descriptors must be uint8"),
    ],
)
def test_wrong_features_are_refused(
    width: int, height: int, points: Points, bits: NDArray[np.uint8], message: str
) -> None:
    """With the value that is wrong."""
    with pytest.raises(ValueError, match=message):
        Features(width, height, points, bits)


def test_wrong_margins_are_refused() -> None:
    """There are 256 for each point."""
    with pytest.raises(ValueError, match=r"margins must be uint8 of shape \(2, 256\)"):
        QueryFeatures(300, 200, points_at(), descriptors(), np.zeros((2, 255), np.uint8))
