"""`Verified`: groups whose links were confirmed by a second look at the pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lookalike.matching.related import MOST_RELATED, SAME_LAYOUT, SHARES_A_PART, Related
from lookalike.matching.verify.candidates import Pictures, blank, turned, upright
from lookalike.matching.verify.closer_look import CloserLook, doubtful_pages
from lookalike.matching.verify.confirming import Confirming
from lookalike.matching.verify.keeper_looks import looked_from_keepers
from lookalike.matching.verify.second_look import SecondLook
from lookalike.matching.verify.thorough import LAYOUT, SAME, Sighted, sighted, with_colours
from lookalike.sight.turned import INVERSE, MIRRORINGS, QUARTERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashes import HashArray
    from lookalike.hashing.table import HashTable
    from lookalike.matching.allowed.marks import Marks
    from lookalike.matching.allowed.sides import Sides
    from lookalike.matching.groups import GroupColumns
    from lookalike.matching.nodes import Nodes
    from lookalike.matching.rereading import Rereading
    from lookalike.matching.rules import Rule
    from lookalike.sight.thumbs import Thumbs
    from lookalike.work.progress import Progress


@dataclass(frozen=True)
class Verified:
    """The connected sets of a scan, and what was seen."""

    orientations: tuple[int, ...]
    """The EXIF orientations in which pictures were looked for."""
    pictures: Pictures
    look: SecondLook
    closer: CloserLook
    confirming: Confirming
    sighted: Sighted | None
    """What was found by points, if the rule asks for it."""

    @classmethod
    def of(
        cls,
        again: Rereading,
        hashes: HashArray,
        nodes: Nodes,
        rule: Rule,
        thumbs: Thumbs,
        workers: int,
        progress: Progress,
        sides: Sides | None = None,
        marks: Marks | None = None,
        *,
        every: Pictures | None = None,
    ) -> Verified:
        """Confirm the candidates among the images of a table.

        The nearer half of the distances comes first. What it connects need not be looked at again.
        `every`: these pictures, with all links between new ones and references.
        """
        pictures = every or Pictures.of(again.table, nodes, sides, marks)
        look = SecondLook(again, pictures, thumbs, rule, workers)
        closer = CloserLook(again, pictures, look, workers)
        is_every = every is not None
        confirming = Confirming(pictures, rule, look, closer, progress, every=is_every)
        if every is None:
            confirming.join_equal(blank(pictures))
        half = rule.max_distance // 2
        confirming.confirm(upright(pictures, -1, half, workers))
        confirming.confirm(upright(pictures, half, rule.max_distance, workers))
        orientations = orientations_for(rule)
        confirming.confirm(turned(pictures, hashes, rule, thumbs, orientations, workers))
        found = None
        if rule.thorough:
            found = sighted(again, hashes, pictures, workers, progress)
            doubtful = found.is_paper | doubtful_pages(found.links)
            papers = np.flatnonzero((found.verdict == SAME) & doubtful)
            differ = ~closer.same_where_they_overlap(found.links.among(papers), progress)
            found.verdict[papers[differ]] = LAYOUT
            links = confirming.new_among(found.links.among(found.verdict == SAME))
            confirming.add(with_colours(again, links, progress))
        return cls(orientations, pictures, look, closer, confirming, found)

    @property
    def unread(self) -> int:
        """How many images could not be read again. They were compared by their thumbs only."""
        return self.sighted.unread if self.sighted else self.closer.unread

    @property
    def of_image(self) -> NDArray[np.uint32]:
        """`(n,)`: the connected set of each image."""
        return self.confirming.sets[self.pictures.of_image]

    @property
    def of_node(self) -> NDArray[np.uint32]:
        """The connected set of the first picture of each node."""
        sets: NDArray[np.uint32] = self.confirming.sets[self.pictures.of_nodes()]
        return sets

    def related(self, table: HashTable) -> list[Related]:
        """Pairs that share a part or have the same layout, at most one per two sets."""
        first, layouts = self.pictures.first, self.confirming.layouts
        i, j = first[layouts.i], first[layouts.j]
        agreement = np.full(len(i), np.nan, np.float32)
        verdict = np.full(len(i), LAYOUT, np.uint8)
        if self.sighted:
            other = self.sighted.verdict != SAME
            links = self.sighted.links.among(other)
            i, j = np.concatenate([i, links.i]), np.concatenate([j, links.j])
            agreement = np.concatenate([agreement, links.agreement])
            verdict = np.concatenate([verdict, self.sighted.verdict[other]])
        sets = self.of_image
        ends = np.sort(np.stack([sets[i], sets[j]]), axis=0)
        order = np.lexsort((j, i, -agreement, verdict))
        order = order[ends[0, order] != ends[1, order]]
        at = np.sort(np.unique(ends[:, order], axis=1, return_index=True)[1])
        return [
            Related(
                table.paths[i[number]],
                table.paths[j[number]],
                agreeing=0,
                compared=0,
                kind=SAME_LAYOUT if verdict[number] == LAYOUT else SHARES_A_PART,
                agreement=None
                if np.isnan(agreement[number])
                else round(float(agreement[number]), 4),
            )
            for number in order[at][:MOST_RELATED].tolist()
        ]

    def from_keepers(self, columns: GroupColumns, progress: Progress) -> GroupColumns:
        """The groups with a look at each member from its keeper."""
        back = dict.fromkeys(INVERSE[one] for one in self.orientations)
        orientations = tuple(dict.fromkeys((*self.orientations, *back)))
        return looked_from_keepers(
            columns, self.pictures, self.confirming, self.look, orientations, progress
        )


def orientations_for(rule: Rule) -> tuple[int, ...]:
    """The EXIF orientations in which a search looks for pictures."""
    return (*QUARTERS, *MIRRORINGS) if rule.thorough else QUARTERS
