"""`Applying`: one run of a plan, a batch of files at a time."""

from __future__ import annotations

import errno
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from lookalike.actions.checks.checker import Checker, Ready, Unit
from lookalike.actions.checks.keepers import Keepers
from lookalike.actions.checks.standing import Standing
from lookalike.actions.disk.fs import FileSystem, Unsupported
from lookalike.actions.disk.spot import Changed, Spot
from lookalike.actions.disk.volume import is_read_only
from lookalike.actions.doing import Doer
from lookalike.actions.moving import DOUBT
from lookalike.actions.restoring import Restorer, back, problem
from lookalike.planning.plan import KEEPS_NAME
from lookalike.work.progress import silent

if TYPE_CHECKING:
    from lookalike.actions.journal.intent import Intent
    from lookalike.actions.journal.journal import Journal
    from lookalike.actions.outcome import Outcome
    from lookalike.planning.plan import Action, Plan
    from lookalike.work.deferring import Stop
    from lookalike.work.progress import Progress

BATCH = 64
"""How many intents are written to the disk at once."""
NOT_THERE = frozenset({errno.ENOENT, errno.ELOOP, errno.ENOTDIR})
"""Errors that mean that a file is not as planned. Any other is a failure."""
HOPELESS = frozenset({errno.EIO, errno.EROFS, errno.ENOSPC})
PATIENCE = 3
"""After this many such errors in a row on one volume, the run stops."""


class Choices(NamedTuple):
    """The keywords of `apply`."""

    dry_run: bool = False
    delete: int | None = None
    delete_similar: bool = False
    none_wanted: bool = False
    progress: Progress = silent


class _Task(NamedTuple):
    """A unit, and the actions that are left to try."""

    unit: Unit
    actions: tuple[Action, ...]


class _Prepared(NamedTuple):
    """A unit that was checked, and what is to be done with each of its files."""

    task: _Task
    action: Action
    steps: list[tuple[Intent, Ready]]


@dataclass
class Applying:
    """One run of a plan."""

    fs: FileSystem
    plan: Plan
    chosen: Choices
    stop: Stop
    outcome: Outcome
    journal: Journal | None
    number: int = 0
    again: deque[_Task] = field(default_factory=deque)
    """Units for which another action is to be tried."""
    cannot: dict[tuple[int, Action], str] = field(default_factory=dict)
    """Why an action is not possible on a device."""
    read_only: dict[int, str] = field(default_factory=dict)
    """The first file of each device that cannot be written."""
    refused: Counter[int] = field(default_factory=Counter)
    strikes: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.keepers = Keepers(self.fs)
        self.checker = Checker(
            self.fs, self.plan, self.keepers, Standing(),
            delete_similar=self.chosen.delete_similar,
        )  # fmt: skip
        self.doer = Doer(self.fs, self.keepers, self.plan.to)

    def go(self) -> None:
        """Apply the plan, a batch of units at a time."""
        tasks = (
            _Task(Unit(group, one), one.do) for group in self.plan.groups for one in group.remove
        )
        total, seen = count_of(self.plan), 0
        while not self._must_end() and (batch := list(self._batch(tasks))):
            prepared = []
            self.checker.look_again()
            for task in batch:
                if self._must_end():
                    break
                if (one := self._prepared(task)) is not None:
                    prepared.append(one)
                seen += 1 + len(task.unit.removal.companions)
                self.chosen.progress("applying", min(seen, total), total)
            self._do_all(prepared)
        for device, count in self.refused.items():
            why = "nothing can be changed on its volume"
            self._note(self.read_only[device], "skipped", why, count)
        self.outcome.interrupted = self.stop.asked

    def _must_end(self) -> bool:
        return self.stop.asked or self.outcome.stopped is not None

    def _batch(self, tasks: Iterator[_Task]) -> Iterator[_Task]:
        """The next units, of about `BATCH` files."""
        count = 0
        while count < BATCH:
            task = self.again.popleft() if self.again else next(tasks, None)
            if task is None:
                return
            count += 1 + len(task.unit.removal.companions)
            yield task

    def _prepared(self, task: _Task) -> _Prepared | None:
        """A unit once all of it may go. Otherwise the reason is noted."""
        unit, why = task.unit, "it has no action"
        path = unit.removal.file.path
        if unit.group.none_wanted and not self.chosen.none_wanted:
            self._note(path, "skipped", "nothing of its group would stay, which was not confirmed")
            return None
        try:
            device = self._writable_device(path)
            if device is None:
                return None
            for at, action in enumerate(task.actions):
                try:
                    if (known := self.cannot.get((device, action))) is not None:
                        raise Unsupported(known)
                    rest = _Task(unit, task.actions[at + 1 :])
                    return _Prepared(rest, action, self._steps(unit, action))
                except Unsupported as error:
                    why = str(error)
            self._note(path, "failed", why)
        except (Changed, OSError) as error:
            self._note(path, _word(error), problem(error))
        return None

    def _writable_device(self, path: str) -> int | None:
        """The device of a file, or None if nothing can be changed there, which is counted."""
        with Spot(self.fs, path) as spot:
            device = self.fs.status(spot.at).st_dev
            if not is_read_only(spot.at):
                return device
        self.read_only.setdefault(device, path)
        self.refused[device] += 1
        return None

    def _steps(self, unit: Unit, action: Action) -> list[tuple[Intent, Ready]]:
        ready = self.checker.checked(unit, action)
        if self.journal is None:
            self.outcome.counts[action.value] += len(ready)
            self.outcome.bytes += sum(one.state.size for one in ready)
            return []
        steps = []
        for one in ready:
            intent = self.doer.intend(one, action, self.journal.run, self.number + 1)
            self.number += 1
            steps.append((intent, one))
        return steps

    def _do_all(self, prepared: list[_Prepared]) -> None:
        """Write down what is to be done, and then do it."""
        if self.journal is None or not prepared or self._must_end():
            return
        intents = [intent for one in prepared for intent, _ in one.steps]
        self.journal.intend(intents)
        self.doer.begin_batch(intents)
        for one in prepared:
            if self._must_end():
                break  # what was intended and not done is found where it was
            self._do(one)
        self.doer.finish_batch()

    def _do(self, prepared: _Prepared) -> None:
        """Do what is to be done with a unit: all of it or nothing."""
        assert self.journal is not None
        done: list[Intent] = []
        for intent, ready in prepared.steps:
            try:
                self.doer.do(intent, ready)
            except DOUBT as error:
                self._left(prepared, intent, ready, error, done)
                return
            done.append(intent)
            self.strikes[ready.state.device] = 0
        self.journal.settle_all({intent.n: ("done", True) for intent in done})
        for intent in done:
            self.outcome.counts[prepared.action.value] += 1
            self.outcome.bytes += intent.file.state.size

    def _left(
        self,
        prepared: _Prepared,
        intent: Intent,
        ready: Ready,
        error: Exception,
        done: list[Intent],
    ) -> None:
        """A file was left as it was, so the rest of its unit is, too."""
        assert self.journal is not None
        word, why = _word(error), problem(error)
        outcomes: dict[int, tuple[str, str | bool]] = {intent.n: (word, why)}
        if prepared.action in KEEPS_NAME:
            outcomes |= {one.n: ("done", True) for one in done}
        else:
            outcomes |= self._take_back(done)
        self.journal.settle_all(outcomes)
        if isinstance(error, Unsupported):
            self.cannot[ready.state.device, prepared.action] = why
            if prepared.task.actions:
                self.again.append(prepared.task)
                return
        self.outcome.add_problem(intent.path, word, why)
        self._strike(ready, error)

    def _take_back(self, done: list[Intent]) -> dict[int, tuple[str, str | bool]]:
        restorer = Restorer(self.fs, done, {})
        outcomes: dict[int, tuple[str, str | bool]] = {}
        for one in reversed(done):
            try:
                restorer.restore(one, restorer.goal(one), back(one.temporary))
                outcomes[one.n] = "undone", "its picture stayed"
            except DOUBT as error:
                outcomes[one.n] = "done", True
                self.outcome.add_problem(
                    one.path, "failed", f"it could not come back: {problem(error)}"
                )
        return outcomes

    def _strike(self, ready: Ready, error: Exception) -> None:
        """Count failures of a volume, and stop the run if it seems broken or full."""
        if isinstance(error, OSError) and error.errno in HOPELESS:
            self.strikes[ready.state.device] += 1
            if self.strikes[ready.state.device] >= PATIENCE:
                self.outcome.stopped = f"{PATIENCE} files in a row failed: {problem(error)}"

    def _note(self, path: str, word: str, why: str, count: int = 1) -> None:
        """Note why nothing is intended for a file."""
        self.outcome.add_problem(path, word, why, count)
        if self.journal is not None:
            self.journal.note(path, word, why)


def count_of(plan: Plan) -> int:
    """How many files are to go."""
    totals = plan.totals
    return totals.remove + totals.companions


def _word(error: Exception) -> str:
    """Whether a file was `skipped`, because it is not as planned, or `failed`."""
    if isinstance(error, Changed):
        return "skipped"
    return "skipped" if isinstance(error, OSError) and error.errno in NOT_THERE else "failed"
