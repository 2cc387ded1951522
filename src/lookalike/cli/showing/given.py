"""`Given`: a search to make, or a result to read, for commands that show its groups."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli import options
from lookalike.cli.catalog.place import told_apart
from lookalike.cli.images import Command, reads_images
from lookalike.errors import LookalikeError, words_of

if TYPE_CHECKING:
    from lookalike.hashing.options import Matching, Options
    from lookalike.planning.choices import Choices
    from lookalike.report.pictures import PictureReader
    from lookalike.report.result import Result
    from lookalike.work.progress import Progress


@dataclass(frozen=True, slots=True)
class Given:
    """The images that were named, or the file with a result."""

    images: Iterable[str] | None
    keywords: Options
    matching: Matching
    from_file: str | None

    def result(self, progress: Progress | None) -> Result:
        """Search the images, or read the result. Raises `LookalikeError`."""
        if self.from_file is None:
            from lookalike.scan import find_duplicates

            return find_duplicates(
                self.images or (),
                apart=told_apart(),
                progress=progress,
                **self.matching,
                **self.keywords,
            )
        from lookalike.report.result import Result

        try:
            return Result.from_json(_bytes_of(self.from_file))
        except ValueError as error:
            raise LookalikeError(f"{self.from_file} cannot be used: {error}") from error

    def choices(self) -> Choices:
        """What plans need to know of the search: its folders, which may be reached by links."""
        from lookalike.planning.choices import Choices

        named = [one for one in self.images or () if isinstance(one, str)]
        return Choices.of(roots=filter(os.path.isdir, named))

    def reader(self, *, isolate: bool = False) -> PictureReader:
        """Reads pictures within the limits of the search. `isolate`: also if it did not."""
        from lookalike.report.pictures import PictureReader
        from lookalike.work.isolation import isolation_for

        words = self.keywords
        isolation = isolation_for(words["isolate"] or isolate, words["timeout"], words["memory"])
        return PictureReader(
            workers=words["workers"],
            isolation=isolation,
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

    @options.matches
    @reads_images
    @from_file
    @wraps(command)
    def with_given(
        images: Iterable[str] | None,
        keywords: Options,
        matching: Matching,
        from_file: str | None,
        **others: object,
    ) -> None:
        if from_file is None and images == ():
            raise click.UsageError("Missing argument 'PATH...'.")
        command(given=Given(images, keywords, matching, from_file), **others)

    added: Command = with_given
    return added
