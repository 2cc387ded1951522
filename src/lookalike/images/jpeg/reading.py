"""Reads a JPEG to a `Picture` without Pillow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lookalike.errors import ImageError
from lookalike.images.jpeg.decoding import decode_whole, header_of, scale_for, scale_within
from lookalike.images.jpeg.luma import decode_lumas
from lookalike.images.jpeg.scans import look_through
from lookalike.images.limits import check_size
from lookalike.images.picture import Origin, Picture, Reduction

if TYPE_CHECKING:
    from lookalike.images.contents import Contents
    from lookalike.images.how import How
    from lookalike.images.jpeg.header import JpegHeader


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
    origin = Origin("MPO" if header.images > 1 else "JPEG", contents)
    picture = _whole(header, origin, how) if how.least_side is None else _luma(header, origin, how)
    return picture and how.accepted(picture, missing)


def _whole(header: JpegHeader, origin: Origin, how: How) -> Picture | None:
    size = header.width, header.height
    scale = scale_within(size, how.within)
    assert origin.file is not None
    pixels = decode_whole(origin.file.data, header, scale)
    if pixels is None:
        return None
    reduction = Reduction(size, scale) if scale > 1 else None
    return Picture(pixels, origin, orientation=_turn(header, how), reduction=reduction)


def _luma(header: JpegHeader, origin: Origin, how: How) -> Picture | None:
    """The luma for the least side, and in `coarser` for those that are wanted, too."""
    assert origin.file is not None
    assert how.least_side is not None
    scales = {side: scale_for(header, side) for side in (how.least_side, *how.also)}
    data, file_size = origin.file.data, origin.file.size
    try:
        lumas = decode_lumas(data, header, {*scales.values()}, file_size)
    except ImageError:
        if how.take_damaged or how.as_stored:  # Pillow decodes as much as there is
            return None
        raise
    if not lumas.keys() >= {*scales.values()}:
        return None
    pictures = {
        scale: Picture(
            luma.pixels,
            origin,
            orientation=_turn(header, how),
            reduction=Reduction((header.width, header.height), scale, luma.first_scan, luma.error),
        )
        for scale, luma in lumas.items()
    }
    finest = pictures[scales[how.least_side]]
    for side, scale in scales.items():
        if pictures[scale] is not finest:
            finest.coarser[side] = pictures[scale]
    return finest


def _turn(header: JpegHeader, how: How) -> int:
    return 1 if how.as_stored else header.orientation
