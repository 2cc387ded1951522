"""`lookalike formats`: what this installation reads."""

from __future__ import annotations

import json

import click

from lookalike.cli import options
from lookalike.cli.output import console


@click.command(short_help="List the image formats that can be read.")
@options.as_json
def formats(as_json: bool) -> None:
    """List image formats: which can be read here, and what the others need.

    The format of a file is detected from its content, never from its name. A format is "fast" if
    only as much of a file is decoded as the hash needs.

    \b
    Examples:
      lookalike formats
      lookalike formats --json | jq '.[] | select(.readable | not) | .remedy'
    """
    from rich.table import Table

    from lookalike.images.formats.formats import formats as known_formats

    known = known_formats()
    if as_json:
        click.echo(json.dumps([one.to_dict() for one in known], indent=2))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("format", "read", "fast", "by, or how to get it", "names"):
        table.add_column(heading, overflow="fold")
    for one in known:
        names = " ".join(one.extensions)
        read, fast = ("yes" if yes else "-" for yes in (one.readable, one.fast))
        table.add_row(one.name, read, fast, one.through or one.remedy, names)
    screen = console(None)
    with screen.capture() as captured:
        screen.print(table)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))
