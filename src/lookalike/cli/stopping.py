"""How the command is stopped from outside: by a signal, or by output that nobody takes."""

from __future__ import annotations

import atexit
import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn

import click

SIGNALS = {"SIGINT": "Interrupted.", "SIGTERM": "Terminated.", "SIGHUP": "Hung up."}
EXIT_BY_SIGNAL = 128
"""To which a shell, too, adds the number of the signal that ended a command."""
EXIT_CLOSED_PIPE = EXIT_BY_SIGNAL + getattr(signal, "SIGPIPE", 13)


class Stopped(KeyboardInterrupt):
    """A signal asks for an orderly end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


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


def stop_on_signals() -> None:
    """From now on a signal that asks for the end raises `Stopped`, once, in the main thread."""
    for name in SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, _stop)


def _stop(number: int, _: FrameType | None) -> None:
    ignore_signals()
    raise Stopped(number)


def ignore_signals() -> None:
    """Tidying up is not to be interrupted."""
    for name in SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _go_on)


def _go_on(_number: int, _frame: FrameType | None) -> None:
    """Not SIG_IGN: Python complains of a signal that came before it was ignored."""


def exit_stopped(error: BaseException) -> None:
    """Say that the work was stopped and end the process, without waiting for any decoder."""
    cause = error if isinstance(error, Stopped) else error.__cause__
    number = cause.number if isinstance(cause, Stopped) else signal.SIGINT
    click.echo(SIGNALS[signal.Signals(number).name], err=True)
    os._exit(EXIT_BY_SIGNAL + number)


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
