"""How files that links lead to are called: as the folders that were named are spelled."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import PurePath


class Roots:
    """Folders by where they really are, and how each was spelled."""

    def __init__(self, named: Iterable[object] = ()) -> None:
        """`named`: of these, the folders are added when the first link is met."""
        self._named = named
        self._spellings: dict[str, str] = {}
        self._added: set[str] = set()

    def add(self, folder: str) -> None:
        """Call what is in a folder, empty for the present one, as that is spelled."""
        if folder not in self._added:
            self._added.add(folder)
            self._spellings.setdefault(os.path.realpath(folder), folder)

    def spelled(self, real: str) -> str:
        """How a path without links is called; itself where it is in none of the folders."""
        for one in self._named:
            if isinstance(one, str | PurePath) and os.path.isdir(one):  # noqa: PTH112
                self.add(os.fspath(one))
        self._named = ()
        for root, inner in parents(real):
            if (folder := self._spellings.get(root)) is not None:
                return os.path.join(folder, inner) if inner else folder  # noqa: PTH118
        return real


def parents(path: str) -> Iterable[tuple[str, str]]:
    """The path itself and every folder around it, with the rest of the path from there."""
    yield path, ""
    at = path.rfind(os.sep)
    while at > 0:
        yield path[:at], path[at + 1 :]
        at = path.rfind(os.sep, 0, at)
    yield path[: at + 1], path[at + 1 :]
