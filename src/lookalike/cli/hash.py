"""`lookalike hash`: the hashes of images, one image per line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from lookalike.cli import options
from lookalike.cli.images import reads_images
from lookalike.cli.output import output as output_to
from lookalike.cli.output import report_failures
from lookalike.cli.reporting import Reporting, reports
from lookalike.hashing.options import DEFAULT_ALGORITHM
from lookalike.report.words import NOTHING_FOUND, skipped_lines
from lookalike.text import printable

if TYPE_CHECKING:
    from lookalike.hashing.options import Options
    from lookalike.hashing.table import HashTable


@click.command("hash", short_help="Print the hashes of images.")
@click.option(
    "--algorithm",
    "algorithms",
    cls=options.AlgorithmOption,
    multiple=True,
    default=[DEFAULT_ALGORITHM],
    show_default=True,
    metavar="NAME",
    help="Hash algorithm. Repeatable: each image is decoded once for all.",
)
@reads_images
@reports
def hash_command(
    images: Iterable[str],
    keywords: Options,
    algorithms: tuple[str, ...],
    reporting: Reporting,
) -> None:
    """Print the hash of every image, in hex, and its path.

    Accepts the same PATHs as find.

    \b
    Examples:
      lookalike hash a.jpg b.png
      lookalike hash ~/Pictures --algorithm phash --algorithm dhash:16 --csv
      lookalike hash 'scans/**/*.tif' train.parquet --column image
    """
    from lookalike.algorithms import get_algorithm
    from lookalike.hashing.hashing import hash_images

    with options.usage_errors():
        for name in algorithms:
            get_algorithm(name)
    with output_to(reporting.output) as write:
        with reporting.progress() as progress:
            table = hash_images(images, algorithms=algorithms, progress=progress, **keywords)
        for_programs = reporting.as_json or reporting.as_csv
        form = as_json_text if reporting.as_json else as_csv_text if for_programs else as_lines
        write(form(table))
    if not (table.paths or table.failures or reporting.quiet):
        click.echo("\n".join([NOTHING_FOUND, *skipped_lines(table.skipped)]), err=True)
    if not for_programs:
        report_failures(table.damaged + table.failures)
    reporting.finish(table.failures)


def hex_columns(table: HashTable) -> dict[str, list[str]]:
    """The hashes of all images, by algorithm."""
    return {name: hashes.to_hex() for name, hashes in table.hashes.items()}


def as_lines(table: HashTable) -> str:
    """One line per image: its hashes, then its path."""
    rows = zip(*hex_columns(table).values(), map(printable, table.paths), strict=True)
    return "".join("  ".join(row) + "\n" for row in rows)


def as_json_text(table: HashTable) -> str:
    """Images with their hashes, and failures, as JSON."""
    from lookalike.images import PREPARATION

    hexes = hex_columns(table)
    document = {
        "images": [
            {"path": path, "hashes": {name: column[at] for name, column in hexes.items()}}
            for at, path in enumerate(table.paths)
        ],
        "failures": [one.to_dict() for one in table.failures],
        "damaged": [{"path": one.path, "reason": one.reason} for one in table.damaged],
        "skipped": table.skipped,
        "preparation": PREPARATION,
    }
    return json.dumps(document, indent=2)


def as_csv_text(table: HashTable) -> str:
    """One line per image, then one per failure: path, hashes, status and reason."""
    from lookalike.hashing.row import status_of
    from lookalike.hashing.schema import EVERY
    from lookalike.report.rows import csv_text

    hexes = hex_columns(table)
    path, *outcome = EVERY
    rows: list[list[object]] = [[path, *hexes, *outcome]]
    for at, row in enumerate(zip(table.paths, *hexes.values(), strict=True)):
        damage = table.damages.get(at, "")
        rows.append([*row, status_of(damage), damage])
    for failure in table.failures:
        values = failure.to_dict() | dict.fromkeys(hexes, "")
        rows.append([values[name] for name in (path, *hexes, *outcome)])
    return csv_text(rows)
