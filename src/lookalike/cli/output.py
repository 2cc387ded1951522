"""Where the commands print: a file that is never half-written, the terminal, or a pipe."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.errors import LookalikeError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from lookalike.table import Failure

PIPE_WIDTH = 100_000
"""A pipe has no width: whatever reads it wants whole lines."""


def check_folder(path: str | None) -> None:
    """Raise before any work is done where the folder of `--output` is not there."""
    if path and not Path(path).absolute().parent.is_dir():
        raise click.UsageError(f"--output: there is no folder {str(Path(path).parent)!r}")


def emit(text: str, path: str | None) -> None:
    """Print text, or write it to `path` by way of a temporary file beside it."""
    if path is None:
        click.echo(text, nl=bool(text) and not text.endswith("\n"))
        return
    import tempfile

    target = Path(path).absolute()
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text if text.endswith("\n") else text + "\n")
            os.chmod(temporary, 0o666 & ~_umask())  # noqa: PTH101
            os.replace(temporary, target)  # noqa: PTH105
        except BaseException:
            os.unlink(temporary)  # noqa: PTH108
            raise
    except OSError as error:
        raise LookalikeError(f"{path} cannot be written: {error.strerror or error}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def console(path: str | None) -> Console:
    """What to print tables on, to be captured: as wide as the terminal, or as any line needs."""
    from rich.console import Console

    if path is None and sys.stdout.isatty():
        return Console(highlight=False)
    return Console(highlight=False, width=PIPE_WIDTH, no_color=True, force_terminal=False)


def columns() -> Table:
    """A table of bare columns."""
    from rich.table import Table

    return Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)


def printable(path: str) -> str:
    """A path as one line of text: control characters and odd bytes become escapes."""
    text = path.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def report_failures(failures: list[Failure]) -> None:
    """Say on standard error which inputs could not be read, and why."""
    for one in failures:
        click.echo(f"{one.status}: {printable(one.path)}: {one.reason}", err=True)


def plural(count: int, noun: str) -> str:
    """`1 image`, `2 images`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
