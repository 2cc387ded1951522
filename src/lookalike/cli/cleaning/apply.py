"""`lookalike apply`: carries out a plan, after asking."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli.cleaning.asking import ask, progress_unless, report

if TYPE_CHECKING:
    from lookalike.planning.plan import Plan


@click.command(short_help="Carry out a plan.")
@click.argument("plan_file", metavar="PLAN", type=click.Path(dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Check everything, and change nothing.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask. Needed without a terminal.")
@click.option(
    "--yes-delete",
    type=click.IntRange(min=1),
    metavar="N",
    help="Confirm that the plan deletes N files. Otherwise you are asked to type the number.",
)
@click.option(
    "--delete-similar",
    is_flag=True,
    help="Also delete files that have no exact copy. This cannot be undone.",
)
@click.option("--quiet", "-q", is_flag=True, help="Show no progress bar and no summary.")
def apply(
    plan_file: str,
    dry_run: bool,
    yes: bool,
    yes_delete: int | None,
    delete_similar: bool,
    quiet: bool,
) -> None:
    """Carry out a plan that lookalike plan has made. Each file is checked again first.

    A file that has changed since, or whose keeper has, is left alone and named. Everything that is
    done is written into a journal, so lookalike undo can take it back.

    Exits with 0 if all that could be done was done, 1 if something failed, and 2 if the plan
    cannot be used.

    \b
    Examples:
      lookalike apply plan.json --dry-run
      lookalike apply plan.json
      lookalike apply plan.json --yes
    """
    from lookalike.actions.apply import apply as apply_plan
    from lookalike.actions.apply import deletions
    from lookalike.actions.words import prospect_lines

    plan = read_plan(plan_file)
    count, none_wanted = deletions(plan), False
    if not dry_run:
        for line in prospect_lines(plan):
            click.echo(line, err=True)
        if yes_delete is None and count and not yes and sys.stdin.isatty():
            yes_delete = click.prompt(
                f"Type how many files may be deleted ({count:,})", type=int, err=True
            )
        elif not count or not yes_delete:
            ask("Apply the plan?", yes)
        if any(group.none_wanted and group.remove for group in plan.groups) and not yes:
            none_wanted = click.confirm("Also apply groups of which nothing stays?", err=True)
    with progress_unless(quiet) as progress:
        outcome = apply_plan(
            plan,
            dry_run=dry_run,
            delete=count if dry_run else yes_delete,
            delete_similar=delete_similar,
            none_wanted=none_wanted,
            progress=progress,
        )
    report(outcome, quiet=quiet, dry_run=dry_run)


def read_plan(path: str) -> Plan:
    """The plan in a file that nobody else can have written. Raises `LookalikeError`."""
    from lookalike.actions.journal.journal import check_own
    from lookalike.errors import LookalikeError, PlanError
    from lookalike.planning.plan import Plan

    try:
        with Path(path).open("rb") as file:
            check_own(os.fstat(file.fileno()), path)
            return Plan.from_json(file.read())
    except OSError as error:
        raise LookalikeError(f"{path} cannot be read: {error.strerror or error}") from error
    except PlanError as error:
        raise LookalikeError(f"{path}: {error}") from error
