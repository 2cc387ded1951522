"""Whether two images look alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lookalike.algorithms import checked_distance
from lookalike.errors import ImageError
from lookalike.hashing import hash_images

if TYPE_CHECKING:
    from lookalike.images import ImageSource


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two images have in common."""

    distance: int
    """In how many bits their hashes differ."""
    bits: int
    """How many bits the hashes have."""
    algorithm: str
    max_distance: int
    """Up to which distance two images are alike."""
    exact: bool
    """Whether they have the same bytes."""
    flat: bool
    """Whether one of them has too little detail for its hash to mean anything."""
    alike: bool
    """Whether they look alike; where one is flat, whether their pixels are equal."""


def compare(
    first: ImageSource,
    second: ImageSource,
    *,
    algorithm: str = "phash",
    max_distance: int | None = None,
) -> Comparison:
    """Compare two images, as `find_duplicates` would.

    Takes what `hash_image` takes. Raises `ImageError` for one that cannot be read, `ValueError` and
    `TypeError` for wrong arguments.
    """
    allowed = checked_distance(max_distance, algorithm)
    table = hash_images([first, second], algorithms=algorithm)
    for failure in table.failures:
        raise ImageError(failure.status, failure.reason, failure.path)
    one, other = table.hashes[table.algorithms[0]]
    digests = table.digests
    flat = bool(table.flat_digests)
    return Comparison(
        distance=one - other,
        bits=one.bits,
        algorithm=one.algorithm,
        max_distance=allowed,
        exact=bool((digests[0] == digests[1]).all()),
        flat=flat,
        alike=table.flat_digests.get(0) == table.flat_digests.get(1)
        if flat
        else one - other <= allowed,
    )
