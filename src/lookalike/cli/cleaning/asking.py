"""Asks before something is changed, and tells what became of it."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import click

from lookalike.cli.stopping import exit_stopped

if TYPE_CHECKING:
    from lookalike.actions.outcome import Outcome
    from lookalike.work.progress import Progress

EXIT_FAILED = 1


def ask(question: str, yes: bool) -> None:
    """Ask on a terminal. Ends the command if the answer is no, or if nobody can be asked."""
    if yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise click.UsageError("without a terminal to ask on, this needs --yes")
    if not click.confirm(question, err=True):
        raise click.exceptions.Exit(EXIT_FAILED)


def progress_unless(quiet: bool) -> AbstractContextManager[Progress | None]:
    """A progress bar, unless the command is quiet."""
    from lookalike.work.progress import progress_bar

    return nullcontext() if quiet else progress_bar()


def report(outcome: Outcome, *, quiet: bool, dry_run: bool) -> None:
    """Print what became of a run, and end the command with a status that says so."""
    from lookalike.actions.words import outcome_lines

    if dry_run:
        click.echo("Nothing was changed. This would be the outcome:", err=True)
    if not quiet or outcome.failed:
        for line in outcome_lines(outcome, expected=dry_run):
            click.echo(line, err=True)
    if outcome.run is not None and not quiet:
        click.echo(f"Run {outcome.run}", err=True)
    if outcome.interrupted:
        exit_stopped()
    if outcome.failed or outcome.counts["gone"]:
        raise click.exceptions.Exit(EXIT_FAILED)
