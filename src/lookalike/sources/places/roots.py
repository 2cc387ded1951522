"""Spells the targets of links like the folders that the caller named."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import PurePath


class Roots:
    """Folders by their real paths, and how each was spelled."""

    def __init__(self, named: Iterable[object] = ()) -> None:
        """`named`: the folders among these are added when the first link is found."""
        self._named = named
        self._spellings: dict[str, str] = {}
        self._added: set[str] = set()

    def add(self, folder: str) -> None:
        """Spell paths in `folder` as it is spelled. Empty means the current folder."""
        if folder not in self._added:
            self._added.add(folder)
            self._spellings.setdefault(os.path.realpath(folder), folder)

    def spelled(self, real: str) -> str:
        """Spell a path without links. It is unchanged if it is in none of the folders."""
        for one in self._named:
            if isinstance(one, str | PurePath) and os.path.isdir(one):  # noqa: PTH112
                self.add(os.fspath(one))
        self._named = ()
        for root, inner in parents(real):
            if (folder := self._spellings.get(root)) is not None:
                return os.path.join(folder, inner) if inner else folder  # noqa: PTH118
        return real


def parents(path: str) -> Iterable[tuple[str, str]]:
    """The path and every folder around it, each with the rest of the path."""
    yield path, ""
    at = path.rfind(os.sep)
    while at > 0:
        yield path[:at], path[at + 1 :]
        at = path.rfind(os.sep, 0, at)
    yield path[: at + 1], path[at + 1 :]
