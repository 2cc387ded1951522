"""Whether two images look alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lookalike.algorithms import checked_distance, get_algorithm
from lookalike.hashing import read_named

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
    degenerate: bool
    """Whether one of them varies along one axis only, so that most bits of its hash say nothing."""
    alike: bool
    """Whether they look alike; where one is flat or degenerate, whether their pixels are equal."""


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
    kind = get_algorithm(algorithm)
    allowed = checked_distance(max_distance, algorithm)
    one, other = read_named(first), read_named(second)
    distance = int((kind.compute(one) != kind.compute(other)).sum())
    flat, degenerate = one.flat or other.flat, one.degenerate or other.degenerate
    pixels_only = flat or degenerate
    equal_pixels = pixels_only and one.pixel_digest() == other.pixel_digest()
    return Comparison(
        distance=distance,
        bits=kind.bits,
        algorithm=kind.name,
        max_distance=allowed,
        exact=one.digest == other.digest,
        flat=flat,
        degenerate=degenerate,
        alike=equal_pixels if pixels_only else distance <= allowed,
    )
