"""Disks that are full, broken, or not the user's to change. Nothing is lost, and it is told."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from clean_up import Place, all_bytes, group, plan, removal, snapshot
from killing import ACTIONS, check_nothing_lost, choices, tree_for
from lookalike.actions.apply import apply, apply_with
from lookalike.actions.disk.fs import FileSystem
from lookalike.actions.journal.intent import JournalError
from lookalike.actions.undo import undo, undo_with
from lookalike.errors import LookalikeError
from lookalike.planning.plan import Action
from volumes import require_program, require_root, volume

WRITING = {
    "create", "write", "make_folder", "link", "rename", "exchange", "sync", "sync_volume",
    "set_attribute",
}  # fmt: skip


class Refusing(FileSystem):
    """A disk that refuses everything that needs room, from one such call on, or only once."""

    def __init__(self, at: int, number: int = errno.ENOSPC, *, once: bool = False) -> None:
        self.seen = 0
        self._at, self._number, self._once = at, number, once

    def step(self, call: str) -> None:
        if call not in WRITING:
            return
        self.seen += 1
        over = self.seen - 1 - self._at
        if over == 0 or (over > 0 and not self._once):
            raise OSError(self._number, os.strerror(self._number))


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A place on tmpfs, where writing to the disk takes no time."""
    with volume("tmpfs") as root:
        yield Place.at(root, monkeypatch)


@pytest.mark.thorough
@pytest.mark.parametrize("once", [True, False])
@pytest.mark.parametrize("action", ACTIONS)
def test_a_disk_that_is_full_at_any_write_costs_nothing(
    fast: Place, action: Action, once: bool
) -> None:
    at = 0
    while True:
        fast.clear()
        wanted = tree_for(fast, action, fast.to)
        before = snapshot(fast.tree)
        fs = Refusing(at, once=once)
        with suppress(JournalError):
            apply_with(fs, wanted, choices(action))
        check_nothing_lost(fast, before, fast.to)
        with suppress(LookalikeError):  # there may have been no room to begin
            undo_with(FileSystem())
        assert snapshot(fast.tree) == before, at
        assert fast.leftovers() == [], at
        if fs.seen <= at:
            return
        at += 1


@pytest.mark.thorough
@pytest.mark.parametrize("action", ACTIONS)
def test_undoing_on_a_disk_that_is_full_at_any_write_can_be_repeated(
    fast: Place, action: Action
) -> None:
    at = 0
    while True:
        fast.clear()
        wanted = tree_for(fast, action, fast.to)
        before = snapshot(fast.tree)
        run = apply_with(FileSystem(), wanted, choices(action)).run
        fs = Refusing(at)
        with suppress(JournalError):
            undo_with(fs, run)
        check_nothing_lost(fast, before, fast.to)
        undo_with(FileSystem(), run)
        assert snapshot(fast.tree) == before, at
        assert fast.leftovers() == [], at
        if fs.seen <= at:
            return
        at += 1


def test_a_volume_that_really_is_full_gets_no_copy(place: Place) -> None:
    with volume("tmpfs", size="2m") as full:
        a, b = place.file("a.jpg", bytes(3 << 20)), place.file("b.jpg", bytes(3 << 20))
        before = snapshot(place.tree)
        outcome = apply(plan(group([a], removal(b, Action.MOVE)), to=str(full / "to")))
        assert [one.why for one in outcome.problems] == ["No space left on device"]
        assert outcome.failed
        assert snapshot(place.tree) == before
        assert all_bytes(full) == set()


def test_a_journal_without_room_stops_the_run_before_it_begins(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = place.file("a.jpg", b"picture")
    victims = [place.file(f"{number}.jpg", b"picture") for number in range(200)]
    before = snapshot(place.tree)
    with volume("tmpfs", size="64k") as small:
        monkeypatch.setenv("XDG_STATE_HOME", str(small))
        with pytest.raises(JournalError, match="needs 409,600 bytes for the journal"):
            apply(plan(group([a], *map(removal, victims))))
    assert snapshot(place.tree) == before


def test_a_run_stops_when_a_volume_fails_three_times_in_a_row(place: Place) -> None:
    class Broken(FileSystem):
        def step(self, call: str) -> None:
            if call == "rename":
                raise OSError(errno.EIO, os.strerror(errno.EIO))

    a = place.file("a.jpg", b"picture")
    victims = [place.file(f"{number}.jpg", b"picture") for number in range(9)]
    outcome = apply_with(Broken(), plan(group([a], *map(removal, victims))), choices(Action.TRASH))
    assert outcome.counts == {"failed": 3}
    assert outcome.stopped == "3 files in a row failed: Input/output error"


AS_NOBODY = """
import sys
from pathlib import Path
from lookalike.planning.plan import Plan
outcome = Plan.from_json(Path(sys.argv[1]).read_bytes()).apply()
for one in outcome.problems:
    print(one.word, one.why)
print(dict(outcome.counts))
"""


def run_as_nobody(place: Place, plan_file: Path) -> list[str]:
    """Apply a plan as a user without rights, and return what is printed."""
    require_root()
    require_program("setpriv")
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    program = [sys.executable, "-c", AS_NOBODY, str(plan_file)]
    done = subprocess.run([*nobody, *program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def open_place(fast: Place) -> Place:
    """A place in which anybody may work."""
    for folder in (fast.state, fast.data):
        folder.mkdir()
        folder.chmod(0o777)
    for folder in fast.root.parents:
        if not folder.stat().st_mode & stat.S_IXOTH:
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
    return fast


def test_files_in_a_folder_that_a_user_may_not_change_stay(open_place: Place) -> None:
    a, b = open_place.file("a.jpg", b"picture"), open_place.file("b.jpg", b"picture")
    plan_file = open_place.root / "plan.json"
    plan_file.write_text(plan(group([a], removal(b))).to_json())
    before = snapshot(open_place.tree)
    assert run_as_nobody(open_place, plan_file) == ["failed Permission denied", "{'failed': 1}"]
    assert snapshot(open_place.tree) == before
    assert open_place.leftovers() == []


def test_a_user_cannot_be_made_to_remove_what_he_may_not_read(open_place: Place) -> None:
    open_place.tree.chmod(0o777)
    a, b = open_place.file("a.jpg", b"picture"), open_place.file("b.jpg", b"picture")
    b.chmod(0o600)
    plan_file = open_place.root / "plan.json"
    plan_file.write_text(plan(group([a], removal(b))).to_json())
    assert run_as_nobody(open_place, plan_file) == ["failed Permission denied", "{'failed': 1}"]
    assert b.exists()


@pytest.mark.slow
def test_files_of_others_in_a_sticky_folder_stay(open_place: Place) -> None:
    open_place.tree.chmod(0o1777)
    a, b, c = (open_place.file(f"{name}.jpg", b"picture") for name in "abc")
    os.chown(c, 65534, 65534)
    plan_file = open_place.root / "plan.json"
    for action in (Action.TRASH, Action.HARDLINK):
        wanted = plan(group([a], removal(b, action)))
        plan_file.write_text(wanted.to_json())
        before = snapshot(open_place.tree)
        said = run_as_nobody(open_place, plan_file)
        assert said[-1] in {"{'failed': 1}", "{'skipped': 1}"}, said
        assert snapshot(open_place.tree) == before
        assert open_place.leftovers() == []
    plan_file.write_text(plan(group([a], removal(c))).to_json())
    assert run_as_nobody(open_place, plan_file) == ["{'trash': 1}"]


def test_names_are_not_joined_if_other_people_may_read_them(place: Place) -> None:
    a, b = place.file("a.jpg", b"picture"), place.file("b.jpg", b"picture")
    b.chmod(0o600)
    outcome = apply(plan(group([a], removal(b, Action.HARDLINK))))
    assert outcome.counts == {"skipped": 1}
    assert "permissions differ" in outcome.problems[0].why
    assert not a.samefile(b)
    assert undo().counts == {}
