"""The frames after the first that are sampled: at relative moments, within a bound.

Frames are what a viewer plays or pages through. Other sizes, overviews, layers and gain maps are
not frames. A file that has only those besides its picture is a still.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from lookalike.errors import ImageError, Status
from lookalike.images.formats.signatures import complaint_of, trouble
from lookalike.images.limits import check_size, limit
from lookalike.images.picture import Picture
from lookalike.images.pillow.decoding import decode
from lookalike.images.pillow.truncation import truncation
from lookalike.images.tiff.directories import pages
from lookalike.images.transparency import seen

if TYPE_CHECKING:
    from PIL import Image

MOMENTS = 8
MOST_PIXELS = 500_000_000
"""The most pixels decoded per file after its first frame, as many as one picture may have. Reading
is not limited by time, because the result must not depend on how busy a machine is."""
LEAST_PIXELS = 1 << 14
"""A frame counts as at least this many pixels, because even a small one has a cost."""
PASSING_PIXELS = 1 << 17
"""A skipped page counts as this many pixels, because Pillow reads all of its tags."""

PLAYED = {"GIF", "WEBP", "PNG", "AVIF", "FLI", "JXL"}
"""Formats whose frames build on each other. To see one, all before it must be decoded."""
ONE_PICTURE = {"MPO", "HEIF", "PSD", "ICO", "ICNS", "MIC", "FPX"}
"""Formats with one picture. Their files may also hold gain maps, other views, layers or sizes."""


@cache
def frames_at(count: int) -> tuple[int, ...]:
    """Which of `count` frames is sampled at each of the `MOMENTS`, from the first to the last."""
    last = MOMENTS - 1
    return tuple((2 * moment * (count - 1) + last) // (2 * last) for moment in range(MOMENTS))


def frame_numbers(image: Image.Image, data: bytes | bytearray) -> Sequence[int]:
    """The frames of an opened image that a viewer shows, as Pillow numbers them.

    Raises whatever a plug-in raises if it cannot count the frames.
    """
    if image.format in ONE_PICTURE:
        return range(1)
    if image.format == "TIFF":
        return [page.place for page in pages(data)]
    return range(getattr(image, "n_frames", 1))


class LaterFrames:
    """The sampled frames of an opened image after the first, decoded one at a time."""

    def __init__(
        self, image: Image.Image, numbers: Sequence[int], max_pixels: int, fault: str = ""
    ) -> None:
        """`numbers` comes from `frame_numbers`. `fault` says why that failed."""
        self._image = image
        self._numbers = numbers
        self._max_pixels = max_pixels
        self._fault = fault
        self._left = MOST_PIXELS

    def __iter__(self) -> Iterator[Picture]:
        """Raises `ImageError` for a damaged frame.

        Ends early at the bound, or at a frame that is sound but cannot be read here.
        """
        if self._fault:
            raise ImageError(Status.DAMAGED, f"its frames cannot be counted: {self._fault}")
        count = len(self._numbers)
        for at in sorted(set(frames_at(count)) - {0}):
            try:
                with limit(self._max_pixels), truncation(allowed=False):
                    if not self._reach(self._numbers[at]):
                        return
                    pixels, orientation = decode(self._image, as_stored=False)
            except ImageError as error:
                if error.status is not Status.DAMAGED:
                    return
                reason = f"frame {at + 1:,} of {count:,} cannot be read: {error.reason}"
                raise ImageError(Status.DAMAGED, reason) from error
            yield seen(pixels, partial(Picture, orientation=orientation))

    def _reach(self, number: int) -> bool:
        """Move on to a frame. False if that would exceed the bound. Raises `ImageError`."""
        image = self._image
        shown = image.tell()
        played = image.format in PLAYED
        if not played:
            self._left -= PASSING_PIXELS * (number - shown - 1)
        try:
            for step in range(shown + 1, number + 1) if played else [number]:
                if self._left < 0 or (played and not self._pay(image)):
                    return False
                image.seek(step)
        except ImageError:
            raise
        except MemoryError as error:
            raise ImageError(Status.TOO_LARGE, "its pixels do not fit in memory") from error
        except Exception as error:  # decoders raise anything on broken bytes
            complaint = complaint_of(error)
            raise ImageError(*trouble(complaint, "it cannot be reached")) from error
        if played:
            return True
        check_size(image.size, self._max_pixels)
        return self._pay(image)

    def _pay(self, image: Image.Image) -> bool:
        self._left -= max(image.width * image.height, LEAST_PIXELS)
        return self._left >= 0
