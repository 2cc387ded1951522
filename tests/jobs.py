"""Work for processes that tests start. It is in a module so that they can find it."""

from __future__ import annotations

import os
import time

KEPT: list[bytearray] = []


def process(_: object) -> int:
    """The number of this process."""
    return os.getpid()


def nap(seconds: float) -> int:
    """The same, after a while."""
    time.sleep(seconds)
    return os.getpid()


def keep(count: int) -> int:
    """The same, holding this many more bytes than before."""
    KEPT.append(bytearray(count))
    return os.getpid()


def count(data: bytes) -> int:
    """The number of those bytes."""
    return len(data)


def fail(word: str) -> None:
    """Raise an error."""
    raise KeyError(word)


def fail_to_begin() -> None:
    """Ends the process before it has begun."""
    os._exit(7)
