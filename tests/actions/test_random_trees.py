"""Random trees and plans, changed between any two calls. Whatever went has its keeper."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clean_up import Dying, Killed, Place, Watched, all_bytes, companion, group, plan, removal
from lookalike.actions.apply import apply_with
from lookalike.actions.applying import Choices
from lookalike.actions.disk.fs import FileSystem
from lookalike.actions.undo import undo_with
from lookalike.errors import LookalikeError, PlanError
from lookalike.planning.plan import Action, Plan
from volumes import bound, volume

CONTENTS = [b"one", b"two", b"three"]
NAMES = ["a", "b", "c", "d", "e", "f"]
NEW = b"new bytes"
PHASES = (Phase.reuse, Phase.generate)
"""To find a smaller example of a failure would take minutes."""


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """A place on tmpfs whose tree has a second view, through a bind mount."""
    with volume("tmpfs") as root, pytest.MonkeyPatch.context() as patch:
        place = Place.at(root, patch)
        with bound(place.tree, root / "view"):
            yield place


def grown(place: Place, draw: Any) -> list[Path]:
    """A random tree: equal files, hard links, symbolic links, sidecars and raw files."""
    for path in sorted(place.tree.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    for folder in (place.state, place.data, place.to):
        shutil.rmtree(folder, ignore_errors=True)
    files: list[Path] = []
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=3, unique=True)):
        folder = draw(st.sampled_from(["", "x/", "y/z/"]))
        path = place.tree / f"{folder}{name}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        kind = draw(st.sampled_from(["file", "file", "file", "link", "symlink"]))
        if kind == "file" or not files:
            place.file(f"{folder}{name}.jpg", draw(st.sampled_from(CONTENTS)))
        elif kind == "link":
            path.hardlink_to(draw(st.sampled_from(files)))
        else:
            path.symlink_to(draw(st.sampled_from(files)))
            continue
        files.append(path)
        for ending in draw(st.sets(st.sampled_from([".jpg.xmp", ".xmp", ".cr2"]), max_size=2)):
            place.file(f"{folder}{name}{ending}", draw(st.sampled_from([b"<x/>", b"<y/>"])))
    return files


def planned(place: Place, files: list[Path], draw: Any) -> Plan:
    """A plan of which not everything is right."""
    view = place.root / "view"
    shown = [view / path.relative_to(place.tree) if draw(st.booleans()) else path for path in files]
    keep = draw(st.lists(st.sampled_from(shown), min_size=1, max_size=3, unique=True))
    groups = []
    left = [path for path in shown if path not in keep]
    for number, keeper in enumerate(keep):
        share = [path for at, path in enumerate(left) if at % len(keep) == number]
        kept, goes = [keeper], []
        for path in share:
            beside = sorted(
                one for one in path.parent.iterdir()
                if one.name.startswith(path.stem + ".") and one != path and one.suffix != ".jpg"
            )  # fmt: skip
            twins = sorted(keeper.parent.glob(f"{keeper.stem}.*"))
            companions = []
            for one in beside:
                same = [it for it in twins if it.read_bytes() == one.read_bytes() and it != one]
                if same and same[0] not in kept:
                    kept.append(same[0])
                companions.append(companion(one, kept.index(same[0]) if same else None))
            action = draw(st.sampled_from([one for one in Action if one is not Action.DEDUPE]))
            wanted = tuple(companions) if draw(st.booleans()) else ()
            goes.append(removal(path, action, companions=wanted))
        groups.append(group(kept, *goes))
    return plan(*groups, to=str(place.to))


def meddle(place: Place, victim: Path, how: str) -> None:
    """What another program may do at any time."""
    if how == "write" and victim.is_file():
        victim.write_bytes(NEW)
    elif how == "replace":
        other = victim.with_name("other.tmp")
        other.write_bytes(NEW)
        other.replace(victim)
    elif how == "swap" and victim.parent not in (place.tree, place.root / "view"):
        away = victim.parent.with_name("away")
        if not away.exists() and victim.parent.exists():
            victim.parent.rename(away)


def check_keepers(place: Place, wanted: Plan, files: dict[Path, bytes]) -> None:
    """Each path that is gone has a file with the bytes of its keeper, at another path."""
    here = all_bytes(place.tree)
    for each in wanted.groups:
        for one in each.remove:
            path = Path(one.file.path)
            if path.exists() or one.keeper is None:
                continue
            assert files[path] in here, path


def check_unchanged(before: dict[Path, bytes], place: Place) -> None:
    """No bytes that were there before are unreachable."""
    assert set(before.values()) <= all_bytes(place.tree, place.data, place.to)


@pytest.mark.slow
@settings(deadline=None, max_examples=200, phases=PHASES)
@given(data=st.data())
def test_nothing_is_lost_whatever_the_tree_the_plan_and_others_do(
    place: Place, data: st.DataObject
) -> None:
    files = grown(place, data.draw)
    try:
        wanted = Plan.from_json(planned(place, files, data.draw).to_json())
    except PlanError:
        return  # such as a file in two roles
    before = {path: path.read_bytes() for path in place.root.glob("*/**/*") if path.is_file()}
    count = sum(
        1 + len(one.companions)
        for each in wanted.groups
        for one in each.remove
        if Action.DELETE in one.do
    )
    victims = [Path(one.path) for each in wanted.groups for one in each.files()]
    how = data.draw(st.sampled_from(["nothing", "write", "replace", "swap", "kill"]))
    at = data.draw(st.integers(0, 150))
    victim = data.draw(st.sampled_from(victims or [place.tree / "a.jpg"]))
    fs: FileSystem = Watched(at, lambda: meddle(place, victim, how))
    if how == "kill":
        fs = Dying(at)
    meddled = how in {"write", "replace", "swap"}
    in_trees = {path: data for path, data in before.items() if place.tree in path.parents}
    try:
        run = apply_with(fs, wanted, Choices(delete=count or None)).run
    except Killed:
        run = None
    if not meddled:
        check_unchanged(in_trees, place)
        check_keepers(place, wanted, before)
    if meddled and how != "swap" and isinstance(fs, Watched) and at < len(fs.calls):
        assert NEW in all_bytes(place.tree, place.data, place.to) or not victim.exists()
    if run is not None or how == "kill":
        with suppress(LookalikeError):  # it may have been killed before it wrote anything
            undo_with(FileSystem(), run)
    if not meddled:
        now = {path: path.read_bytes() for path in before if path.is_file()}
        assert {path: now.get(path) for path in in_trees} == in_trees
    assert not list(place.root.rglob(".lookalike-*"))
