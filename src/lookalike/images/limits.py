"""The limit on pixels: ours while we read, Pillow's own for everybody else.

Pillow's plug-ins check sizes themselves, now and then only while they decode, against a limit that
is global to the process and belongs to the caller's program. While a thread of ours reads, its
limit stands in for that one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from PIL import Image

from lookalike.errors import ImageError, Status

DEFAULT_MAX_PIXELS = 500_000_000

_reading = threading.local()


def check_limit(max_pixels: int) -> None:
    """Raise `TypeError` or `ValueError` for what cannot be a limit."""
    if isinstance(max_pixels, bool) or not isinstance(max_pixels, int):
        raise TypeError(f"max_pixels must be an int, not {max_pixels!r}")
    if max_pixels < 1:
        raise ValueError(f"max_pixels must be 1 or more, not {max_pixels}")


def check_size(size: tuple[int, int], max_pixels: int) -> None:
    """Raise `ImageError` for an image of more pixels than the limit."""
    width, height = size
    if width * height > max_pixels:
        raise ImageError(
            Status.TOO_LARGE,
            f"{width} x {height} is {width * height:,} pixels; the limit is {max_pixels:,}",
        )


@contextmanager
def limit(max_pixels: int) -> Iterator[None]:
    """Let `max_pixels` stand in for Pillow's limit in this thread."""
    _stand_in()
    _reading.max_pixels = max_pixels
    try:
        yield
    finally:
        del _reading.max_pixels


@cache
def _stand_in() -> None:
    of_pillow = Image._decompression_bomb_check  # noqa: SLF001  # there is no public way

    def check(size: tuple[int, int], **options: bool) -> None:
        max_pixels = getattr(_reading, "max_pixels", None)
        if max_pixels is None:
            of_pillow(size, **options)
        else:
            check_size(size, max_pixels)

    Image._decompression_bomb_check = check  # noqa: SLF001
