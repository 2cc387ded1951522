"""`Sides`: the two sets of a search against references."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lookalike.matching.keepers import rank
from lookalike.matching.sequences import sizes_of, starts_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable


@dataclass(frozen=True)
class Sides:
    """Which images are references, and whether the others are compared with each other, too.

    References are never compared with each other. A group has at most one of them.
    """

    is_reference: NDArray[np.bool_]
    """`(n,)`: of each image. References come after all others."""
    within: bool = False

    def of(self, class_of: NDArray[np.integer], total: int) -> NDArray[np.bool_]:
        """Which of `total` classes have a reference. `class_of`: the class of each image."""
        found = np.zeros(total, np.bool_)
        found[class_of[self.is_reference]] = True
        return found

    def narrowed(self, of_image: NDArray[np.integer]) -> NDArray[np.intp]:
        """The sets of images, where an image of a set that is of no interest is alone.

        Of interest is a new image together with a reference, or with `within`, with another one.
        `of_image`: the number of the set of each image, below the number of images.
        """
        count = len(of_image)
        with_reference = self.of(of_image, count)
        with_new = np.zeros(count, np.bool_)
        with_new[of_image[~self.is_reference]] = True
        wanted = with_new if self.within else with_new & with_reference
        return np.where(wanted[of_image], of_image, count + np.arange(count))

    def with_one_reference(
        self, table: HashTable, sets: Sequence[NDArray[np.intp]]
    ) -> tuple[list[NDArray[np.intp]], NDArray[np.intp]]:
        """The sets, each with the best of its references only.

        Also gives, for each image, the one that stands for it: itself, or that reference. All
        references of a set are equal to the search: they have the same bytes, or the same pixels or
        hash if only these count.
        """
        stands = np.arange(len(table))
        if not sets:
            return [], stands
        members, starts = np.concatenate(sets), starts_of(sets)
        best = members[rank(table, members, starts, references=self.is_reference).order[starts]]
        first = np.repeat(best, sizes_of(members, starts))
        is_reference = self.is_reference[members]
        stands[members[is_reference]] = first[is_reference]
        kept = ~is_reference | (members == first)
        edges = np.cumsum(np.add.reduceat(kept.astype(np.intp), starts))[:-1]
        return np.split(members[kept], edges), stands
