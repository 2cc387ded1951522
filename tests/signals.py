"""Signals in processes that tests start."""

from __future__ import annotations

import signal


def undisturbed() -> None:
    """Restores the default effect of signals in a new process, before its program begins.

    Programs that a shell starts with nohup or in the background ignore some signals, and so do
    their children. The tests themselves may have been started that way.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGPIPE"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
