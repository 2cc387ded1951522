"""`lookalike find`: the groups of duplicates, for people to read or for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from lookalike.cli import options
from lookalike.cli.catalog.place import told_apart
from lookalike.cli.images import reads_images
from lookalike.cli.output import is_coloured
from lookalike.cli.output import output as output_to
from lookalike.cli.reporting import Reporting, reports
from lookalike.report.words import summary_lines, text_of

if TYPE_CHECKING:
    from lookalike.hashing.options import Matching, Options


@click.command(short_help="Find groups of duplicate images.")
@click.option(
    "--against",
    multiple=True,
    type=click.Path(readable=False),
    metavar="PATH",
    help="Compare the images with those of PATH only: which of them are there already? Repeatable.",
)
@click.option(
    "--within", is_flag=True, help="With --against: also compare the images with each other."
)
@click.option(
    "--in",
    "collection",
    multiple=True,
    type=click.Path(readable=False),
    metavar="PATH",
    help="List all images of PATH that are similar to each image, the most similar first. "
    "Repeatable.",
)
@options.matches
@reads_images
@reports
def find(
    images: Iterable[str],
    against: tuple[str, ...],
    within: bool,
    collection: tuple[str, ...],
    keywords: Options,
    matching: Matching,
    reporting: Reporting,
) -> None:
    """Find groups of duplicates among images: files, or folders with everything in them.

    Besides paths, also accepts archives (.zip, .cbz, .tar, .tar.gz, ...), globs in quotes, URLs,
    addresses such as s3://bucket/photos, and Parquet files.

    Nothing is deleted or changed. Each group names one image to keep: an undamaged one, a camera
    raw file or an animation if there is one, and otherwise the one with the most pixels.

    \b
    Examples:
      lookalike find ~/Pictures
      lookalike find ~/Pictures /mnt/camera --algorithm dhash --max-distance 4
      lookalike find ~/Pictures --json | jq '.groups[].duplicates[].path'
      lookalike find ~/Pictures --csv --output duplicates.csv
      lookalike find ~/Pictures backup.zip --archives --exclude '*thumb*' --exclude cache
      find /mnt -name '*.jpg' -print0 | lookalike find --files-from -
      lookalike find /mnt/camera --against ~/Pictures
      lookalike find https://example.com/a.jpg --in ~/Pictures
    """
    _check_sets(images, against, collection, within)
    if collection:
        _find_similar(images, collection, keywords, matching, reporting)
        return
    from lookalike.scan import find_duplicates

    with output_to(reporting.output) as write:
        with reporting.progress() as progress:
            result = find_duplicates(
                images, against=against or None, within=within, apart=told_apart(),
                progress=progress, **matching, **keywords,
            )  # fmt: skip
        if reporting.as_json:
            write(result.to_json())
        elif reporting.as_csv:
            write(result.to_csv())
        else:
            styled = is_coloured(reporting.output)
            write(text_of(result, summary=not reporting.quiet, colour=styled))
    if reporting.sums_up_apart:
        click.echo("\n".join(summary_lines(result)), err=True)
    reporting.finish(result.failures)


def _find_similar(
    pictures: Iterable[str],
    images: tuple[str, ...],
    keywords: Options,
    matching: Matching,
    reporting: Reporting,
) -> None:
    """List what is similar to each picture."""
    from lookalike.report.words import similar_lines
    from lookalike.scan import find_similar

    with output_to(reporting.output) as write:
        with reporting.progress() as progress:
            result = find_similar(
                pictures, images, apart=told_apart(), progress=progress, **matching, **keywords
            )
        summary = "" if reporting.quiet else "".join(f"{one}\n" for one in similar_lines(result))
        if reporting.as_json:
            write(result.to_json())
        elif reporting.as_csv:
            write(result.to_csv())
        else:
            write(result.text() + summary)
    if reporting.sums_up_apart:
        click.echo(summary, err=True, nl=False)
    reporting.finish(result.failures)


def _check_sets(
    images: Iterable[str], against: tuple[str, ...], collection: tuple[str, ...], within: bool
) -> None:
    """Raise `click.UsageError` unless the two sets are there, and differ."""
    from lookalike.sources import is_there
    from lookalike.sources.two_sets import references_within

    if within and not against:
        raise click.UsageError("--within requires --against")
    if against and collection:
        raise click.UsageError("--against and --in cannot both be given")
    others = against or collection
    if missing := [path for path in others if not is_there(path)]:
        raise click.UsageError(f"no such file or folder: {', '.join(missing)}")
    with options.usage_errors():
        references_within(images, others)
