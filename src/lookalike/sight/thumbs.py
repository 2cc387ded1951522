"""`Thumbs`: the thumbs of a scan with the glances, in a temporary file.

In memory they would take a kilobyte each.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from lookalike.files import Scratch
from lookalike.sight.glance import BYTES as GLANCE_BYTES
from lookalike.sight.glance import glance_of
from lookalike.sight.thumb import BYTES as THUMB_BYTES
from lookalike.sight.thumb import thumb_of
from lookalike.sight.turned import hashes_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from lookalike.images import Picture

KEPT_BYTES = THUMB_BYTES + GLANCE_BYTES
"""Of a thumb with a glance behind it."""
BATCH = 1024
"""How many thumbs are collected before they are written."""


def thumb_with_glance(picture: Picture) -> bytes:
    """`KEPT_BYTES` bytes: the thumb of a picture, with a glance behind it."""
    return thumb_of(picture).tobytes() + glance_of(picture)


class Thumbs:
    """Thumbs and the hashes of the turned pictures, by position. The file has no name.

    The file may be impossible to make, or the disk may be full. Then `stored` is false, and `read`
    must be given a way to make the thumbs again.
    """

    def __init__(self, orientations: tuple[int, ...]) -> None:
        """`orientations`: the EXIF orientations whose hashes are wanted."""
        self._orientations = orientations
        self._batch: list[bytes] = []
        self._hashes: list[NDArray[np.uint8]] = []
        self._file: Scratch | None = None
        with suppress(OSError):  # there is no folder for temporary files, or it is full
            self._file = Scratch()
        self._map: NDArray[np.uint8] | None = None
        self._count = 0

    @property
    def stored(self) -> bool:
        """Whether the file has all thumbs so far."""
        return self._file is not None or self._map is not None

    def __len__(self) -> int:
        return self._count

    def add(self, thumb: bytes) -> None:
        """Append the thumb of the next image, with its glance."""
        self._batch.append(thumb)
        self._count += 1
        if len(self._batch) == BATCH:
            self._flush()

    def finish(self) -> None:
        """End adding. Only now can thumbs be read."""
        self._flush()
        if self._file is not None:
            data = self._file.mapped(self._file.length)
            self._map = np.frombuffer(data, np.uint8).reshape(-1, KEPT_BYTES)
            self._file.close()
            self._file = None

    def hashes(self, orientation: int) -> NDArray[np.uint8]:
        """`(n, 8)`: the hashes of all pictures turned by one of the EXIF orientations."""
        at = self._orientations.index(orientation)
        return np.concatenate([np.empty((0, 8), np.uint8), *(batch[at] for batch in self._hashes)])

    def read(
        self, positions: NDArray[np.intp], again: Callable[[NDArray[np.intp]], NDArray[np.uint8]]
    ) -> NDArray[np.uint8]:
        """`(n, KEPT_BYTES)`: thumbs with glances. `again` makes them if the file has none."""
        return again(positions) if self._map is None else self._map[positions]

    def _flush(self) -> None:
        data = b"".join(self._batch)
        self._batch.clear()
        if not data:
            return
        thumbs = np.frombuffer(data, np.uint8).reshape(-1, KEPT_BYTES)
        self._hashes.append(hashes_of(thumbs[:, :THUMB_BYTES], self._orientations))
        if self._file is None:
            return
        try:
            self._file.append(data)
        except OSError:  # the disk is full: what is needed is made again
            self._file.close()
            self._file = None
