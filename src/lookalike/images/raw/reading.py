"""Reads a camera's raw file to a `Picture`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lookalike.errors import ImageError, Status
from lookalike.images.contents import Contents
from lookalike.images.jpeg.reading import read_jpeg
from lookalike.images.limits import check_size
from lookalike.images.picture import Origin, Picture
from lookalike.images.pillow.reading import read_by_pillow
from lookalike.images.raw.developing import develop
from lookalike.images.tiff.directories import beginning_at

if TYPE_CHECKING:
    from lookalike.images.how import How
    from lookalike.images.raw.file import Preview, RawFile


def read_raw(raw: RawFile, contents: Contents, how: How) -> Picture:
    """Read its preview, or use rawpy if no preview is large enough. Raises `ImageError`."""
    check_size(raw.size, how.max_pixels)
    damage, origin = "", Origin(raw.name, contents)
    if raw.end > contents.size:
        damage = f"it is cut off: it should have {raw.end:,} bytes or more, not {contents.size:,}"
        if not how.take_damaged:
            raise ImageError(Status.DAMAGED, damage)
    if raw.preview is None:
        developed = develop(bytes(contents.data), raw, how.max_pixels)
        picture = Picture(
            developed.pixels,
            origin,
            orientation=1 if how.as_stored else developed.orientation,
            whole_size=developed.size,
        )
    else:
        preview = _preview(raw.preview, contents, how)
        orientation = 1 if how.as_stored else raw.orientation
        picture = preview.as_preview(origin, raw.size, orientation)
    picture.damage = picture.damage or damage
    return picture


def _preview(preview: Preview, contents: Contents, how: How) -> Picture:
    """The preview as stored in the file."""
    from lookalike.images.pillow.opening import open_image

    if preview.directory:
        data = beginning_at(contents.data, preview.directory)
    else:
        data = bytes(contents.data[preview.begin : preview.end])
    part = Contents(data, len(data))
    return read_jpeg(part, how) or read_by_pillow(lambda: open_image(data), data, part, how)
