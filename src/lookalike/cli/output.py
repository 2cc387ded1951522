"""Where the commands print: a file that is never half-written, the terminal, or a pipe."""

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
"""A pipe has no width: whatever reads it wants whole lines."""


@contextmanager
def output(path: str | None) -> Iterator[Callable[[str], None]]:
    """Give a function that prints text, or writes it to the file at `path`.

    That file is replaced as a whole when everything has gone well, by a temporary one beside it;
    whether that can be made is found out before any work begins. What is no file, such as a pipe,
    is written into.
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
        with replacing(target) as file:
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
    """What to print tables on, to be captured: as wide as the terminal, or as any line needs."""
    from rich.console import Console

    if path is None and sys.stdout is not None and sys.stdout.isatty():
        return Console(highlight=False)
    return Console(highlight=False, width=PIPE_WIDTH, no_color=True, force_terminal=False)


def is_coloured(path: str | None) -> bool:
    """Whether what is printed may have colours: on a terminal, unless it is asked not to."""
    if path is not None or sys.stdout is None or not sys.stdout.isatty():
        return False
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") not in {"dumb", "unknown"}


def report_failures(failures: list[Failure]) -> None:
    """Say on standard error which inputs could not be read, and why."""
    for line in [*map(failure_line, failures), *unexpected_lines(failures)]:
        click.echo(line, err=True)


def report_tracebacks(failures: list[Failure]) -> None:
    """Say on standard error where in the program each of these failures arose."""
    for one in failures:
        if one.traceback:
            lines = map(printable, one.traceback.splitlines())
            click.echo("\n".join([failure_line(one), *lines]), err=True)
