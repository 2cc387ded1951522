"""Sources of pixels: an opened Pillow image, and an array."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from lookalike.images.arrays import pixels_of
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
        with _callers_images:
            return read_by_pillow(lambda: self._image, None, None, how)


class ArraySource(Decoded):
    """A NumPy array."""

    __slots__ = ("_array",)

    def __init__(self, array: NDArray[Any]) -> None:
        self._array = array

    def picture(self, how: How) -> Picture:
        """Raises `NotAnImageError` for an array with an unsupported shape, type or range."""
        return seen(pixels_of(self._array, as_stored=how.as_stored))
