"""`lookalike find`: the groups of duplicates, for people to read or for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli import options
from lookalike.cli.catalog.place import may_remember, opened, told_apart
from lookalike.cli.images import reads_images
from lookalike.cli.output import is_coloured
from lookalike.cli.output import output as output_to
from lookalike.cli.reporting import Reporting, reports
from lookalike.cli.sets import Sets, takes_sets
from lookalike.report.words import summary_lines, text_of

if TYPE_CHECKING:
    from lookalike.hashing.options import Matching, Options
    from lookalike.report.result import Result


@click.command(short_help="Find groups of duplicate images.")
@takes_sets
@options.matches
@may_remember
@reads_images
@options.keep
@options.prefer
@reports
def find(
    images: Iterable[str] | None,
    catalog_at: str | None,
    sets: Sets,
    keep: tuple[str, ...],
    prefer: tuple[str, ...],
    keywords: Options,
    matching: Matching,
    reporting: Reporting,
) -> None:
    """Find groups of duplicates among images: files, or folders with everything in them.

    Besides paths, also accepts archives (.zip, .cbz, .tar, .tar.gz, ...), globs in quotes, URLs,
    addresses such as s3://bucket/photos, and Parquet files.

    Nothing is deleted or changed. Each group names one image to keep, and says why.

    \b
    Examples:
      lookalike find ~/Pictures
      lookalike find ~/Pictures /mnt/camera --algorithm dhash
      lookalike find ~/Pictures --catalog     # again: only what changed is opened
      lookalike find --catalog                # everything in the catalogue; no file is touched
      lookalike find /mnt/camera --against ~/Pictures
      lookalike find https://example.com/a.jpg --in ~/Pictures
      lookalike find a.jpg --catalog          # one picture against the catalogue
    """
    sets.check(images or ())
    if sets.collection or (catalog_at and _is_one_picture(images) and not sets.against):
        _find_similar(images or (), sets.collection, catalog_at, keywords, matching, reporting)
        return
    from lookalike.matching.keepers.order import Order
    from lookalike.scan import find_duplicates

    with options.usage_errors():
        order = Order.of(keep, prefer)
    kept = opened(catalog_at, create=images is not None) if catalog_at else nullcontext()
    with output_to(reporting.output) as write, kept as catalog:
        with reporting.progress() as progress:
            result = find_duplicates(
                images, against=sets.against or None, within=sets.within, catalog=catalog,
                apart=told_apart(catalog), keep=order, progress=progress, **matching, **keywords,
            )  # fmt: skip
        write(_written(result, reporting))
        account = catalog.account if catalog else None
    if reporting.sums_up_apart:
        click.echo("\n".join(summary_lines(result)), err=True)
    if account and not reporting.quiet:
        click.echo("\n".join(account.lines), err=True)
    reporting.finish(result.failures)


def _written(result: Result, reporting: Reporting) -> str:
    if reporting.as_json:
        return result.to_json()
    if reporting.as_csv:
        return result.to_csv()
    styled = is_coloured(reporting.output)
    return text_of(result, summary=not reporting.quiet, colour=styled)


def _find_similar(
    pictures: Iterable[str],
    images: tuple[str, ...],
    catalog_at: str | None,
    keywords: Options,
    matching: Matching,
    reporting: Reporting,
) -> None:
    """List what is similar to each picture."""
    from lookalike.report.words import similar_lines
    from lookalike.scan import find_similar

    kept = opened(catalog_at, create=bool(images)) if catalog_at else nullcontext()
    with output_to(reporting.output) as write, kept as catalog:
        with reporting.progress() as progress:
            result = find_similar(
                pictures,
                images or None,
                apart=told_apart(catalog),
                catalog=catalog,
                progress=progress,
                **matching,
                **keywords,
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


def _is_one_picture(images: Iterable[str] | None) -> bool:
    """Whether a single file or URL is named, and not a folder, an archive or a table."""
    from lookalike.sources.kinds import is_archive, is_parquet
    from lookalike.sources.web.urls import is_url

    if not isinstance(images, Sequence) or len(images) != 1:
        return False
    (one,) = images
    return is_url(one) or (Path(one).is_file() and not (is_archive(one) or is_parquet(one)))
