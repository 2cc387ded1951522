"""`lookalike compare`: whether two images look alike."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

import click

from lookalike.cli import options

if TYPE_CHECKING:
    from lookalike.hashing.options import Matching

EXIT_NOT_ALIKE = 1


@click.command(short_help="Check whether two images look alike.")
@click.argument("first", metavar="A", type=click.Path(readable=False))
@click.argument("second", metavar="B", type=click.Path(readable=False))
@options.matches_two
@options.as_json
@click.pass_context
def compare(
    context: click.Context, first: str, second: str, matching: Matching, as_json: bool
) -> None:
    """Check whether two images look alike, as find does: by their hashes and a second look.

    Animations and documents of several pages are alike if their frames are. Up to eight
    frames are compared. Exits with 0 if they are alike, 1 if not, and 2 if one cannot be read.

    \b
    Examples:
      lookalike compare a.jpg b.jpg
      lookalike compare a.jpg b.jpg --thorough
      lookalike compare a.jpg b.jpg --bits
      lookalike compare a.jpg b.jpg --algorithm dhash:16 --max-distance 20
    """
    from lookalike.matching.comparison import compare as compare_images
    from lookalike.report.words import comparison_lines
    from lookalike.work.threads import in_thread

    found = in_thread(partial(compare_images, first, second, **matching))
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2))
    else:
        click.echo("\n".join(comparison_lines(found)))
    if not found.alike:
        context.exit(EXIT_NOT_ALIKE)
