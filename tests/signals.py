"""Signals in processes that tests start."""

from __future__ import annotations

import signal


def undisturbed() -> None:
    """Let signals do in a new process what they do, to be called before its program begins.

    What a shell has started with nohup or in the background ignores some, and what that starts does
    as well: the tests themselves may have been started so.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGPIPE"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
