"""What every plan promises, over random collections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.planning.choices import Choices
from lookalike.planning.plan import Plan, PlannedFile
from lookalike.planning.planning import planned
from plan_worlds import RULE, File, MadeUpDisk, World, worlds

CHOICES = st.fixed_dictionaries(
    {
        "metadata": st.sampled_from(["hold", "ignore"]),
        "companions": st.sampled_from(["with", "keep"]),
        "empty_folders": st.sampled_from(["warn", "hold"]),
        "copies": st.integers(1, 3),
        "exact": st.booleans(),
        "prefer": st.sampled_from([(), ("/p/b/c", "/p/b")]),
        "keep": st.sampled_from([(), ("oldest",), ("-pixels", "long-name")]),
        "protect": st.sampled_from([(), ("3.jpg",), ("/p/a",)]),
        "only": st.sampled_from([(), ("/p/b",)]),
        "reference": st.sampled_from([(), ("/p/a",)]),
    }
)


def pairs_of(plan: Plan) -> Iterator[tuple[PlannedFile, PlannedFile | None]]:
    """Each file that goes, and the one that stays for it."""
    for group in plan.groups:
        for one in group.remove:
            numbers = [(one.file, one.keeper), *((it.file, it.keeper) for it in one.companions)]
            for file, number in numbers:
                yield file, None if number is None else group.keep[number].file


def is_near(one: File, other: File) -> bool:
    """Whether two files match directly, by their bytes or by the rule."""
    if one.content == other.content:
        return True
    if not (one.is_picture and other.is_picture):
        return False
    return (one.shows ^ other.shows).bit_count() <= RULE.max_distance


@settings(max_examples=150, deadline=None)
@given(worlds(), CHOICES)
def test_whatever_goes_matches_what_stays(world: World, choices: dict[str, Any]) -> None:
    """It is another file, it is there, it is unchanged, and nothing takes it away."""
    plan = world.plan(**choices)
    disk = MadeUpDisk(world)
    files = {one.path: one for one in world.files}
    goes = [file.path for file, _ in pairs_of(plan)]
    assert len(goes) == len(set(goes))
    for victim, keeper in pairs_of(plan):
        if keeper is None:
            assert choices["metadata"] == "ignore"
            assert not files[victim.path].is_picture
            continue
        assert keeper.path not in goes
        assert is_near(files[victim.path], files[keeper.path])
        assert (victim.inode, victim.dev) != (keeper.inode, keeper.dev)
        for one in (victim, keeper):
            assert disk.digest(one.path) == bytes.fromhex(one.digest)
            assert one.path not in world.gone
        if files[victim.path].ending == "cr2" or not files[victim.path].is_picture:
            assert victim.digest == keeper.digest


@settings(max_examples=50, deadline=None)
@given(worlds(), CHOICES)
def test_only_what_may_change_goes(world: World, choices: dict[str, Any]) -> None:
    """Nothing that changed, is protected, is a reference or lies outside."""
    for group in world.plan(**choices).groups:
        for removal in group.remove:
            path = removal.file.path
            assert path not in world.changed
            assert not (choices["reference"] and path.startswith("/p/a/"))
            assert not (choices["protect"] == ("3.jpg",) and path.endswith("/3.jpg"))
            assert not (choices["protect"] == ("/p/a",) and path.startswith("/p/a/"))
            assert not (choices["only"] and not path.startswith("/p/b/"))


@settings(max_examples=50, deadline=None)
@given(worlds(), CHOICES, st.randoms(use_true_random=False))
def test_the_order_of_the_inputs_changes_nothing(
    world: World, choices: dict[str, Any], chance: Any
) -> None:
    count = sum(one.is_picture for one in world.files)
    order = list(range(count))
    chance.shuffle(order)
    assert world.plan(order=order, **choices).to_json() == world.plan(**choices).to_json()


@settings(max_examples=150, deadline=None)
@given(worlds(), CHOICES)
def test_plain_groups_are_decided_as_a_walk_decides_them(
    world: World, choices: dict[str, Any]
) -> None:
    choices |= {"copies": 1, "empty_folders": "warn", "protect": (), "only": (), "reference": ()}
    plan = world.plan(**choices)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lookalike.planning.deciding.plain.Plain.takes", lambda *_: False)
        assert world.plan(**choices) == plan


@settings(max_examples=50, deadline=None)
@given(worlds(), CHOICES)
def test_a_plan_comes_back_from_json(world: World, choices: dict[str, Any]) -> None:
    plan = world.plan(**choices)
    assert Plan.from_json(plan.to_json()) == plan


@settings(max_examples=50, deadline=None)
@given(worlds(), CHOICES)
def test_a_unit_goes_whole(world: World, choices: dict[str, Any]) -> None:
    """No raw file stays behind alone or leaves alone, and no sidecar without its picture."""
    goes = {file.path for file, _ in pairs_of(world.plan(**choices))}
    there = {one.path for one in world.files} - world.gone
    for path in there & goes:
        stem, _, ending = path.rpartition(".")
        for other in {f"{stem}.jpg", f"{stem}.cr2"} - {path}:
            if ending in {"jpg", "cr2"} and other in there:
                assert other in goes
        if ending in {"xmp", "json"}:
            assert goes & {f"{stem}.jpg", f"{stem}.cr2", f"{stem}.png", stem}


@settings(max_examples=50, deadline=None)
@given(worlds(), st.integers(0, 5), st.integers(0, 5))
def test_what_was_told_apart_never_matches(world: World, one: int, other: int) -> None:
    digests = {File("", content=at).digest.hex() for at in (one, other)}

    def told_apart(first: str, second: str) -> bool:
        return {first, second} == digests and one != other

    for victim, keeper in pairs_of(world.plan(told_apart=told_apart)):
        assert keeper is not None
        assert not told_apart(victim.digest, keeper.digest)


@settings(max_examples=50, deadline=None)
@given(worlds(), st.integers(1, 4))
def test_enough_copies_stay(world: World, copies: int) -> None:
    """Of each group with fewer shots than that, nothing goes."""
    goes = {file.path for file, _ in pairs_of(world.plan(copies=copies))}
    for group in world.result().groups:
        paths = {one.path for one in group.members}
        units = {path.replace("1.cr2", "1.jpg") for path in paths}
        if len(units) <= copies:
            assert not paths & goes


@settings(max_examples=50, deadline=None)
@given(worlds())
def test_planning_again_after_the_plan_finds_nothing_new_to_rely_on(world: World) -> None:
    """After a plan is carried out, another one takes nothing that stays for what went."""
    plan = world.plan()
    pairs = [(victim, keeper) for victim, keeper in pairs_of(plan) if keeper]
    stands_for = {keeper.digest for victim, keeper in pairs if victim.digest != keeper.digest}
    gone = {victim.path for victim, _ in pairs}
    left = World([one for one in world.files if one.path not in gone], world.gone, world.changed)
    digests = {one.path: one.digest.hex() for one in left.files}
    for victim, keeper in pairs_of(left.plan(kept_before=stands_for)):
        assert keeper is not None
        assert victim.digest not in stands_for or digests[keeper.path] == victim.digest


def test_the_disk_is_not_asked_about_metadata_of_equal_bytes() -> None:
    world = World([File("/p/1.jpg", 1), File("/p/2.jpg", 1)])
    disk = MadeUpDisk(world)
    plan = planned(world.result(), Choices.of(), disk)
    assert plan.totals.remove == 1
    assert disk.asked == []


@pytest.mark.parametrize("copies", [1, 2])
def test_a_chain_takes_nothing_away(copies: int) -> None:
    """Of a, b and c, a and c differ. If b goes for a, c stays and the reason names b."""
    world = World(
        [
            File("/p/a.jpg", 1, 0b000 << 8, width=80),
            File("/p/b.jpg", 2, 0b011 << 8, width=60),
            File("/p/c.jpg", 3, 0b1111 << 8, width=40),
        ]
    )
    (group,) = world.plan(copies=copies).groups
    if copies == 1:
        assert [one.file.path for one in group.remove] == ["/p/b.jpg"]
        assert [(one.file.path, one.why) for one in group.keep] == [
            ("/p/a.jpg", "most pixels: 80 x 30 against 60 x 30"),
            ("/p/c.jpg", "matches only b.jpg, which goes"),
        ]
        assert group.remove[0].why == "fewer pixels: 60 x 30 against 80 x 30"
    else:
        assert [one.file.path for one in group.remove] == ["/p/c.jpg"]
