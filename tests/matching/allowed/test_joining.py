"""Sets that grow by links, compared with taking the links one by one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lookalike.matching.allowed.joining import Joining


class Case(NamedTuple):
    """Members, what must not be together, and links in several portions."""

    members: int
    alone: list[bool] | None
    labels: dict[int, dict[int, int]]
    portions: list[list[tuple[int, int]]]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    count = draw(st.integers(2, 12))
    member = st.integers(0, count - 1)
    pair = st.tuples(member, member).filter(lambda two: two[0] != two[1])
    alone = draw(st.none() | st.lists(st.booleans(), min_size=count, max_size=count))
    values = st.dictionaries(st.integers(0, 3), st.integers(0, 2), min_size=1, max_size=3)
    labels = draw(st.dictionaries(member, values, max_size=6))
    portions = draw(st.lists(st.lists(pair, max_size=12), max_size=4))
    return Case(count, alone, labels, portions)


class Plain:
    """Sets of Python, and one link at a time."""

    def __init__(self, case: Case) -> None:
        self.alone = case.alone or [False] * case.members
        self.labels = case.labels
        self.sets = [{at} for at in range(case.members)]

    def may(self, i: int, j: int) -> bool:
        ours, theirs = self.sets[i], self.sets[j]
        if sum(self.alone[at] for at in ours | theirs) > 1:
            return False
        pairs = {pair for at in ours | theirs for pair in self.labels.get(at, {}).items()}
        return len(pairs) == len({name for name, _ in pairs})

    def take(self, i: int, j: int) -> None:
        if self.sets[i] is not self.sets[j] and self.may(i, j):
            joined = self.sets[i] | self.sets[j]
            for at in joined:
                self.sets[at] = joined


def columns(links: list[tuple[int, int]]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    i, j = np.array(links, np.uint32).reshape(-1, 2).T
    return np.ascontiguousarray(i), np.ascontiguousarray(j)


@pytest.mark.slow
@settings(deadline=None)
@given(cases())
def test_portions_of_links_give_what_single_links_give(case: Case) -> None:
    """The sets, which links hold, and which are still possible, are those of the plain way."""
    alone = None if case.alone is None else np.array(case.alone)
    joining, plain = Joining(case.members, alone, case.labels), Plain(case)
    for links in case.portions:
        i, j = columns(links)
        chosen = joining.forest(i, j).tolist()
        before = [set(one) for one in plain.sets]
        for link, took in zip(links, chosen, strict=True):
            apart = plain.sets[link[0]] is not plain.sets[link[1]]
            assert took == (apart and plain.may(*link))
            plain.take(*link)
        assert [set(np.flatnonzero(joining.roots == root)) for root in joining.roots] == before
        held = joining.join(i, j).tolist()
        assert held == [plain.sets[a] is plain.sets[b] for a, b in links]
        assert joining.roots.tolist() == [min(one) for one in plain.sets]
        every = [(a, b) for a in range(case.members) for b in range(case.members) if a != b]
        expected = [plain.sets[a] is not plain.sets[b] and plain.may(a, b) for a, b in every]
        assert joining.open(*columns(every)).tolist() == expected


def test_the_nearer_of_two_wins() -> None:
    """If A and B must not be together, C goes with the first link that reaches it."""
    joining = Joining(3, labels={0: {7: 0}, 1: {7: 1}})
    assert joining.join(*columns([(1, 2), (0, 2)])).tolist() == [True, False]
    assert joining.roots.tolist() == [0, 1, 1]
