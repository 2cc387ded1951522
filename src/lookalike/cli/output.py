"""The output of the commands: a file that is never half-written, the terminal, or a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from lookalike.errors import LookalikeError
from lookalike.files import replacing
from lookalike.report.words import failure_line, unexpected_lines
from lookalike.text import printable

if TYPE_CHECKING:
    from rich.console import Console

    from lookalike.hashing.row import Failure

PIPE_WIDTH = 100_000
"""A pipe has no width, and its reader needs whole lines."""


@contextmanager
def output(path: str | None, *, private: bool = False) -> Iterator[Callable[[str], None]]:
    """Yield a function that prints text, or writes it to the file at `path`.

    A temporary file beside that file replaces it as a whole after success. It is created before any
    work begins, so that errors show early. A pipe or device at `path` is written directly.
    A `private` file is for its owner only.
    """
    if path is None:
        if sys.stdout is None:
            raise LookalikeError("the output cannot be written: standard output is closed")
        yield _print
        return
    target = Path(path).resolve()
    try:
        if target.exists() and not target.is_file():
            with target.open("w", encoding="utf-8", newline="") as pipe:
                yield _writer(pipe)
            return
        with replacing(target, private=private) as file:
            text = TextIOWrapper(file, "utf-8", newline="")
            yield _writer(text)
            text.flush()
            text.detach()
    except OSError as error:
        raise LookalikeError(f"{path} cannot be written: {error.strerror or error}") from error


def _print(text: str) -> None:
    click.echo(text, nl=bool(text) and not text.endswith("\n"))


def _writer(file: TextIO) -> Callable[[str], None]:
    def write(text: str) -> None:
        file.write(text if text.endswith("\n") else text + "\n")

    return write


def console(path: str | None) -> Console:
    """A console for tables, as wide as the terminal, or wide enough for any line."""
    from rich.console import Console

    if path is None and sys.stdout is not None and sys.stdout.isatty():
        return Console(highlight=False)
    return Console(highlight=False, width=PIPE_WIDTH, no_color=True, force_terminal=False)


def is_coloured(path: str | None) -> bool:
    """Whether the output may have colours: on a terminal, unless the user disabled them."""
    if path is not None or sys.stdout is None or not sys.stdout.isatty():
        return False
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") not in {"dumb", "unknown"}


def report_failures(failures: list[Failure]) -> None:
    """Print to standard error which inputs could not be read, and why."""
    for line in [*map(failure_line, failures), *unexpected_lines(failures)]:
        click.echo(line, err=True)


def report_tracebacks(failures: list[Failure]) -> None:
    """Print the tracebacks of these failures to standard error."""
    for one in failures:
        if one.traceback:
            lines = map(printable, one.traceback.splitlines())
            click.echo("\n".join([failure_line(one), *lines]), err=True)
