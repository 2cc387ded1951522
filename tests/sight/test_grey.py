"""The grey picture of 512 pixels, and the thumb."""

import hashlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

import features_twin as twin
import pictures
from lookalike._native import kernel
from lookalike.images.picture import Picture
from lookalike.images.reading import read_picture
from lookalike.sight.grey import grey_picture, grey_size, thumb


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((512, 384), (512, 384)),
        ((4000, 3000), (512, 384)),
        ((3000, 4000), (384, 512)),
        ((1024, 3), (512, 16)),
        ((1, 1), (512, 512)),
        ((1000, 501), (512, 257)),
        ((60, 64), (480, 512)),
        ((1024, 767), (512, 384)),
        ((1024, 765), (512, 383)),
    ],
)
def test_the_longer_side_has_512_pixels(size: tuple[int, int], expected: tuple[int, int]) -> None:
    """The other one keeps the proportions, rounded half up, but has at least 16."""
    assert grey_size(*size) == expected


@pytest.mark.parametrize("size", [(700, 525), (513, 300), (512, 100), (1500, 10), (64, 3000)])
def test_a_larger_picture_becomes_the_means_of_areas(size: tuple[int, int]) -> None:
    """Of its grey, in the exact proportions."""
    pixels = pictures.photo(*size)
    picture = Picture(pixels)
    columns, rows = grey_size(*size)
    found = grey_picture(picture)
    assert found.shape == (rows, columns)
    box = (0, 0, 8 * size[0], 8 * size[1])
    np.testing.assert_array_equal(found, twin.area_mean(picture.grey, columns, rows, box))


def test_a_smaller_picture_is_enlarged_by_lanczos() -> None:
    """As for hashes."""
    picture = Picture(pictures.blobs(300, 200))
    np.testing.assert_array_equal(
        grey_picture(picture), kernel.resample(picture.grey, 512, 341), strict=True
    )


def test_a_picture_of_that_size_stays_as_it_is() -> None:
    """Its grey, to the bit."""
    picture = Picture(pictures.photo(512, 360))
    np.testing.assert_array_equal(grey_picture(picture), picture.grey)


@pytest.mark.slow
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(1201, 901), (1208, 909)])
def test_a_reduced_jpeg_is_where_the_whole_one_is(size: tuple[int, int], orientation: int) -> None:
    """Although its last pixels reach beyond the edge, and whichever way it is turned."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = BytesIO()
    Image.fromarray(pictures.blobs(*size)).save(file, "JPEG", quality=95, exif=exif)
    whole = grey_picture(read_picture(file.getvalue()))
    reduced = read_picture(file.getvalue(), least_side=450)
    assert reduced.is_reduced
    difference = grey_picture(reduced).astype(int) - whole
    assert abs(difference).max() <= 4
    assert abs(difference).mean() < 0.5


def test_a_thumb_is_the_means_of_areas() -> None:
    """Of the grey picture, whatever its sides."""
    for size in ((512, 384), (512, 16), (77, 512)):
        grey = pictures.noise(*size, 4)
        box = (0, 0, 8 * size[0], 8 * size[1])
        found = thumb(grey)
        assert found.shape == (32, 32)
        np.testing.assert_array_equal(found, twin.area_mean(grey, 32, 32, box))


@pytest.mark.slow
def test_grey_pictures_are_frozen() -> None:
    """Larger and smaller ones, and their thumbs."""
    digests = []
    for size in ((1333, 1000), (640, 480), (200, 150)):
        grey = grey_picture(Picture(pictures.photo(*size)))
        digests.append(hashlib.sha256(grey.tobytes() + thumb(grey).tobytes()).hexdigest()[:16])
    assert digests == ["b672bc481764b3ff", "8031f4526bae3891", "8482d445f113071c"]
