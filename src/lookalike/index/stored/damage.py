"""Turns any error from damage in a mapped file into an `IndexFileError` with its path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from lookalike.errors import IndexFileError

if TYPE_CHECKING:
    from lookalike.index.stored.file import IndexFile

T = TypeVar("T")

DATA_ERRORS = (ValueError, LookupError, ArithmeticError)
"""What impossible numbers and texts raise. Wrong arguments raise these too, but they are rejected
before anything is read."""


@contextmanager
def reading(*files: IndexFile | None) -> Iterator[None]:
    """Wraps work on entries that may be in mapped files. None is an index without a file.

    Arguments are checked outside, so only the entries can be at fault inside.
    """
    try:
        yield
    except (*DATA_ERRORS, MemoryError) as error:
        mapped = [file for file in files if file is not None]
        # Memory may be short without damage, and with two files either may be damaged.
        if isinstance(error, MemoryError) or len(mapped) > 1:
            for file in mapped:
                file.check()
        if isinstance(error, MemoryError) or not mapped:
            raise
        reason = f"damaged: {error}; check() names the damaged section"
        raise IndexFileError(reason, str(mapped[0].path)) from error


def read_through(items: Iterable[T], *files: IndexFile | None) -> Iterator[T]:
    """Yields the items inside `reading`."""
    with reading(*files):
        yield from items
