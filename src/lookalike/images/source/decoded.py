"""Sources of pixels: an opened Pillow image, and an array."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lookalike.errors import NotAnImageError
from lookalike.images.arrays import pixels_of
from lookalike.images.jpeg.scans import look_through
from lookalike.images.pillow.reading import read_by_pillow
from lookalike.images.source.source import Decoded
from lookalike.images.transparency import seen

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    from lookalike.images.how import How
    from lookalike.images.picture import Picture

# Decoding changes a Pillow image, and a caller may pass the same one several times.
_callers_images = threading.Lock()


class PillowSource(Decoded):
    """An image that the caller has opened with Pillow."""

    __slots__ = ("_image",)

    def __init__(self, image: Image.Image) -> None:
        self._image = image

    def picture(self, how: How) -> Picture:
        if 0 in self._image.size:
            width, height = self._image.size
            raise NotAnImageError(f"an image must have pixels; this one is {width} x {height}")
        with _callers_images:
            _check_scans(self._image)
            return read_by_pillow(lambda: self._image, None, None, how)


def _check_scans(image: Image.Image) -> None:
    """Raise `ImageError` for a JPEG that is yet to be decoded and has too many scans."""
    file = getattr(image, "fp", None)
    if image.format not in {"JPEG", "MPO"} or file is None or not getattr(image, "tile", None):
        return
    with suppress(OSError, ValueError):  # decoding will say what is wrong with the file
        at = file.tell()
        try:
            file.seek(0)
            look_through(file.read())
        finally:
            file.seek(at)


class ArraySource(Decoded):
    """A NumPy array."""

    __slots__ = ("_array",)

    def __init__(self, array: NDArray[Any]) -> None:
        self._array = array

    def picture(self, how: How) -> Picture:
        """Raises `NotAnImageError` for an array with an unsupported shape, type or range."""
        pixels = pixels_of(self._array, as_stored=how.as_stored, max_pixels=how.max_pixels)
        return seen(pixels)
