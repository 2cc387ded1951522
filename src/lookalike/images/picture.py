"""`Picture`: the pixels of one image and the small grids that algorithms make of them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from lookalike._native import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIGEST_BYTES = 16
FLAT_SIDE = 32
FLAT_RANGE = 8


class Picture:
    """One decoded image. Each grid is computed once, however many algorithms want it."""

    def __init__(
        self,
        stored: NDArray[np.uint8],
        *,
        orientation: int = 1,
        format: str = "",  # noqa: A002
        file: bytes | None = None,
    ) -> None:
        """`stored`: `(height, width)` grey or `(height, width, 3)` RGB, uint8, as the file has it.

        `orientation`: how it is to be seen, as EXIF counts. `file`: the bytes it was decoded from.
        """
        self._stored = stored
        self._orientation = orientation
        self.pixels = turn(stored, orientation)
        """Upright; a view of what is stored, so not contiguous where it was turned."""
        self.format = format
        """The format's name as Pillow has it, such as JPEG; empty for pixels that came as such."""
        self.byte_count = stored.nbytes if file is None else len(file)
        """Size of the file in bytes, or of the pixels where no file was."""
        self.digest = self.pixel_digest() if file is None else _digest(file)
        """What exact duplicates have in common: of the file's bytes, or of the pixels."""
        self._grids: dict[tuple[str, int, int], NDArray[np.uint8]] = {}
        self._grey: NDArray[np.uint8] | None = None

    @property
    def width(self) -> int:
        """In pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """In pixels."""
        return int(self.pixels.shape[0])

    @property
    def grey(self) -> NDArray[np.uint8]:
        """`(height, width)`: `(19595 R + 38470 G + 7471 B + 32768) >> 16`."""
        if self._grey is None:
            # Turned when it is grey: that moves a third of the bytes.
            stored = np.ascontiguousarray(self._stored)
            grey = kernel.grey(stored) if stored.ndim == 3 else stored
            self._grey = np.ascontiguousarray(turn(grey, self._orientation))
        return self._grey

    def grey_grid(self, width: int, height: int) -> NDArray[np.uint8]:
        """`(height, width)`: made grey, then resized."""
        key = ("grey", width, height)
        if key not in self._grids:
            self._grids[key] = kernel.resample(self.grey, width, height)
        return self._grids[key]

    def colour_grid(self, width: int, height: int) -> NDArray[np.uint8]:
        """`(height, width)`: resized in colour, then made grey."""
        if self.pixels.ndim == 2:
            return self.grey_grid(width, height)
        key = ("colour", width, height)
        if key not in self._grids:
            self._grids[key] = kernel.grey(kernel.resample(self.pixels, width, height))
        return self._grids[key]

    @property
    def flat(self) -> bool:
        """Whether there is too little detail for a hash to mean anything.

        That is so when the samples of the picture's 32 x 32 grey grid differ by no more than
        `FLAT_RANGE` of 255.
        """
        grid = self.grey_grid(FLAT_SIDE, FLAT_SIDE)
        return int(grid.max()) - int(grid.min()) <= FLAT_RANGE

    def pixel_digest(self) -> bytes:
        """16 bytes that pictures with equal pixels have in common, and no others."""
        colour = self.pixels if self.pixels.ndim == 3 else np.repeat(self.pixels[..., None], 3, 2)
        digest = hashlib.sha256(repr(colour.shape).encode())
        digest.update(np.ascontiguousarray(colour).data)
        return digest.digest()[:DIGEST_BYTES]


def turn(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """A view of the pixels turned upright, for an EXIF orientation; unknown ones change nothing."""
    if 5 <= orientation <= 8:
        pixels = pixels.swapaxes(0, 1)
    if orientation in {3, 4, 7, 8}:
        pixels = pixels[::-1]
    if orientation in {2, 3, 6, 7}:
        pixels = pixels[:, ::-1]
    return pixels


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()[:DIGEST_BYTES]
