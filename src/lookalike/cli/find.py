"""`lookalike find`: the groups of duplicates, for people to read or for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click

from lookalike.cli import options
from lookalike.cli.images import reads_images
from lookalike.cli.output import (
    columns,
    console,
    failure_line,
    report_tracebacks,
    unexpected_lines,
)
from lookalike.cli.output import output as output_to
from lookalike.text import plural, printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from lookalike.hashing.table import ImageInfo
    from lookalike.report.result import Duplicate, Group, Result

PIXELS_ONLY = {"flat", "degenerate"}
"""Marks of images that match by their pixels, not by their hashes."""
PLAINLY = {"degenerate": "one axis"}
"""Marks that people read as other words."""
MOST_LINES = 50
"""Related pairs that are shown to people."""


@click.command(short_help="Find the groups of duplicates in folders of images.")
@options.algorithm
@options.max_distance
@reads_images
@options.as_json
@options.as_csv
@options.output
@options.strict
@options.quiet
@options.debug
@click.pass_context
def find(
    context: click.Context,
    images: Iterable[str],
    keywords: dict[str, Any],
    algorithm: str,
    max_distance: int | None,
    as_json: bool,
    as_csv: bool,
    output: str | None,
    strict: bool,
    quiet: bool,
    debug: bool,
) -> None:
    """Find the groups of duplicates among images: files, or folders with all that is in them.

    Beside paths: archives (.zip, .cbz, .tar, .tar.gz, ...), globs in quotes, URLs, addresses such
    as s3://bucket/photos, and Parquet files.

    Nothing is deleted or changed. The one to keep of each group is a camera's raw file if there is
    one, else the image with the most pixels.

    \b
    Examples:
      lookalike find ~/Pictures
      lookalike find ~/Pictures /mnt/camera --algorithm dhash --max-distance 4
      lookalike find ~/Pictures --json | jq '.groups[].duplicates[].path'
      lookalike find ~/Pictures --csv --output duplicates.csv
      lookalike find ~/Pictures backup.zip --archives --exclude '*thumb*' --exclude cache
      find /mnt -name '*.jpg' -print0 | lookalike find --files-from -
    """
    from lookalike.algorithms import checked_distance
    from lookalike.scan import find_duplicates
    from lookalike.work.progress import progress_bar

    options.require_one_form(as_json, as_csv)
    with options.usage_errors():
        checked_distance(max_distance, algorithm)
    with output_to(output) as write:
        with nullcontext(None) if quiet else progress_bar() as progress:
            result = find_duplicates(
                images,
                algorithm=algorithm,
                max_distance=max_distance,
                progress=progress,
                **keywords,
            )
        if as_json:
            write(result.to_json())
        elif as_csv:
            write(result.to_csv())
        else:
            write(readable(result, console(output), summary=not quiet))
    if not quiet and (as_json or as_csv or output):
        click.echo("\n".join(summary_lines(result)), err=True)
    if debug:
        report_tracebacks(result.failures)
    if strict and result.failures:
        context.exit(1)


def readable(
    result: Result, screen: Console, *, summary: bool, groups: Sequence[Group] | None = None
) -> str:
    """The groups, or some of them, as text, and what else there is to know."""
    from rich.text import Text

    with screen.capture() as captured:
        for number, group in enumerate(result.groups if groups is None else groups, start=1):
            screen.print(f"[bold]{heading(number, group)}[/bold]")
            screen.print(members(group))
            screen.print()
        for line in [] if groups is not None else related_lines(result):
            screen.print(Text(line))
        if summary:
            screen.print(Text("\n".join(summary_lines(result))))
    return "".join(line.rstrip() + "\n" for line in captured.get().splitlines())


def related_lines(result: Result) -> list[str]:
    """The images that begin alike and go on differently."""
    pairs = result.related
    if not pairs:
        return []
    lines = ["Not duplicates, but related: they begin alike."]
    lines += [f"  {printable(one.first)} {printable(one.reason)}" for one in pairs[:MOST_LINES]]
    if len(pairs) > MOST_LINES:
        lines.append(f"  and {len(pairs) - MOST_LINES:,} more pairs, which --json lists")
    return lines


def heading(number: int, group: Group) -> str:
    """One line for a group."""
    from rich.filesize import decimal

    widest = plural(group.max_distance_within, "bit")
    equal = "equal pixels" if PIXELS_ONLY.intersection(group.keeper.marks) else "equal hashes"
    spread = f"at most {widest} apart" if group.max_distance_within else equal
    return (
        f"Group {number}: {plural(len(group), 'image')}, {decimal(group.bytes_to_save)} to save, "
        f"{spread}"
    )


def members(group: Group) -> Table:
    """A line for each image of a group."""
    from rich.text import Text

    table = columns()
    table.add_column(justify="right", min_width=len("exact copy"))
    for justify in ("left", "right", "left", "right", "left"):
        table.add_column(justify=justify, overflow="fold")
    table.add_row(Text("keep", "green"), *details(group.keeper), Text(group.keeper_reason, "dim"))
    for one in group.duplicates:
        table.add_row(Text(apart(one), "yellow"), *details(one.image), Text(""))
    return table


def details(image: ImageInfo) -> list[Text]:
    """Path, dimensions, format and size of an image."""
    from rich.filesize import decimal
    from rich.text import Text

    more = f", {image.frames:,} frames" if image.frames > 1 else ""
    words = [PLAINLY.get(mark, mark) for mark in image.marks]
    marks = "".join(f", {word}" for word in words) + (", damaged" if image.damage else "")
    return [
        Text(printable(image.path)),
        Text(f"{image.width} x {image.height}"),
        Text(image.format + more + marks),
        Text(decimal(image.bytes)),
    ]


def apart(one: Duplicate) -> str:
    """How far a duplicate is from its keeper."""
    return "exact copy" if one.exact else plural(one.distance, "bit")


def summary_lines(result: Result) -> list[str]:
    """What was looked at and found, what was left out or could not be read, and warnings."""
    from rich.filesize import decimal

    lines = [
        f"{plural(len(result.images), 'image')} hashed by {result.algorithm}, "
        f"matched within {plural(result.max_distance, 'bit')}: "
        f"{plural(len(result.groups), 'group')} with "
        f"{plural(result.duplicate_count, 'duplicate')}, {decimal(result.bytes_to_save)} to save."
    ]
    if result.flat_count:
        lines.append(
            f"{plural(result.flat_count, 'image')} without detail, "
            "matched only where all pixels are equal."
        )
    if result.degenerate_count:
        vary = "varies" if result.degenerate_count == 1 else "vary"
        lines.append(
            f"{plural(result.degenerate_count, 'image')} {vary} along one axis only, as barcodes "
            "and gradients do: matched only where all pixels are equal."
        )
    if result.damaged:
        far = "it goes" if len(result.damaged) == 1 else "they go"
        lines.append(f"{plural(len(result.damaged), 'image')} damaged, hashed as far as {far}:")
        lines += [f"  {failure_line(one)}" for one in result.damaged]
    if result.skipped:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in result.skipped.items())
        lines.append(f"Not looked at: {kinds}.")
    if result.failures:
        lines.append(f"{plural(len(result.failures), 'file')} could not be read:")
        lines += [f"  {failure_line(one)}" for one in result.failures]
        lines += unexpected_lines(result.failures)
    lines += [f"Warning: {warning}" for warning in result.warnings]
    return lines
