"""Ends runs before any of their calls, and looks at what is left."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from clean_up import Dying, Killed, Place, all_bytes, companion, group, plan, removal, snapshot
from lookalike.actions.apply import apply_with
from lookalike.actions.applying import Choices
from lookalike.actions.disk.fs import FileSystem
from lookalike.actions.history import history
from lookalike.actions.journal.journal import Record
from lookalike.actions.undo import undo_with
from lookalike.planning.plan import KEEPS_NAME, Action, Plan

ACTIONS = (Action.TRASH, Action.MOVE, Action.HARDLINK, Action.DELETE)


def tree_for(place: Place, action: Action, to: Path) -> Plan:
    """A picture with a sidecar, and two names of one file, all of which have exact copies."""
    a = place.file("a.jpg", b"picture", mtime=1_500_000_000)
    a_side = place.file("a.jpg.xmp", b"<sidecar/>")
    b = place.file("sub/b.jpg", b"picture")
    b_side = place.file("sub/b.jpg.xmp", b"<sidecar/>", mtime=1_400_000_000)
    os.setxattr(b, "user.note", b"kept")
    c = place.file("c.jpg", b"picture", mtime=1_300_000_000)
    (place.tree / "d.jpg").hardlink_to(c)
    for path in (a, a_side, b, b_side, c):
        path.chmod(0o640)
    remove = [
        removal(b, action, companions=(companion(b_side, 1),)),
        removal(c, action),
        removal(place.tree / "d.jpg", action),
    ]
    return plan(group([a, a_side], *remove), to=str(to))


def choices(action: Action, count: int = 4) -> Choices:
    """Confirms the deletion of so many files, if they are to be deleted."""
    return Choices(delete=count if action is Action.DELETE else None)


def run_until_killed(work: Callable[[FileSystem], object], at: int) -> bool:
    """Do something that ends before a call. Returns whether it did."""
    try:
        work(Dying(at))
    except Killed:
        return True
    return False


def check_nothing_lost(place: Place, before: dict[str, Any], to: Path) -> None:
    """Everything that was there is there, and what stays has not changed."""
    assert {b"picture", b"<sidecar/>"} <= all_bytes(place.tree)
    now = snapshot(place.tree)
    for name in ("a.jpg", "a.jpg.xmp"):
        assert now[name][:5] == before[name][:5]
    for name, was in before.items():
        if name in now:
            assert now[name][0] == was[0]
    for path in (place.state / "lookalike" / "journal").glob("*.jsonl"):
        assert Record.read(path).broken is None


def check_killed_at_every_call(place: Place, action: Action, to: Path, stride: int = 1) -> int:
    """End applying before every call. Afterwards it goes on or is taken back, or both."""
    at = 0
    while True:
        place.clear()
        wanted = tree_for(place, action, to)
        before = snapshot(place.tree)
        if not run_until_killed(lambda fs: apply_with(fs, wanted, choices(action)), at):  # noqa: B023
            undo_with(FileSystem())
            return at
        check_nothing_lost(place, before, to)
        if at % 2:
            apply_with(FileSystem(), wanted, choices(action))
            check_nothing_lost(place, before, to)
            assert not [name for name in place.leftovers() if ".lookalike-" in name]
            if action not in KEEPS_NAME:  # a picture and its sidecar go together
                both = [(place.tree / "sub" / name).exists() for name in ("b.jpg", "b.jpg.xmp")]
                assert both in ([True, True], [False, False]), (action, at)
        names = sorted((place.state / "lookalike" / "journal").glob("*.jsonl"), reverse=True)
        for path in names:
            if Record.read(path).header:
                undo_with(FileSystem(), path.stem)
        assert snapshot(place.tree) == before, (action, at)
        assert place.leftovers() == [], (action, at)
        at += stride


def check_undo_killed_at_every_call(place: Place, action: Action, to: Path, stride: int = 1) -> int:
    """End undoing before every call, and repeat it."""
    at = 0
    while True:
        place.clear()
        wanted = tree_for(place, action, to)
        before = snapshot(place.tree)
        run = apply_with(FileSystem(), wanted, choices(action)).run
        killed = run_until_killed(lambda fs: undo_with(fs, run), at)  # noqa: B023
        check_nothing_lost(place, before, to)
        undo_with(FileSystem(), run)
        assert snapshot(place.tree) == before, (action, at)
        assert place.leftovers() == [], (action, at)
        if not killed:
            return at
        at += stride


def check_clearing_up_killed_at_every_call(place: Place, action: Action, to: Path) -> int:
    """End a run between a sidecar and its picture, and then what clears up after it."""
    first, at = 0, 0
    while True:
        place.clear()
        wanted = tree_for(place, action, to)
        before = snapshot(place.tree)
        killed = run_until_killed(lambda fs: apply_with(fs, wanted, choices(action)), first)  # noqa: B023
        assert killed
        both = [(place.tree / "sub" / name).exists() for name in ("b.jpg", "b.jpg.xmp")]
        if both != [True, False] or list(place.tree.rglob(".lookalike-*")):
            first += 1
            continue
        killed = run_until_killed(lambda fs: apply_with(fs, plan(), choices(action, 0)), at)
        check_nothing_lost(place, before, to)
        undo_with(FileSystem(), history()[0].run)
        assert snapshot(place.tree) == before, (action, at)
        assert place.leftovers() == [], (action, at)
        if not killed:
            return at
        at += 1
