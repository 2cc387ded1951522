"""Decodes the bytes of a file to a `Picture`, with the reader for its format."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lookalike.errors import ImageError, Status
from lookalike.images.jpeg.reading import read_jpeg
from lookalike.images.pillow.reading import read_other
from lookalike.images.raw.formats import raw_file
from lookalike.images.raw.reading import read_raw

if TYPE_CHECKING:
    from lookalike.images.contents import Contents
    from lookalike.images.how import How
    from lookalike.images.picture import Picture


def decoded(read: Callable[[int | None, int], Contents], how: How) -> Picture:
    """The first frame of a file. Raises `ImageError`.

    `read(least_side, max_bytes)` returns its contents. It is called a second time if only the
    beginning was read and that is not enough.
    """
    contents = read(how.least_side, how.max_bytes)
    picture = read_jpeg(contents, how)
    if picture is None and contents.is_beginning:
        contents = read(None, how.max_bytes)
        picture = read_jpeg(contents, how)
    if picture is not None:
        return picture
    if not contents.data:
        raise ImageError(Status.EMPTY, "it has no bytes")
    raw = raw_file(contents.data)
    return read_raw(raw, contents, how) if raw else read_other(contents, how)
