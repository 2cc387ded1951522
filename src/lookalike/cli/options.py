"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from lookalike.hashing.options import DEFAULT_ALGORITHM

algorithm = click.option(
    "--algorithm",
    default=DEFAULT_ALGORITHM,
    show_default=True,
    metavar="NAME",
    help="phash, dhash, dhash_vertical, ahash or whash; a size may follow, as in dhash:16.",
)
max_distance = click.option(
    "--max-distance",
    type=click.IntRange(min=0),
    metavar="BITS",
    help="In how many bits two hashes may differ and still match.  [default: the algorithm's own]",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
as_csv = click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
output = click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, readable=False),
    metavar="FILE",
    help="Write to FILE instead of standard output; it appears when it is complete.",
)
strict = click.option("--strict", is_flag=True, help="Exit with 1 if an image could not be read.")
quiet = click.option("--quiet", "-q", is_flag=True, help="No progress bar and no summary.")

debug = click.option(
    "--debug",
    is_flag=True,
    help="Show where in the program unexpected errors arose, on standard error.",
)


@contextmanager
def usage_errors() -> Iterator[None]:
    """Turn what the library says of a wrong argument into an error of the command's usage."""
    try:
        yield
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def require_one_form(as_json: bool, as_csv: bool) -> None:
    """Raise `click.UsageError` where two forms of output were asked for."""
    if as_json and as_csv:
        raise click.UsageError("--json and --csv cannot both be given")
