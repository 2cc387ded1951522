"""Where each picture of a group lies on its keeper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from blake3 import blake3

from lookalike.images.picture import DIGEST_BYTES
from lookalike.matching.links import MIRRORED, TRANSFORMS, TURNED
from lookalike.scan import find_duplicates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.matching.links import Links
    from lookalike.matching.rules import Rule
    from lookalike.report.group import Duplicate, Group
    from lookalike.report.result import Result

Transform = list[float]
"""a, b, c, d, e, f of `Links.transform`, from places in a picture to places in the keeper."""
WHOLE: Transform = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]


def transforms_of(
    result: Result, group: Group, number: int, duplicates: list[Duplicate]
) -> list[Transform | None]:
    """The transform of the keeper, and of its first duplicates. None if it is not known.

    `number`: of the group, from 0. A result that was read back only knows quarter turns.
    """
    if result.columns.links is None:
        return [WHOLE, *map(_turned, duplicates)]
    positions = group.positions[: len(duplicates) + 1].tolist()
    digests = [one.tobytes() for one in result.table.digests[positions]]
    known = _from_keeper(result.columns.links_of(number), result.table.digests, digests[0])
    return [
        known.get(digest) or _turned(one)
        for digest, one in zip(digests, [None, *duplicates], strict=True)
    ]


def found_by_sight(keeper: bytes, other: bytes, rule: Rule) -> Transform | None:
    """Where one picture lies on its keeper, found by looking at both. None if it is not found.

    Both are JPEGs that we made, so reading them is safe.
    """
    result = find_duplicates(
        [keeper, other],
        algorithm=rule.algorithm,
        max_distance=rule.max_distance,
        thorough=True,
        workers=1,
    )
    if not len(result.columns) or result.columns.links is None:
        return None
    ends = [blake3(one).digest(DIGEST_BYTES) for one in (keeper, other)]
    if ends[0] == ends[1]:
        return WHOLE
    known = _from_keeper(result.columns.links_of(0), result.table.digests, ends[0])
    return known.get(ends[1])


def _from_keeper(links: Links, digests: NDArray[np.uint8], keeper: bytes) -> dict[bytes, Transform]:
    """The transforms of images that are linked to the keeper, by digest.

    Links are between files with different bytes, so those of a copy are those of all its copies.
    """
    found = {keeper: WHOLE}
    own = np.frombuffer(keeper, np.uint8)
    from_i, from_j = ((digests[ends] == own).all(axis=1) for ends in (links.i, links.j))
    for at in np.flatnonzero(from_i != from_j).tolist():
        transform = links.transform[at].astype(np.float64)
        other = links.j[at] if from_i[at] else links.i[at]
        known = transform.ravel().tolist() if from_i[at] else _inverse(transform)
        if known is not None:
            found.setdefault(digests[other].tobytes(), known)
    return found


def _inverse(transform: NDArray[np.float64]) -> Transform | None:
    whole = np.vstack([transform, [0, 0, 1]])
    if abs(np.linalg.det(whole)) < 1e-6:
        return None
    inverse: Transform = np.linalg.inv(whole)[:2].ravel().tolist()
    return inverse


def _turned(one: Duplicate | None) -> Transform | None:
    """The transform of a quarter turn or a mirrored picture. None for any other angle."""
    if one is None:
        return WHOLE
    if one.evidence == "chain" or one.evidence == "points":
        return None
    same = np.equal(TURNED, one.turned) & np.equal(MIRRORED, one.mirrored)
    same[0] = False
    if not same.any():
        return None
    transform: Transform = TRANSFORMS[same.argmax()].ravel().tolist()
    return transform
