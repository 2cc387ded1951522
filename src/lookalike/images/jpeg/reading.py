"""Reads a JPEG to a `Picture` without Pillow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lookalike.errors import ImageError
from lookalike.images.jpeg.decoding import decode_whole, header_of, scale_for, scale_within
from lookalike.images.jpeg.luma import decode_luma
from lookalike.images.jpeg.scans import look_through
from lookalike.images.limits import check_size
from lookalike.images.picture import Origin, Picture, Reduction

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lookalike.images.contents import Contents
    from lookalike.images.how import How


def read_jpeg(contents: Contents, how: How) -> Picture | None:
    """The picture. None for a file that is not a JPEG, or for a JPEG that is left to Pillow.

    Raises `ImageError`.
    """
    header = header_of(contents.data)
    if header is None:
        return None
    check_size((header.width, header.height), how.max_pixels)
    missing = ""
    if not header.one_scan and len(contents.data) == contents.size:
        missing = look_through(contents.data).missing
    pixels: NDArray[np.uint8] | None
    size, reduction = (header.width, header.height), None
    if how.least_side is None:
        scale = scale_within(size, how.within)
        pixels = decode_whole(contents.data, header, scale)
        reduction = Reduction(size, scale) if scale > 1 else None
    else:
        scale = scale_for(header, how.least_side)
        try:
            luma = decode_luma(contents.data, header, scale, contents.size)
        except ImageError:
            if how.take_damaged or how.as_stored:  # Pillow decodes as much as there is
                return None
            raise
        pixels = luma and luma.pixels
        reduction = luma and Reduction(size, scale, luma.first_scan, luma.error)
    if pixels is None:
        return None
    picture = Picture(
        pixels,
        Origin("MPO" if header.images > 1 else "JPEG", contents),
        orientation=1 if how.as_stored else header.orientation,
        reduction=reduction,
    )
    return how.accepted(picture, missing)
