"""A plan may be edited. Whatever it says, it is refused or does no harm."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clean_up import Place, all_bytes, companion, group, plan, removal, snapshot
from lookalike.actions.apply import apply
from lookalike.actions.disk.fs import FileSystem
from lookalike.actions.undo import undo
from lookalike.errors import LookalikeError, PlanError
from lookalike.planning.plan import Action, Plan
from volumes import volume

WORDS = [str(action) for action in Action] + ["hardlink,trash"]


def tree(place: Place) -> Plan:
    """Two groups, one with sidecars, and some files that are in no group."""
    a, a_side = place.file("a.jpg", b"one"), place.file("a.jpg.xmp", b"<a/>")
    b, b_side = place.file("b.jpg", b"one", mtime=1_500_000_000), place.file("b.jpg.xmp", b"<a/>")
    c, d = place.file("c.jpg", b"two"), place.file("d.jpg", b"two", mtime=1_400_000_000)
    place.file("alone.jpg", b"alone")
    place.file("alone.cr2", b"raw")
    place.file("originals/e.jpg", b"two")
    place.file("protected/f.jpg", b"two")
    return plan(
        group([a, a_side], removal(b, companions=(companion(b_side, 1),))),
        group([c], removal(d)),
        to=str(place.to),
        reference=(str(place.tree / "originals"),),
        protect=("protected",),
    )


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all values in a document."""
    if path:
        yield path
    inner: list[tuple[Any, Any]] = list(value.items()) if isinstance(value, dict) else []
    if isinstance(value, list):
        inner = list(enumerate(value))
    for key, one in inner:
        yield from places(one, (*path, key))


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


def edit(draw: Any, document: Any, paths: list[str]) -> None:
    """Change one thing, as a person or a careless script might."""
    everywhere = list(places(document["groups"]))
    files = [one for one in everywhere if isinstance(at(document["groups"], one), dict)]
    if not files:
        return
    kind = draw(st.sampled_from(["path", "remove", "do", "keeper", "copy", "digest", "value"]))
    where = at(document["groups"], draw(st.sampled_from(files)))
    if kind == "path" and "path" in where:
        where["path"] = draw(st.sampled_from(paths))
    elif kind == "digest" and "digest" in where:
        others = [at(document["groups"], one) for one in files]
        other = draw(st.sampled_from([one for one in others if "digest" in one]))
        for key in {"digest", "size", "mtime_ns"} & other.keys():  # others were taken out before
            where[key] = other[key]
    elif kind == "do" and "do" in where:
        where["do"] = draw(st.sampled_from(WORDS))
    elif kind == "keeper" and "keeper" in where:
        where["keeper"] = draw(st.sampled_from([None, 0, 1, 2]))
    elif kind == "remove":
        path = draw(st.sampled_from(everywhere))
        del at(document["groups"], path[:-1])[path[-1]]
    elif kind == "copy":  # a companion invented, or a file that goes twice
        lists = [one for one in everywhere if isinstance(at(document["groups"], one), list)]
        target = at(document["groups"], draw(st.sampled_from(lists)))
        target.append(json.loads(json.dumps(where)))
    elif kind == "value":
        path = draw(st.sampled_from(everywhere))
        value = draw(st.sampled_from([None, "", 0, -1, [], {}, True, "bits"]))
        at(document["groups"], path[:-1])[path[-1]] = value


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """A place on tmpfs, where writing to the disk takes no time."""
    with volume("tmpfs") as root, pytest.MonkeyPatch.context() as patch:
        yield Place.at(root, patch)


@pytest.mark.slow
@settings(deadline=None, max_examples=250)
@given(data=st.data())
def test_an_edited_plan_is_refused_or_does_no_harm(place: Place, data: st.DataObject) -> None:
    place.clear()
    wanted = tree(place)
    before = snapshot(place.tree)
    paths = [str(place.tree / name) for name in before]
    document = json.loads(wanted.to_json())
    for _ in range(data.draw(st.integers(1, 4))):
        edit(data.draw, document, paths)
    try:
        edited = Plan.from_json(json.dumps(document))
        deleted = sum(
            1 + len(one.companions)
            for each in edited.groups
            for one in each.remove
            if Action.DELETE in one.do
        )
        apply(edited, delete=deleted or None)
    except LookalikeError:
        assert snapshot(place.tree) == before
        return
    now = snapshot(place.tree)
    everything = all_bytes(place.tree, place.data, place.to)
    assert {seen[0] for seen in before.values()} <= everything
    for name in ("alone.jpg", "alone.cr2", "originals/e.jpg", "protected/f.jpg"):
        if name.startswith("alone"):  # they match nothing, so they can go to the trash at most
            assert before[name][0] in everything
        else:
            assert now[name] == before[name]
    assert {b"one", b"two"} <= all_bytes(place.tree)
    undo()
    assert snapshot(place.tree) == before


CASES = {
    "a keeper that is not there": ("groups", 0, "keep", 0, "path", "/nowhere/a.jpg"),
    "a relative path": ("groups", 0, "remove", 0, "path", "b.jpg"),
    "a path with dots": ("groups", 0, "remove", 0, "path", "/tmp/../tmp/b.jpg"),
}


@pytest.mark.parametrize("case", CASES)
def test_such_an_edit_changes_nothing(place: Place, case: str) -> None:
    place.clear()
    document = json.loads(tree(place).to_json())
    before = snapshot(place.tree)
    *path, last, value = CASES[case]
    at(document, tuple(path))[last] = value
    document["groups"] = document["groups"][:1]
    if value == "/nowhere/a.jpg":
        assert apply(Plan.from_json(json.dumps(document))).counts == {"skipped": 1}
    else:
        with pytest.raises(PlanError, match="absolute path"):
            Plan.from_json(json.dumps(document))
    assert snapshot(place.tree) == before


def skipped(place: Place, wanted: Plan, **options: Any) -> str:
    """The reason for which the only unit of a plan is left alone."""
    before = snapshot(place.tree)
    outcome = apply(wanted, **options)
    assert snapshot(place.tree) == before
    assert not place.to.exists()
    [problem] = outcome.problems
    return problem.why


def test_an_invented_companion_is_refused(place: Place) -> None:
    place.clear()
    a, b = place.file("a.jpg", b"one"), place.file("b.jpg", b"one")
    other, only = place.file("other.jpg", b"one"), place.file("b.cr2", b"raw")
    wanted = plan(group([a], removal(b, companions=(companion(other, 0),))))
    assert "does not belong to it" in skipped(place, wanted)
    wanted = plan(group([a], removal(b, companions=(companion(only, None),))))
    assert "its raw file" in skipped(place, wanted)


def test_a_sidecar_of_two_pictures_stays_while_one_of_them_does(place: Place) -> None:
    place.clear()
    a, b = place.file("a.jpg", b"one"), place.file("b.jpg", b"one")
    place.file("b.png", b"another")
    side = place.file("b.xmp", b"<x/>")
    wanted = plan(group([a], removal(b, companions=(companion(side, None),))))
    assert "belongs to another file, too" in skipped(place, wanted)


def test_originals_and_what_is_protected_or_outside_are_never_touched(place: Place) -> None:
    place.clear()
    a, b = place.file("a.jpg", b"one"), place.file("deep/er/b.jpg", b"one")
    for options, why in (
        ({"reference": (str(place.tree / "deep"),)}, "it is in a reference folder"),
        ({"protect": ("*.jpg",)}, "it is protected"),
        ({"only": ("elsewhere",)}, "it is outside of what may change"),
    ):
        assert skipped(place, plan(group([a], removal(b)), **options)) == why


def test_a_folder_that_became_a_link_is_not_followed(place: Place) -> None:
    place.clear()
    a, b = place.file("a.jpg", b"one"), place.file("deep/b.jpg", b"one")
    wanted = plan(group([a], removal(b)))
    shutil.move(place.tree / "deep", place.tree / "moved")
    (place.tree / "deep").symlink_to(place.tree / "moved")
    assert "symbolic link" in skipped(place, wanted)


def test_files_of_different_bytes_are_never_joined_nor_deleted(place: Place) -> None:
    place.clear()
    a, b = place.file("a.jpg", b"one"), place.file("b.jpg", b"two")
    for action in (Action.HARDLINK, Action.DEDUPE, Action.DELETE):
        options = {"delete": 1} if action is Action.DELETE else {}
        wanted = plan(group([a], removal(b, action)))
        assert "other bytes" in skipped(place, wanted, **options)


def test_a_plan_that_deletes_needs_the_right_number(place: Place) -> None:
    place.clear()
    a, b = place.file("a.jpg", b"one"), place.file("b.jpg", b"one")
    wanted = plan(group([a], removal(b, Action.DELETE)))
    for number in (None, 2):
        with pytest.raises(LookalikeError, match="the plan deletes 1 file"):
            apply(wanted, delete=number)
    assert b.exists()
    assert apply(wanted, delete=1).counts == {"delete": 1}
    assert not b.exists()


def test_groups_of_which_nothing_stays_are_confirmed_apart(place: Place) -> None:
    place.clear()
    a = place.file("a.jpg", b"one")
    wanted = plan(group([], removal(a, keeper=None, match=None)))
    assert "nothing of its group would stay" in skipped(place, wanted)
    assert wanted.apply(none_wanted=True).counts == {"trash": 1}
    undo()
    assert Path(a).read_bytes() == b"one"


@pytest.mark.parametrize("one_call", [True, False])
def test_no_link_in_a_path_is_followed_however_folders_are_opened(
    place: Place, one_call: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not one_call:  # as before Linux 5.6
        monkeypatch.setattr(
            "lookalike.actions.disk.fs.open_without_links", lambda path, flags: None
        )
    place.clear()
    inner = place.tree / "real/inner"
    inner.mkdir(parents=True)
    (place.tree / "link").symlink_to(place.tree / "real")
    (place.tree / "last").symlink_to(inner)
    os.close(FileSystem().open_folder(str(inner)))
    for name in ("link/inner", "last"):
        with pytest.raises(NotADirectoryError):
            FileSystem().open_folder(str(place.tree / name))
    with pytest.raises(FileNotFoundError):
        FileSystem().open_folder(str(place.tree / "none"))
