"""Plans of what a person decided: nothing else goes, and only what they keep stays for it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.images.metadata import Metadata
from lookalike.planning.by_hand.decided import Decided
from lookalike.planning.choices import Choices
from lookalike.planning.plan import Action, Plan
from lookalike.planning.planning import planned
from plan_worlds import File, MadeUpDisk, World, worlds


def plan_of(world: World, decided: Decided, **choices: Any) -> Plan:
    """The plan of a person's decisions."""
    return planned(world.result(), Choices.of(**choices), MadeUpDisk(world), decided)


def paths_of(world: World) -> list[str]:
    """The members of all groups, in order."""
    result = world.result()
    paths: list[str] = result.table.take("path", result.columns.members)
    return paths


def decided_by(world: World, **words: str) -> Decided:
    """Decisions by the names of files without their endings."""
    paths = paths_of(world)
    numbers: dict[str, set[int]] = {"remove": set(), "keep": set(), "apart": set()}
    for at, path in enumerate(paths):
        word = words.get(path.rpartition("/")[2].partition(".")[0])
        if word:
            numbers[word].add(at)
    return Decided(**{name: frozenset(some) for name, some in numbers.items()})


def goes(plan: Plan) -> list[str]:
    return [one.file.path for group in plan.groups for one in group.remove]


def held(plan: Plan) -> dict[str, str]:
    return {one.file.path: one.why for group in plan.groups for one in group.held}


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_nothing_goes_but_what_a_person_removes(world: World, random: Any) -> None:
    """Whatever is decided. What stays for it is kept by them, unless they want none of a group."""
    paths = paths_of(world)
    words = [random.choice(["remove", "remove", "keep", "apart", ""]) for _ in paths]
    named = {word: {p for p, w in zip(paths, words, strict=True) if w == word} for word in words}
    numbers = {
        word: frozenset(at for at, one in enumerate(words) if one == word)
        for word in ("remove", "keep", "apart")
    }
    plan = plan_of(world, Decided(**numbers), bursts="take", take_edited=True)
    assert Plan.from_json(plan.to_json()) == plan
    assert plan == plan_of(world, Decided(**numbers), bursts="take", take_edited=True)
    pictures = {one.path for one in world.files if one.path in paths}
    for group in plan.groups:
        for one in group.remove:
            beside = {it.file.path for it in one.companions}
            assert {one.file.path, *(beside & pictures)} <= named["remove"]
            if one.keeper is None:
                assert group.none_wanted
            else:
                assert group.keep[one.keeper].file.path in named["keep"]
    untold = named.get("remove", set()) - set(goes(plan)) - set(held(plan))
    companions = {
        it.file.path for group in plan.groups for one in group.remove for it in one.companions
    }
    there = {path for path in untold - companions if MadeUpDisk(world).state(path)}
    assert not there, "neither goes nor says why not"


PAIR = World([File("/p/a.jpg", 1, width=80), File("/p/b.jpg", 2), File("/p/c.jpg", 3)])


def test_the_worse_one_can_stay() -> None:
    plan = plan_of(PAIR, decided_by(PAIR, a="remove", b="keep", c="keep"))
    assert goes(plan) == ["/p/a.jpg"]
    assert [one.why for one in plan.groups[0].keep] == ["kept by you"] * 2


def test_what_is_told_apart_stays_for_nothing() -> None:
    """The other one says that nothing stays for it."""
    plan = plan_of(PAIR, decided_by(PAIR, a="apart", b="remove", c="remove"))
    assert plan.groups[0].none_wanted
    assert goes(plan) == ["/p/b.jpg", "/p/c.jpg"]


def test_of_a_group_that_is_not_wanted_all_goes_to_the_trash() -> None:
    """Whatever else is to be done. Nothing is relied on, and no file is left out."""
    plan = plan_of(PAIR, decided_by(PAIR, a="remove", b="remove", c="remove"), do="delete")
    (group,) = plan.groups
    assert (group.none_wanted, group.keep) == (True, ())
    assert goes(plan) == ["/p/a.jpg", "/p/b.jpg", "/p/c.jpg"]
    assert {one.do for one in group.remove} == {(Action.TRASH,)}


def test_sidecars_go_with_an_unwanted_picture_and_raw_files_hold_it_back() -> None:
    world = World(
        [File("/p/a.jpg", 1), File("/p/a.xmp", 7), File("/p/b.jpg", 2), File("/p/b.cr2", 8)]
    )
    plan = plan_of(world, decided_by(world, a="remove", b="remove"))
    assert goes(plan) == ["/p/a.jpg"]
    assert [one.file.path for one in plan.groups[0].remove[0].companions] == ["/p/a.xmp"]
    assert held(plan)["/p/b.jpg"].startswith("companion: ")


def test_a_chain_of_matches_is_held_back() -> None:
    """What is to go has to match one that is kept directly."""
    world = World(
        [File("/p/a.jpg", 1, 0b0), File("/p/b.jpg", 2, 0b11), File("/p/c.jpg", 3, 0b1111)]
    )
    plan = plan_of(world, decided_by(world, a="keep", b="remove", c="remove"))
    assert goes(plan) == ["/p/b.jpg"]
    assert held(plan) == {"/p/c.jpg": "no match: it matches nothing directly that you keep"}


@pytest.mark.parametrize(
    ("metadata", "expected"), [("hold", []), ("ignore", ["/p/b.jpg"])], ids=str
)
def test_metadata_is_held_back_because_it_is_not_seen(metadata: str, expected: list[str]) -> None:
    """Unless the person says so."""
    said = Metadata(camera="Camera")
    world = World([File("/p/a.jpg", 1), File("/p/b.jpg", 2, metadata=said)])
    decided = decided_by(world, a="keep", b="remove")
    assert goes(plan_of(world, decided, metadata=metadata)) == expected


def test_what_is_protected_stays_and_says_so() -> None:
    plan = plan_of(PAIR, decided_by(PAIR, a="keep", b="remove", c="remove"), protect="b.jpg")
    assert goes(plan) == ["/p/c.jpg"]
    assert held(plan) == {"/p/b.jpg": "protected"}
