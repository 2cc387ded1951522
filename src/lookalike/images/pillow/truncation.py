"""Controls whether a truncated file is decoded as far as possible while lookalike reads.

Pillow checks a flag that is global to the process and belongs to the caller's program. While one of
our threads reads, its own choice replaces the flag.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_reading = threading.local()


class _Flag:
    """Replaces Pillow's flag: the choice of a thread that made one, else the original value."""

    def __init__(self, of_program: bool) -> None:
        self._of_program = of_program

    def __bool__(self) -> bool:
        chosen: bool | None = getattr(_reading, "allowed", None)
        return bool(self._of_program) if chosen is None else chosen

    def __repr__(self) -> str:
        return repr(bool(self))


@contextmanager
def truncation(*, allowed: bool) -> Iterator[None]:
    """Allow or forbid truncated files in this thread, whatever the program has set."""
    from PIL import ImageFile

    if bool(ImageFile.LOAD_TRUNCATED_IMAGES) != allowed and not isinstance(
        ImageFile.LOAD_TRUNCATED_IMAGES, _Flag
    ):
        ImageFile.LOAD_TRUNCATED_IMAGES = _Flag(ImageFile.LOAD_TRUNCATED_IMAGES)  # type: ignore[assignment]
    _reading.allowed = allowed
    try:
        yield
    finally:
        del _reading.allowed
