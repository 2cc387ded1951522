"""`lookalike find`: the groups of duplicates, for people to read or for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli import options
from lookalike.cli.catalog.place import may_remember, opened
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
@may_remember
@reads_images
@reports
def find(
    images: Iterable[str] | None,
    catalog_at: str | None,
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
      lookalike find ~/Pictures --catalog     # again: only what changed is opened
      lookalike find --catalog                # everything in the catalogue; no file is touched
      find /mnt -name '*.jpg' -print0 | lookalike find --files-from -
      lookalike find /mnt/camera --against ~/Pictures
      lookalike find https://example.com/a.jpg --in ~/Pictures
      lookalike find a.jpg --catalog          # one picture against everything in the catalogue
    """
    _check_sets(images or (), against, collection, within)
    if collection or (catalog_at and _is_one_picture(images) and not against):
        _find_similar(images or (), collection, catalog_at, keywords, matching, reporting)
        return
    from lookalike.scan import find_duplicates

    # A catalogue is made if there is none, unless it is all that should be searched.
    kept = opened(catalog_at, create=images is not None) if catalog_at else nullcontext()
    with output_to(reporting.output) as write, kept as catalog:
        with reporting.progress() as progress:
            result = find_duplicates(
                images, against=against or None, within=within, catalog=catalog,
                progress=progress, **matching, **keywords,
            )  # fmt: skip
        if reporting.as_json:
            write(result.to_json())
        elif reporting.as_csv:
            write(result.to_csv())
        else:
            styled = is_coloured(reporting.output)
            write(text_of(result, summary=not reporting.quiet, colour=styled))
        account = catalog.account if catalog else None
    if reporting.sums_up_apart:
        click.echo("\n".join(summary_lines(result)), err=True)
    if account and not reporting.quiet:
        click.echo("\n".join(account.lines), err=True)
    reporting.finish(result.failures)


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
                pictures, images or None, catalog=catalog, progress=progress, **matching, **keywords
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


def _is_one_picture(images: Iterable[str] | None) -> bool:
    """Whether a single file or URL is named, and not a folder, an archive or a table."""
    from lookalike.sources.kinds import is_archive, is_parquet
    from lookalike.sources.web.urls import is_url

    if not isinstance(images, Sequence) or len(images) != 1:
        return False
    (one,) = images
    return is_url(one) or (Path(one).is_file() and not (is_archive(one) or is_parquet(one)))
