"""`Grouping`: the last step of a search, from connected sets of images to groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.index import members_of
from lookalike.matching.copies import find_copies
from lookalike.matching.groups import GroupColumns, grouped
from lookalike.matching.keepers.candidates import NOBODY
from lookalike.matching.keepers.ends import see_ends
from lookalike.matching.sequences import flat
from lookalike.sources.beside import Disk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashes import HashArray
    from lookalike.hashing.table import HashTable
    from lookalike.matching.allowed.sides import Sides
    from lookalike.matching.keepers.order import Order
    from lookalike.matching.rereading import Rereading
    from lookalike.work.progress import Progress


class Grouping(NamedTuple):
    """What is known when connected sets of images become groups."""

    again: Rereading
    hashes: HashArray
    order: Order
    sides: Sides | None
    workers: int | None
    max_bytes: int
    progress: Progress

    def settled(
        self, of_image: NDArray[np.integer]
    ) -> tuple[HashTable, GroupColumns, NDArray[np.intp] | None]:
        """The table with what was found out, the groups, and as `Sides.with_one_reference`.

        `of_image`: the connected set of each image.
        """
        sides, stands = self.sides, None
        of_image = sides.narrowed(of_image) if sides else of_image
        members, starts, groups = flat(members_of(of_image))
        copies = find_copies(self.again, self.hashes, members, groups, self.progress)
        memory = self.again.memory
        disk, favoured = (
            Disk(memory.metadata, lists=memory.opens_files),
            sides.favoured if sides else NOBODY,
        )
        ends = see_ends(
            self.again, members, starts, copies.pixels,
            self.max_bytes, self.workers, self.progress, self.order, disk, favoured,
        )  # fmt: skip
        lost = {at: what for at, what in ends.items() if what}
        table = self.again.table.with_damages(lost, ends)
        if sides:
            kept, stands = sides.with_one_reference(table, members, starts)
            members, groups, copies = members[kept], groups[kept], copies.among(kept)
            starts = np.flatnonzero(np.diff(groups, prepend=-1))
        columns = grouped(table, self.hashes, members, starts, copies, self.order, disk, favoured)
        return table, columns, stands
