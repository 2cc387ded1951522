"""Stops the command after a signal.

This module imports nothing slow, because a signal may arrive while other modules are imported.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

SIGNALS = {"SIGINT": "Interrupted.", "SIGTERM": "Terminated.", "SIGHUP": "Hung up."}
EXIT_BY_SIGNAL = 128
"""The exit status is this plus the number of the signal, as in a shell."""


_come: int | None = None
"""The signal that has arrived."""


def stop_on_signals() -> None:
    """Let signals to end raise `KeyboardInterrupt`, once, in the main thread."""
    for name in SIGNALS:
        number = getattr(signal, name, None)
        # nohup sets a signal to be ignored.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)


def _stop(number: int, _: FrameType | None) -> None:
    global _come
    _come = number
    ignore_signals()
    raise KeyboardInterrupt


def ignore_signals() -> None:
    """Ignore signals from now on, so that the clean-up is not interrupted."""
    for name in SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _go_on)


def _go_on(_number: int, _frame: FrameType | None) -> None:
    """Do nothing. With SIG_IGN, Python would complain about a signal that arrived earlier."""


def was_stopped() -> bool:
    """Whether such a signal has arrived.

    The exception that it raised may have become another, such as a `RuntimeError` inside a lock.
    """
    return _come is not None


def exit_stopped() -> NoReturn:
    """Print that the work was stopped, and end the process without waiting for any decoder."""
    number = signal.SIGINT if _come is None else _come
    if sys.stderr is not None:
        with suppress(OSError):  # standard error may be closed
            print(SIGNALS[signal.Signals(number).name], file=sys.stderr, flush=True)
    os._exit(EXIT_BY_SIGNAL + number)
