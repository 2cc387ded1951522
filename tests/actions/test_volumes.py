"""Plans on several file systems, across them, and on one that is mounted twice."""

from __future__ import annotations

import os
import subprocess

import pytest

from clean_up import Place, all_bytes, group, plan, removal, snapshot
from files import encoded
from killing import (
    ACTIONS,
    check_killed_at_every_call,
    check_undo_killed_at_every_call,
    choices,
    tree_for,
)
from lookalike.actions.apply import apply, apply_with
from lookalike.actions.disk.fs import FileSystem
from lookalike.actions.undo import undo
from lookalike.planning.plan import Action, Match
from pictures import photo
from volumes import KINDS, bound, mount, require_program, volume

STRIDE = 11
"""On a real disk every flush takes time, so only some of the calls are tried."""


@pytest.mark.thorough
@pytest.mark.parametrize("kind", KINDS)
def test_every_action_can_be_taken_back(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with volume(kind) as root:
        place = Place.at(root, monkeypatch)
        for action in ACTIONS:
            place.clear()
            wanted = tree_for(place, action, place.to)
            before = snapshot(place.tree)
            outcome = apply_with(FileSystem(), wanted, choices(action))
            assert outcome.counts == {action: 4}, outcome
            assert snapshot(place.tree) != before
            assert undo().counts["restored"] == 4
            assert snapshot(place.tree) == before
            assert place.leftovers() == []
            assert undo().counts == {"here": 4}


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "tmpfs"])
@pytest.mark.parametrize("action", ACTIONS)
def test_a_killed_run_loses_nothing_on_any_file_system(
    kind: str, action: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    with volume(kind) as root:
        place = Place.at(root, monkeypatch)
        check_killed_at_every_call(place, action, place.to, STRIDE)
        check_undo_killed_at_every_call(place, action, place.to, STRIDE)


@pytest.mark.slow
def test_files_move_to_another_volume_and_back_however_often_they_are_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with volume("tmpfs") as root, volume("tmpfs") as other:
        place = Place.at(root, monkeypatch)
        to = other / "to"
        assert check_killed_at_every_call(place, Action.MOVE, to) > 100
        assert check_undo_killed_at_every_call(place, Action.MOVE, to) > 100
        assert list(other.iterdir()) == []


@pytest.mark.parametrize("kind", ["btrfs", "xfs"])
def test_equal_files_share_their_storage(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with volume(kind) as root:
        place = Place.at(root, monkeypatch)
        a = place.file("a.jpg", os.urandom(1 << 20) * 8)
        b = place.file("b.jpg", a.read_bytes())
        c = place.file("c.jpg", a.read_bytes())
        wanted = plan(group([a], removal(b, Action.DEDUPE), removal(c, Action.DEDUPE)))
        os.sync()
        before, used = snapshot(place.tree), os.statvfs(root).f_bfree
        assert apply(wanted).counts == {"dedupe": 2}
        os.sync()
        assert snapshot(place.tree) == before
        if kind == "xfs":  # btrfs takes its time to tell
            assert (os.statvfs(root).f_bfree - used) * os.statvfs(root).f_bsize > 12 << 20
        assert undo().counts == {"here": 2}


def test_what_one_volume_cannot_do_is_done_the_next_best_way(place: Place) -> None:
    with volume("tmpfs") as root:
        a, b = (root / name for name in ("a.jpg", "b.jpg"))
        a.write_bytes(b"picture")
        b.write_bytes(b"picture")
        wanted = plan(group([a], removal(b, Action.DEDUPE, Action.HARDLINK)))
        assert apply(wanted).counts == {"hardlink": 1}
        assert a.samefile(b)
        assert undo().counts == {"restored": 1}
        outcome = apply(plan(group([a], removal(b, Action.DEDUPE))))
        assert outcome.failed
        assert "files cannot share their bytes here" in outcome.problems[0].why


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("view", ["bindfs", "bind"])
def test_two_mounts_of_one_folder_never_cost_the_only_copy(
    place: Place, action: Action, view: str
) -> None:
    a = place.file("real/a.jpg", b"picture")
    seen = place.root / "seen"
    seen.mkdir()
    if view == "bindfs":
        require_program("bindfs")
        mounting = mount(["bindfs", str(a.parent), str(seen)], seen)
    else:
        mounting = bound(a.parent, seen)
    with mounting:
        for keeper, victim in ((a, seen / "a.jpg"), (seen / "a.jpg", a)):
            subprocess.run(["stat", keeper, victim], check=True, capture_output=True)
            wanted = plan(group([keeper], removal(victim, action)), to=str(place.to))
            outcome = apply_with(FileSystem(), wanted, choices(action, 1))
            assert not outcome.counts[action]
            assert a.read_bytes() == b"picture"
    assert place.leftovers() == []


def test_what_stays_for_one_group_does_not_go_for_another_under_another_mount(
    place: Place,
) -> None:
    a = place.file("real/a.jpg", encoded(photo(160, 120, 1), "JPEG"))
    b = place.file("b.jpg", a.read_bytes())
    c = place.file("c.jpg", encoded(photo(320, 240, 1), "JPEG"))
    with bound(a.parent, place.root / "seen"):
        again = place.root / "seen/a.jpg"
        assert again.samefile(a)
        near = removal(again, match=Match("agreement", 9, 0.9))
        outcome = apply(plan(group([a], removal(b)), group([c], near)))
        assert outcome.counts == {"trash": 1, "skipped": 1}
        assert f"{a} stays for it, but" in outcome.problems[0].why
        assert a.exists()
        assert not b.exists()


def test_another_name_of_the_file_that_stays_is_no_copy(place: Place) -> None:
    a = place.file("a.jpg", b"picture")
    b = place.tree / "b.jpg"
    b.hardlink_to(a)
    for action in ACTIONS:
        wanted = plan(group([a], removal(b, action)), to=str(place.to))
        [problem] = apply_with(FileSystem(), wanted, choices(action, 1)).problems
        assert problem.why == "it is the same file as the one that stays, under another name"
    assert b.samefile(a)


@pytest.mark.parametrize("action", [Action.HARDLINK, Action.DELETE])
def test_a_file_with_a_name_that_stays_is_not_taken_apart_from_it(
    place: Place, action: Action
) -> None:
    a, b = place.file("a.jpg", b"picture"), place.file("b.jpg", b"picture")
    (place.tree / "c.jpg").hardlink_to(b)
    before = snapshot(place.tree)
    wanted = plan(group([a], removal(b, action)))
    [problem] = apply_with(FileSystem(), wanted, choices(action, 1)).problems
    assert problem.why == "it has another name that stays, so nothing would be freed"
    assert snapshot(place.tree) == before


def test_nothing_changes_on_a_volume_that_is_read_only(place: Place) -> None:
    a = place.file("a.jpg", b"picture")
    for number in range(5):
        place.file(f"real/{number}.jpg", b"picture")
    with bound(place.tree / "real", place.root / "seen", read_only=True):
        victims = sorted((place.root / "seen").iterdir())
        before = snapshot(place.tree)
        outcome = apply(plan(group([a], *map(removal, victims))))
        assert outcome.counts == {"skipped": 5}
        assert [one.why for one in outcome.problems] == ["nothing can be changed on its volume"]
        assert snapshot(place.tree) == before


def test_the_trash_is_on_the_volume_of_the_file(place: Place) -> None:
    user = os.getuid()
    with volume("tmpfs") as root:
        a, b, c = (root / "deep/er" / name for name in ("a.jpg", "b.jpg", "c.jpg"))
        a.parent.mkdir(parents=True)
        for path in (a, b, c):
            path.write_bytes(b"picture")
        apply(plan(group([a], removal(b))))
        assert (root / f".Trash-{user}/files/b.jpg").read_bytes() == b"picture"
        info = (root / f".Trash-{user}/info/b.jpg.trashinfo").read_text()
        assert info.startswith("[Trash Info]\nPath=deep/er/b.jpg\nDeletionDate=")
        shared = root / ".Trash"
        shared.mkdir()
        shared.chmod(0o1777)
        apply(plan(group([a], removal(c))))
        assert (shared / f"{user}/files/c.jpg").read_bytes() == b"picture"
        assert all_bytes(place.data) == set()


def test_a_shared_trash_that_is_a_link_is_not_used(place: Place) -> None:
    with volume("tmpfs") as root:
        elsewhere = root / "elsewhere"
        elsewhere.mkdir(mode=0o1777)
        (root / ".Trash").symlink_to(elsewhere)
        a, b = root / "a.jpg", root / "b.jpg"
        for path in (a, b):
            path.write_bytes(b"picture")
        apply(plan(group([a], removal(b))))
        assert list(elsewhere.iterdir()) == []
        assert (root / f".Trash-{os.getuid()}/files/b.jpg").exists()


def test_names_that_are_not_text_and_very_long_ones_go_and_come_back(place: Place) -> None:
    a = place.file("a.jpg", b"picture")
    names = [os.fsdecode(b"\xff\xfe % \n.jpg"), "x" * 251 + ".jpg", "é" * 125 + ".jpg"]
    victims = [place.file(name, b"picture") for name in names]
    before = snapshot(place.tree)
    assert apply(plan(group([a], *map(removal, victims)))).counts == {"trash": 3}
    assert [path.name for path in place.tree.iterdir()] == ["a.jpg"]
    assert undo().counts == {"restored": 3}
    assert snapshot(place.tree) == before
    assert place.leftovers() == []


def test_files_of_one_name_do_not_meet_in_the_trash(place: Place) -> None:
    a = place.file("a.jpg", b"picture")
    victims = [place.file(f"{number}/b.jpg", b"picture") for number in range(100)]
    before = snapshot(place.tree)
    assert apply(plan(group([a], *map(removal, victims)))).counts == {"trash": 100}
    assert len(list((place.trash / "files").iterdir())) == 100
    undo()
    assert snapshot(place.tree) == before
