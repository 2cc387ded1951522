"""Takes a run back, as far as the disk allows. It can be stopped and repeated."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from lookalike.actions.apply import begun
from lookalike.actions.applying import BATCH
from lookalike.actions.disk.fs import FileSystem
from lookalike.actions.journal.intent import RESTORE, Intent
from lookalike.actions.journal.runs import locked, record_of, records, require_linux
from lookalike.actions.moving import DOUBT, sync_folders
from lookalike.actions.outcome import Outcome
from lookalike.actions.restoring import AWAY, GONE, HERE, Finding, Restorer, problem
from lookalike.actions.settling import Settler, settle_all
from lookalike.errors import LookalikeError
from lookalike.work.deferring import Stop, deferred_signals
from lookalike.work.progress import Progress, silent

if TYPE_CHECKING:
    from lookalike.actions.journal.journal import Journal, Record

NOT_DONE = frozenset({"skipped", "failed", "undone"})
"""What the journal says of actions after which a file was where it had been."""


def undo(
    run: str | None = None,
    *,
    only: str | Iterable[str] = (),
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Take a run back: the last one that applied a plan, unless another is named.

    `only`: files, or folders with all that came from them. `dry_run`: say what can be taken back,
    and change nothing. `progress`: called with the stage, what is done, and the total.

    Nothing is overwritten: if another file has a name by now, the one that comes back is called
    `NAME (restored).EXT`. What cannot be taken back is named in the outcome with the reason. Raises
    `LookalikeError` for a run that does not exist or takes another back itself, and if another run
    is at work.
    """
    require_linux()
    paths = [only] if isinstance(only, str) else list(only)
    return undo_with(FileSystem(), run, paths, dry_run=dry_run, progress=progress or silent)


def undo_with(
    fs: FileSystem,
    run: str | None = None,
    only: Iterable[str] = (),
    *,
    dry_run: bool = False,
    progress: Progress = silent,
    asked: Stop | None = None,
) -> Outcome:
    """As `undo`, on a file system that tests may watch.

    `asked`: where another thread can ask to end early.
    """
    with locked(fs), deferred_signals(asked) as stop:
        outcome = Outcome(None)
        if not dry_run:
            outcome.notes += [note for one in settle_all(fs) for note in one.problems]
        record = record_of(run)
        if record.undoes is not None:
            raise LookalikeError(f"{record.run} took {record.undoes} back: make a new plan instead")
        if record.broken is not None:
            outcome.stopped = (
                f"line {record.broken} of {record.path} is broken, so what follows it is not known"
            )
        wanted = tuple(os.path.abspath(path) for path in only)
        undoing = _Undoing(fs, record, wanted, outcome, stop, progress)
        if dry_run:
            undoing.look_at_all()
        elif record.intents:
            outcome.notes += Settler(fs, record).settle()
            with begun(fs, {"undoes": record.run}) as journal:
                undoing.go(journal)
                journal.end(outcome.word, dict(outcome.counts))
    return outcome


def restored_by(record: Record) -> dict[int, str]:
    """Where earlier undoing has put the files of a run, by the number of the intent."""
    return {
        intent.of: intent.path
        for undoing in records()
        if undoing.undoes == record.run
        for intent in undoing.intents.values()
        if intent.of is not None
    }


class _Found(NamedTuple):
    """An action, and what the disk says about it."""

    intent: Intent
    finding: Finding


@dataclass
class _Undoing:
    """One run that takes another back."""

    fs: FileSystem
    record: Record
    only: tuple[str, ...]
    outcome: Outcome
    stop: Stop
    progress: Progress
    folders: set[str] = field(default_factory=set)
    number: int = 0

    def __post_init__(self) -> None:
        intents = self.record.intents.values()
        self.restorer = Restorer(self.fs, intents, restored_by(self.record))

    def _found(self) -> Iterator[_Found]:
        """The actions, the last one first, so that a picture comes back before its companions."""
        for n, intent in reversed(self.record.intents.items()):
            if self.only and not _is_in(intent.path, self.only):
                continue
            try:
                finding = self.restorer.look(intent)
            except OSError as error:
                finding = Finding(GONE, problem(error))
            left_alone = self.record.outcomes.get(n, ("",))[0] in NOT_DONE
            if not left_alone or (finding.word == AWAY and intent.to is not None):
                yield _Found(intent, finding)

    def look_at_all(self) -> None:
        """Count what can be taken back, without doing it."""
        for intent, finding in self._found():
            if finding.word == AWAY:
                self.outcome.counts["restored"] += 1
                self.outcome.bytes += intent.file.state.size
            else:
                self._note(intent, finding)

    def _note(self, intent: Intent, finding: Finding) -> None:
        if finding.word == GONE:
            self.outcome.add_problem(intent.path, "gone", finding.why)
        else:
            self.outcome.counts["here"] += 1

    def go(self, journal: Journal) -> None:
        """Take everything back, a batch at a time."""
        self.outcome.run = journal.run
        total = len(self.record.intents)
        batch: list[tuple[Intent, Intent]] = []
        for seen, (intent, finding) in enumerate(self._found(), start=1):
            if self.stop.asked:
                break
            self.progress("undoing", seen, total)
            if finding.word == AWAY:
                batch.append((intent, self._intent(intent, journal.run)))
            else:
                self._note(intent, finding)
                self._tidy(intent, finding)
            if len(batch) == BATCH:
                self._do_all(batch, journal)
                batch = []
        self._do_all(batch, journal)
        self.outcome.interrupted = self.stop.asked

    def _intent(self, intent: Intent, run: str) -> Intent:
        self.number += 1
        return intent._replace(
            n=self.number,
            action=RESTORE,
            path=self.restorer.goal(intent),
            temporary=f".lookalike-{run}-{self.number}",
            info=None,
            date=None,
            made=0,
            companion_of=None,
            of=intent.n,
        )

    def _do_all(self, batch: list[tuple[Intent, Intent]], journal: Journal) -> None:
        if not batch:
            return
        journal.intend(restoring for _, restoring in batch)
        for intent, restoring in batch:
            if self.stop.asked:
                break
            self._do(intent, restoring, journal)
        sync_folders(self.fs, self.folders)
        self.folders.clear()

    def _do(self, intent: Intent, restoring: Intent, journal: Journal) -> None:
        try:
            self.restorer.restore(intent, restoring.path, restoring.temporary)
        except DOUBT as error:
            why = problem(error)
            journal.settle_all({restoring.n: ("failed", why)})
            self.outcome.add_problem(intent.path, "failed", why)
            return
        journal.settle_all({restoring.n: ("done", True)})
        self.folders.add(os.path.dirname(restoring.path))
        self.outcome.counts["restored"] += 1
        self.outcome.bytes += intent.file.state.size
        if restoring.path != intent.path:
            self.outcome.notes.append(
                f"{intent.path} is another file now, so the old one came back as {restoring.path}"
            )

    def _tidy(self, intent: Intent, finding: Finding) -> None:
        """A run that was killed may have left an entry in the trash for a file that is here."""
        if finding.word == HERE and intent.to is not None:
            try:
                self.restorer.tidy(intent)
            except OSError as error:
                self.outcome.notes.append(f"{intent.info}: {problem(error)}")


def _is_in(path: str, wanted: tuple[str, ...]) -> bool:
    return any(path == one or path.startswith(os.path.join(one, "")) for one in wanted)
