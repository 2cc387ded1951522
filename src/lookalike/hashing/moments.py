"""What is known of one image at the relative moments that files of several frames are seen at."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.images import MOMENTS, frames_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable

ONLY_FIRST = 0
"""The kind of files whose later frames were not looked at. Nothing is known to match them."""
STILL = MOMENTS << MOMENTS
"""The kind of stills, and of whatever has all moments, none of them flat."""


class Samples(NamedTuple):
    """What is kept of the frames that were looked at in a file of several, the first included."""

    flat: tuple[bool, ...]
    """Of each frame, whether its hashes mean nothing."""
    hashes: tuple[bytes, ...]
    """For each algorithm of the table, the hashes of all these frames, one after the other."""


class Moments(NamedTuple):
    """An image at the moments that are known of it."""

    frames: tuple[int, ...]
    """The frame that is seen at each."""
    flat: tuple[bool, ...]
    """Whether its hash means nothing."""
    hashes: NDArray[np.uint8]
    """`(moments, bytes)`."""
    kind: int

    @classmethod
    def of(cls, count: int, samples: Samples, algorithm: int) -> Moments:
        """Those of an image of `count` frames, by one of the algorithms of its table."""
        at = frames_at(count)
        seen = sorted(set(at))[: len(samples.flat)]
        rows = [seen.index(frame) for frame in at if frame in seen]
        flat = tuple(samples.flat[row] for row in rows)
        data = np.frombuffer(samples.hashes[algorithm], np.uint8).reshape(len(seen), -1)
        mask = sum(1 << moment for moment, is_flat in enumerate(flat) if is_flat)
        kind = ONLY_FIRST if len(seen) == 1 < count else len(rows) << MOMENTS | mask
        return cls(tuple(seen[row] for row in rows), flat, data[rows], kind)


def moments_of(table: HashTable, at: int, algorithm: str) -> Moments:
    """Those of the image at a position."""
    samples = table.samples.get(at)
    if samples is not None:
        return Moments.of(table.frames(at), samples, table.algorithms.index(algorithm))
    still = Samples((at in table.flat_digests,), (table.hashes[algorithm].data[at].tobytes(),))
    return Moments.of(1, still, 0)
