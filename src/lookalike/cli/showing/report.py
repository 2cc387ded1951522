"""`lookalike report`: the groups with their pictures, as a page to send or keep."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import click

from lookalike.cli.showing.given import Given, finds_or_reads
from lookalike.errors import LookalikeError, words_of
from lookalike.text import printable


@click.command(short_help="Write a page with the groups and their pictures.")
@finds_or_reads
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, readable=False),
    metavar="FILE",
    required=True,
    help="Write to FILE. More than 200 groups become a folder instead, with the same name but "
    "without .html.",
)
@click.option(
    "--no-paths",
    is_flag=True,
    help="Leave out names, folders, dates and everything else that says where images come from.",
)
@click.option("--links", is_flag=True, help="Let the names of files lead to them.")
@click.option("--quiet", "-q", is_flag=True, help="Show no progress bar.")
def report(given: Given, output: str, no_paths: bool, links: bool, quiet: bool) -> None:
    """Write the groups of duplicates as a page with pictures, to send or to keep.

    It is one file with everything in it, and runs no script. Pictures are small copies without
    metadata. Each group says which image would stay and why, why the others match it, and what
    differs.

    \b
    Examples:
      lookalike report ~/Pictures -o report.html
      lookalike report ~/Pictures --no-paths -o report.html
      lookalike find ~/Pictures --json | lookalike report --from - -o report.html
    """
    from lookalike.report.html.report import require_target, write_report
    from lookalike.work.progress import progress_bar, silent

    if links and no_paths:
        raise click.UsageError("--links cannot be given with --no-paths: a link tells the path")
    if given.from_file is not None and given.order:
        raise click.UsageError("--from cannot be given with --keep or --prefer: who stays is known")
    try:
        require_target(Path(output))
        with nullcontext() if quiet else progress_bar() as progress, given.reader() as reader:
            page = write_report(
                given.result(progress),
                Path(output),
                reader,
                paths=not no_paths,
                links=links,
                progress=progress or silent,
            )
    except OSError as error:
        name = error.filename or output
        raise LookalikeError(f"{name} cannot be written: {words_of(error)}") from error
    if page != Path(output):
        click.echo(f"More than one page: open {printable(str(page))}", err=True)
