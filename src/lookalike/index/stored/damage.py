"""What comes of damage in a mapped file: an `IndexFileError` with its path, whatever was hit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from lookalike.errors import IndexFileError

if TYPE_CHECKING:
    from lookalike.index.stored.file import IndexFile

T = TypeVar("T")

DATA_ERRORS = (ValueError, LookupError, ArithmeticError)
"""What numbers and texts raise that cannot be: wrong arguments do as well, but they are refused
before anything is read."""


@contextmanager
def reading(*files: IndexFile | None) -> Iterator[None]:
    """Around work on entries that may be in mapped files; None is an index that was never in one.

    Arguments are checked outside, so that only the entries can be at fault inside.
    """
    try:
        yield
    except (*DATA_ERRORS, MemoryError) as error:
        mapped = [file for file in files if file is not None]
        # Memory may also be short without any damage, and with two files either may be damaged.
        if isinstance(error, MemoryError) or len(mapped) > 1:
            for file in mapped:
                file.check()
        if isinstance(error, MemoryError) or not mapped:
            raise
        reason = f"damaged: {error}; check() names the damaged section"
        raise IndexFileError(reason, str(mapped[0].path)) from error


def read_through(items: Iterable[T], *files: IndexFile | None) -> Iterator[T]:
    """The items, as they are made under `reading`."""
    with reading(*files):
        yield from items
