"""`lookalike history`: what was done, and why."""

from __future__ import annotations

import json

import click

from lookalike.cli import options


@click.command(short_help="List what apply and undo have done.")
@click.argument("run", required=False)
@options.as_json
def history(run: str | None, as_json: bool) -> None:
    """List all runs, or the files of one: what was done with each, why, and where it is now.

    \b
    Examples:
      lookalike history
      lookalike history 2026-11-26T053107Z-8f3a
      lookalike history --json
    """
    from lookalike.actions.history import history as all_runs
    from lookalike.actions.history import history_of
    from lookalike.actions.words import history_lines, run_line

    if run is None:
        runs = all_runs()
        if as_json:
            click.echo(json.dumps([one._asdict() for one in runs], indent=2))
        else:
            click.echo("\n".join(map(run_line, runs)) or "No plan was applied yet.")
        return
    found = history_of(run)
    if as_json:
        entries = [one._asdict() for one in found.entries]
        click.echo(json.dumps({**found.run._asdict(), "files": entries}, indent=2))
    else:
        click.echo("\n".join(history_lines(found)))
