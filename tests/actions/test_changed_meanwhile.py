"""Other programs change files between any two calls of a run. Their new bytes are never lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clean_up import Place, Watched, all_bytes, group, plan, removal, snapshot
from killing import choices
from lookalike.actions.apply import apply_with
from lookalike.actions.applying import Choices
from lookalike.actions.disk.fs import FileSystem
from lookalike.actions.undo import undo_with
from lookalike.planning.plan import KEEPS_NAME, Action, Plan
from volumes import volume

OLD, NEW = b"picture", b"changed"
ACTIONS = (Action.TRASH, Action.MOVE, Action.HARDLINK, Action.DELETE)


def overwritten(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(NEW)


def replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(NEW)
    other.rename(path)


def link_instead(path: Path) -> None:
    outside = path.parents[1] / "outside.jpg"
    outside.write_bytes(NEW)
    path.unlink()
    path.symlink_to(outside)


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "inner.jpg").write_bytes(NEW)


def vanished(path: Path) -> None:
    path.unlink()


def folder_renamed(path: Path) -> None:
    path.parent.rename(path.parents[1] / "renamed")


def folder_linked(path: Path) -> None:
    moved = path.parents[1] / "renamed"
    path.parent.rename(moved)
    path.parent.symlink_to(moved)


CHANGES = [
    overwritten, replaced, link_instead, folder_instead, vanished, folder_renamed, folder_linked
]  # fmt: skip
DESTROYING = (overwritten, replaced, link_instead, folder_instead, vanished)


def plan_for(place: Place, action: Action) -> Plan:
    a = place.file("kept/a.jpg", OLD, mtime=1_500_000_000)
    b = place.file("gone/b.jpg", OLD)
    return plan(group([a], removal(b, action)), to=str(place.to))


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A place on tmpfs, where writing to the disk takes no time."""
    with volume("tmpfs") as root:
        yield Place.at(root, monkeypatch)


def run_with(place: Place, action: Action, at: int, change: Callable[[], None]) -> Watched:
    """Apply a plan, and change something before one of the calls."""
    wanted = plan_for(place, action)
    fs = Watched(at, change)
    apply_with(fs, wanted, Choices(delete=1 if action is Action.DELETE else None))
    return fs


@pytest.mark.slow
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changes_keeps_its_new_bytes(
    place: Place, action: Action, change: Callable[[Path], None]
) -> None:
    victim, at = place.tree / "gone/b.jpg", 0
    changed = True

    def change_it() -> None:
        nonlocal changed
        changed = victim.is_file() and not victim.samefile(place.tree / "kept/a.jpg")
        if changed:
            change(victim)

    while True:
        place.clear()
        fs = run_with(place, action, at, change_it)
        if at >= len(fs.calls):
            return
        found = all_bytes(place.root)
        assert OLD in found
        assert (place.tree / "kept/a.jpg").read_bytes() == OLD
        if changed and change in DESTROYING[:4]:
            assert NEW in found, at
        if changed and change in (folder_renamed, folder_linked):
            assert (place.tree / "renamed/b.jpg").read_bytes() == OLD, at
        assert not list(place.root.rglob(".lookalike-*")), at
        at += 1


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("change", DESTROYING)
def test_nothing_goes_for_a_keeper_that_is_lost_meanwhile(
    place: Place, action: Action, change: Callable[[Path], None]
) -> None:
    victim, keeper, at = place.tree / "gone/b.jpg", place.tree / "kept/a.jpg", 0
    lost_in_time = True

    class Losing(Watched):
        def step(self, call: str) -> None:
            nonlocal lost_in_time
            if len(self.calls) == at:
                # Between the last look and this very call, nobody can help.
                lost_in_time = call != "unlink" and bool(
                    [one for one in victim.parent.iterdir() if not one.samefile(keeper)]
                )
                if lost_in_time:
                    change(keeper)
            self.calls.append(call)

    while True:
        place.clear()
        wanted, fs = plan_for(place, action), Losing()
        apply_with(fs, wanted, Choices(delete=1 if action is Action.DELETE else None))
        if at >= len(fs.calls):
            return
        assert OLD in all_bytes(place.root), at
        at += 1


@pytest.mark.parametrize("action", ACTIONS)
def test_a_new_file_at_the_old_name_stays_there_when_undoing(place: Place, action: Action) -> None:
    at = 0
    while True:
        place.clear()
        wanted = plan_for(place, action)
        victim = place.tree / "gone/b.jpg"
        run = apply_with(
            Watched(), wanted, Choices(delete=1 if action is Action.DELETE else None)
        ).run

        taken = []

        def take_name() -> None:
            if not victim.exists():  # noqa: B023
                victim.write_bytes(NEW)  # noqa: B023
                taken.append(NEW)  # noqa: B023
            elif victim.samefile(place.tree / "kept/a.jpg"):  # noqa: B023
                replaced(victim)  # noqa: B023
                taken.append(NEW)  # noqa: B023

        fs = Watched(at, take_name)
        undo_with(fs, run)
        if at >= len(fs.calls):
            return
        undo_with(Watched(), run)
        now = {name: seen[0] for name, seen in snapshot(place.tree / "gone").items()}
        assert sorted(now.values()) == sorted([OLD, *taken]), at
        assert not list(place.root.rglob(".lookalike-*")), at
        undo_with(Watched(), run)
        assert {name: seen[0] for name, seen in snapshot(place.tree / "gone").items()} == now
        at += 1


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", ["b.jpg.xmp", "b.AAE", "b.cr2", "b.jpg.json"])
def test_a_file_that_came_to_a_picture_after_the_plan_is_not_left_behind(
    place: Place, action: Action, name: str
) -> None:
    a, b = place.file("a.jpg", OLD), place.file("b.jpg", OLD)
    wanted = plan(group([a], removal(b, action)), to=str(place.to))
    place.file(name, NEW)
    before = snapshot(place.tree)
    outcome = apply_with(FileSystem(), wanted, choices(action, 1))
    if action in KEEPS_NAME:  # the name stays, and so does what belongs to it
        assert outcome.counts == {action: 1}
        return
    [problem] = outcome.problems
    role = "raw file" if name == "b.cr2" else "sidecar"
    assert problem.why == f"its {role} {place.tree / name} is not in the plan"
    assert snapshot(place.tree) == before


def test_companions_that_are_to_stay_hold_nothing_back_but_raw_files_do(place: Place) -> None:
    a, b = place.file("a.jpg", OLD), place.file("b.jpg", OLD)
    wanted = plan(group([a], removal(b)), companions="keep")
    place.file("b.cr2", NEW)
    [problem] = apply_with(FileSystem(), wanted, Choices()).problems
    assert problem.why == f"its raw file {place.tree / 'b.cr2'} is not in the plan"
    (place.tree / "b.cr2").unlink()
    place.file("b.jpg.xmp", NEW)
    assert apply_with(FileSystem(), wanted, Choices()).counts == {"trash": 1}


def test_a_sidecar_that_belongs_to_another_picture_as_well_holds_nothing_back(
    place: Place,
) -> None:
    a, b = place.file("a.jpg", OLD), place.file("sub/b.jpg", OLD)
    place.file("sub/b.png", NEW)
    place.file("sub/b.xmp", NEW)
    assert apply_with(FileSystem(), plan(group([a], removal(b))), Choices()).counts == {"trash": 1}
    assert (place.tree / "sub/b.xmp").exists()
