"""Globs such as `photos/**/*.jpg` to the paths that match, in the order of a walk."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from fnmatch import translate
from typing import TypeAlias

from lookalike.errors import ImageError

ANY_DEPTH = "**"
_MAGIC = re.compile(r"[*?[]")

Lister: TypeAlias = Callable[[str], tuple[list[str], list[str]] | ImageError | None]
"""A folder to the sorted names of its files and of its folders; None: walked before."""


def is_glob(name: str) -> bool:
    """Whether a name has any of `*`, `?` and `[`."""
    return _MAGIC.search(name) is not None


class Glob:
    """A glob: `*`, `?` and `[abc]` match within one name, `**` any number of folders."""

    def __init__(self, pattern: str, separator: str = os.sep) -> None:
        parts = pattern.replace(separator, "/").split("/")
        fixed = next(at for at, part in enumerate(parts) if is_glob(part))
        self.root = "/".join(parts[:fixed])
        """The folder before the first wildcard, without a slash at its end but for the system's root."""
        if fixed == 1 and not parts[0]:
            self.root = "/"
        wild = [part for part in parts[fixed:] if part]
        self._parts = [
            None if part == ANY_DEPTH else re.compile(translate(part)) for part in wild
        ]
        self._takes_hidden = [part.startswith(".") for part in wild]

    def start(self) -> frozenset[int]:
        """Where in the pattern its root stands: a state, for `step`."""
        return self._closed({0})

    def step(self, state: frozenset[int], name: str, hidden: bool) -> frozenset[int]:
        """The state of the entry `name` in a folder of some state; empty if it cannot match."""
        following = set()
        for at in state:
            if at == len(self._parts):
                continue
            if name.startswith(".") and not (hidden or self._takes_hidden[at]):
                continue
            part = self._parts[at]
            if part is None:
                following.add(at)
            elif part.match(name):
                following.add(at + 1)
        return self._closed(following)

    def is_match(self, state: frozenset[int]) -> bool:
        """Whether the whole pattern is matched in this state."""
        return len(self._parts) in state

    def _closed(self, state: set[int]) -> frozenset[int]:
        """With what is reached by letting `**` stand for no folder."""
        for at in range(len(self._parts)):
            if at in state and self._parts[at] is None:
                state.add(at + 1)
        return frozenset(state)
