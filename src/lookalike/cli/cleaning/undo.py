"""`lookalike undo`: takes a run back."""

from __future__ import annotations

import click

from lookalike.cli.cleaning.asking import ask, progress_unless, report


@click.command(short_help="Take back what apply has done.")
@click.argument("run", required=False)
@click.option(
    "--only",
    multiple=True,
    metavar="PATH",
    help="Take back only this file, or all that came from this folder. May be repeated.",
)
@click.option("--dry-run", is_flag=True, help="Say what can be taken back, and change nothing.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask. Needed without a terminal.")
@click.option("--quiet", "-q", is_flag=True, help="Show no progress bar and no summary.")
def undo(run: str | None, only: tuple[str, ...], dry_run: bool, yes: bool, quiet: bool) -> None:
    """Take back the last run of lookalike apply, or the one that is named.

    Nothing is overwritten. If another file has a name by now, the one that comes back is called
    "NAME (restored).EXT". It does no harm to repeat this. Files that were taken out of the trash
    or deleted since cannot be taken back, and are named.

    Exits with 0 if everything is back, and with 1 if something is not.

    \b
    Examples:
      lookalike undo --dry-run
      lookalike undo
      lookalike undo 2026-11-26T053107Z-8f3a --only ~/Pictures/2019
    """
    from lookalike.actions.undo import undo as undo_run
    from lookalike.actions.words import outcome_lines

    if not dry_run and not yes:
        expected = undo_run(run, only=only, dry_run=True)
        for line in outcome_lines(expected, expected=True):
            click.echo(line, err=True)
        ask("Take it back?", yes)
    with progress_unless(quiet) as progress:
        outcome = undo_run(run, only=only, dry_run=dry_run, progress=progress)
    report(outcome, quiet=quiet, dry_run=dry_run)
