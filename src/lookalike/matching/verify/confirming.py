"""From candidate pairs to confirmed links and connected sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

from lookalike.matching.allowed.joining import Joining
from lookalike.matching.links import Evidence, Links
from lookalike.matching.verify.candidates import CHUNK, Candidates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.matching.rules import Rule
    from lookalike.matching.verify.candidates import Pictures
    from lookalike.matching.verify.closer_look import CloserLook
    from lookalike.matching.verify.second_look import SecondLook, Verdicts
    from lookalike.work.progress import Progress

LEAST_AT_ONCE, MOST_AT_ONCE = 1 << 12, 1 << 16
"""How many pairs are looked at before those that have become connected are passed over."""
LEAST_CLOSER = 256
MOST_REFUSED = 1_000
"""Once two pictures were each found to differ from this many others, they are not compared. With
this limit, a million forms of one layout do not become half a billion looks."""


class Confirming:
    """Looks at candidate pairs, nearest first, and joins the pictures that are the same.

    Pairs that are already connected are passed over.
    """

    def __init__(
        self,
        pictures: Pictures,
        rule: Rule,
        look: SecondLook,
        closer: CloserLook,
        progress: Progress,
        *,
        every: bool = False,
    ) -> None:
        """`every`: whether all candidates are looked at, and linked if they agree."""
        self._every = every
        self._rule = rule
        self._look = look
        self._closer = closer
        self._progress = progress
        self._pictures = pictures
        self._first = pictures.first
        self._joining = (
            Joining(len(pictures))
            if every
            else Joining(len(pictures), pictures.is_reference, pictures.labels)
        )
        self._refused = np.zeros(len(pictures), np.uint32)
        self._links: list[Links] = []
        self._layouts: list[Candidates] = []
        self._done = self._total = 0
        self.passed_over = 0
        """How many pairs were not looked at because of `MOST_REFUSED`."""

    @property
    def sets(self) -> NDArray[np.uint32]:
        """`(pictures,)`: the smallest picture of the connected set that each belongs to."""
        return self._joining.roots

    @property
    def links(self) -> Links:
        """The confirmed links between first images, in the order in which they were found."""
        return Links.concatenated(self._links)

    @property
    def layouts(self) -> Candidates:
        """The pairs that only have the same layout."""
        return Candidates.concatenated(self._layouts)

    def confirm(self, candidates: Iterable[Candidates]) -> None:
        """Look at all of these pairs, about `CHUNK` at a time."""
        waiting: list[Candidates] = []
        count = 0
        for some in candidates:
            if self._every:
                self.confirm_each(some)
                continue
            waiting.append(self._open(some))
            count += len(waiting[-1].i)
            if count >= CHUNK:
                self._settle(waiting)
                waiting, count = [], 0
        self._settle(waiting)

    def join_equal(self, candidates: Iterable[Candidates]) -> None:
        """Join pictures that are equal, and need no look."""
        for pairs in candidates:
            self._joining.join(pairs.i, pairs.j)

    def new_among(self, links: Links) -> Links:
        """Those of some links between first images whose two are not linked to each other yet."""
        images = int(self._first.max(initial=0)) + 1
        known, theirs = (some.i * images + some.j for some in (self.links, links))
        return links.among(~np.isin(theirs, known))

    def add(self, links: Links) -> None:
        """Join pictures by links between their first images that were confirmed elsewhere.

        Those that agree best come first.
        """
        kept = links.among(links.agreement >= self._rule.min_agreement)
        if self._rule.colour:
            kept = kept.among(~kept.colour_differs)
        kept = kept.among(np.lexsort((kept.j, kept.i, -kept.agreement)))
        of_image = self._pictures.of_image
        i, j = (of_image[at].astype(np.uint32) for at in (kept.i, kept.j))
        self._links.append(kept.among(self._joining.join(i, j)))

    def confirm_each(self, pairs: Candidates) -> Verdicts:
        """Look at all of these pairs, even if they are connected."""
        verdicts = self._look.look(pairs)
        verdicts.same[:] &= pairs.distance <= self._rule.max_distance
        kept = np.flatnonzero(verdicts.same)
        verdicts.same[kept] = self._look_closer(pairs.among(kept), verdicts.among(kept))
        return verdicts

    def _settle(self, waiting: list[Candidates]) -> None:
        pairs = Candidates.concatenated(waiting)
        pairs = pairs.among(np.lexsort((pairs.orientation, pairs.j, pairs.i, pairs.distance)))
        at, step = 0, LEAST_AT_ONCE
        self._total = self._done + len(pairs.i)
        while at < len(pairs.i):
            some = pairs.among(slice(at, at + step))
            portion = self._open(some)
            verdicts = self._look.look(portion)
            self._refuse(portion.among(~verdicts.same))
            self._advance(len(some.i) - int(verdicts.same.sum()))
            joined = self._join(portion.among(verdicts.same), verdicts.among(verdicts.same))
            at += step
            if joined < len(portion.i) // 8:
                step = min(4 * step, MOST_AT_ONCE)

    def _advance(self, count: int) -> None:
        """Say that so many more pairs are settled."""
        if count:
            self._done += count
            self._progress("confirming", self._done, self._total)

    def _open(self, pairs: Candidates) -> Candidates:
        """The pairs that are not connected yet."""
        apart = self._joining.open(pairs.i, pairs.j)
        worn = (self._refused[pairs.i] >= MOST_REFUSED) & (self._refused[pairs.j] >= MOST_REFUSED)
        self.passed_over += int((apart & worn).sum())
        return pairs.among(apart & ~worn)

    def _refuse(self, pairs: Candidates) -> None:
        np.add.at(self._refused, pairs.i, 1)
        np.add.at(self._refused, pairs.j, 1)

    def _join(self, pairs: Candidates, looks: Verdicts) -> int:
        """Look closer at pairs until all that are the same are connected. Returns how many are.

        If most are, only those are looked at that connect pictures. If few are, as among forms of
        one layout, more and more are looked at together.
        """
        step, joined = LEAST_CLOSER, 0
        while len(pairs.i):
            chosen = self._joining.forest(pairs.i, pairs.j)
            if step > LEAST_CLOSER:
                chosen[:step] = True
            same = self._look_closer(pairs.among(chosen), looks.among(chosen), self._advance)
            joined += int(same.sum())
            step = 4 * step if 2 * same.sum() < len(same) else LEAST_CLOSER
            left = ~chosen & self._joining.open(pairs.i, pairs.j)
            self._advance(int((~chosen & ~left).sum()))
            pairs, looks = pairs.among(left), looks.among(left)
        return joined

    def _look_closer(
        self,
        pairs: Candidates,
        looks: Verdicts,
        advance: Callable[[int], None] = lambda _: None,
    ) -> NDArray[np.bool_]:
        """Record the links among some pairs whose thumbs agree. Returns which are the same.

        Those that must not be together are not linked.
        """
        details = self._closer.look(pairs, looks, advance)
        same = ~details.same_layout
        if self._rule.colour:
            same &= ~details.colour_differs
        self._layouts.append(pairs.among(details.same_layout))
        self._refuse(pairs.among(~same))
        same[same] = self._joining.join(pairs.i[same], pairs.j[same])
        kept = pairs.among(same)
        evidence = np.full(len(kept.i), Evidence.AGREES, np.uint8)
        links = Links.by_bits(self._first[kept.i], self._first[kept.j], kept.distance, evidence)
        links = links._replace(
            agreement=looks.agreement[same], colour_differs=details.colour_differs[same]
        )
        self._links.append(links.oriented(kept.orientation))
        return same
