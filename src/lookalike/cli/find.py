"""`lookalike find`: the groups of duplicates, for people to read or for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from lookalike.cli import options
from lookalike.cli.images import reads_images
from lookalike.cli.output import is_coloured
from lookalike.cli.output import output as output_to
from lookalike.cli.reporting import Reporting, reports
from lookalike.report.words import summary_lines, text_of

if TYPE_CHECKING:
    from lookalike.hashing.options import Matching, Options


@click.command(short_help="Find groups of duplicate images.")
@options.matches
@reads_images
@options.keep
@options.prefer
@reports
def find(
    images: Iterable[str],
    keep: tuple[str, ...],
    prefer: tuple[str, ...],
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
    """
    from lookalike.matching.keepers.order import Order
    from lookalike.scan import find_duplicates

    with options.usage_errors():
        order = Order.of(keep, prefer)
    with output_to(reporting.output) as write:
        with reporting.progress() as progress:
            result = find_duplicates(images, keep=order, progress=progress, **matching, **keywords)
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
