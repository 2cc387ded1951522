"""`lookalike review`: a page on this machine on which groups are looked at and decided."""

from __future__ import annotations

import sys
from contextlib import nullcontext, suppress
from pathlib import Path

import click

from lookalike.cli.showing.given import Given, finds_or_reads


@click.command(short_help="Look at the groups in the browser, and decide.")
@finds_or_reads
@click.option(
    "--decisions",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Keep decisions in FILE, and nothing in the catalogue.  [default: the catalogue, so that "
    "what is told apart holds for every search]",
)
@click.option(
    "--to",
    type=click.Path(file_okay=False, readable=False),
    metavar="DIR",
    help="Let the page move files to DIR, too.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="N",
    help="The port of the page.  [default: a free one]",
)
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
@click.option("--quiet", "-q", is_flag=True, help="Show no progress bar.")
def review(
    given: Given, decisions: str | None, to: str | None, port: int, no_browser: bool, quiet: bool
) -> None:
    """Look at the groups in the browser, compare pictures, and decide what may go.

    No file is changed until you apply the plan that the page shows. Decisions are saved as you make
    them, so you can stop at any time and go on later. The page can be reached from this machine
    only, and fetches nothing from elsewhere. It needs: pip install 'lookalike[review]'

    \b
    Examples:
      lookalike review ~/Pictures
      lookalike review ~/Pictures --thorough --decisions pictures.jsonl
      lookalike review ~/Pictures --keep format:heic,jpeg --keep pixels
      lookalike find ~/Pictures --json --output found.json
      lookalike review --from found.json --no-browser --port 8642
    """
    from lookalike.extras import extra
    from lookalike.review.decisions import Decisions
    from lookalike.review.kept import CatalogDecisions
    from lookalike.work.progress import progress_bar

    with extra("'lookalike[review]'", "review needs Starlette and uvicorn"):
        from lookalike.review.server import serve

    kept = (
        Decisions(Path(decisions))
        if decisions
        else CatalogDecisions(given.catalog_folder, given.isolation(isolate=True))
    )
    with kept as made:
        with nullcontext() if quiet else progress_bar() as progress:
            result = given.result(progress)
        with suppress(KeyboardInterrupt):  # the ordinary end of a review
            serve(
                result,
                made,
                given.reader(isolate=True),
                choices=given.choices(to),
                reorder=given.from_file is not None and given.order is not None,
                port=port,
                browser=not no_browser,
                say=_say,
            )
    click.echo(f"Your decisions are in {kept.path}")


def _say(line: str) -> None:
    """Print a line at once, because the command does not end after it."""
    click.echo(line)
    sys.stdout.flush()
