"""Handles standard streams that are closed or full, or pipes whose reader has gone."""

from __future__ import annotations

import atexit
import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

import click

from lookalike.cli.stopping import EXIT_BY_SIGNAL, ignore_signals

EXIT_CLOSED_PIPE = EXIT_BY_SIGNAL + getattr(signal, "SIGPIPE", 13)


class ClosedPipe(Exception):
    """The reader of the output has closed the pipe."""


class Commands(click.Group):
    """A group of commands that reports closed pipes to its caller. click hides them."""

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        with _pipes_told():
            return super().make_context(*arguments, **options)

    def invoke(self, context: click.Context) -> Any:
        with _pipes_told():
            return super().invoke(context)


@contextmanager
def _pipes_told() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise ClosedPipe from error


def leave(code: int) -> NoReturn:
    """End the process without freeing its memory, because the system does that faster."""
    ignore_signals()
    atexit._run_exitfuncs()  # noqa: SLF001  # the interpreter also runs them at its end
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError):  # the command's own output was flushed before
                stream.flush()
    os._exit(code)


def fill_standard_files() -> None:
    """Open closed standard files, so that no other file takes their place and output."""
    null = os.open(os.devnull, os.O_RDWR)
    while null <= 2:
        null = os.open(os.devnull, os.O_RDWR)
    os.close(null)


def buffer_output() -> None:
    """Buffer standard output. With `-u`, Python loses data after a partial write."""
    stream: Any = sys.stdout
    if isinstance(getattr(stream, "buffer", None), io.RawIOBase):
        sys.stdout = open(  # noqa: SIM115
            stream.fileno(), "w", encoding=stream.encoding, closefd=False
        )


def drop_output() -> None:
    """Silently drop the data that is left in buffers."""
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            os.dup2(null, stream.fileno())
