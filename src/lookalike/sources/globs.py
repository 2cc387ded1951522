"""Globs such as `photos/**/*.jpg` to the paths that match, in the order of a walk."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Hashable, Iterator
from fnmatch import translate
from typing import TypeAlias

from lookalike.errors import ImageError

ANY_DEPTH = "**"
_MAGIC = re.compile(r"[*?[]")

Lister: TypeAlias = Callable[[str], tuple[Hashable, list[str], list[str]]]
"""A folder to what identifies it, and the sorted names of its files and of its folders.

Raises `ImageError` for one that cannot be listed.
"""


def is_glob(name: str) -> bool:
    """Whether a name has any of `*`, `?` and `[`."""
    return _MAGIC.search(name) is not None


def expand(
    glob: Glob, lister: Lister, *, hidden: bool
) -> Iterator[tuple[str, str, ImageError | None]]:
    """Yield `(path, path relative to the glob's root, None)` for every file and folder that matches.

    A folder that matches is not searched any further. One that cannot be listed is yielded with its
    error.
    """
    start = glob.start()
    if glob.is_match(start):
        yield glob.root or os.curdir, "", None
        return
    searched = set()
    waiting = [("", start)]
    while waiting:
        prefix, state = waiting.pop()
        try:
            identity, files, folders = lister(glob.path(prefix) or os.curdir)
        except ImageError as error:
            yield glob.path(prefix), prefix, error
            continue
        if (identity, state) in searched:  # a link has led back here
            continue
        searched.add((identity, state))
        for name in files:
            if glob.is_match(glob.step(state, name, hidden)):
                yield glob.path(prefix + name), prefix + name, None
        deeper = []
        for name in folders:
            following = glob.step(state, name, hidden)
            if glob.is_match(following):
                yield glob.path(prefix + name), prefix + name, None
            elif following:
                deeper.append((f"{prefix}{name}/", following))
        waiting.extend(reversed(deeper))


class Glob:
    """A glob: `*`, `?` and `[abc]` match within one name, `**` any number of folders."""

    def __init__(self, pattern: str, separator: str = os.sep) -> None:
        parts = pattern.replace(separator, "/").split("/")
        fixed = next(at for at, part in enumerate(parts) if is_glob(part))
        self.root = "/".join(parts[:fixed])
        """The folder before the first wildcard; empty for the present one."""
        if fixed == 1 and not parts[0]:
            self.root = "/"
        wild = [part for part in parts[fixed:] if part]
        self._parts = [
            None if part == ANY_DEPTH else re.compile(translate(part)) for part in wild
        ]
        self._takes_hidden = [part.startswith(".") for part in wild]

    def path(self, relative: str) -> str:
        """The path of what lies under the root."""
        if not self.root or not relative:
            return self.root + relative
        return self.root.rstrip("/") + "/" + relative

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
