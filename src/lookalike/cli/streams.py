"""Standard output and its like: closed, full, or a pipe whose reader has had enough."""

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
    """Whoever read the output has had enough."""


class Commands(click.Group):
    """A group of commands that leaves closed pipes to its caller; click's own says nothing."""

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
    """End the process, without taking down what it has in memory: the system does that faster."""
    ignore_signals()
    atexit._run_exitfuncs()  # noqa: SLF001  # as the interpreter does before it takes things down
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError):  # what the command itself has to say went out before
                stream.flush()
    os._exit(code)


def fill_standard_files() -> None:
    """Let no other file take the place of a standard one that was closed, and get its output."""
    null = os.open(os.devnull, os.O_RDWR)
    while null <= 2:
        null = os.open(os.devnull, os.O_RDWR)
    os.close(null)


def buffer_output() -> None:
    """With `-u` Python loses what standard output does not take at once, as where a disk fills."""
    stream: Any = sys.stdout
    if isinstance(getattr(stream, "buffer", None), io.RawIOBase):
        sys.stdout = open(  # noqa: SIM115
            stream.fileno(), "w", encoding=stream.encoding, closefd=False
        )


def drop_output() -> None:
    """What is left in buffers goes nowhere, silently."""
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            os.dup2(null, stream.fileno())
