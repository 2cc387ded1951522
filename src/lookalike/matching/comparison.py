"""Whether two images look alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lookalike.algorithms import checked_distance, get_algorithm
from lookalike.hashing.hashing import named, read_named
from lookalike.hashing.sampled import Sampled
from lookalike.images import Mark
from lookalike.matching.sequences import agreement

if TYPE_CHECKING:
    from lookalike.algorithms import Algorithm
    from lookalike.images import ImageSource, Picture


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two images have in common."""

    distance: int
    """In how many bits their hashes differ. With several frames, the largest such number."""
    bits: int
    """How many bits the hashes have."""
    algorithm: str
    max_distance: int
    """The largest distance at which two images are alike."""
    exact: bool
    """Whether they have the same bytes."""
    flat: bool
    """Whether one of them has too little detail for its hash to be meaningful."""
    degenerate: bool
    """Whether one varies along one axis only, so most bits of its hash are meaningless."""
    alike: bool
    """Whether they look alike. If one is flat or degenerate, whether their pixels are equal.
    With several frames, all compared frames have to agree."""
    agreeing: int
    """How many of their frames look alike, compared at the same moments."""
    compared: int
    """How many pairs of frames were compared. For two stills, 1."""
    first_frames_alike: bool
    """Whether their first frames look alike, regardless of later ones."""


def compare(
    first: ImageSource,
    second: ImageSource,
    *,
    algorithm: str = "phash",
    max_distance: int | None = None,
) -> Comparison:
    """Compare two images, as `find_duplicates` would.

    Accepts whatever `hash_image` accepts. Raises `ImageError` for an unreadable image, and
    `ValueError` or `TypeError` for wrong arguments.
    """
    kind = get_algorithm(algorithm)
    allowed = checked_distance(max_distance, algorithm)
    pictures = [read_named(image) for image in (first, second)]
    one, other = (
        _sampled(picture, kind, image)
        for picture, image in zip(pictures, (first, second), strict=True)
    )
    exact = pictures[0].digest == pictures[1].digest
    found = agreement(one.moments, other.moments, allowed)
    pixels_only = one.pixels_only or other.pixels_only
    same_pixels = pixels_only and one.flat_digest == other.flat_digest
    if pixels_only and found.compared == 1:  # their hashes say nothing
        found = found._replace(agreeing=int(same_pixels), first_alike=same_pixels)
    marks = one.marks | other.marks
    return Comparison(
        distance=found.distance,
        bits=kind.bits,
        algorithm=kind.name,
        max_distance=allowed,
        exact=exact,
        flat=Mark.FLAT in marks,
        degenerate=Mark.DEGENERATE in marks,
        alike=same_pixels if pixels_only else exact or found.matches,
        agreeing=found.agreeing,
        compared=found.compared,
        first_frames_alike=found.first_alike,
    )


def _sampled(picture: Picture, kind: Algorithm, image: ImageSource) -> Sampled:
    sampled = Sampled(picture, [kind], [kind.compute(picture)], only_first=False)
    if sampled.damage:
        raise named(sampled.damage, image) from sampled.damage
    return sampled
