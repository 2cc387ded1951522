"""`Picture`: the pixels of one image, and what is computed from them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from blake3 import blake3

from lookalike._native import kernel
from lookalike.images.detail import FLAT_RANGE, SIDE, WHOLE, Box, Detail, is_busy
from lookalike.images.mark import Mark

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images.contents import Contents
    from lookalike.images.stamp import Stamp

T = TypeVar("T")

DIGEST_BYTES = 16
UPSIDE_DOWN, MIRRORED = {3, 4, 7, 8}, {2, 3, 6, 7}
"""EXIF orientations in which the first row, or the first column, is seen last."""


class Reduction(NamedTuple):
    """How a picture was decoded to fewer pixels than its file has, or to luma only."""

    size: tuple[int, int]
    """Width and height in the file."""
    scale: int
    """How many pixels of the file make one pixel, along each axis."""
    first_scan: bool = False
    """Whether only the first scan of a progressive JPEG was decoded."""
    error: float = 0.0
    """How many levels of grey the pixels may be off because of that."""


class Origin(NamedTuple):
    """What a picture was decoded from."""

    format: str = ""
    """Pillow's name of the format, such as JPEG. Empty for pixels that came without a file."""
    file: Contents | None = None
    """The bytes of the file."""
    frames: int = 1
    """How many frames or pages the file has. The picture is the first."""
    later: Iterable[Picture] = ()
    """The sampled later frames, decoded one at a time. They can be iterated only once."""


NO_FILE = Origin()


class Picture:
    """One decoded image."""

    def __init__(
        self,
        stored: NDArray[np.uint8],
        origin: Origin = NO_FILE,
        *,
        orientation: int = 1,
        reduction: Reduction | None = None,
        whole_size: tuple[int, int] | None = None,
        is_preview: bool = False,
        alpha: NDArray[np.uint8] | None = None,
    ) -> None:
        """`stored`: `(height, width)` grey or `(height, width, 3)` RGB, uint8, as the file has it.

        - `orientation`: how it should be turned, as an EXIF number.
        - `reduction`: given if the decoded pixels differ from those of the file.
        - `whole_size`: given if this picture stands for another one. It is the width and height of
          that one, as stored.
        - `is_preview`: whether this picture is a preview that a camera made.
        - `alpha`: `(height, width)`, as stored, unless it is opaque everywhere. `stored` is what is
          seen.
        """
        self._stored = stored
        self._alpha = alpha
        self._orientation = orientation
        self._file = origin.file
        self._reduction = reduction
        self.pixels = turn(stored, orientation)
        """The upright pixels. They are a view, and not contiguous if they were turned."""
        self.format, self.frames, self.later = origin.format, origin.frames, origin.later
        """See `Origin`."""
        self.byte_count = origin.file.size if origin.file else stored.nbytes
        """Size of the file in bytes, or of the pixels if there is no file."""
        size = reduction.size if reduction else (stored.shape[1], stored.shape[0])
        self.decoded_size = upright(size, orientation)
        """Width and height of the decoded picture, upright, in pixels of its file."""
        self.width, self.height = upright(whole_size or size, orientation)
        """Size of the upright picture in pixels. `pixels` may have fewer."""
        self.is_preview = is_preview
        """Whether `pixels` come from the preview in a raw file, not from the sensor."""
        self.is_reduced = reduction is not None
        """Whether `pixels` are not exactly those of the file: only luma, or a smaller scale."""
        self.error = reduction.error if reduction else 0.0
        """How many levels of grey `pixels` may differ from those of the whole file."""
        self.damage = ""
        """Why the file could not be decoded to its end. Empty if it was."""
        self.coarser: dict[int, Picture] = {}
        """The same picture with fewer pixels, by the least side that they are enough for."""
        self._made: dict[Hashable, Any] = {}

    def at(self, least_side: int) -> Picture:
        """The picture as it is read for this least side alone, if it was asked for too."""
        return self.coarser.get(least_side, self)

    def cached(self, key: Hashable, make: Callable[[], T]) -> T:
        """The result of `make`, called once per key. Several algorithms may need the same grid."""
        if key not in self._made:
            self._made[key] = make()
        made: T = self._made[key]
        return made

    @property
    def digest(self) -> bytes:
        """A digest that exact duplicates share: of the file's bytes, or of the pixels."""
        if self._file is None:
            return self.pixel_digest()
        return digest_of(self._file)

    @property
    def is_beginning(self) -> bool:
        """Whether only the beginning of the file was read."""
        return self._file is not None and self._file.is_beginning

    @property
    def whole_file(self) -> Contents | None:
        """The file, if all of it was read."""
        return None if self.is_beginning else self._file

    @property
    def stamp(self) -> Stamp | None:
        """The stamp of its file at opening. None if it was not read from a file on this machine."""
        return self._file.stamp if self._file else None

    @cached_property
    def grey(self) -> NDArray[np.uint8]:
        """`(height, width)`: `(19595 R + 38470 G + 7471 B + 32768) >> 16`."""
        # Turning the grey picture moves a third of the bytes.
        stored = np.ascontiguousarray(self._stored)
        grey = kernel.grey(stored) if stored.ndim == 3 else stored
        return np.ascontiguousarray(turn(grey, self._orientation))

    def grey_grid(self, width: int, height: int, part: Box = WHOLE) -> NDArray[np.uint8]:
        """The picture or a part of it, made grey, then resized to `(height, width)`."""
        return self.cached(
            ("grey", width, height, part),
            lambda: kernel.resample(self.grey, width, height, self._within(part)),
        )

    @property
    def flat(self) -> bool:
        """Whether there is too little detail for a meaningful hash, as defined by `Detail`."""
        return self._lack is Mark.FLAT

    @property
    def degenerate(self) -> bool:
        """Whether it varies along one axis only, so most bits of a hash say nothing."""
        return self._lack is Mark.DEGENERATE

    @cached_property
    def doubtful(self) -> bool:
        """Whether it is flat or degenerate, or would be with slightly less detail."""
        return not self._busy and self._detail.doubtful

    @cached_property
    def _busy(self) -> bool:
        """Whether its small grid alone shows that it has enough detail, as most have."""
        return is_busy(self.grey_grid(SIDE, SIDE))

    @cached_property
    def _lack(self) -> Mark:
        """Which kind of detail it lacks, if any. Flat pictures are not degenerate, too."""
        if self._busy:
            return Mark(0)
        detail = self._detail
        if detail.flat:
            return Mark.FLAT
        return Mark.DEGENERATE if detail.degenerate else Mark(0)

    @property
    def _detail(self) -> Detail:
        """How much detail it has. Not kept: each would refer to the other, and be freed late."""
        return Detail(self.decoded_size, self.grey_grid, self.error)

    @property
    def marks(self) -> Mark:
        """Facts to know about it before trusting its hashes."""
        marks = Mark.PREVIEW if self.is_preview else Mark(0)
        if self._reduction and self._reduction.first_scan:
            marks |= Mark.FIRST_SCAN
        return marks | self._lack

    @property
    def pixels_only(self) -> bool:
        """Whether its hash says so little that it matches only if every pixel is equal."""
        return bool(self._lack)

    @property
    def nearly_flat(self) -> bool:
        """Whether it is flat except for a strip along one side, an eighth of the picture wide.

        A file that breaks off early leaves only such a strip.
        """
        grid, strip = self.grey_grid(SIDE, SIDE), SIDE // 8
        rests = grid[strip:], grid[:-strip], grid[:, strip:], grid[:, :-strip]
        return any(map(_is_flat, rests))

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the picture within the pixels.

        If a side is not a multiple of the scale, the last pixels extend beyond its edge. Using them
        whole would give the hash of a slightly stretched picture.
        """
        rows, columns = self.pixels.shape[:2]
        width, height = self.decoded_size
        scale = self._reduction.scale if self._reduction else 1
        over_x, over_y = columns - width / scale, rows - height / scale
        mirrored, upside_down = self._orientation in MIRRORED, self._orientation in UPSIDE_DOWN
        return (
            over_x if mirrored else 0.0,
            over_y if upside_down else 0.0,
            columns - (0.0 if mirrored else over_x),
            rows - (0.0 if upside_down else over_y),
        )

    def _within(self, part: Box) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of a part of the picture within the pixels."""
        if part == WHOLE:
            return self.box
        left, top, right, bottom = self.box
        x, y = right - left, bottom - top
        return (
            left + x * part.left,
            top + y * part.top,
            left + x * part.right,
            top + y * part.bottom,
        )

    def as_preview(self, origin: Origin, size: tuple[int, int], orientation: int) -> Picture:
        """This picture as the preview of a raw file whose picture has the given `size`.

        The `orientation` of the raw file is used if the preview has none of its own.
        """
        whole = size
        seen = orientation if self._orientation == 1 else self._orientation
        columns, rows = self._stored.shape[1], self._stored.shape[0]
        if seen >= 5 and (columns > rows) != (size[0] > size[1]) and columns != rows:
            # The preview is stored upright, unlike the raw picture.
            seen, size = 1, upright(size, seen)
        preview = Picture(
            self._stored,
            origin,
            orientation=seen,
            reduction=self._reduction,
            whole_size=size,
            is_preview=True,
        )
        preview.damage = self.damage
        for side, one in self.coarser.items():
            preview.coarser[side] = one.as_preview(origin, whole, orientation)
        return preview

    def pixel_digest(self) -> bytes:
        """16 bytes that are equal only for pictures with equal pixels.

        Colours count as they are seen, so those of transparent pixels are ignored. Alpha counts.
        """
        colour = self.pixels if self.pixels.ndim == 3 else np.repeat(self.pixels[..., None], 3, 2)
        digest = blake3(repr(colour.shape).encode())
        digest.update(np.ascontiguousarray(colour).reshape(-1).data)
        if self._alpha is not None:
            alpha = np.ascontiguousarray(turn(self._alpha, self._orientation))
            digest.update(alpha.reshape(-1).data)
        return digest.digest(DIGEST_BYTES)


def digest_of(file: Contents) -> bytes:
    """The digest of a file. If only its beginning was read, it covers that and the file's size."""
    digest = blake3(file.data)
    if file.is_beginning:
        digest.update(file.size.to_bytes(8, "little"))
    return digest.digest(DIGEST_BYTES)


def _is_flat(grid: NDArray[np.uint8]) -> bool:
    return int(grid.max()) - int(grid.min()) <= FLAT_RANGE


def upright(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Width and height of a picture of `size` after it is turned upright."""
    return (size[1], size[0]) if 5 <= orientation <= 8 else size


def turn(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """A view of the pixels, turned upright by EXIF orientation. Unknown values change nothing."""
    if 5 <= orientation <= 8:
        pixels = pixels.swapaxes(0, 1)
    if orientation in UPSIDE_DOWN:
        pixels = pixels[::-1]
    if orientation in MIRRORED:
        pixels = pixels[:, ::-1]
    return pixels
