"""The closer look at pairs whose thumbs agree: pictures are read again, a little larger.

It tells whether the colours differ. And on pictures like paper, where most of two different ones
is equal, only the largest difference decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.hashing.content import Depth
from lookalike.hashing.memory import UNKNOWN
from lookalike.images.picture import turn
from lookalike.sight.overlay import overlaid
from lookalike.sight.paper import Sheet, compare_paper, is_paper
from lookalike.sight.seen import COLOUR_DIFFERS, Seen, colour_distances
from lookalike.sight.sheets import Sheets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.matching.links import Links
    from lookalike.matching.rereading import Rereading
    from lookalike.matching.verify.candidates import Candidates, Pictures
    from lookalike.matching.verify.second_look import SecondLook


LAYOUT, COLOUR = 1, 2
"""The bits of a verdict, as it is remembered: the same layout only, and other colours."""
LEAST_OF_PAPER, LEAST_OF_THUMB = 0.88, 0.5
"""If only thumbs are known, two of which one is paper to this share must agree this much."""


class Details(NamedTuple):
    """What a closer look says about some pairs."""

    same_layout: NDArray[np.bool_]
    """Whether they are like paper, and differ in what is written or drawn on it."""
    colour_differs: NDArray[np.bool_]


class CloserLook:
    """Looks closer at pairs of the pictures of a scan."""

    def __init__(
        self, again: Rereading, pictures: Pictures, look: SecondLook, workers: int
    ) -> None:
        self._again = again
        self._first = pictures.first
        self._begins_blank = pictures.begins_blank
        self._look = look
        self._papers: set[int] = set()
        self._sheets = Sheets(workers)
        self._colours: dict[int, NDArray[np.uint8] | None] = {}
        """By position. None if the image cannot be read again."""

    @property
    def unread(self) -> int:
        """How many images could not be read again. Of these, only the thumbs were compared."""
        return sum(colours is None for colours in self._colours.values())

    def look(self, pairs: Candidates, agreement: NDArray[np.float32]) -> Details:
        """Look at some pairs whose thumbs agree."""
        one, other = self._first[pairs.i], self._first[pairs.j]
        memory = self._again.memory
        verdicts = memory.verdicts(one, other, pairs.orientation)
        new = np.flatnonzero(verdicts == UNKNOWN)
        if len(new):
            ours, theirs, turned = one[new], other[new], pairs.orientation[new]
            self._see(np.unique(np.concatenate([ours, theirs])))
            layout = self._same_layout(ours, theirs, turned, agreement[new])
            differs = self._colour_differs(ours, theirs, turned)
            verdicts[new] = LAYOUT * layout + COLOUR * differs
            sure = self._are_in(ours, self._readable) & self._are_in(theirs, self._readable)
            memory.keep_verdicts(ours[sure], theirs[sure], turned[sure], verdicts[new[sure]])
        blank = self._begins_blank[pairs.i] & self._begins_blank[pairs.j]
        return Details((verdicts & LAYOUT > 0) & ~blank, verdicts & COLOUR > 0)

    def same_where_they_overlap(self, links: Links) -> NDArray[np.bool_]:
        """Whether pairs of which one is like paper are the same where both show something."""
        wanted = np.unique(np.concatenate([links.i, links.j]))
        missing = wanted[[number not in self._sheets for number in wanted.tolist()]]
        for position, seen in self._seen(missing):
            self._sheets.add(position, seen.grey)
        return np.fromiter(map(self._same_overlap, links.i, links.j, links.transform), np.bool_)

    def _same_overlap(self, i: np.intp, j: np.intp, transform: NDArray[np.float32]) -> bool:
        if int(i) not in self._sheets or int(j) not in self._sheets:
            return False
        parts = overlaid(self._sheets.grey(int(i)), self._sheets.grey(int(j)), transform)
        if min(parts[0].shape) < 2:
            return False
        if not any(map(is_paper, parts)):  # a photograph on paper, as in a screenshot
            return True
        looks = compare_paper(list(map(Sheet, parts)), *np.array([[0], [1]], np.uint32))
        return bool(looks.same[0])

    def _see(self, positions: NDArray[np.intp]) -> None:
        """Read the colours of images that are new, and keep the grey of those like paper."""
        new = np.array([at for at in positions.tolist() if at not in self._colours], np.intp)
        self._colours |= dict.fromkeys(new.tolist())
        old = set(new[self._again.memory.is_old(new)].tolist())
        for at, seen in self._seen(new):
            self._colours[at] = seen.colours
            is_like_paper = is_paper(seen.grey)
            if is_like_paper:
                self._papers.add(at)
            if is_like_paper or at in old:
                self._sheets.add(at, seen.grey)

    def _seen(self, positions: NDArray[np.intp]) -> Iterator[tuple[int, Seen]]:
        for contents in self._again.contents(positions, Depth.SIGHT):
            for at, content in contents.items():
                if content.seen:
                    yield at, content.seen

    def _same_layout(
        self,
        one: NDArray[np.intp],
        other: NDArray[np.intp],
        orientation: NDArray[np.uint8],
        agreement: NDArray[np.float32],
    ) -> NDArray[np.bool_]:
        """Whether pairs are like paper and not the same, by the rule for paper."""
        known = self._are_in(one, self._readable) & self._are_in(other, self._readable)
        papers = self._are_in(one, self._papers) | self._are_in(other, self._papers)
        at = np.flatnonzero(known & papers)
        layout = np.zeros(len(one), np.bool_)
        if len(at):
            wanted = np.unique(np.concatenate([one[at], other[at]]))
            missing = wanted[[number not in self._sheets for number in wanted.tolist()]]
            for position, seen in self._seen(missing):
                self._sheets.add(position, seen.grey)
            layout[at] = ~self._sheets.same(one[at], other[at], orientation[at])
        unread = np.flatnonzero(~known & (agreement < LEAST_OF_PAPER))
        for number in unread.tolist():
            thumbs = self._look.thumbs_of(np.array([one[number], other[number]]))
            layout[number] = any(is_paper(thumb, LEAST_OF_THUMB) for thumb in thumbs)
        return layout

    @property
    def _readable(self) -> Iterable[int]:
        return [at for at, colours in self._colours.items() if colours is not None]

    @staticmethod
    def _are_in(positions: NDArray[np.intp], those: Iterable[int]) -> NDArray[np.bool_]:
        return np.isin(positions, np.fromiter(those, np.intp))

    def _colour_differs(
        self, one: NDArray[np.intp], other: NDArray[np.intp], orientation: NDArray[np.uint8]
    ) -> NDArray[np.bool_]:
        differs = np.zeros(len(one), np.bool_)
        known: list[int] = []
        ours, theirs = [], []
        for at, (i, j) in enumerate(zip(one.tolist(), other.tolist(), strict=True)):
            first, second = self._colours[i], self._colours[j]
            if first is not None and second is not None:
                known.append(at)
                ours.append(first)
                theirs.append(turn(second, int(orientation[at])))
        if known:
            differs[known] = colour_distances(np.array(ours), np.array(theirs)) >= COLOUR_DIFFERS
        return differs
