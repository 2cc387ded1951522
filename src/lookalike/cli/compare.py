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
    from lookalike.work.threads import in_thread

    with options.usage_errors():
        checked_distance(max_distance, algorithm)
    found = in_thread(
        partial(compare_images, first, second, algorithm=algorithm, max_distance=max_distance)
    )
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2))
    else:
        verdict = "alike" if found.alike else "not alike"
        if found.flat or found.degenerate:  # whatever their hashes are
            click.echo(f"{verdict}: their pixels {'are equal' if found.alike else 'differ'}")
        else:
            differ = f"{found.distance} of {found.bits} bits of {found.algorithm} differ"
            click.echo(f"{verdict}: {differ}, at most {found.max_distance} may")
        if found.exact:
            click.echo("The two have the same bytes.")
        if found.compared > 1:
            begin = "The first frames are alike; " if found.first_frames_alike else ""
            click.echo(f"{begin}{found.agreeing} of {found.compared} frames agree.")
        if found.flat:
            click.echo("At least one of them has no detail, so only equal pixels count as alike.")
        if found.degenerate:
            click.echo(
                "At least one of them varies along one axis only, as barcodes and gradients do, "
                "so only equal pixels count as alike."
            )
    if not found.alike:
        context.exit(EXIT_NOT_ALIKE)
