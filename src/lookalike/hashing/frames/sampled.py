"""The hashes and digests of the sampled frames of one picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from blake3 import blake3

from lookalike.errors import ImageError
from lookalike.hashes import pack_bits
from lookalike.hashing.frames.moments import Moments, Samples, sampled_rows
from lookalike.images import MOMENTS, Mark, frames_at
from lookalike.images.picture import DIGEST_BYTES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lookalike.algorithms import Algorithm
    from lookalike.images import Picture


class Sampled:
    """Hashes the frames of a picture. A still has one frame.

    A picture of several frames is flat if all sampled frames are flat. `damage` says why a later
    frame could not be read. `samples` then holds the frames before it.
    """

    def __init__(
        self,
        picture: Picture,
        kinds: Sequence[Algorithm],
        first: Sequence[NDArray[np.bool_]],
        *,
        only_first: bool,
    ) -> None:
        """`first`: the bits of the first frame for each algorithm."""
        self.damage: ImageError | None = None
        self._picture = picture
        self._frames = 1 if only_first else picture.frames
        self._flat: list[bool] = []
        self._digests: list[bytes] = []
        self._hashes: list[list[bytes]] = [[] for _ in kinds]
        self._look_at(picture, first)
        if only_first or picture.damage:
            return
        try:
            for frame in picture.later:
                self._look_at(frame, [kind.compute(frame) for kind in kinds])
        except ImageError as error:
            self.damage = error

    @property
    def first(self) -> tuple[bytes, ...]:
        """The hash of the first frame for each algorithm."""
        return tuple(hashes[0] for hashes in self._hashes)

    @property
    def samples(self) -> Samples | None:
        """The samples of a picture with several frames. None for one frame."""
        if self._frames == 1:
            return None
        return Samples(tuple(self._flat), self._columns)

    @property
    def _columns(self) -> tuple[bytes, ...]:
        return tuple(b"".join(hashes) for hashes in self._hashes)

    @property
    def moments(self) -> Moments:
        """The moments of the picture for the first algorithm."""
        return Moments.of(self._frames, Samples(tuple(self._flat), self._columns), 0)

    @property
    def pixels_only(self) -> bool:
        """Whether no frame has enough detail for a meaningful hash."""
        return all(self._flat)

    @property
    def flat_digest(self) -> bytes:
        """A digest of a flat picture, equal if the same is shown at all times. Otherwise empty."""
        if not self.pixels_only:
            return b""
        if len(self._flat) == 1:  # with several frames, only the file's bytes identify it
            return self._digests[0] if self._frames == 1 else self._picture.digest
        _seen, rows = sampled_rows(self._frames, len(self._digests))
        shown = [self._digests[row] for row in rows]
        if len(shown) == MOMENTS and len(set(shown)) == 1:  # it never moves, like a still
            return shown[0]
        return blake3(b"".join(shown)).digest(DIGEST_BYTES)

    @property
    def marks(self) -> Mark:
        """The marks of the picture, corrected by all of its frames."""
        marks = self._picture.marks
        if self._frames == 1:
            return marks
        if not self.pixels_only:
            marks &= ~(Mark.FLAT | Mark.DEGENERATE)
        if len(self._flat) < len(set(frames_at(self._frames))):
            marks |= Mark.FIRST_FRAMES
        return marks

    def _look_at(self, frame: Picture, bits: Sequence[NDArray[np.bool_]]) -> None:
        self._flat.append(frame.pixels_only)
        self._digests.append(frame.pixel_digest() if frame.pixels_only else b"")
        for hashes, one in zip(self._hashes, bits, strict=True):
            hashes.append(pack_bits(one))
