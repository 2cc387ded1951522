"""`Limits`: which files may change. Plans and actions share this one check."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import lru_cache

from lookalike.sources.patterns import Patterns

FOLDERS = 1 << 12
"""How many folders are remembered."""


class Limits:
    """Says of real paths whether they may change."""

    def __init__(
        self,
        reference: Iterable[str] = (),
        protect: Iterable[str] = (),
        only: Iterable[str] = (),
    ) -> None:
        """`reference`: folders of originals, which may not change. `protect`: patterns that may
        not. `only`: patterns outside of which nothing may.

        A pattern matches a path as in `Patterns`, or a folder around it. A pattern with a slash is
        for the whole path. Raises `ValueError` and `TypeError` for what is no pattern.
        """
        self.reference = tuple(os.path.realpath(folder) for folder in reference)
        self._inside = tuple(f"{folder.rstrip('/')}/" for folder in self.reference)
        self._protect = Patterns(protect)
        self._only = Patterns(only)
        self._around = lru_cache(FOLDERS)(self._around)  # type: ignore[method-assign]

    def __bool__(self) -> bool:
        """Whether there is any limit."""
        return bool(self.reference or self._protect or self._only)

    def is_reference(self, path: str) -> bool:
        """Whether a path is in a folder of originals."""
        return bool(self._inside) and path.startswith(self._inside)

    def is_protected(self, path: str) -> bool:
        """Whether a pattern protects a path."""
        return bool(self._protect) and self._is_matched(self._protect, path)

    def reason(self, path: str) -> str:
        """Why a file may not change, or an empty text. `path` is real and absolute."""
        if self.is_reference(path):
            return "in a reference folder"
        if self.is_protected(path):
            return "protected"
        if self._only and not self._is_matched(self._only, path):
            return "outside of what may change"
        return ""

    def _is_matched(self, patterns: Patterns, path: str) -> bool:
        folder = path.rpartition("/")[0]
        return patterns.match(path.lstrip("/")) or self._around(patterns, folder)

    def _around(self, patterns: Patterns, folder: str) -> bool:
        return any(patterns.match(one) for one in _folders(folder))


def _folders(folder: str) -> Iterator[str]:
    """A folder and those around it, without their first slash."""
    at = folder.lstrip("/")
    while at:
        yield at
        at = at.rpartition("/")[0]
