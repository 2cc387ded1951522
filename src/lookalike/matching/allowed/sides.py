"""`Sides`: the two sets of a search against references."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lookalike.matching.keepers.order import REFERENCE
from lookalike.matching.keepers.ranking import rank
from lookalike.matching.sequences import sizes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable
    from lookalike.matching.keepers.candidates import Favoured


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

    @property
    def favoured(self) -> Favoured:
        """The references, as the rules for keepers want them."""
        return {REFERENCE: np.flatnonzero(self.is_reference).tolist()}

    def with_one_reference(
        self, table: HashTable, members: NDArray[np.intp], starts: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The numbers of the members of some sets, without all but the best reference of each.

        Also gives, for each image, the one that stands for it: itself, or that reference. All
        references of a set are equal to the search: they have the same bytes, or the same pixels or
        hash if only these count.
        """
        stands = np.arange(len(table))
        if not len(members):
            return members, stands
        best = members[rank(table, members, starts, favoured=self.favoured).order[starts]]
        first = np.repeat(best, sizes_of(members, starts))
        is_reference = self.is_reference[members]
        stands[members[is_reference]] = first[is_reference]
        return np.flatnonzero(~is_reference | (members == first)), stands
