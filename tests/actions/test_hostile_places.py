"""Names, folders and other runs that could lead a run astray."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from clean_up import Place, Watched, all_bytes, companion, group, plan, removal, snapshot
from killing import ACTIONS, choices
from lookalike.actions.apply import apply, apply_with
from lookalike.actions.disk.fs import FileSystem
from lookalike.actions.undo import undo, undo_with
from lookalike.cli.commands import commands
from lookalike.planning.plan import Action, Companion
from volumes import volume

NAMES = [
    "new\nline.jpg",
    os.fsdecode(b"\xff\xfe\x80.jpg"),
    "-rf.jpg",
    " .jpg",
    "a\tb\x1b[31m.jpg",
    "..jpg",
    "%41%2e.jpg",
    '"quoted" \\ back.jpg',
    "e\N{COMBINING ACUTE ACCENT}.jpg",
    "\N{LATIN SMALL LETTER E WITH ACUTE}.jpg",
    "A.JPG",
    "a.jpg",
    "x" * 251 + ".jpg",
]


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A place on tmpfs, where writing to the disk takes no time."""
    with volume("tmpfs") as root:
        yield Place.at(root, monkeypatch)


@pytest.mark.parametrize("action", ACTIONS)
def test_any_name_goes_is_told_of_and_comes_back(fast: Place, action: Action) -> None:
    """With its sidecar, and in a folder of such a name."""
    keeper, side = fast.file("keeper.jpg", b"picture"), fast.file("keeper.jpg.xmp", b"<x/>")
    removals = []
    for at, name in enumerate(NAMES):
        path = fast.file(f"{at} {name[:60]}/{name}", b"picture")
        companions: tuple[Companion, ...] = ()
        if len(name) < 200:
            beside = fast.file(f"{at} {name[:60]}/{name}.xmp", b"<x/>")
            companions = (companion(beside, 1),)
        removals.append(removal(path, action, companions=companions))
    before = snapshot(fast.tree)
    count = 2 * len(NAMES) - 1
    outcome = apply_with(
        FileSystem(),
        plan(group([keeper, side], *removals), to=str(fast.to)),
        choices(action, count),
    )
    assert outcome.counts == {action: count}, outcome
    assert outcome.run
    shown = CliRunner().invoke(commands, ["history", outcome.run])
    assert (shown.exit_code, "\x1b" in shown.output) == (0, False)
    assert undo().counts == {"restored": count}
    assert snapshot(fast.tree) == before
    assert fast.leftovers() == []


@pytest.mark.thorough
@pytest.mark.parametrize("first", ACTIONS)
@pytest.mark.parametrize("second", [Action.TRASH, Action.DELETE])
def test_runs_of_two_users_with_opposite_plans_never_cost_both_copies(
    fast: Place, monkeypatch: pytest.MonkeyPatch, first: Action, second: Action
) -> None:
    """Each has a lock of its own. One run begins and ends between any two calls of the other."""
    at = 0
    while True:
        fast.clear()
        a, b = fast.file("a.jpg", b"picture"), fast.file("b.jpg", b"picture")
        one = plan(group([a], removal(b, first)), to=str(fast.to))
        other = plan(group([b], removal(a, second)), to=str(fast.to))

        def begin_the_other() -> None:
            with monkeypatch.context() as patch:
                patch.setenv("XDG_STATE_HOME", str(fast.state / "other"))
                apply_with(FileSystem(), other, choices(second, 1))  # noqa: B023

        fs = Watched(at, begin_the_other)
        apply_with(fs, one, choices(first, 1))
        left = [path for path in (a, b) if path.exists()]
        assert left, at
        assert all(path.read_bytes() == b"picture" for path in left)
        assert not list(fast.root.rglob(".lookalike-*"))
        if at >= len(fs.calls):
            return
        at += 1


def test_a_path_that_would_become_too_long_stays(fast: Place) -> None:
    """Moved files keep their whole path below the folder."""
    a = fast.file("a.jpg", b"picture")
    deep = "/".join(["d" * 200] * 18)
    b = fast.file(f"{deep}/b.jpg", b"picture")
    to = fast.to / "/".join(["t" * 200] * 4)
    before = snapshot(fast.tree)
    outcome = apply(plan(group([a], removal(b, Action.MOVE)), to=str(to)))
    assert outcome.counts == {"failed": 1}
    assert "too long" in outcome.problems[0].why
    assert snapshot(fast.tree) == before


@pytest.mark.parametrize("where", [".", "sub", "sub/inner", "link"])
def test_files_may_be_moved_to_a_folder_among_those_searched(fast: Place, where: str) -> None:
    a, b = fast.file("a.jpg", b"picture"), fast.file("sub/b.jpg", b"picture")
    (fast.tree / "link").symlink_to(fast.tree / "sub")
    before = snapshot(fast.tree)
    wanted = plan(group([a], removal(b, Action.MOVE)), to=str(fast.tree / where))
    assert apply(wanted).counts == {"move": 1}
    assert not b.exists()
    assert undo().counts == {"restored": 1}
    assert snapshot(fast.tree) == before


class Folding(FileSystem):
    """A disk on which names of any case are one, and each spelling has an inode of its own.

    Some network drives behave like this.
    """

    def _spelled(self, name: str, at: int) -> str:
        folder = Path(f"/proc/self/fd/{at}").readlink()
        same = [one for one in os.listdir(folder) if one.lower() == name.lower()]
        return same[0] if same else name

    def open_file(self, name: str, at: int) -> int:
        return super().open_file(self._spelled(name, at), at)

    def look(self, name: str, at: int) -> os.stat_result:
        return super().look(self._spelled(name, at), at)

    def rename(self, name: str, at: int, to_name: str, to_at: int) -> None:
        self.look(name, at)
        taken = self._spelled(to_name, to_at)
        if self.exists(taken, to_at) and not os.path.samestat(
            self.look(name, at), self.look(taken, to_at)
        ):
            raise FileExistsError(17, "File exists", to_name)
        super().rename(self._spelled(name, at), at, to_name, to_at)

    def exchange(self, name: str, at: int, other: str, other_at: int) -> None:
        super().exchange(self._spelled(name, at), at, self._spelled(other, other_at), other_at)

    def link(self, name: str, at: int, to_name: str, to_at: int) -> None:
        if self.exists(to_name, to_at):
            raise FileExistsError(17, "File exists", to_name)
        super().link(self._spelled(name, at), at, to_name, to_at)

    def unlink(self, name: str, at: int) -> None:
        super().unlink(self._spelled(name, at), at)


@pytest.mark.parametrize("action", ACTIONS)
def test_two_spellings_of_one_name_never_cost_the_only_copy(fast: Place, action: Action) -> None:
    a = fast.file("Photo.jpg", b"picture")
    keeper = fast.tree / "PHOTO.JPG"
    found = removal(a).file
    spelled = group([a]).keep[0]
    kept = spelled._replace(file=found._replace(path=str(keeper), inode=1))
    wanted = plan(group([a], removal(a, action))._replace(keep=(kept,)), to=str(fast.to))
    outcome = apply_with(Folding(), wanted, choices(action, 1))
    assert not outcome.counts[action]
    assert a.read_bytes() == b"picture"
    assert fast.leftovers() == []


@pytest.mark.parametrize("action", ACTIONS)
def test_a_name_in_another_spelling_is_not_overwritten_by_undoing(
    fast: Place, action: Action
) -> None:
    a, b = fast.file("a.jpg", b"picture"), fast.file("Photo.jpg", b"picture")
    apply_with(Folding(), plan(group([a], removal(b, action)), to=str(fast.to)), choices(action, 1))
    b.unlink(missing_ok=True)
    fast.file("PHOTO.JPG", b"new")
    undo_with(Folding())
    assert {b"picture", b"new"} <= all_bytes(fast.tree)
    assert (fast.tree / "PHOTO.JPG").read_bytes() == b"new"
