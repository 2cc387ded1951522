"""`lookalike plan`: which duplicates can go, as a plan to read and to carry out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import nullcontext
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lookalike.cli import options
from lookalike.cli.catalog.place import may_remember, opened, told_apart
from lookalike.cli.images import Command, reads_images
from lookalike.cli.options import usage_errors
from lookalike.cli.output import output as output_to
from lookalike.cli.sets import Sets
from lookalike.errors import LookalikeError, PlanError

if TYPE_CHECKING:
    from lookalike.catalog.catalog import Catalog
    from lookalike.hashing.options import Matching, Options
    from lookalike.planning.choices import Choices
    from lookalike.report.result import Result

NOTHING_TO_DO = 3
FOLDER = click.Path(readable=False)

CHOICES = (
    click.option(
        "--against", "reference", multiple=True, type=FOLDER, metavar="DIR",
        help="Take the files in DIR for originals: they stay untouched, and only what matches them "
        "goes. Repeatable.",
    ),
    click.option(
        "--protect", multiple=True, metavar="PATTERN",
        help="Touch nothing that matches. Repeatable.",
    ),
    click.option(
        "--only", multiple=True, metavar="PATTERN",
        help="Touch nothing that does not match. Repeatable.",
    ),
    click.option(
        "--between", is_flag=True, help="Plan only groups with files of two or more of the PATHs."
    ),
    click.option(
        "--copies", type=click.IntRange(min=1), default=1, show_default=True, metavar="N",
        help="Leave N files of each group. A raw file and its JPEG count as one.",
    ),
    click.option(
        "--distance-for-action", type=click.IntRange(min=0), metavar="BITS",
        help="Plan only matches this near.  [default: the search's own; 0 for links and delete]",
    ),
    click.option("--exact", is_flag=True, help="Plan only files of equal bytes."),
    click.option(
        "--do", default="trash", show_default=True, metavar="ACTION",
        help="What to do: trash, move, dedupe, hardlink or delete. Several with commas are tried "
        "in order.",
    ),
    click.option("--to", type=FOLDER, metavar="DIR", help="Where to move files to."),
    click.option(
        "--take", type=click.Choice(["edited"]),
        help="Also plan crops, turned, mirrored and recoloured pictures.",
    ),
    click.option(
        "--empty-folders", type=click.Choice(["warn", "hold"]), default="warn", show_default=True,
        help="Whether to hold back the last files of a folder.",
    ),
    click.option(
        "--companions", type=click.Choice(["with", "keep"]), default="with", show_default=True,
        help="Whether sidecars and films of Live Photos go with their pictures.",
    ),
    click.option(
        "--metadata", type=click.Choice(["hold", "ignore"]), default="hold", show_default=True,
        help="Whether to hold back files with metadata that the one that stays lacks.",
    ),
    click.option(
        "--bursts", type=click.Choice(["hold", "take"]), default="hold", show_default=True,
        help="Whether to hold back pictures taken seconds apart.",
    ),
)  # fmt: skip
NAMES = (
    "reference", "protect", "only", "between", "copies", "distance_for_action", "exact", "do", "to",
    "take", "empty_folders", "companions", "metadata", "bursts",
)  # fmt: skip


class PlanCommand(click.Command):
    """The command, with `show` as a command of its own."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """The context of `show` if that is the first word. A folder `show` is `./show`."""
        if args[:1] == ["show"]:
            return show.make_context(f"{info_name} show", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


def chooses(command: Command) -> Command:
    """Add the options for what may go. The command receives them as `choices`."""

    @wraps(command)
    def choosing(**given: Any) -> None:
        command(choices={name: given.pop(name) for name in NAMES}, **given)

    added: Command = choosing
    for option in reversed(CHOICES):
        added = option(added)
    return added


@click.command(cls=PlanCommand, short_help="Decide which duplicates can go.")
@click.option(
    "--from", "from_file", type=click.Path(allow_dash=True), is_eager=True, metavar="FILE",
    help="Plan the result that find --json wrote to FILE, instead of searching. - is standard "
    "input.",
)  # fmt: skip
@options.keep
@options.prefer
@chooses
@options.output
@click.option("--quiet", "-q", is_flag=True, help="Show no progress bar and no summary.")
@options.matches
@may_remember
@reads_images
def plan(
    images: Iterable[str] | None,
    from_file: str | None,
    catalog_at: str | None,
    keep: tuple[str, ...],
    prefer: tuple[str, ...],
    choices: dict[str, Any],
    output: str | None,
    quiet: bool,
    keywords: Options,
    matching: Matching,
) -> None:
    """Decide which duplicates can go, and write that as a plan. Nothing is changed.

    A file goes only if it directly matches one that stays, together with its sidecars and its raw
    file. What could be a loss is held back, with the reason. Read the plan with lookalike plan
    show, and carry it out with lookalike apply. Exits with 3 if nothing can go.

    \b
    Examples:
      lookalike plan ~/Pictures -o plan.json
      lookalike plan ~/Pictures --catalog -o plan.json   # only what changed is opened
      lookalike plan ~/Pictures --keep format:heic,jpeg --keep pixels -o plan.json
      lookalike plan /mnt/camera --against ~/Pictures -o plan.json
      lookalike find ~/Pictures --json | lookalike plan --from - -o plan.json
      lookalike plan show plan.json | grep held
    """
    from lookalike.planning.choices import Choices
    from lookalike.planning.planning import planned
    from lookalike.planning.words import summary_lines
    from lookalike.sources.beside import Disk

    paths = None if images is None else [path for path in images if isinstance(path, str)]
    _check(paths, from_file, catalog_at, choices["reference"])
    with usage_errors():
        chosen = Choices.of(keep=keep, prefer=prefer, **_keywords(choices, paths or []))
    kept = opened(catalog_at, create=paths is not None) if catalog_at else nullcontext()
    with output_to(output, private=True) as write, kept as catalog:
        if from_file:
            result = _result_from(from_file)
        else:
            result = _searched(paths, chosen, catalog, quiet, matching, keywords)
        account = catalog.account if catalog else None
        found = planned(result, chosen, Disk(account.recall) if account else Disk())
        write(found.to_json())
    if not quiet:
        click.echo("\n".join(summary_lines(found)), err=True)
    if not found.totals.remove:
        raise click.exceptions.Exit(NOTHING_TO_DO)


def _check(
    paths: list[str] | None,
    from_file: str | None,
    catalog_at: str | None,
    references: tuple[str, ...],
) -> None:
    """Raise `click.UsageError` unless something is named to plan, and only once."""
    if from_file and catalog_at:
        raise click.UsageError("--from cannot be given with --catalog: nothing is searched")
    if from_file:
        return
    if not paths and (paths is not None or references):
        raise click.UsageError("name either PATHs to search or a result with --from")
    Sets(references, within=False, collection=()).check(paths or ())


def _keywords(choices: dict[str, Any], paths: list[str]) -> dict[str, Any]:
    """The choices as the planner names them."""
    from lookalike.actions.checks.standing import Standing

    given = dict(choices)
    given["take_edited"] = given.pop("take") == "edited"
    if given["between"] and len(paths) < 2:
        raise click.UsageError("--between requires two or more PATHs")
    given["between"] = paths if given["between"] else ()
    given["roots"] = [path for path in paths if os.path.isdir(path)]  # noqa: PTH112
    given["argv"] = sys.argv[1:]
    given["kept_before"] = Standing().digests
    return given


def _searched(
    images: list[str] | None,
    chosen: Choices,
    catalog: Catalog | None,
    quiet: bool,
    matching: Matching,
    keywords: Options,
) -> Result:
    """The duplicates among images, or only those that references have."""
    from lookalike.scan import find_duplicates
    from lookalike.work.progress import progress_bar

    with nullcontext() if quiet else progress_bar() as progress:
        return find_duplicates(
            images, against=chosen.reference or None, keep=chosen.order(), catalog=catalog,
            apart=told_apart(catalog), progress=progress, **matching, **keywords,
        )  # fmt: skip


def _result_from(path: str) -> Result:
    """The result in a file of JSON. Raises `LookalikeError` for any other file."""
    from lookalike.report.result import Result

    try:
        text = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return Result.from_json(text)
    except OSError as error:
        raise LookalikeError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise LookalikeError(f"{path} is not a result of find --json: {error}") from error


@click.command()
@click.argument("plan_file", metavar="PLAN", type=click.Path(allow_dash=True))
def show(plan_file: str) -> None:
    """Print a plan: a line per file, to read and to search with grep.

    \b
    Examples:
      lookalike plan show plan.json
      lookalike plan show plan.json | grep ^held
    """
    from lookalike.planning.plan import Plan
    from lookalike.planning.words import file_lines, summary_lines

    try:
        text = sys.stdin.buffer.read() if plan_file == "-" else Path(plan_file).read_bytes()
        found = Plan.from_json(text)
    except OSError as error:
        raise LookalikeError(f"{plan_file} cannot be read: {error.strerror or error}") from error
    except PlanError as error:
        raise LookalikeError(f"{plan_file}: {error}") from error
    for line in file_lines(found):
        click.echo(line)
    click.echo("\n".join(summary_lines(found)), err=True)
