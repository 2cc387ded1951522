"""Arrays and opened Pillow images are held to the limits that files are held to."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from lookalike import ImageError, Status, hash_image, hash_images
from lookalike.errors import NotAnImageError
from lookalike.images.jpeg.scans import MAX_SCANS
from pictures import photo


def test_an_array_of_too_many_pixels_is_refused_unread() -> None:
    """One within the limit is hashed."""
    one = np.broadcast_to(np.uint8(3), (100_000, 100_000))
    with pytest.raises(ImageError, match="pixels; the limit is 1,000") as caught:
        hash_image(one, max_pixels=1000)
    assert caught.value.status is Status.TOO_LARGE
    hash_image(one[:25, :40], max_pixels=1000)


def test_masked_arrays_are_refused() -> None:
    """Their mask would be lost; filled they are hashed."""
    array = np.ma.masked_less(photo(40, 30, 1), 100)
    with pytest.raises(NotAnImageError, match=r"array\.filled"):
        hash_image(array)
    assert hash_image(array.filled(0)) == hash_image(np.where(array.data < 100, 0, array.data))


@pytest.mark.parametrize(
    ("top", "advice"),
    [(255.0, "array / 255"), (2.0, "array / 255"), (256.0, r"array / array\.max")],
)
def test_floats_out_of_range_come_with_the_right_advice(top: float, advice: str) -> None:
    """Those up to 255 are most likely 8 bits."""
    with pytest.raises(NotAnImageError, match=advice):
        hash_image(np.linspace(0, top, 64).reshape(8, 8))


def test_an_empty_pillow_image_is_no_image() -> None:
    """As an empty array."""
    table = hash_images([Image.new("L", (0, 5)), np.zeros((5, 0), np.uint8)])
    assert [one.status for one in table.failures] == [Status.NOT_AN_IMAGE] * 2


def many_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan comes many times."""
    file = io.BytesIO()
    Image.fromarray(photo(64, 48, 1)).save(file, "JPEG", progressive=True)
    data = file.getvalue()
    scan = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + scan * count + data[-2:]


def test_an_opened_jpeg_of_too_many_scans_is_refused() -> None:
    """Unless it is decoded already; one of a few is hashed."""
    with pytest.raises(ImageError, match="scans or more") as caught:
        hash_image(Image.open(io.BytesIO(many_scans(MAX_SCANS))))
    assert caught.value.status is Status.TOO_LARGE
    few = many_scans(0)
    assert hash_image(Image.open(io.BytesIO(few))) == hash_image(few, reading="exact")
