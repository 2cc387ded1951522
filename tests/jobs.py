"""Work for processes that tests start: what they are given must be found by its module."""

from __future__ import annotations

import os
import time

KEPT: list[bytearray] = []


def process(_: object) -> int:
    """Which process this is."""
    return os.getpid()


def nap(seconds: float) -> int:
    """The same, after a while."""
    time.sleep(seconds)
    return os.getpid()


def keep(count: int) -> int:
    """The same, with so many bytes more than before."""
    KEPT.append(bytearray(count))
    return os.getpid()


def count(data: bytes) -> int:
    """How many bytes those are."""
    return len(data)


def fail(word: str) -> None:
    """Raise an error."""
    raise KeyError(word)


def fail_to_begin() -> None:
    """End the process before it has begun."""
    os._exit(7)
