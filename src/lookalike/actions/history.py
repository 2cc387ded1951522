"""What was done, why, and whether it can be taken back. Everything is looked up on the disk."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from lookalike.actions.disk.fs import FileSystem
from lookalike.actions.journal.runs import record_of, records, require_linux
from lookalike.actions.restoring import AWAY, HERE, Restorer, problem
from lookalike.actions.undo import NOT_DONE, restored_by
from lookalike.planning.plan import KEEPS_NAME

if TYPE_CHECKING:
    from lookalike.actions.journal.intent import Intent
    from lookalike.actions.journal.journal import Record


class Run(NamedTuple):
    """A run, in short."""

    run: str
    """Its name."""
    started: str
    """When it began, as in ISO 8601, in UTC."""
    undoes: str | None
    """The run that it took back. None if it applied a plan."""
    end: str
    """`complete`, `interrupted`, `stopped` or `cut off`."""
    counts: dict[str, int]
    """How many files, by what was done with them: actions, `restored`, `skipped`, `failed`."""


class Entry(NamedTuple):
    """One file of a run."""

    path: str
    did: str
    """The action, or `skipped`, `failed` or `undone`."""
    why: str
    """Why it went, or why it did not."""
    keeper: str | None
    """What stayed for it."""
    now: str
    """Where it is now, in a phrase."""
    can_undo: bool
    """Whether it is away and can be taken back."""


@dataclass(frozen=True)
class History:
    """A run and its files."""

    run: Run
    entries: list[Entry]


def history() -> list[Run]:
    """All runs, the oldest first. Raises `JournalError` for a journal that cannot be trusted."""
    require_linux()
    return [_run(record) for record in records() if record.end != "empty"]


def history_of(run: str) -> History:
    """The files of one run, and where each is now. Raises `LookalikeError` for an unknown run."""
    require_linux()
    record = record_of(run)
    restorer = Restorer(FileSystem(), record.intents.values(), restored_by(record))
    entries = [_entry(record, restorer, intent) for intent in record.intents.values()]
    entries += [Entry(path, word, why, None, "", False) for path, word, why in record.notes]
    return History(_run(record), entries)


def _run(record: Record) -> Run:
    counts: Counter[str] = Counter(word for _, word, _ in record.notes)
    for n, intent in record.intents.items():
        word = record.outcomes.get(n, ("",))[0]
        if word == "done":
            counts["restored" if intent.of is not None else intent.action] += 1
        elif word:
            counts[word] += 1
    started = str(record.header.get("started", ""))
    return Run(record.run, started, record.undoes, record.end or "cut off", dict(counts))


def _entry(record: Record, restorer: Restorer, intent: Intent) -> Entry:
    word, why = record.outcomes.get(intent.n, ("", ""))
    if word in NOT_DONE:
        return Entry(intent.path, word, why, intent.keeper, "where it was", False)
    if record.undoes is not None:
        return Entry(intent.path, "restored", "", None, "", False)
    try:
        finding = restorer.look(intent)
    except OSError as error:
        return Entry(intent.path, intent.action, intent.why, intent.keeper, problem(error), False)
    if finding.word == HERE:
        now = finding.why or "where it was"
    elif finding.word == AWAY:
        now = intent.to or (_LINKED if intent.action in KEEPS_NAME else _DELETED)
    else:
        now = finding.why
    return Entry(intent.path, intent.action, intent.why, intent.keeper, now, finding.word == AWAY)


_LINKED = "a name of the file that stayed"
_DELETED = "deleted; its bytes are in the file that stayed"
