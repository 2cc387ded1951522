"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, TypeAlias, cast

import click

from lookalike.hashing.options import DEFAULT_ALGORITHM

if TYPE_CHECKING:
    from lookalike.hashing.options import Matching

Command: TypeAlias = Callable[..., None]


class AlgorithmOption(click.Option):
    """An option whose help ends with a list of all algorithms."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option and its help."""
        said = self.help
        self.help = f"{said} {_algorithms()}"
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = said


def _algorithms() -> str:
    """The names of all algorithms, with their sizes."""
    from lookalike.algorithms import algorithm_sizes  # loads NumPy, which only this help needs

    alike: dict[str, list[str]] = {}
    for name, sizes in algorithm_sizes().items():
        alike.setdefault(sizes, []).append(name)
    listed = "; ".join(f"{', '.join(names)}: {sizes}" for sizes, names in alike.items())
    return f"A size may follow, as in dhash:16. Names and their sizes: {listed}."


algorithm = click.option(
    "--algorithm",
    cls=AlgorithmOption,
    default=DEFAULT_ALGORITHM,
    show_default=True,
    metavar="NAME",
    help="Hash algorithm.",
)
max_distance = click.option(
    "--max-distance",
    type=click.IntRange(min=0),
    metavar="BITS",
    help="The most bits in which two hashes may differ and still match.  [default: the "
    "algorithm's own]",
)
verify = click.option(
    "--verify/--no-verify",
    default=True,
    help="Whether to confirm each match by a second look at the pixels. Without it, the hashes "
    "alone decide, and turned pictures are not found.  [default: yes]",
)
bits = click.option(
    "--bits",
    "verify",
    flag_value=False,
    default=True,
    help="Compare the hashes alone, without a second look.",
)
thorough = click.option(
    "--thorough",
    is_flag=True,
    help="Also find pictures that were cropped, framed, mirrored, turned by any angle, captioned "
    "or pasted into another. Takes about 10 ms more per image.",
)
colour = click.option(
    "--colour", is_flag=True, help="Tell pictures apart that differ in colour alone."
)
min_agreement = click.option(
    "--min-agreement",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="SHARE",
    help="How well the pixels of two images must agree at least, from 0 to 1.",
)
MATCHING = {
    "algorithm": algorithm,
    "max_distance": max_distance,
    "verify": verify,
    "thorough": thorough,
    "colour": colour,
    "min_agreement": min_agreement,
}
"""The options for what counts as a match, by the keywords of `find_duplicates`."""


def matches(command: Command) -> Command:
    """Add the options of `MATCHING` to a command, which receives them checked as `matching`."""
    return _with(MATCHING, command)


def matches_two(command: Command) -> Command:
    """The same for a command that compares two images. It has `--bits` for `--no-verify`."""
    return _with(MATCHING | {"verify": bits}, command)


def _with(options: Mapping[str, Callable[[Command], Command]], command: Command) -> Command:
    @wraps(command)
    def matching(**given: object) -> None:
        from lookalike.matching.rules import Rule

        # click has converted each value to the type of its option.
        chosen = cast("Matching", {name: given.pop(name) for name in options})
        with usage_errors():
            Rule.of(**chosen)
        command(matching=chosen, **given)

    added: Command = matching
    for option in reversed(list(options.values())):
        added = option(added)
    return added


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
as_csv = click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
output = click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, readable=False),
    metavar="FILE",
    help="Write to FILE instead of standard output. FILE appears once it is complete.",
)


@contextmanager
def usage_errors() -> Iterator[None]:
    """Turn the library's `ValueError` for a wrong argument into a usage error of the command."""
    try:
        yield
    except ValueError as error:
        raise click.UsageError(_as_typed(str(error))) from error


def _as_typed(message: str) -> str:
    """The message with the names of options as they are typed. It begins with such a name."""
    on, off = {}, {}
    for one in click.get_current_context().command.params:
        on[one.name] = max(one.opts, key=len)
        off[one.name] = max(one.secondary_opts or one.opts, key=len)
    message = re.sub(r"(\w+)=False", lambda found: off.get(found[1], found[0]), message)
    return re.sub(r"^\w+|(?<=requires )\w+", lambda found: on.get(found[0], found[0]), message)
