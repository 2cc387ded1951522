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
@click.option("--bits", is_flag=True, help="Compare the hashes alone, without a second look.")
@options.colour
@options.min_agreement
@options.as_json
@click.pass_context
def compare(
    context: click.Context,
    first: str,
    second: str,
    algorithm: str,
    max_distance: int | None,
    bits: bool,
    colour: bool,
    min_agreement: float,
    as_json: bool,
) -> None:
    """Check whether two images look alike, as find does: by their hashes and a second look.

    Animations and documents of several pages are alike if their frames are. Up to eight
    frames are compared. Exits with 0 if they are alike, 1 if not, and 2 if one cannot be read.

    \b
    Examples:
      lookalike compare a.jpg b.jpg
      lookalike compare a.jpg b.jpg --bits
      lookalike compare a.jpg b.jpg --algorithm dhash:16 --max-distance 20
    """
    from lookalike.matching.comparison import compare as compare_images
    from lookalike.matching.rules import Rule
    from lookalike.report.words import comparison_lines
    from lookalike.work.threads import in_thread

    with options.usage_errors():
        Rule.of(
            algorithm, max_distance, verify=not bits, colour=colour, min_agreement=min_agreement
        )
    found = in_thread(
        partial(
            compare_images,
            first,
            second,
            algorithm=algorithm,
            max_distance=max_distance,
            verify=not bits,
            colour=colour,
            min_agreement=min_agreement,
        )
    )
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2))
    else:
        click.echo("\n".join(comparison_lines(found)))
    if not found.alike:
        context.exit(EXIT_NOT_ALIKE)
