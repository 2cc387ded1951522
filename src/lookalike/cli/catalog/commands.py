"""`lookalike catalog`: looks after the catalogue."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

import click

from lookalike.cli import options
from lookalike.cli.catalog.place import catalog_at, opened
from lookalike.cli.catalog.scan import reads_folders
from lookalike.cli.output import output as output_to
from lookalike.text import plural, printable, size

if TYPE_CHECKING:
    from lookalike.catalog.scanning.sorting import Trust
    from lookalike.catalog.upkeep.checking import Checked
    from lookalike.hashing.options import Options

UNITS = {"s": 1, "h": 3600, "d": 86_400, "y": 365 * 86_400}


class Age(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A time such as 90d, in seconds."""

    name = "age"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Raises a usage error for anything else."""
        found = re.fullmatch(r"(\d+)([shdy])", str(value))
        if not found:
            self.fail(
                f"expected a number with s, h, d or y, such as 90d, not {value!r}", param, ctx
            )
        return int(found[1]) * UNITS[found[2]]


@click.group(short_help="Look after the catalogue.")
def catalog() -> None:
    """Look after the catalogue, which remembers files that were read.

    \b
    Examples:
      lookalike catalog info
      lookalike catalog roots move ~/Pictures /mnt/new/Pictures
      lookalike catalog check --bytes
      lookalike catalog backup ~/catalogue.db
    """


@catalog.command()
@catalog_at
def info(folder: str | None) -> None:
    """Say what the catalogue holds, and where it is."""
    with opened(folder) as one:
        found = one.info()
    failures = sum(found.failures.values())
    by_status = ", ".join(f"{count:,} {status}" for status, count in found.failures.items())
    click.echo(f"{found.folder}: {size(found.bytes)}, version {found.version}")
    click.echo(f"{plural(found.present, 'file')}, and {found.missing:,} missing")
    if found.assumed:
        click.echo(f"{plural(found.assumed, 'file')} of which only the ends were read")
    if failures:
        click.echo(f"{failures:,} could not be read: {by_status}")
    if found.rotten:
        click.echo(f"{found.rotten:,} changed without a sign of it; see catalog check --bytes")
    for recipe, count in found.recipes.items():
        click.echo(f"recipe {recipe}: {plural(count, 'content')}")
    click.echo(f"SQLite {found.sqlite}, journal mode {found.journal}, catalogue {found.uuid}")
    for note in found.notes:
        click.echo(note)


@catalog.group(invoke_without_command=True)
@catalog_at
@click.pass_context
def roots(context: click.Context, folder: str | None) -> None:
    """List the folders that are remembered, and when each was last scanned."""
    context.obj = folder
    if context.invoked_subcommand:
        return
    with opened(folder) as one:
        for root in one.roots:
            when = "never" if root.last_scan is None else _day(root.last_scan)
            state = f", offline: {root.offline}" if root.offline else ""
            path, count = printable(root.path), plural(root.present, "file")
            click.echo(f"{path}: {count}, scanned {when}{state}")


def _day(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}"


@roots.command()
@click.argument("old", type=click.Path())
@click.argument("new", type=click.Path())
@click.pass_obj
def move(folder: str | None, old: str, new: str) -> None:
    """Say that the root OLD is at NEW now, such as on another disk. Everything known stays."""
    with opened(folder) as one:
        one.move_root(old, new)
    click.echo(
        f"{printable(new)} is the root now. The next scan looks whether its files are the same."
    )


@catalog.command()
@click.argument("paths", metavar="[PATH...]", nargs=-1, type=click.Path())
@click.option(
    "--recipe",
    "recipes",
    type=int,
    multiple=True,
    metavar="N",
    help="Forget the hashes of recipe N, as catalog info lists them. Repeatable.",
)
@catalog_at
def forget(paths: tuple[str, ...], recipes: tuple[int, ...], folder: str | None) -> None:
    """Forget roots, folders in them, or hashes. No picture is touched."""
    if not paths and not recipes:
        raise click.UsageError("name a PATH or a --recipe to forget")
    with opened(folder) as one:
        for path in paths:
            one.forget(path)
        for recipe in recipes:
            one.forget_recipe(recipe)


@catalog.command()
@click.option(
    "--older",
    type=Age(),
    default="90d",
    show_default=True,
    metavar="AGE",
    help="How long a file must have been missing: a number with s, h, d or y.",
)
@catalog_at
def prune(older: int, folder: str | None) -> None:
    """Forget files that have long been missing. Until then, one that comes back is recognised."""
    with opened(folder) as one:
        files, contents = one.prune(older)
    click.echo(f"Forgot {plural(files, 'file')} and {plural(contents, 'content')}.")


@catalog.command()
@click.argument("paths", metavar="[ROOT...]", nargs=-1, type=click.Path())
@click.option(
    "--bytes", "every_byte", is_flag=True, help="Read every file, and compare all of its bytes."
)
@catalog_at
def check(paths: tuple[str, ...], every_byte: bool, folder: str | None) -> None:
    """Check the catalogue, and with --bytes also the files. Exits with 1 if anything is wrong.

    A file is wrong if its size and time are as before, and its bytes are not.
    """
    from lookalike.work.progress import progress_bar

    with opened(folder) as one:
        wrong = one.check()
        for line in wrong:
            click.echo(line)
        found = None
        if every_byte:
            with progress_bar() as progress:
                found = one.check_bytes(paths, progress=progress)
            _say_checked(found)
    if not wrong:
        click.echo("The catalogue is sound.")
    if wrong or (found and found.rotten):
        raise click.exceptions.Exit(1)


def _say_checked(found: Checked) -> None:
    for one in found.rotten:
        path = printable(one.path)
        click.echo(f"{path}: its bytes changed, from {one.expected} to {one.found}")
    for path in found.unreadable:
        click.echo(f"{printable(path)}: it cannot be read", err=True)
    for path in found.offline:
        click.echo(f"{printable(path)}: offline", err=True)
    said = [
        f"{found.same:,} the same",
        f"{found.first:,} read as a whole for the first time" if found.first else "",
        f"{found.mistaken:,} not what they were taken for" if found.mistaken else "",
        f"{found.changed:,} changed since the last scan" if found.changed else "",
        f"{len(found.unreadable):,} unreadable" if found.unreadable else "",
        f"{len(found.rotten):,} changed without a sign of it" if found.rotten else "",
    ]
    click.echo(", ".join(filter(None, said)))


@catalog.command(short_help="Compute hashes by another algorithm ahead of a search.")
@options.algorithm
@click.option("--all", "everything", is_flag=True, help="Read all files again, known or not.")
@catalog_at
@reads_folders
def rehash(algorithm: str, everything: bool, folder: str | None, keywords: Options) -> None:
    """Compute the hashes of an algorithm for all files that lack them, in all roots.

    \b
    Examples:
      lookalike catalog rehash --algorithm dhash
      lookalike catalog rehash --all
    """
    from lookalike.work.progress import progress_bar

    trust: Trust = "nothing" if everything else "normal"
    with opened(folder) as one, progress_bar() as progress:
        summary = one.scan(algorithm=algorithm, trust=trust, progress=progress, **keywords)
    click.echo(summary.line)


@catalog.command()
@options.output
@catalog_at
def export(output: str | None, folder: str | None) -> None:
    """Write all that is known as lines of JSON."""
    with opened(folder) as one, output_to(output) as write:
        one.export(write)


@catalog.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@catalog_at
def import_command(file: str, folder: str | None) -> None:
    """Add what `export` wrote, perhaps on another machine. What is known already stays.

    If the pictures are at another path here, use `catalog roots move` afterwards.
    """
    with opened(folder, create=True) as one, open(file, encoding="utf-8") as lines:  # noqa: PTH123
        added = one.add_from(lines, file)
    click.echo(f"Added {plural(added, 'file')}.")


@catalog.command()
@click.argument("file", type=click.Path())
@catalog_at
def backup(file: str, folder: str | None) -> None:
    """Write a copy of the database to FILE, which must not exist."""
    with opened(folder) as one:
        one.backup(file)
