"""A terminal that shows what a command draws on standard error."""

from __future__ import annotations

import os
import pty
import subprocess


def drawn_by(*command: str) -> bytes:
    """What a command writes to a terminal as its standard error. It must succeed."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        drawn = b""
        while True:
            try:
                drawn += os.read(ours, 4096)
            except OSError:  # the other end was closed
                break
        assert process.wait(timeout=30) == 0
    os.close(ours)
    return drawn
