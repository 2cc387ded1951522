"""The closer look at pairs whose thumbs agree: pictures are read again, a little larger.

It tells whether the colours differ. And on pictures like paper, where most of two different ones
is equal, only the largest difference decides. Most pictures are neither, as a glance shows, and
need not be read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.hashing.content import Depth
from lookalike.hashing.memory import UNKNOWN
from lookalike.images.picture import turn
from lookalike.matching.verify.second_look import like_paper
from lookalike.matching.verify.seen_pictures import Kind, SeenPictures
from lookalike.sight.colours import COLOUR_DIFFERS, colour_distances
from lookalike.sight.glance import close
from lookalike.sight.overlay import overlaid
from lookalike.sight.paper import LEAST_OF_PAGES, Shares, Sheet, compare_paper
from lookalike.sight.sheets import Sheets
from lookalike.sight.turned import UPRIGHT
from lookalike.work.threads import ordered_map

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.matching.links import Links
    from lookalike.matching.rereading import Rereading
    from lookalike.matching.verify.candidates import Candidates, Pictures
    from lookalike.matching.verify.second_look import SecondLook, Verdicts
    from lookalike.sight.seen import Seen
    from lookalike.work.progress import Progress


LAYOUT, COLOUR = 1, 2
"""The bits of a verdict, as it is remembered: the same layout only, and other colours."""
LEAST_OF_PAPER = 0.88
"""If only thumbs are known, two of which one may be paper must agree this much."""

WHOLE = 0.8
"""Pictures that have this share of both in common lie on each other nearly whole."""


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
        self._workers = workers
        self._sheets = Sheets(workers)
        self._pictures = SeenPictures(len(again.table))

    @property
    def unread(self) -> int:
        """How many images could not be read again. Of these, only the thumbs were compared."""
        return self._pictures.unread

    def look(self, pairs: Candidates, looks: Verdicts, advance: Callable[[int], None]) -> Details:
        """Look at some pairs whose thumbs agree. Tells `advance` how many more have been settled.

        Those like paper take long.
        """
        one, other = self._first[pairs.i], self._first[pairs.j]
        verdicts = self._again.memory.verdicts(one, other, pairs.orientation)
        plain = (verdicts == UNKNOWN) & (looks.agreement >= LEAST_OF_PAPER) & ~looks.if_paper
        plain[plain] = self._are_close(one[plain], other[plain], pairs.orientation[plain])
        verdicts[plain] = 0
        new = np.flatnonzero(verdicts == UNKNOWN)
        advance(len(one) - len(new))
        if len(new):
            verdicts[new] = self._looked(
                one[new], other[new], pairs.orientation[new], looks.among(new), advance
            )
        blank = self._begins_blank[pairs.i] & self._begins_blank[pairs.j]
        return Details((verdicts & LAYOUT > 0) & ~blank, verdicts & COLOUR > 0)

    def _are_close(
        self, one: NDArray[np.intp], other: NDArray[np.intp], orientation: NDArray[np.uint8]
    ) -> NDArray[np.bool_]:
        """Whether a glance shows that pairs are not like paper, and have the same colours."""
        positions, at = np.unique(np.concatenate([one, other]), return_inverse=True)
        glances = self._look.glances_of(positions)
        ours, theirs = at.reshape(2, -1)
        return close(glances[ours], glances[theirs], orientation)

    def _looked(
        self,
        one: NDArray[np.intp],
        other: NDArray[np.intp],
        orientation: NDArray[np.uint8],
        looks: Verdicts,
        advance: Callable[[int], None],
    ) -> NDArray[np.uint8]:
        """The verdicts on pairs, which are remembered if both images could be read."""
        self._see(np.unique(np.concatenate([one, other])))
        known = self._both(Kind.READ, one, other)
        papers = self._pictures.are(Kind.PAPER, one) | self._pictures.are(Kind.PAPER, other)
        at = np.flatnonzero(known & papers & self._both(Kind.NEARLY_PAPER, one, other))
        advance(len(one) - len(at))
        layout = self._differ_by_thumbs(one, other, ~known & (looks.agreement < LEAST_OF_PAPER))
        layout |= self._both(Kind.PAGE, one, other) & (looks.agreement < LEAST_OF_PAGES)
        layout |= papers & (looks.agreement < LEAST_OF_PAPER)
        layout |= looks.if_paper  # unless the rule for paper says something else
        layout[at] = self._differ_as_paper(one[at], other[at], orientation[at], advance)
        differs = np.zeros(len(one), np.bool_)
        differs[known] = self._colour_differs(one[known], other[known], orientation[known])
        verdicts = (LAYOUT * layout + COLOUR * differs).astype(np.uint8)
        keep = self._again.memory.keep_verdicts
        keep(one[known], other[known], orientation[known], verdicts[known])
        return verdicts

    def same_where_they_overlap(self, links: Links, progress: Progress) -> NDArray[np.bool_]:
        """Whether pairs that may be like paper are the same where both show something."""
        self._keep_sheets(np.concatenate([links.i, links.j]))
        parts = map(self._overlaid, links.i.tolist(), links.j.tolist(), links.transform)
        doubtful = doubtful_pages(links).tolist()
        same = np.zeros(len(links.i), np.bool_)
        verdicts = ordered_map(_same_parts, zip(parts, doubtful, strict=True), self._workers)
        for at, verdict in enumerate(verdicts):
            same[at] = verdict
            progress("comparing paper", at + 1, len(same))
        return same

    def _overlaid(self, i: int, j: int, transform: NDArray[np.float32]) -> list[NDArray[np.uint8]]:
        """The grey of two images where both show something. Empty if one cannot be read again."""
        if i not in self._sheets or j not in self._sheets:
            return []
        return list(overlaid(self._sheets.grey(i), self._sheets.grey(j), transform))

    def _see(self, positions: NDArray[np.intp]) -> None:
        """Look at images that are new, and keep the grey of those like paper."""
        new = self._pictures.new_among(positions)
        old = set(new[self._again.memory.is_old(new)].tolist())
        for at, seen in self._seen(new):
            self._pictures.add(at, seen)
            if seen.shares.like_paper() or at in old:  # those are not read once more
                self._sheets.add(at, seen.grey)

    def _seen(self, positions: NDArray[np.intp]) -> Iterator[tuple[int, Seen]]:
        for contents in self._again.contents(positions, Depth.SIGHT):
            for at, content in contents.items():
                if content.seen:
                    yield at, content.seen

    def _differ_as_paper(
        self,
        one: NDArray[np.intp],
        other: NDArray[np.intp],
        orientation: NDArray[np.uint8],
        advance: Callable[[int], None],
    ) -> NDArray[np.bool_]:
        """Whether pairs are not the same by the rule for paper."""
        self._keep_sheets(np.concatenate([one, other]))
        return ~self._sheets.same(one, other, orientation, advance)

    def _differ_by_thumbs(
        self, one: NDArray[np.intp], other: NDArray[np.intp], doubtful: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Whether doubtful pairs are like paper, as far as thumbs can tell."""
        layout = np.zeros(len(one), np.bool_)
        for number in np.flatnonzero(doubtful).tolist():
            thumbs = self._look.thumbs_of(np.array([one[number], other[number]]))
            layout[number] = any(map(like_paper, thumbs))
        return layout

    def _keep_sheets(self, positions: NDArray[np.intp]) -> None:
        """Read the grey of images, unless it is kept already."""
        wanted = np.unique(positions)
        missing = wanted[[number not in self._sheets for number in wanted.tolist()]]
        for position, seen in self._seen(missing):
            self._sheets.add(position, seen.grey)

    def _both(
        self, kind: Kind, one: NDArray[np.intp], other: NDArray[np.intp]
    ) -> NDArray[np.bool_]:
        """Whether both pictures of each pair are of a kind."""
        return self._pictures.are(kind, one) & self._pictures.are(kind, other)

    def _colour_differs(
        self, one: NDArray[np.intp], other: NDArray[np.intp], orientation: NDArray[np.uint8]
    ) -> NDArray[np.bool_]:
        """Whether the colours of pairs differ, of which both could be read."""
        ours, theirs = self._pictures.colours(one), self._pictures.colours(other)
        for at in np.flatnonzero(orientation != UPRIGHT).tolist():
            theirs[at] = turn(theirs[at], int(orientation[at]))
        return colour_distances(ours, theirs) >= COLOUR_DIFFERS


def doubtful_pages(links: Links) -> NDArray[np.bool_]:
    """Whether pairs must be looked at for being two pages: they lie on each other nearly whole,
    and do not agree well.
    """
    is_whole: NDArray[np.bool_] = links.overlap.min(axis=1) >= WHOLE
    return is_whole & (links.agreement < LEAST_OF_PAGES)


def _same_parts(pair: tuple[list[NDArray[np.uint8]], bool]) -> bool:
    """Whether two pictures that are laid on each other are the same."""
    parts, is_doubtful = pair
    if not parts or min(parts[0].shape) < 2:
        return False
    shares = list(map(Shares.of, parts))
    if any(one.like_paper() for one in shares):
        looks = compare_paper(list(map(Sheet, parts)), *np.array([[0], [1]], np.uint32))
        return bool(looks.same[0])
    # Else it is a photograph, perhaps on paper, as in a screenshot.
    return not (is_doubtful and all(one.like_a_page() for one in shares))
