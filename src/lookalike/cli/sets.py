"""`Sets`: the second set of images that a command may compare the first one with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import NamedTuple

import click

from lookalike.cli import options

OPTIONS: tuple[Callable[[options.Command], options.Command], ...] = (
    click.option(
        "--against",
        multiple=True,
        type=click.Path(readable=False),
        metavar="PATH",
        help="Compare the images with those of PATH only: which of them are there already? "
        "Repeatable.",
    ),
    click.option(
        "--within", is_flag=True, help="With --against: also compare the images with each other."
    ),
    click.option(
        "--in",
        "collection",
        multiple=True,
        type=click.Path(readable=False),
        metavar="PATH",
        help="List all images of PATH that are similar to each image, the most similar first. "
        "Repeatable.",
    ),
)


class Sets(NamedTuple):
    """What the images are compared with. Without any, they are compared with each other."""

    against: tuple[str, ...]
    """References."""
    within: bool
    collection: tuple[str, ...]
    """What is listed by how similar it is."""

    def check(self, images: Iterable[str]) -> None:
        """Raise `click.UsageError` unless the two sets are there, and differ."""
        from lookalike.sources import is_there
        from lookalike.sources.two_sets import references_within

        if self.within and not self.against:
            raise click.UsageError("--within requires --against")
        if self.against and self.collection:
            raise click.UsageError("--against and --in cannot both be given")
        others = self.against or self.collection
        if missing := [path for path in others if not is_there(path)]:
            raise click.UsageError(f"no such file or folder: {', '.join(missing)}")
        with options.usage_errors():
            references_within(images, others)


def takes_references(command: Callable[..., None]) -> options.Command:
    """The same without `--in`, for commands that show groups."""

    @wraps(command)
    def with_references(against: tuple[str, ...], within: bool, **given: object) -> None:
        command(sets=Sets(against, within, ()), **given)

    added: options.Command = with_references
    for option in reversed(OPTIONS[:2]):
        added = option(added)
    return added


def takes_sets(command: Callable[..., None]) -> options.Command:
    """Add the options to a command, which receives them as `sets`."""

    @wraps(command)
    def with_sets(
        against: tuple[str, ...], within: bool, collection: tuple[str, ...], **given: object
    ) -> None:
        command(sets=Sets(against, within, collection), **given)

    added: options.Command = with_sets
    for option in reversed(OPTIONS):
        added = option(added)
    return added
