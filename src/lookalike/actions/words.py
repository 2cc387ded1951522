"""What a run did or can do, for people to read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from lookalike.planning.plan import Action
from lookalike.planning.words import summary_lines
from lookalike.text import plural, printable

if TYPE_CHECKING:
    from lookalike.actions.history import History, Run
    from lookalike.actions.outcome import Outcome, Problem
    from lookalike.planning.plan import Plan

DONE = {
    Action.TRASH: "moved to the trash",
    Action.MOVE: "moved away",
    Action.DEDUPE: "made to share storage",
    Action.HARDLINK: "replaced by a hard link",
    Action.DELETE: "deleted",
    "restored": "taken back",
    "here": "where they belong already",
    "skipped": "left alone, because something changed",
    "failed": "failed",
    "undone": "put back with their pictures",
    "gone": "cannot be taken back",
}
"""What the words of counts mean."""
CHANGES = frozenset({*Action, "restored"})
"""The words of files that are changed."""
MOST_SHOWN = 20
"""How many files with one reason are named."""


def prospect_lines(plan: Plan) -> Iterator[str]:
    """What applying a plan would do."""
    yield from summary_lines(plan)
    removals = [(group, one) for group in plan.groups for one in group.remove]
    if any(Action.DELETE in one.do for _, one in removals):
        yield (
            "Deleted files can be made again only while the equal files that stay are unchanged. "
            "Files that are merely similar are gone for good."
        )
    if none_wanted := sum(group.none_wanted for group, _ in removals):
        yield f"For {plural(none_wanted, 'picture')}, nothing like it would stay."


def outcome_lines(outcome: Outcome, *, expected: bool = False) -> Iterator[str]:
    """What became of a run, or what can be expected of it."""
    for why, problems in _by_reason(outcome.problems):
        for one in problems[:MOST_SHOWN]:
            yield f"{printable(one.path)}: {_word(one)}{printable(why)}"
        if len(problems) > MOST_SHOWN:
            yield f"... and {len(problems) - MOST_SHOWN:,} more: {printable(why)}"
    yield from map(printable, outcome.notes)
    for word, count in outcome.counts.items():
        if count:
            would = "would be " if expected and word in CHANGES else ""
            yield f"{count:,} {would}{DONE[word]}"
    if not +outcome.counts:
        yield "Nothing to do"
    if outcome.stopped:
        yield f"Stopped early: {printable(outcome.stopped)}"


def _word(one: Problem) -> str:
    return "" if one.word == "skipped" else "failed: " if one.word == "failed" else "gone: "


def _by_reason(problems: list[Problem]) -> Iterator[tuple[str, list[Problem]]]:
    """The problems by their reason, failures first."""
    ordered = sorted(problems, key=lambda one: (one.word, one.why))
    for (_, why), some in groupby(ordered, key=lambda one: (one.word, one.why)):
        yield why, list(some)


def run_line(run: Run) -> str:
    """A run on one line."""
    did = ", ".join(f"{count:,} {DONE[word]}" for word, count in run.counts.items())
    of = f"took back {run.undoes}: " if run.undoes else ""
    end = "" if run.end == "complete" else f" ({run.end})"
    return f"{run.run}  {of}{did or 'nothing'}{end}"


def history_lines(found: History) -> Iterator[str]:
    """A run and what became of each of its files."""
    yield run_line(found.run)
    for one in found.entries:
        yield ""
        yield f"{printable(one.path)}: {one.did}"
        if one.why:
            yield f"  why: {printable(one.why)}"
        if one.keeper:
            yield f"  what stayed: {printable(one.keeper)}"
        if one.now:
            can = " (can be taken back)" if one.can_undo else ""
            yield f"  now: {printable(one.now)}{can}"
