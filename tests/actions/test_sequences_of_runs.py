"""Searches, plans, runs and undoing in any order. Whatever went still has what it went for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import lookalike
from clean_up import Dying, Killed, Place, all_bytes, snapshot
from files import encoded
from lookalike.actions.apply import apply_with
from lookalike.actions.applying import Choices
from lookalike.actions.checks.standing import Standing
from lookalike.actions.history import history
from lookalike.actions.undo import undo_with
from lookalike.matching.comparison import compare
from lookalike.planning.plan import Action
from pictures import photo
from volumes import volume

MOST = 8
"""The largest distance of a match, in bits."""
SHADES = 7
PHASES = (Phase.reuse, Phase.generate)


@cache
def picture(shade: int, form: int) -> bytes:
    """One of a chain: each is near its neighbours, and the ends are not near each other.

    Forms of one shade have the same pixels, other metadata, or another size.
    """
    share = shade / (SHADES - 1)
    width, height = (96, 72) if form < 3 else (64, 48)
    mixed = (1 - share) * photo(width, height, 1) + share * photo(width, height, 2)
    pixels = mixed.round().astype(np.uint8)
    return encoded(pixels, "PNG", compress_level=form) if form else encoded(pixels, "BMP")


@cache
def matches(one: bytes, other: bytes) -> bool:
    """Whether two pictures match directly."""
    return compare(one, other, max_distance=MOST, verify=False).alike


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """A place on tmpfs, where writing to the disk takes no time."""
    with volume("tmpfs") as root, pytest.MonkeyPatch.context() as patch:
        yield Place.at(root, patch)


def test_the_pictures_form_a_chain() -> None:
    assert all(matches(picture(at, 1), picture(at + 1, 1)) for at in range(SHADES - 1))
    assert not matches(picture(0, 1), picture(SHADES - 1, 1))


def run(place: Place, draw: Any) -> None:
    """Search, plan and apply. The plan may know nothing of earlier runs."""
    found = lookalike.find_duplicates(
        place.tree, max_distance=MOST, verify=False, hidden=True, workers=1
    )
    action = draw(st.sampled_from([Action.TRASH, Action.MOVE, Action.HARDLINK, Action.DELETE]))
    plan = lookalike.plan(
        found,
        keep=draw(st.sampled_from(["pixels", "-pixels", "bytes", "name:[02468]", "long-name"])),
        do=action,
        to=place.to if action is Action.MOVE else None,
        distance_for_action=MOST,
        kept_before=Standing().digests if draw(st.booleans()) else (),
    )
    count = plan.totals.remove if action is Action.DELETE else None
    plan.apply(delete=count, delete_similar=draw(st.booleans()))


def step(place: Place, draw: Any) -> None:
    """One of the things that a person does."""
    kind = draw(st.sampled_from(["run", "run", "undo", "add", "rename"]))
    files = sorted(place.tree.iterdir())
    if kind == "run":
        run(place, draw)
    elif kind == "undo" and (runs := [one.run for one in history() if one.undoes is None]):
        lookalike.undo(draw(st.sampled_from(runs)))
    elif kind == "add":
        add(place, draw)
    elif kind == "rename" and files:
        path = draw(st.sampled_from(files))
        path.rename(free(place, f"r{path.name}"))


def add(place: Place, draw: Any) -> Path:
    """A new picture of the chain."""
    shade = draw(st.integers(0, SHADES - 1))
    path = free(place, f"{shade}.img")
    path.write_bytes(picture(shade, draw(st.integers(0, 4))))
    return path


def free(place: Place, name: str) -> Path:
    """A path that no file has."""
    path = place.tree / name
    while path.exists():
        path = path.with_name(f"x{path.name}")
    return path


@pytest.mark.slow
@settings(deadline=None, max_examples=60, phases=PHASES)
@given(data=st.data())
def test_whatever_went_matches_something_that_is_there(place: Place, data: st.DataObject) -> None:
    """Directly, by the rule that it went by, or it equals it in pixels."""
    place.clear()
    for _ in range(data.draw(st.integers(2, 6))):
        add(place, data.draw)
    seen: set[bytes] = set()
    for _ in range(data.draw(st.integers(1, 6))):
        seen |= all_bytes(place.tree)
        step(place, data.draw)
    here = all_bytes(place.tree)
    for one in seen - here:
        assert any(matches(one, other) for other in here)


def grown(place: Place, draw: Any) -> None:
    """A tree with hard links, copies and sidecars."""
    place.clear()
    for _ in range(draw(st.integers(2, 7))):
        path = add(place, draw)
        for kind in draw(st.sets(st.sampled_from(["link", "copy", "sidecar", "its sidecar"]))):
            if kind == "link":
                free(place, f"l{path.name}").hardlink_to(path)
            elif kind == "copy":
                shutil.copy2(path, free(place, f"c{path.name}"))
            else:
                beside = path if kind == "sidecar" else place.tree / f"c{path.name}"
                Path(f"{beside}.xmp").write_bytes(b"<x/>")


@pytest.mark.slow
@settings(deadline=None, max_examples=30, phases=PHASES)
@given(data=st.data())
def test_runs_that_are_taken_back_one_by_one_give_the_first_tree(
    place: Place, data: st.DataObject
) -> None:
    """Even if any of the runs or of their undoing is killed."""
    grown(place, data.draw)
    before = snapshot(place.tree)
    for _ in range(data.draw(st.integers(1, 4))):
        action = data.draw(st.sampled_from([*Action]))
        plan = lookalike.plan(
            lookalike.find_duplicates(place.tree, max_distance=MOST, verify=False, workers=1),
            keep=data.draw(st.sampled_from(["pixels", "-pixels", "name:[02468]", "long-name"])),
            do=action,
            to=place.to if action is Action.MOVE else None,
            distance_for_action=None if action is Action.DELETE else MOST,
        )
        totals = plan.totals
        count = totals.remove + totals.companions if action is Action.DELETE else None
        dying = Dying(data.draw(st.sampled_from([10**9, *range(0, 300, 7)])))
        with suppress(Killed):
            apply_with(dying, plan, Choices(delete=count))
    runs = [one.run for one in history() if one.undoes is None]
    for run in reversed(runs):
        with suppress(Killed):
            undo_with(Dying(data.draw(st.sampled_from([10**9, *range(0, 100, 7)]))), run)
        outcome = lookalike.undo(run)
        assert not outcome.problems, outcome
    assert snapshot(place.tree) == before
    assert not list(place.root.rglob(".lookalike-*"))
