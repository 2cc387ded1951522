"""`lookalike compare`: whether two images look alike."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial

import click

from lookalike.cli import options

EXIT_NOT_ALIKE = 1


@click.command(short_help="Check whether two images look alike.")
@click.argument("first", metavar="A", type=click.Path(readable=False))
@click.argument("second", metavar="B", type=click.Path(readable=False))
@options.algorithm
@options.max_distance
@options.as_json
@click.pass_context
def compare(
    context: click.Context,
    first: str,
    second: str,
    algorithm: str,
    max_distance: int | None,
    as_json: bool,
) -> None:
    """Check whether two images look alike, and in how many bits their hashes differ.

    Animations and documents of several pages are alike if their frames are. Up to eight
    frames are compared. Exits with 0 if they are alike, 1 if not, and 2 if one cannot be read.

    \b
    Examples:
      lookalike compare a.jpg b.jpg
      lookalike compare a.jpg b.jpg --algorithm dhash:16 --max-distance 20
    """
    from lookalike.algorithms import checked_distance
    from lookalike.matching.comparison import compare as compare_images
    from lookalike.report.words import comparison_lines
    from lookalike.work.threads import in_thread

    with options.usage_errors():
        checked_distance(max_distance, algorithm)
    found = in_thread(
        partial(compare_images, first, second, algorithm=algorithm, max_distance=max_distance)
    )
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2))
    else:
        click.echo("\n".join(comparison_lines(found)))
    if not found.alike:
        context.exit(EXIT_NOT_ALIKE)
