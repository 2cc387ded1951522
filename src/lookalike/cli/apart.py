"""`lookalike apart`: pictures that are no duplicates of each other."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from lookalike.cli import options
from lookalike.cli.catalog.place import catalog_at, opened
from lookalike.cli.output import output as output_to
from lookalike.text import plural, printable


@click.group(short_help="Say which pictures are no duplicates of each other.")
def apart() -> None:
    """Say which pictures are no duplicates of each other. They are never in one group again.

    What is told apart are contents, not names. So it holds when files are moved or renamed, when a
    rating is written into them, and for other algorithms. It is kept in the catalogue. find
    honours it, with or without --catalog.

    \b
    Examples:
      lookalike apart add a.jpg b.jpg --note "twins"
      lookalike apart list
      lookalike apart export --output apart.json
    """


@apart.command()
@click.argument("files", metavar="FILE FILE [FILE...]", nargs=-1, required=True)
@click.option("--note", default="", metavar="TEXT", help="Why, for people.")
@catalog_at
def add(files: tuple[str, ...], note: str, folder: str | None) -> None:
    """Tell two or more pictures apart: no two of them are duplicates."""
    with opened(folder, create=True) as one:
        try:
            number = one.apart.add(files, note)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
    click.echo(f"Set {number}: {plural(len(files), 'picture')} told apart.")


@apart.command("list")
@catalog_at
def list_command(folder: str | None) -> None:
    """List the sets, with their numbers."""
    with opened(folder) as one:
        sets = one.apart.sets().sets
    for some in sets:
        when = f"{datetime.fromtimestamp(some.made_at):%Y-%m-%d}" if some.made_at else "some day"
        note = f": {printable(some.note)}" if some.note else ""
        click.echo(f"Set {some.id}, {plural(len(some.contents), 'picture')}, {when}{note}")
        for content in some.contents:
            click.echo(f"  {printable(content.name) or 'without a name'}  {content.digest.hex()}")
    if not sets:
        click.echo("Nothing has been told apart.")


@apart.command()
@click.argument("numbers", metavar="NUMBER...", nargs=-1, type=int, required=True)
@catalog_at
def remove(numbers: tuple[int, ...], folder: str | None) -> None:
    """Forget sets by their numbers. Their pictures may be duplicates again."""
    with opened(folder) as one:
        one.apart.remove(numbers)
    click.echo(f"Removed {plural(len(numbers), 'set')}.")


@apart.command()
@options.output
@catalog_at
def export(output: str | None, folder: str | None) -> None:
    """Write all sets as JSON, for another catalogue or machine."""
    with opened(folder) as one, output_to(output) as write:
        write(one.apart.sets().to_json())


@apart.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@catalog_at
def import_command(file: str, folder: str | None) -> None:
    """Add the sets that `export` wrote. Those that are known already stay as they are."""
    from lookalike.errors import CatalogError
    from lookalike.hashing.apart import Apart

    try:
        sets = Apart.from_json(Path(file).read_bytes())
    except ValueError as error:
        raise CatalogError(str(error), file) from error
    with opened(folder, create=True) as one:
        added = one.apart.add_from(sets)
    click.echo(f"Added {plural(added, 'set')}.")
