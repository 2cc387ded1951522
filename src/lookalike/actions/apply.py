"""Carries out a plan. Everything is checked again first, and written down before it is done."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager

from blake3 import blake3

from lookalike.actions.applying import Applying, Choices, count_of
from lookalike.actions.disk.fs import FileSystem
from lookalike.actions.journal.intent import JournalError
from lookalike.actions.journal.journal import ENDING, Journal
from lookalike.actions.journal.runs import journals, locked, new_run, require_linux, utc_now
from lookalike.actions.outcome import Outcome
from lookalike.actions.settling import settle_all
from lookalike.errors import LookalikeError
from lookalike.planning.plan import Action, Plan
from lookalike.text import plural
from lookalike.version import VERSION
from lookalike.work.deferring import Stop, deferred_signals
from lookalike.work.progress import Progress, silent

JOURNAL_BYTES = 2048
"""About how much a file takes in the journal."""


def apply(
    plan: Plan,
    *,
    dry_run: bool = False,
    delete: int | None = None,
    delete_similar: bool = False,
    none_wanted: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Implements `Plan.apply`."""
    require_linux()
    chosen = Choices(dry_run, delete, delete_similar, none_wanted, progress or silent)
    return apply_with(FileSystem(), plan, chosen)


def apply_with(fs: FileSystem, plan: Plan, chosen: Choices, asked: Stop | None = None) -> Outcome:
    """As `apply`, on a file system that tests may watch.

    `asked`: where another thread can ask to end the run early.
    """
    text = plan.to_json().encode("ascii")
    plan = Plan.from_json(text)  # a plan that was made by hand is checked as well
    _check_deletions(plan, chosen.delete)
    with locked(fs), deferred_signals(asked) as stop:
        outcome = Outcome(None)
        if chosen.dry_run:
            Applying(fs, plan, chosen, stop, outcome, None).go()
            return outcome
        outcome.notes += [note for one in settle_all(fs) for note in one.words()]
        _check_room(plan)
        with begun(fs, {"plan": blake3(text).hexdigest()}) as journal:
            outcome.run = journal.run
            Applying(fs, plan, chosen, stop, outcome, journal).go()
            journal.end(outcome.word, dict(outcome.counts))
    return outcome


def begun(fs: FileSystem, header: dict[str, str]) -> AbstractContextManager[Journal]:
    """The journal of a new run."""
    now = utc_now()
    path = journals() / f"{new_run(now)}{ENDING}"
    started = now.isoformat(timespec="seconds")
    about = {"by": VERSION, "host": os.uname().nodename, "started": started}
    return Journal.create(fs, path, {**about, **header})


def deletions(plan: Plan) -> int:
    """How many files a plan deletes."""
    return sum(
        1 + len(removal.companions)
        for group in plan.groups
        for removal in group.remove
        if Action.DELETE in removal.do
    )


def _check_deletions(plan: Plan, confirmed: int | None) -> None:
    count = deletions(plan)
    if count != (confirmed or 0):
        said = "none" if confirmed is None else plural(confirmed, "file")
        raise LookalikeError(
            f"the plan deletes {plural(count, 'file')}, but {said} was confirmed for deletion"
        )


def _check_room(plan: Plan) -> None:
    room = os.statvfs(journals())
    free, needed = room.f_bavail * room.f_frsize, JOURNAL_BYTES * count_of(plan)
    if free < needed:
        raise JournalError(f"{journals()} needs {needed:,} bytes for the journal, but has {free:,}")
