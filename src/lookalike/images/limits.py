"""The limit on pixels: ours while lookalike reads, Pillow's own for all other code.

Pillow's plug-ins check sizes themselves, some of them only while they decode. Their limit is global
to the process and belongs to the caller's program. While one of our threads reads, its own limit
replaces that one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from lookalike.checks import whole_number
from lookalike.errors import ImageError, Status
from lookalike.work import defaults

DEFAULT_MAX_PIXELS = defaults.MAX_PIXELS
DEFAULT_MAX_BYTES = defaults.MAX_BYTES
MAX_SIDE = 1_000_000
"""Resampling needs memory per row and per column, even if there are few pixels."""

_reading = threading.local()


def check_limits(max_pixels: int, max_bytes: int) -> None:
    """Raise `TypeError` or `ValueError` for invalid limits."""
    whole_number(max_pixels, "max_pixels", least=1)
    whole_number(max_bytes, "max_bytes", least=1)


def check_size(size: tuple[int, int], max_pixels: int) -> None:
    """Raise `ImageError` for an image with more pixels than the limit, or with too long a side."""
    width, height = size
    if max(size) > MAX_SIDE:
        raise ImageError(
            Status.TOO_LARGE, f"a side of {width} x {height} is too long; the limit is {MAX_SIDE:,}"
        )
    if width * height > max_pixels:
        raise ImageError(
            Status.TOO_LARGE,
            f"{width} x {height} is {width * height:,} pixels; the limit is {max_pixels:,}",
        )


def check_bytes(size: int, max_bytes: int) -> None:
    """Raise `ImageError` for a file with more bytes than the limit."""
    if size > max_bytes:
        raise ImageError(Status.TOO_LARGE, f"it has {size:,} bytes; the limit is {max_bytes:,}")


@contextmanager
def limit(max_pixels: int) -> Iterator[None]:
    """Use `max_pixels` instead of Pillow's limit in this thread."""
    _stand_in()
    _reading.max_pixels = max_pixels
    try:
        yield
    finally:
        del _reading.max_pixels


@cache
def _stand_in() -> None:
    from PIL import Image

    # There is no public way. A Pillow without this function needs no replacement.
    of_pillow = getattr(Image, "_decompression_bomb_check", None)
    if of_pillow is None:
        return

    def check(size: tuple[int, int], **options: bool) -> None:
        max_pixels = getattr(_reading, "max_pixels", None)
        if max_pixels is None:
            of_pillow(size, **options)
        else:
            check_size(size, max_pixels)

    Image._decompression_bomb_check = check  # noqa: SLF001
