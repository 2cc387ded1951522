"""Connected sets as lists of members."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def members_of(root: NDArray[np.integer]) -> list[NDArray[np.intp]]:
    """The members of each set of two or more, ascending. Sets are ordered by their first member.

    `root`: the number of the set of each member, below about 2^32.
    """
    in_company = np.bincount(root, minlength=1)[root] > 1
    positions = np.flatnonzero(in_company)
    order = positions[np.argsort(root[positions], kind="stable")]
    edges = np.flatnonzero(np.diff(root[order])) + 1
    sets = np.split(order, edges) if len(order) else []
    return sorted(sets, key=lambda members: int(members[0]))
