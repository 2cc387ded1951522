"""The hashes of one image at the relative moments at which files of several frames are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.images import MOMENTS, frames_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable

ONLY_FIRST = 0
"""The kind of files whose later frames were not read. They are never known to match."""
STILL = MOMENTS << MOMENTS
"""The kind of stills, and of every file with all moments and no flat frame."""


class Samples(NamedTuple):
    """The sampled frames of a file with several frames, including the first."""

    flat: tuple[bool, ...]
    """For each frame, whether its hashes are meaningless."""
    hashes: tuple[bytes, ...]
    """For each algorithm of the table, the hashes of all these frames, concatenated."""


def sampled_rows(count: int, sampled: int) -> tuple[list[int], list[int]]:
    """The frames that were sampled, and for each known moment, the number of its frame in these.

    `count` is how many frames the image has. Of those that would be sampled, the first `sampled`
    were.
    """
    at = frames_at(count)
    seen = sorted(set(at))[:sampled]
    return seen, [seen.index(frame) for frame in at if frame in seen]


class Moments(NamedTuple):
    """The known moments of an image."""

    frames: tuple[int, ...]
    """The frame shown at each moment."""
    flat: tuple[bool, ...]
    """For each moment, whether the hash of its frame is meaningless."""
    hashes: NDArray[np.uint8]
    """`(moments, bytes)`."""
    kind: int

    @classmethod
    def of(cls, count: int, samples: Samples, algorithm: int) -> Moments:
        """The moments of an image of `count` frames, for one of the algorithms of its table."""
        seen, rows = sampled_rows(count, len(samples.flat))
        flat = tuple(samples.flat[row] for row in rows)
        data = np.frombuffer(samples.hashes[algorithm], np.uint8).reshape(len(seen), -1)
        mask = sum(1 << moment for moment, is_flat in enumerate(flat) if is_flat)
        kind = ONLY_FIRST if len(seen) == 1 < count else len(rows) << MOMENTS | mask
        return cls(tuple(seen[row] for row in rows), flat, data[rows], kind)


def moments_of(table: HashTable, at: int, algorithm: str) -> Moments:
    """The moments of the image at a position."""
    samples = table.samples.get(at)
    if samples is not None:
        return Moments.of(table.frames(at), samples, table.algorithms.index(algorithm))
    still = Samples((at in table.flat_digests,), (table.hashes[algorithm].data[at].tobytes(),))
    return Moments.of(1, still, 0)
