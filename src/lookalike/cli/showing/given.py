"""`Given`: a search to make, or a result to read, for commands that show its groups."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli import options
from lookalike.cli.catalog.place import may_remember, opened, told_apart
from lookalike.cli.images import Command, reads_images
from lookalike.cli.sets import Sets, takes_references
from lookalike.errors import LookalikeError, words_of

if TYPE_CHECKING:
    from lookalike.hashing.options import Matching, Options
    from lookalike.matching.keepers.order import Order
    from lookalike.planning.choices import Choices
    from lookalike.report.pictures import PictureReader
    from lookalike.report.result import Result
    from lookalike.work.isolation import Isolation
    from lookalike.work.progress import Progress


@dataclass(frozen=True, slots=True)
class Given:
    """The images that were named, or the file with a result."""

    images: Iterable[str] | None
    keywords: Options
    matching: Matching
    from_file: str | None
    catalog_at: str | None
    sets: Sets
    order: Order | None
    """What decides which image of a group stays, if that was given."""

    @property
    def catalog_folder(self) -> Path:
        """The folder of the catalogue that keeps decisions."""
        from lookalike.catalog.folder import default_folder

        return Path(self.catalog_at) if self.catalog_at else default_folder()

    def result(self, progress: Progress | None) -> Result:
        """Search the images, or read the result. Raises `LookalikeError`."""
        if self.from_file is None:
            from lookalike.scan import find_duplicates

            folder, is_new = self.catalog_at, self.images is not None
            with opened(folder, create=is_new) if folder else nullcontext() as catalog:
                return find_duplicates(
                    self.images,
                    against=self.sets.against or None,
                    within=self.sets.within,
                    catalog=catalog,
                    apart=told_apart(catalog),
                    keep=self.order or (),
                    progress=progress,
                    **self.matching,
                    **self.keywords,
                )
        from lookalike.report.result import Result

        try:
            return Result.from_json(_bytes_of(self.from_file))
        except ValueError as error:
            raise LookalikeError(f"{self.from_file} cannot be used: {error}") from error

    def choices(self, to: str | None) -> Choices:
        """What plans need to know of the search: its folders, and which of them may not change.

        `to`: a folder that files can be moved to.
        """
        from lookalike.planning.choices import Choices

        named = self.images if isinstance(self.images, Sequence) else ()
        order = {"keep": self.order.keep, "prefer": self.order.prefer} if self.order else {}
        roots = filter(os.path.isdir, named)
        move = {"do": "move", "to": to} if to else {}
        return Choices.of(roots=roots, reference=self.sets.against, **order, **move)

    def isolation(self, isolate: bool) -> Isolation | None:
        """The limits of processes that read pictures. `isolate`: also if the search had none."""
        from lookalike.work.isolation import isolation_for

        words = self.keywords
        return isolation_for(words["isolate"] or isolate, words["timeout"], words["memory"])

    def reader(self, *, isolate: bool = False) -> PictureReader:
        """Reads pictures within the limits of the search. `isolate`: also if it did not."""
        from lookalike.report.pictures import PictureReader

        words = self.keywords
        return PictureReader(
            workers=words["workers"],
            isolation=self.isolation(isolate),
            max_pixels=words["max_pixels"],
            max_bytes=words["max_bytes"],
        )


def _bytes_of(name: str) -> bytes:
    try:
        if name == "-":
            return sys.stdin.buffer.read()
        return Path(name).read_bytes()
    except OSError as error:
        raise LookalikeError(f"{name} cannot be read: {words_of(error)}") from error


from_file = click.option(
    "--from",
    "from_file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Show the result in FILE, written by lookalike find --json, instead of searching. "
    "- is standard input.",
)


def finds_or_reads(command: Callable[..., None]) -> Command:
    """Add the options to a command, which receives them as `given`."""

    @takes_references
    @options.keep
    @options.prefer
    @options.matches
    @may_remember
    @reads_images
    @from_file
    @wraps(command)
    def with_given(
        images: Iterable[str] | None,
        keywords: Options,
        matching: Matching,
        from_file: str | None,
        catalog_at: str | None,
        sets: Sets,
        keep: tuple[str, ...],
        prefer: tuple[str, ...],
        **others: object,
    ) -> None:
        from lookalike.matching.keepers.order import Order

        if from_file is None and images == ():
            raise click.UsageError("Missing argument 'PATH...'.")
        if from_file is not None and sets.against:
            raise click.UsageError("--from cannot be given with --against: its groups are made")
        sets.check(images or ())
        with options.usage_errors():
            order = Order.of(keep, prefer) if keep or prefer else None
        given = Given(images, keywords, matching, from_file, catalog_at, sets, order)
        command(given=given, **others)

    added: Command = with_given
    return added
