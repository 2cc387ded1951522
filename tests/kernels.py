"""Compares the kernel with its NumPy twins, and shows that other threads run during a call."""

import sys
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import settings

UNLIMITED = 2**62
on_every_isa = pytest.mark.usefixtures("isa")


def examples(count: int) -> settings:
    return settings(deadline=None, max_examples=count)


def assert_same(actual: object, expected: object) -> None:
    """The values, shape and dtype are the same, for each part of a tuple."""
    if isinstance(actual, tuple) and isinstance(expected, tuple):
        for ours, theirs in zip(actual, expected, strict=True):
            assert_same(ours, theirs)
    else:
        assert type(actual) is type(expected)
        np.testing.assert_array_equal(actual, expected, strict=True)


def lets_others_run(call: Callable[[], object]) -> bool:
    """Whether a second thread makes progress during one of 200 calls."""
    turns, running = 0, True

    def take_turns() -> None:
        nonlocal turns
        while running:
            turns += 1
            time.sleep(1e-4)

    def turns_during_a_call() -> int:
        before = turns
        call()
        return turns - before

    other = threading.Thread(target=take_turns)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(60)  # from here on, a thread takes its turn only where another lets it
    try:
        other.start()
        return any(turns_during_a_call() for _ in range(200))
    finally:
        running = False
        sys.setswitchinterval(interval)
        other.join()
