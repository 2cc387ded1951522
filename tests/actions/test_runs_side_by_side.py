"""One run at a time, and a run that is asked to stop finishes what it has begun."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from clean_up import Place, Watched, group, plan, removal, snapshot
from killing import check_nothing_lost, tree_for
from lookalike.actions.apply import apply, apply_with
from lookalike.actions.applying import BATCH, Choices
from lookalike.actions.disk.fs import FileSystem
from lookalike.actions.history import history
from lookalike.actions.undo import undo, undo_with
from lookalike.errors import LookalikeError
from lookalike.planning.plan import Action

APPLY = """
import sys
from pathlib import Path
from lookalike.planning.plan import Plan
try:
    print(dict(Plan.from_json(Path(sys.argv[1]).read_bytes()).apply().counts))
except Exception as error:
    print(error)
"""


def many(place: Place, count: int) -> Path:
    """A plan of many files, in a file."""
    a = place.file("a.jpg", b"picture")
    victims = [place.file(f"{number}.jpg", b"picture") for number in range(count)]
    path = place.root / "plan.json"
    path.write_text(plan(group([a], *map(removal, victims))).to_json())
    return path


def test_a_second_run_is_refused_while_one_is_at_work(place: Place) -> None:
    path = many(place, 3)
    said = []

    def begin_another() -> None:
        with pytest.raises(LookalikeError, match="another lookalike is applying"):
            apply(plan())
        with pytest.raises(LookalikeError, match="another lookalike is applying"):
            undo()
        another = [sys.executable, "-c", APPLY, str(path)]
        said.append(subprocess.run(another, capture_output=True, text=True, check=True).stdout)

    from lookalike.planning.plan import Plan

    outcome = apply_with(Watched(60, begin_another), Plan.from_json(path.read_bytes()), Choices())
    assert outcome.counts == {"trash": 3}
    assert said[0].startswith("another lookalike is applying or undoing a plan")


def test_two_processes_that_apply_one_plan_do_it_once(place: Place) -> None:
    path = many(place, 300)
    both = [
        subprocess.Popen([sys.executable, "-c", APPLY, str(path)], stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    for one in both:
        one.communicate(timeout=60)
    assert [path.name for path in place.tree.iterdir()] == ["a.jpg"]
    assert sum(run.counts.get("trash", 0) for run in history()) == 300


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_a_run_after_what_it_is_doing(place: Place, number: int) -> None:
    from lookalike.planning.plan import Plan

    path = many(place, BATCH + 10)
    before = snapshot(place.tree)
    calls: list[str] = []
    # A shell that starts the tests in the background has these ignored, and a run heeds that.
    handled = signal.signal(number, signal.default_int_handler)

    class Interrupted(FileSystem):
        def step(self, call: str) -> None:
            calls.append(call)
            if calls.count("rename") == 5 and call == "rename":
                os.kill(os.getpid(), number)

    try:
        outcome = apply_with(Interrupted(), Plan.from_json(path.read_bytes()), Choices())
    finally:
        signal.signal(number, handled)
    assert outcome.interrupted
    assert outcome.counts == {"trash": 5}
    assert len(list((place.trash / "info").iterdir())) == 5
    assert history()[-1].end == "interrupted"
    assert undo().counts["restored"] == 5
    assert snapshot(place.tree) == before
    assert place.leftovers() == []


def in_a_process(work: Callable[[], object]) -> int:
    """Do something in a process of its own. Returns its exit status."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Exiting(FileSystem):
    """Really ends the process before call `at`."""

    def __init__(self, at: int) -> None:
        self.left = at

    def step(self, call: str) -> None:  # noqa: ARG002
        self.left -= 1
        if self.left < 0:
            os._exit(9)


@pytest.mark.thorough
@pytest.mark.parametrize("action", [Action.TRASH, Action.HARDLINK])
def test_a_process_that_really_ends_loses_nothing(place: Place, action: Action) -> None:
    for at in range(0, 1000, 13):
        place.clear()
        wanted = tree_for(place, action, place.to)
        before = snapshot(place.tree)
        ended = in_a_process(lambda: apply_with(Exiting(at), wanted, Choices()))  # noqa: B023
        check_nothing_lost(place, before, place.to)
        in_a_process(lambda: undo_with(Exiting(at // 2)))  # noqa: B023
        check_nothing_lost(place, before, place.to)
        try:
            undo()
        except LookalikeError as error:
            assert "no plan was applied yet" in str(error)  # noqa: PT017
        assert snapshot(place.tree) == before
        assert place.leftovers() == []
        if not ended:
            return
    raise AssertionError


def test_a_run_that_was_killed_is_told_of_and_goes_on(place: Place) -> None:
    from lookalike.planning.plan import Plan

    path = many(place, 200)
    program = [sys.executable, "-c", APPLY, str(path)]
    with subprocess.Popen(program, stdout=subprocess.PIPE) as process:
        files = place.trash / "files"
        while process.poll() is None and not (files.exists() and len(os.listdir(files)) > 20):
            time.sleep(0.001)
        process.kill()
    done = 200 - len(os.listdir(place.tree)) + 1
    outcome = apply(Plan.from_json(path.read_bytes()))
    if done < 200:
        assert "was cut off after" in outcome.notes[0]
        assert outcome.counts["trash"] == 200 - done
        assert history()[0].end == "cut off"
    assert [path.name for path in place.tree.iterdir()] == ["a.jpg"]
    for run in reversed(history()):
        if run.undoes is None:
            undo(run.run)
    assert len(os.listdir(place.tree)) == 201
    assert place.leftovers() == []


def test_a_dry_run_changes_nothing_at_all(place: Place) -> None:
    from lookalike.planning.plan import Plan

    wanted = Plan.from_json(many(place, 3).read_bytes())
    before = snapshot(place.root)
    assert wanted.apply(dry_run=True).counts == {"trash": 3}
    lock = "state/lookalike/lock"
    assert {name: seen for name, seen in snapshot(place.root).items() if name != lock} == before
    wanted.apply()
    after = snapshot(place.root)
    assert undo(dry_run=True).counts == {"restored": 3}
    assert snapshot(place.root) == after


def test_other_systems_refuse_with_a_clear_word(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    for work in (lambda: plan().apply(), undo, history):
        with pytest.raises(LookalikeError, match="on Linux only, so far"):
            work()
