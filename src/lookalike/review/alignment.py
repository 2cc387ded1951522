"""Where each picture of a group lies on its keeper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lookalike.matching.links import MIRRORED, TRANSFORMS, TURNED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.matching.links import Links
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
    positions = group.positions.tolist()
    digests = result.table.digests
    known = _from_keeper(result.columns.links_of(number), positions[0])
    # Copies of one file are linked to its first, so one transform serves them all.
    by_digest = {digests[at].tobytes(): found for at, found in known.items()}
    by_digest[digests[positions[0]].tobytes()] = WHOLE
    found = [WHOLE]
    return [
        *found,
        *(
            known.get(at) or by_digest.get(digests[at].tobytes()) or _turned(one)
            for at, one in zip(positions[1:], duplicates, strict=False)
        ),
    ]


def _from_keeper(links: Links, keeper: int) -> dict[int, Transform]:
    """The transforms of images that are linked to the keeper, by position."""
    found = {}
    for at in np.flatnonzero((links.i == keeper) | (links.j == keeper)).tolist():
        i, j = int(links.i[at]), int(links.j[at])
        transform = links.transform[at].astype(np.float64)
        if j == keeper:
            inverse = _inverse(transform)
            if inverse is None:
                continue
            found[i] = inverse
        else:
            found[j] = transform.ravel().tolist()
    return found


def _inverse(transform: NDArray[np.float64]) -> Transform | None:
    whole = np.vstack([transform, [0, 0, 1]])
    if abs(np.linalg.det(whole)) < 1e-6:
        return None
    inverse: Transform = np.linalg.inv(whole)[:2].ravel().tolist()
    return inverse


def _turned(one: Duplicate) -> Transform | None:
    """The transform of a quarter turn or a mirrored picture. None for any other angle."""
    if one.evidence == "chain" or one.evidence == "points":
        return None
    same = np.equal(TURNED, one.turned) & np.equal(MIRRORED, one.mirrored)
    same[0] = False
    if not same.any():
        return None
    transform: Transform = TRANSFORMS[same.argmax()].ravel().tolist()
    return transform
