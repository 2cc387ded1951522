"""How the command is stopped from outside, by a signal.

Nothing is imported here that takes long: a signal may come while everything else still is.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from types import FrameType

SIGNALS = {"SIGINT": "Interrupted.", "SIGTERM": "Terminated.", "SIGHUP": "Hung up."}
EXIT_BY_SIGNAL = 128
"""To which a shell, too, adds the number of the signal that ended a command."""


class Stopped(KeyboardInterrupt):
    """A signal asks for an orderly end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


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
    if sys.stderr is not None:
        with suppress(OSError):  # nobody is there to be told
            print(SIGNALS[signal.Signals(number).name], file=sys.stderr, flush=True)
    os._exit(EXIT_BY_SIGNAL + number)
