"""The second look at candidate pairs: their thumbs are laid on each other.

This takes microseconds. The few pairs that pass are looked at closer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.algorithms import get_algorithm
from lookalike.hashing.content import Depth
from lookalike.images.picture import Picture, turn
from lookalike.matching.verify.candidates import turned_limit
from lookalike.sight.look import MEANS, Looks, look_whole
from lookalike.sight.paper import Shares
from lookalike.sight.thumb import BYTES, SIDE
from lookalike.sight.thumbs import KEPT_BYTES
from lookalike.sight.turned import UPRIGHT
from lookalike.work.threads import threaded_map

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.matching.rereading import Rereading
    from lookalike.matching.rules import Rule
    from lookalike.matching.verify.candidates import Candidates, Pictures
    from lookalike.sight.thumbs import Thumbs

LEAST_OF_THUMB = 0.5
"""A picture may be like paper if this share of its thumb is one grey."""
SLICE = 1 << 10
"""How many pairs a thread looks at in one go."""


class Verdicts(NamedTuple):
    """What a look says about some pairs."""

    same: NDArray[np.bool_]
    agreement: NDArray[np.float32]
    """From 0 to 1."""
    if_paper: NDArray[np.bool_]
    """Of those that are the same, which are so only if the rule for paper confirms it."""

    def among(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Verdicts:
        """Those on some of the pairs."""
        return Verdicts(self.same[chosen], self.agreement[chosen], self.if_paper[chosen])


class SecondLook:
    """Looks at pairs of the pictures of a scan."""

    def __init__(
        self,
        again: Rereading,
        pictures: Pictures,
        thumbs: Thumbs,
        rule: Rule,
        workers: int,
    ) -> None:
        self._again = again
        self._pictures = pictures
        self._thumbs = thumbs
        self._rule = rule
        self._workers = workers
        self.turned_limit = turned_limit(rule)
        """In how many bits of pHash a turned thumb may differ."""

    def look(self, pairs: Candidates) -> Verdicts:
        """Look at the thumbs of pairs. The distances of turned pairs become those of the rule."""
        positions, at = np.unique(
            self._pictures.first[np.concatenate([pairs.i, pairs.j])], return_inverse=True
        )
        thumbs = self.thumbs_of(positions)
        i, j = at.astype(np.uint32).reshape(2, -1)
        looks = self._looks(thumbs, i, j, pairs.orientation - np.uint8(1))
        same, agreement = looks.same(), looks.agreement
        if_paper = self._may_be_paper(thumbs, i, j, looks.undecided())
        begins_blank = self._pictures.begins_blank
        blank = begins_blank[pairs.i] & begins_blank[pairs.j]
        bits = get_algorithm(self._rule.algorithm).bits
        agreement[blank] = 1 - pairs.distance[blank] / bits
        if_paper &= ~blank
        same = (same | blank | if_paper) & (agreement >= self._rule.min_agreement)
        if self._rule.algorithm != "phash":
            turned = np.flatnonzero(same & (pairs.orientation != UPRIGHT))
            far = [
                self._turned_distance(thumbs[i[one]], thumbs[j[one]], int(pairs.orientation[one]))
                for one in turned
            ]
            pairs.distance[turned] = far
            same[turned] = pairs.distance[turned] <= self._rule.max_distance
        return Verdicts(same, agreement, if_paper)

    def thumbs_of(self, positions: NDArray[np.intp]) -> NDArray[np.uint8]:
        """`(n, BYTES)`: the thumbs of images."""
        return np.ascontiguousarray(self._thumbs.read(positions, self._made_again)[:, :BYTES])

    def glances_of(self, positions: NDArray[np.intp]) -> NDArray[np.uint8]:
        """`(n, glance.BYTES)`: the glances at images. Zeros if they are not stored."""
        if not self._thumbs.stored:
            return np.zeros((len(positions), KEPT_BYTES - BYTES), np.uint8)
        return self._thumbs.read(positions, self._made_again)[:, BYTES:]

    @staticmethod
    def _may_be_paper(
        thumbs: NDArray[np.uint8],
        i: NDArray[np.uint32],
        j: NDArray[np.uint32],
        undecided: NDArray[np.bool_],
    ) -> NDArray[np.bool_]:
        """Which of the undecided pairs may be decided by the rule for paper."""
        chosen = undecided.copy()
        for at in np.flatnonzero(undecided).tolist():
            chosen[at] = any(like_paper(thumbs[number]) for number in (i[at], j[at]))
        return chosen

    def _turned_distance(
        self, one: NDArray[np.uint8], other: NDArray[np.uint8], orientation: int
    ) -> int:
        """The distance by the algorithm of the rule, between thumbs of which one is turned."""
        kind = get_algorithm(self._rule.algorithm)
        ours, theirs = (
            kind.compute(Picture(np.ascontiguousarray(thumb)))
            for thumb in (_square(one), turn(_square(other), orientation))
        )
        return int((ours != theirs).sum())

    def _looks(
        self,
        thumbs: NDArray[np.uint8],
        i: NDArray[np.uint32],
        j: NDArray[np.uint32],
        orientations: NDArray[np.uint8],
    ) -> Looks:
        slices = [slice(begin, begin + SLICE) for begin in range(0, len(i), SLICE)]

        def measured(part: slice) -> NDArray[np.float32]:
            measures = look_whole(thumbs, i[part], j[part], orientations[part]).measures
            equal = (orientations[part] == 0) & (thumbs[i[part]] == thumbs[j[part]]).all(axis=1)
            measures[np.ix_(equal, MEANS)] = 1  # less is measured, as noise is allowed for
            return measures

        parts = threaded_map(measured, slices, self._workers)
        return Looks(np.concatenate([np.empty((0, 9), np.float32), *parts]))

    def _made_again(self, positions: NDArray[np.intp]) -> NDArray[np.uint8]:
        """Thumbs that could not be stored. Those that cannot be made again are black."""
        made = np.zeros((len(positions), KEPT_BYTES), np.uint8)
        for contents in self._again.contents(positions, Depth.THUMB):
            for at, content in contents.items():
                if content.thumb:
                    made[np.searchsorted(positions, at)] = np.frombuffer(content.thumb, np.uint8)
        return made


def like_paper(thumb: NDArray[np.uint8]) -> bool:
    """Whether a picture may be like paper, as far as its thumb can tell."""
    return Shares.of(thumb).like_paper(LEAST_OF_THUMB)


def _square(thumb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return thumb.reshape(SIDE, SIDE)
