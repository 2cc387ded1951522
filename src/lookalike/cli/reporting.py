"""`Reporting`: in which form a command reports, where to, and when it fails."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, fields
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

import click

from lookalike.cli import options
from lookalike.cli.output import report_tracebacks

if TYPE_CHECKING:
    from lookalike.cli.images import Command
    from lookalike.hashing.row import Failure
    from lookalike.work.progress import Progress


@dataclass(frozen=True, slots=True)
class Reporting:
    """The values of the options of `reports`."""

    as_json: bool
    as_csv: bool
    output: str | None
    strict: bool
    quiet: bool
    debug: bool

    @property
    def sums_up_apart(self) -> bool:
        """Whether a summary goes to standard error, because the output is not for people there."""
        return not self.quiet and bool(self.as_json or self.as_csv or self.output)

    def progress(self) -> AbstractContextManager[Progress | None]:
        """A progress bar, unless the command is quiet."""
        from lookalike.work.progress import progress_bar

        return nullcontext() if self.quiet else progress_bar()

    def finish(self, failures: list[Failure]) -> None:
        """Print tracebacks if asked to, and end the command with 1 if no failure is accepted."""
        if self.debug:
            report_tracebacks(failures)
        if self.strict and failures:
            raise click.exceptions.Exit(1)


NAMES = [field.name for field in fields(Reporting)]
OPTIONS = (
    options.as_json,
    options.as_csv,
    options.output,
    click.option("--strict", is_flag=True, help="Exit with 1 if an image could not be read."),
    click.option("--quiet", "-q", is_flag=True, help="Show no progress bar and no summary."),
    click.option(
        "--debug", is_flag=True, help="Print tracebacks of unexpected errors to standard error."
    ),
)


def reports(command: Command) -> Command:
    """Add the options to a command, which receives `reporting`."""

    @wraps(command)
    def reporting(**given: object) -> None:
        # click has converted each value to the type of its option.
        values = cast("dict[str, Any]", {name: given.pop(name) for name in NAMES})
        chosen = Reporting(**values)
        if chosen.as_json and chosen.as_csv:
            raise click.UsageError("--json and --csv cannot both be given")
        command(reporting=chosen, **given)

    added: Command = reporting
    for option in reversed(OPTIONS):
        added = option(added)
    return added
