"""`Picture`: when its memory is freed."""

from __future__ import annotations

import gc
import weakref

import pytest

from files import encoded
from lookalike.images import read_picture
from pictures import Pixels, gradient, photo, uniform


@pytest.mark.parametrize("least_side", [None, 20])
@pytest.mark.parametrize("pixels", [photo(160, 120), gradient(160, 120), uniform(160, 120, 9)])
def test_pixels_are_freed_with_their_picture(pixels: Pixels, least_side: int | None) -> None:
    """Nothing waits for the garbage collector, which may let many large pictures pile up."""
    gc.disable()
    try:
        picture = read_picture(encoded(pixels, "JPEG"), least_side=least_side)
        assert isinstance(picture.doubtful, bool)
        assert picture.pixels_only == bool(picture.marks)
        found = weakref.ref(picture)
        del picture
        assert found() is None
    finally:
        gc.enable()
