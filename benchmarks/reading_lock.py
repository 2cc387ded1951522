"""How long Python's global lock (GIL) is held per file.

The measure starts from the processor time that the process spends on a file with one worker, so
other programs do not count. The time in calls that release the lock is subtracted:
decoding, the kernel, hashing of bytes, and the system's calls on files. Such a call holds the lock
for a few microseconds at its start and end, which are subtracted too. So is the time spent on
reading the clock. The smallest of several rounds counts.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from functools import partial
from time import process_time_ns, thread_time_ns
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import simplejpeg

import lookalike
from lookalike import files
from lookalike._native import kernel
from lookalike.algorithms import phash
from lookalike.images import contents, picture
from lookalike.images.jpeg import decoding as jpeg
from lookalike.images.jpeg import hashed, luma, scans

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .measure import Report
    from .reading_pictures import Pictures

TARGET = 40.0
"""Microseconds."""
COUNT = 200
RELEASING = {
    simplejpeg: ["decode_jpeg"],
    kernel: ["resample", "grey", "dct_low", "jpeg_luma", "jpeg_outline"],
    os: ["stat", "open", "fstat", "close"],
}
"""What releases the lock, by module."""
IMPORTERS = [
    (jpeg, "simplejpeg"),
    (hashed, "kernel"),
    (luma, "kernel"),
    (scans, "kernel"),
    (picture, "kernel"),
    (phash, "kernel"),
    (contents, "os"),
    (files, "os"),
]
"""Where these modules are used."""
FUNCTIONS = [(contents, "_read"), (picture, "blake3")]
"""What else releases the lock, where it is used."""


class Clock:
    """Counts the time within some functions."""

    def __init__(self) -> None:
        self.within = 0
        self.calls = 0
        self._cost = 0
        calls = 2000
        begin = thread_time_ns()
        for _ in range(calls):
            self.timed(_nothing)()
        self._cost = (thread_time_ns() - begin - self.within) // calls
        self.reset()

    def reset(self) -> None:
        """Start again from zero."""
        self.within = self.calls = 0

    def timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with its time counted."""

        def call(*arguments: Any, **options: Any) -> Any:
            begin = thread_time_ns()
            try:
                return function(*arguments, **options)
            finally:
                self.within += thread_time_ns() - begin
                self.calls += 1

        return call

    def outside(self, total: int) -> int:
        """The part of this many nanoseconds spent outside these functions and this clock."""
        return total - self.within - self.calls * self._cost


class Stand:
    """Stands in for a module."""

    def __init__(self, module: Any, clock: Clock) -> None:
        self._module = module
        for name in RELEASING[module]:
            setattr(self, name, clock.timed(getattr(module, name)))
        self._clock = clock

    def JpegHashes(self, *arguments: Any) -> SimpleNamespace:  # noqa: N802
        """The kernel's class of this name, whose method releases the lock."""
        return SimpleNamespace(of=self._clock.timed(kernel.JpegHashes(*arguments).of))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


def held(report: Report, pictures: Pictures, folder: Path, rounds: int) -> None:
    """A row per kind of JPEG."""
    cases = [("small", False), ("small", True), ("web", False)]
    for size, progressive in cases:
        one = pictures.jpeg(size, progressive)
        links = folder / f"lock-{size}-{progressive:d}"
        links.mkdir()
        for number in range(COUNT):
            (links / f"{number:05}.jpg").hardlink_to(one.path)
        for reading in ("fast", "exact"):
            work = partial(lookalike.hash_images, links, reading=reading, workers=1)
            microseconds = _least_held(work, rounds) / COUNT / 1000
            report.add(
                "the lock",
                {
                    "work": f"phash, {one.title}",
                    "by": reading,
                    "microseconds held": microseconds,
                    "target": TARGET,
                    "reached": "yes" if microseconds <= TARGET else "no",
                },
            )


def _least_held(work: Callable[[], object], rounds: int) -> int:
    clock = Clock()
    stands = {module: Stand(module, clock) for module in RELEASING}
    found = []
    with ExitStack() as patches:
        for importer, name in IMPORTERS:
            patches.enter_context(patch.object(importer, name, stands[getattr(importer, name)]))
        for module, name in FUNCTIONS:
            timed = clock.timed(getattr(module, name))
            patches.enter_context(patch.object(module, name, timed))
        for _ in range(rounds + 1):
            clock.reset()
            begin = process_time_ns()
            work()
            found.append(clock.outside(process_time_ns() - begin))
    return min(found)


def _nothing() -> None:
    pass
