"""`lookalike scan`: brings the catalogue up to date."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import TYPE_CHECKING, TypeAlias, cast

import click

from lookalike.cli import options
from lookalike.cli.catalog.place import catalog_at, opened
from lookalike.cli.images import KEYWORDS, LIMITS
from lookalike.text import printable

if TYPE_CHECKING:
    from lookalike.catalog.scanning.sorting import Trust
    from lookalike.catalog.scanning.summary import ScanSummary
    from lookalike.hashing.options import Options

Command: TypeAlias = Callable[..., None]
NOT_HERE = {"follow_links", "column", "fetch"}
"""Scans follow no links, and read no Parquet files and no URLs."""
SCANNED = {name: option for name, option in KEYWORDS.items() if name not in NOT_HERE}


def reads_folders(command: Command) -> Command:
    """Add the options for what is read, and how. The command receives `keywords`."""

    @wraps(command)
    def with_keywords(**given: object) -> None:
        from lookalike.hashing.request import request_for
        from lookalike.sources import ArchiveLimits

        # click has converted each value to the type of its option.
        limits = cast("dict[str, int]", {name: given.pop(name) for name in LIMITS})
        keywords = cast("Options", {name: given.pop(name) for name in SCANNED})
        keywords["archive_limits"] = ArchiveLimits(**limits)
        algorithm = cast("str", given["algorithm"])
        with options.usage_errors():
            request_for((), algorithm, repeats=False, only_first=False, **keywords)
        command(keywords=keywords, **given)

    added: Command = with_keywords
    for option in reversed([*SCANNED.values(), *LIMITS.values()]):
        added = option(added)
    return added


@click.command(short_help="Bring the catalogue up to date.")
@click.argument("paths", metavar="[PATH...]", nargs=-1, type=click.Path(readable=False))
@options.algorithm
@click.option(
    "--trust",
    type=click.Choice(["normal", "stat", "nothing"]),
    default="normal",
    show_default=True,
    help="When to believe that a file is unchanged. stat: if its size and time are, as after a "
    "chmod of everything. nothing: read every file.",
)
@click.option(
    "--accept-loss",
    multiple=True,
    metavar="ROOT",
    help="Scan ROOT even if it is empty, lost most of its files, or is on another disk. "
    "Repeatable.",
)
@catalog_at
@reads_folders
@click.option(
    "--strict", is_flag=True, help="Exit with 1 if a root is offline or a file is unreadable."
)
@click.option("--quiet", "-q", is_flag=True, help="Show no progress bar and no summary.")
def scan(
    paths: tuple[str, ...],
    algorithm: str,
    trust: Trust,
    accept_loss: tuple[str, ...],
    folder: str | None,
    keywords: Options,
    strict: bool,
    quiet: bool,
) -> None:
    """Bring the catalogue up to date with folders, or with all that it has.

    Each PATH is a folder. It is remembered with everything in it, and scanned again by later scans.
    Only files that changed are read. Moved and renamed files are recognised without reading them. A
    disk that is not there is not a deletion.

    \b
    Examples:
      lookalike scan ~/Pictures /mnt/camera
      lookalike scan
      lookalike scan /mnt/share --trust stat
      lookalike scan --accept-loss /mnt/camera
    """
    from lookalike.work.progress import progress_bar

    bar = nullcontext() if quiet else progress_bar()
    with opened(folder, create=True) as catalog, bar as progress:
        summary = catalog.scan(
            paths,
            algorithm=algorithm,
            trust=trust,
            accept_loss=accept_loss,
            progress=progress,
            **keywords,
        )
    if not quiet:
        _say(summary)
    if strict and (summary.offline or summary.unreadable):
        raise click.exceptions.Exit(1)


def _say(summary: ScanSummary) -> None:
    click.echo(summary.line)
    for reason in summary.reasons:
        click.echo(f"Offline: {printable(reason)}", err=True)
    if summary.reasons:
        click.echo("What is known of it stays. If it is really gone: --accept-loss ROOT", err=True)
