"""`Joining`: connected sets that grow by links, unless a link would join what must stay apart.

Links are taken in the order in which they come, the nearest first. So if A and B must not be in one
set, and C is near both, C goes to the nearer of the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from lookalike._native import kernel
from lookalike.index.search.searcher import roots

if TYPE_CHECKING:
    from numpy.typing import NDArray

Labels: TypeAlias = "Mapping[int, int]"
NOTHING: Mapping[int, Labels] = MappingProxyType({})


class _Local(NamedTuple):
    """The sets that some links concern, under numbers of their own from 0."""

    roots: NDArray[np.uint32]
    """The root of each."""
    i: NDArray[np.uint32]
    j: NDArray[np.uint32]
    """Which of these sets each link connects."""


class Joining:
    """A union-find with conditions. A set is known by its smallest member, its root."""

    def __init__(
        self,
        count: int,
        alone: NDArray[np.bool_] | None = None,
        labels: Mapping[int, Labels] = NOTHING,
    ) -> None:
        """`count` members, each in a set of its own.

        `alone`: `(count,)`: of these, a set has at most one. `labels`: for some members, values by
        name. All members of a set that have a value for one name have the same.
        """
        self._parent = np.arange(count, dtype=np.uint32)
        self._alone = None if alone is None else alone.copy()
        self._told = np.zeros(count, np.bool_)
        self._told[list(labels)] = True
        self._labels: dict[int, Labels] = dict(labels)
        """The labels of each set that has any, by its root."""
        self._is_flat = True

    @property
    def is_free(self) -> bool:
        """Whether there are no conditions."""
        return self._alone is None and not self._labels

    @property
    def roots(self) -> NDArray[np.uint32]:
        """`(count,)`: the root of the set of each member."""
        if not self._is_flat:
            self._parent, self._is_flat = roots(self._parent), True
        return self._parent

    def open(self, i: NDArray[np.uint32], j: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Which links would connect two sets that may be connected."""
        of = self.roots
        one, other = of[i], of[j]
        found: NDArray[np.bool_] = one != other
        if self._alone is not None:
            found &= ~(self._alone[one] & self._alone[other])
        told = np.flatnonzero(found & self._told[one] & self._told[other])
        pairs, which = np.unique(np.stack([one[told], other[told]]), axis=1, return_inverse=True)
        agree = [agreeing(self.labels(a), self.labels(b)) for a, b in pairs.T.tolist()]
        found[told] = np.array(agree, np.bool_)[which.reshape(-1)]
        return found

    def forest(self, i: NDArray[np.uint32], j: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Which links, taken in order, would connect what the earlier ones do not."""
        return _Trial(self, self._local(i, j)).chosen

    def join(self, i: NDArray[np.uint32], j: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Take links in order, unless the conditions forbid it.

        Returns which of them now connect members of one set.
        """
        if self.is_free:
            self._unite(i, j)
            return np.ones(len(i), np.bool_)
        local = self._local(i, j)
        wanted = np.arange(len(local.roots), dtype=np.uint32)
        kernel.join_sets(wanted, local.i, local.j)
        wanted = roots(wanted)
        doubtful = self._doubtful(local, wanted)[wanted[local.i]]
        self._join(local, ~doubtful)
        some = _Local(local.roots, local.i[doubtful], local.j[doubtful])
        chosen = np.zeros(len(i), np.bool_)
        chosen[doubtful] = _Trial(self, some).chosen
        self._join(local, chosen)
        of = self.roots
        same: NDArray[np.bool_] = of[i] == of[j]
        return same

    def _local(self, i: NDArray[np.uint32], j: NDArray[np.uint32]) -> _Local:
        of = self.roots
        found, numbers = np.unique(of[np.concatenate([i, j])], return_inverse=True)
        one, other = numbers.astype(np.uint32).reshape(2, -1)
        return _Local(found, one, other)

    def _doubtful(self, local: _Local, wanted: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """`(sets,)`: which sets would result from all links, and might break a condition."""
        counts = np.bincount(wanted, self._told[local.roots], len(wanted)) > 1
        if self._alone is not None:
            counts |= np.bincount(wanted, self._alone[local.roots], len(wanted)) > 1
        return counts

    def _join(self, local: _Local, wanted: NDArray[np.bool_]) -> None:
        """Take some links, all of which are allowed."""
        i, j = local.roots[local.i[wanted]], local.roots[local.j[wanted]]
        self._unite(i, j)
        of = self.roots
        ends = np.unique(np.concatenate([i, j]))
        if self._alone is not None:
            self._alone[of[ends[self._alone[ends]]]] = True
        for end in ends[self._told[ends]].tolist():
            root = int(of[end])
            if root != end:
                self._told[root] = True
                self._labels[root] = {**self._labels.get(root, {}), **self._labels[end]}

    def _unite(self, i: NDArray[np.uint32], j: NDArray[np.uint32]) -> None:
        kernel.join_sets(self._parent, i, j)
        self._is_flat = False

    def holds_one(self, root: int) -> bool:
        """Whether the set with this root has one of those of which a set has at most one."""
        return self._alone is not None and bool(self._alone[root])

    def labels(self, root: int) -> Labels:
        """The labels of the set with this root."""
        return self._labels[root] if self._told[root] else {}


def agreeing(ours: Labels, theirs: Labels) -> bool:
    """Whether two sets have no name with different values."""
    if len(theirs) < len(ours):
        ours, theirs = theirs, ours
    return all(theirs.get(name, value) == value for name, value in ours.items())


class _Trial:
    """Links taken one by one, without changing the sets."""

    def __init__(self, joining: Joining, local: _Local) -> None:
        self._above = list(range(len(local.roots)))
        self._one = [] if joining.is_free else [*map(joining.holds_one, local.roots.tolist())]
        self._labels = [] if joining.is_free else [*map(joining.labels, local.roots.tolist())]
        self.chosen = np.zeros(len(local.i), np.bool_)
        """Which links connected two sets."""
        for at, (i, j) in enumerate(zip(local.i.tolist(), local.j.tolist(), strict=True)):
            self.chosen[at] = self._take(i, j)

    def _root(self, one: int) -> int:
        above = self._above
        while (higher := above[one]) != one:
            above[one] = above[higher]
            one = higher
        return one

    def _take(self, i: int, j: int) -> bool:
        one, other = self._root(i), self._root(j)
        if one == other:
            return False
        if self._one:
            if self._one[one] and self._one[other]:
                return False
            ours, theirs = self._labels[one], self._labels[other]
            if not agreeing(ours, theirs):
                return False
            self._one[one] |= self._one[other]
            self._labels[one] = {**ours, **theirs} if ours and theirs else ours or theirs
        self._above[other] = one
        return True
