"""Whether a file that breaks off is decoded as far as it goes: our choice while we read.

Pillow asks a flag that is global to the process and belongs to the caller's program. While a thread
of ours reads, its own choice stands in for it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_reading = threading.local()


class _Flag:
    """Stands where Pillow's flag was: true in a thread that has chosen so, else as it was."""

    def __init__(self, of_program: bool) -> None:
        self._of_program = of_program

    def __bool__(self) -> bool:
        chosen: bool | None = getattr(_reading, "allowed", None)
        return bool(self._of_program) if chosen is None else chosen

    def __repr__(self) -> str:
        return repr(bool(self))


@contextmanager
def truncation(*, allowed: bool) -> Iterator[None]:
    """Let Pillow decode truncated files in this thread, or not, whatever the program has set."""
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
