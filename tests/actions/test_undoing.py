"""Undoing believes the disk, overwrites nothing, and can be repeated."""

from __future__ import annotations

import os

import pytest

from clean_up import Place, group, plan, removal, snapshot
from lookalike.actions.apply import apply
from lookalike.actions.undo import undo
from lookalike.planning.plan import Action
from volumes import bound

ACTIONS = (Action.TRASH, Action.MOVE, Action.HARDLINK, Action.DELETE)


def one_gone(place: Place, action: Action) -> None:
    """b.jpg goes, and a.jpg stays for it."""
    a, b = place.file("a.jpg", b"picture"), place.file("b.jpg", b"picture", mtime=1_500_000_000)
    wanted = plan(group([a], removal(b, action)), to=str(place.to))
    assert apply(wanted, delete=1 if action is Action.DELETE else None).counts == {action: 1}


@pytest.mark.parametrize("action", ACTIONS)
def test_a_new_file_of_the_same_name_stays_and_the_old_one_comes_beside_it(
    place: Place, action: Action
) -> None:
    one_gone(place, action)
    b = place.tree / "b.jpg"
    b.unlink(missing_ok=True)
    b.write_bytes(b"new")
    outcome = undo()
    assert outcome.counts == {"restored": 1}
    restored = place.tree / "b (restored).jpg"
    assert outcome.notes == [f"{b} is another file now, so the old one came back as {restored}"]
    assert b.read_bytes() == b"new"
    assert restored.read_bytes() == b"picture"
    assert restored.stat().st_mtime_ns == 1_500_000_000_000_000_456
    after = snapshot(place.tree)
    assert undo().counts == {"here": 1}
    assert snapshot(place.tree) == after


@pytest.mark.parametrize("action", ACTIONS)
def test_a_folder_that_was_removed_is_made_again(place: Place, action: Action) -> None:
    a, b = place.file("a.jpg", b"picture"), place.file("x/y/b.jpg", b"picture")
    before = snapshot(place.tree)
    apply(
        plan(group([a], removal(b, action)), to=str(place.to)),
        delete=1 if action is Action.DELETE else None,
    )
    b.unlink(missing_ok=True)
    b.parent.rmdir()
    b.parent.parent.rmdir()
    assert undo().counts == {"restored": 1}
    assert snapshot(place.tree) == before


@pytest.mark.parametrize("action", [Action.HARDLINK, Action.DELETE])
def test_what_has_no_equal_file_any_more_is_named(place: Place, action: Action) -> None:
    one_gone(place, action)
    (place.tree / "a.jpg").write_bytes(b"changed")
    before = snapshot(place.tree)
    outcome = undo()
    assert outcome.problems
    assert snapshot(place.tree) == before


def test_what_was_changed_in_the_trash_is_not_taken_for_the_old_file(place: Place) -> None:
    one_gone(place, Action.TRASH)
    gone = place.trash / "files/b.jpg"
    status = gone.stat()
    gone.write_bytes(b"PICTURE")
    os.utime(gone, ns=(status.st_atime_ns, status.st_mtime_ns))
    outcome = undo()
    assert outcome.counts == {"failed": 1}
    assert "have changed" in outcome.problems[0].why
    assert gone.read_bytes() == b"PICTURE"
    assert not (place.tree / "b.jpg").exists()


def test_what_somebody_has_put_back_is_left_alone(place: Place) -> None:
    one_gone(place, Action.TRASH)
    (place.trash / "files/b.jpg").rename(place.tree / "b.jpg")
    assert undo().counts == {"here": 1}
    assert place.leftovers() == []


def test_the_information_of_another_file_in_the_trash_is_not_removed(place: Place) -> None:
    one_gone(place, Action.TRASH)
    (place.trash / "files/b.jpg").rename(place.tree / "b.jpg")
    info = place.trash / "info/b.jpg.trashinfo"
    info.write_text("[Trash Info]\nPath=/another/b.jpg\nDeletionDate=2020-01-01T00:00:00\n")
    assert undo().counts == {"here": 1}
    assert info.exists()


@pytest.mark.parametrize("action", [Action.TRASH, Action.MOVE, Action.DELETE])
def test_hard_links_that_went_under_two_mounts_both_come_back(place: Place, action: Action) -> None:
    keeper, a = place.file("keeper.jpg", b"picture"), place.file("a.jpg", b"picture")
    b = place.tree / "folder/b.jpg"
    b.parent.mkdir()
    b.hardlink_to(a)
    seen = place.root / "seen"
    with bound(b.parent, seen):
        goes = removal(seen / b.name, action), removal(a, action)
        delete = 2 if action is Action.DELETE else None
        wanted = plan(group([keeper], *goes), to=str(place.to))
        assert apply(wanted, delete=delete).counts == {action: 2}
        outcome = undo()
    assert outcome.counts == {"restored": 2}, outcome
    assert [path.read_bytes() for path in (keeper, a, b)] == [b"picture"] * 3
    assert len({path.stat().st_mtime_ns for path in (keeper, a, b)}) == 1
    assert not keeper.samefile(a)
    assert not keeper.samefile(b)


@pytest.mark.parametrize("action", [Action.HARDLINK, Action.DELETE])
def test_a_name_comes_back_though_another_name_of_its_file_has_new_bytes(
    place: Place, action: Action
) -> None:
    keeper, a = place.file("keeper.jpg", b"picture"), place.file("a.jpg", b"picture")
    b = place.tree / "b.jpg"
    b.hardlink_to(a)
    delete = 2 if action is Action.DELETE else None
    wanted = plan(group([keeper], removal(a, action), removal(b, action)))
    assert apply(wanted, delete=delete).counts == {action: 2}
    b.unlink(missing_ok=True)
    place.file("b.jpg", b"PICTURE")  # its size and time are those of the old one
    assert undo(only=str(a)).counts == {"restored": 1}
    assert a.read_bytes() == b"picture"
    assert b.read_bytes() == b"PICTURE"


@pytest.mark.parametrize("action", [Action.HARDLINK, Action.DELETE])
def test_a_name_comes_back_to_another_one_that_had_stayed(place: Place, action: Action) -> None:
    keeper, a = place.file("keeper.jpg", b"picture"), place.file("a.jpg", b"picture")
    b = place.tree / "b.jpg"
    b.hardlink_to(a)
    wanted = plan(group([keeper], removal(a, action), removal(b, action)))
    place.file("a.jpg.xmp", b"<came/>")  # so a.jpg stays
    before = snapshot(place.tree)
    delete = 2 if action is Action.DELETE else None
    assert apply(wanted, delete=delete).counts[action] == (2 if action is Action.HARDLINK else 1)
    undo()
    assert snapshot(place.tree) == before
    assert a.samefile(b)
    assert not a.samefile(keeper)
