"""Develops a raw file without a preview, with rawpy (LibRaw) if that is installed."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from lookalike.errors import ImageError, Status
from lookalike.images.limits import check_size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lookalike.images.raw.file import RawFile

CONVERT = "convert it to JPEG or TIFF"
ORIENTATIONS = {0: 1, 3: 3, 5: 8, 6: 6}
"""EXIF orientations by LibRaw's numbers."""


class Developed(NamedTuple):
    """The developed sensor data, as stored."""

    pixels: NDArray[np.uint8]
    """RGB at half the size: each 2 x 2 pixels of the sensor make one."""
    size: tuple[int, int]
    """Width and height of the picture."""
    orientation: int
    """An EXIF number."""


def develop(data: bytes, raw: RawFile, max_pixels: int) -> Developed:
    """Develop with the white balance of the camera. Raises `ImageError`."""
    what = f"{raw.name} raw file"
    if all(raw.size):
        what += " of {} x {} without a preview of at least a quarter of its sides".format(*raw.size)
    try:
        import rawpy
    except ImportError as error:  # it or one of its libraries is missing
        reason = f"{what}: pip install rawpy, or {CONVERT}"
        raise ImageError(Status.UNSUPPORTED, reason) from error
    try:
        with rawpy.imread(BytesIO(data)) as opened:
            size = raw.size if all(raw.size) else (opened.sizes.width, opened.sizes.height)
            check_size(size, max_pixels)
            check_size((opened.sizes.raw_width, opened.sizes.raw_height), max_pixels)
            orientation = ORIENTATIONS.get(opened.sizes.flip, 1)
            pixels = opened.postprocess(half_size=True, use_camera_wb=True, user_flip=0)
    except (rawpy.LibRawUnsufficientMemoryError, rawpy.LibRawTooBigError) as error:
        raise ImageError(Status.TOO_LARGE, f"{what}, too large for rawpy") from error
    except rawpy.LibRawError as error:
        # LibRaw also says "Input/output error" for files that it does not support.
        broken = isinstance(error, rawpy.LibRawDataError) or (
            isinstance(error, rawpy.LibRawIOError) and all(raw.size)
        )
        complaint = error.args[0] if error.args else type(error).__name__
        words = complaint.decode("ascii", "replace") if isinstance(complaint, bytes) else complaint
        raise ImageError(
            Status.DAMAGED if broken else Status.UNSUPPORTED,
            f"{what}, and rawpy cannot read it ({words}): {CONVERT}",
        ) from error
    return Developed(pixels, size, orientation)
