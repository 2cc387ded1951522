"""What stays for files that went in earlier runs is remembered across runs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from lookalike.planning.earlier import Went, kept_before
from lookalike.planning.plan import Plan
from plan_worlds import World, worlds


def went_by(plan: Plan) -> list[Went]:
    """What the journal of a run would say."""
    return [
        Went(one.file.digest, group.keep[one.keeper].file.digest, one.match.same_pixels)
        for group in plan.groups
        for one in group.remove
        if one.keeper is not None and one.match is not None
    ]


def test_equal_pixels_leave_no_duty_but_pass_one_on() -> None:
    assert kept_before([Went("a", "b", True)]) == frozenset()
    assert kept_before([Went("a", "b", False)]) == {"b"}
    assert kept_before([Went("a", "b", False), Went("b", "c", True)]) == {"b", "c"}
    assert kept_before([Went("b", "c", True), Went("a", "b", False)]) == {"b"}


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(worlds())
def test_over_two_runs_all_that_went_matches_something_that_stays(world: World) -> None:
    """Even if the second run prefers others, whatever went in the first still has its match."""
    shows = {one.digest.hex(): one.shows for one in world.files if one.is_picture}
    plan = world.plan()
    earlier = went_by(plan)
    left = left_after(world, plan)
    second = left.plan(keep="-pixels", kept_before=kept_before(earlier))
    last = left_after(left, second)
    pictures = [one for one in last.files if one.is_picture and one.path not in last.gone]
    there = {one.digest.hex() for one in pictures}
    for one in earlier:
        assert any((shows[one.digest] ^ shows[digest]).bit_count() <= 2 for digest in there)


def left_after(world: World, plan: Plan) -> World:
    """The world after a plan was carried out."""
    gone = {file.path for group in plan.groups for file in group.files()}
    files = [one for one in world.files if one.path not in gone]
    return World(files, world.gone & {one.path for one in files}, world.changed - gone)
