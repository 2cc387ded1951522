"""Signals that wait until the work on one item is done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class Stop:
    """Whether the user has asked to stop."""

    asked = False


@contextmanager
def deferred_signals(stop: Stop | None = None) -> Iterator[Stop]:
    """Note signals that end a program instead of obeying them, as long as this lasts.

    Outside the main thread nothing is needed: signals do not interrupt other threads. `stop`: where
    to note them. Another thread can ask there, too.
    """
    stop = stop or Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def note(_number: int, _frame: FrameType | None) -> None:
        stop.asked = True

    numbers = [getattr(signal, name) for name in SIGNALS if hasattr(signal, name)]
    heard = [one for one in numbers if signal.getsignal(one) is not signal.SIG_IGN]
    before = {one: signal.signal(one, note) for one in heard}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
