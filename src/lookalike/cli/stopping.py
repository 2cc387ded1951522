"""How the command is stopped from outside, by a signal.

Nothing is imported here that takes long: a signal may come while everything else still is.
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
"""To which a shell, too, adds the number of the signal that ended a command."""


_come: int | None = None
"""The signal that has come."""


def stop_on_signals() -> None:
    """From now on a signal that asks for the end raises `KeyboardInterrupt`, once, in the main
    thread."""
    for name in SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, _stop)


def _stop(number: int, _: FrameType | None) -> None:
    global _come
    _come = number
    ignore_signals()
    raise KeyboardInterrupt


def ignore_signals() -> None:
    """Tidying up is not to be interrupted."""
    for name in SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _go_on)


def _go_on(_number: int, _frame: FrameType | None) -> None:
    """Not SIG_IGN: Python complains of a signal that came before it was ignored."""


def was_stopped() -> bool:
    """Whether such a signal has come. What it raised may have turned into something else on its
    way: in the midst of a lock, into a `RuntimeError`."""
    return _come is not None


def exit_stopped() -> NoReturn:
    """Say that the work was stopped and end the process, without waiting for any decoder."""
    number = signal.SIGINT if _come is None else _come
    if sys.stderr is not None:
        with suppress(OSError):  # nobody is there to be told
            print(SIGNALS[signal.Signals(number).name], file=sys.stderr, flush=True)
    os._exit(EXIT_BY_SIGNAL + number)
