"""Expands globs such as `photos/**/*.jpg` to the paths that match, in the order of a walk."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from fnmatch import translate
from typing import TYPE_CHECKING, TypeAlias

from lookalike.errors import ImageError
from lookalike.sources.patterns import composed
from lookalike.sources.places.place import Found

if TYPE_CHECKING:
    from lookalike.sources.choice import Sieve
    from lookalike.sources.places.place import Place

ANY_DEPTH = "**"
_MAGIC = re.compile(r"[*?[]")

State: TypeAlias = frozenset[int]
"""How much of a glob a path has matched: the parts that its next name may match."""


def is_glob(name: str) -> bool:
    """Whether a name contains `*`, `?` or `[`."""
    return _MAGIC.search(name) is not None


def globs_of(place: Place, pattern: str) -> list[Glob]:
    """The glob. Several if the folder before its first wildcard exists in several spellings."""
    glob = Glob(pattern)
    if glob.root.isascii():
        return [glob]
    return [Glob(root + pattern[len(glob.root) :]) for root in _spellings(place, glob.root)]


def _spellings(place: Place, root: str) -> list[str]:
    """The folders whose name is `root` in any Unicode form, or `root` itself if there are none."""
    names = root.split("/")
    first = next(at for at, name in enumerate(names) if not name.isascii())
    found = ["/".join(names[:first]) or ("/" if first else "")]
    for name in names[first:]:
        found = [path for folder in found for path in _called(place, folder, name)]
    return found or [root]


def _called(place: Place, folder: str, name: str) -> Iterator[str]:
    path = place.join(folder, name)
    if not place.is_missing(path):
        yield path
    if name.isascii():
        return
    with suppress(ImageError):  # a folder that cannot be listed may still contain the name
        for other in place.list(folder or os.curdir).folders:
            if other != name and composed(other) == composed(name):
                yield place.join(folder, other)


def expand(place: Place, glob: Glob, sieve: Sieve) -> Iterator[Found]:
    """Yield all files and folders that match, except those that the sieve's patterns exclude.

    A folder that matches is not searched any further. A folder that cannot be listed is yielded
    with its error.
    """
    root, hidden = glob.root or os.curdir, sieve.choice.hidden
    if place.is_missing(root):
        return
    if glob.is_match(glob.start):
        yield Found(root, "", is_folder=True)
        return
    searched = set()
    waiting = [(glob.root, "", glob.start)]
    while waiting:
        here, prefix, state = waiting.pop()
        try:
            identity, files, folders, links = place.list(here or root)
        except ImageError as error:
            yield Found(here or root, prefix, error)
            continue
        if (identity, state) in searched:  # a link led back here
            continue
        searched.add((identity, state))
        for name in files:
            matches = glob.takes_files and glob.is_match(glob.step(state, name, hidden))
            if matches and sieve.takes_path(prefix + name):
                yield Found(place.join(here, name), prefix + name)
        deeper = []
        for name in folders:
            following = glob.step(state, name, hidden)
            if not following or sieve.excludes_folder(prefix + name):
                continue
            path = place.join(here, name)
            if glob.is_match(following):
                yield Found(path, prefix + name, is_folder=True)
                continue
            if name in links:
                if not sieve.choice.follow_links:
                    sieve.skip("link")
                    continue
                real = place.real(path)
                path = path if real is None else place.spelled(real, glob.root)
            deeper.append((path, f"{prefix}{name}/", following))
        waiting.extend(reversed(deeper))


class Glob:
    """A pattern: `*`, `?` and `[abc]` match within one name, `**` matches any number of folders."""

    def __init__(self, pattern: str) -> None:
        parts = pattern.replace(os.sep, "/").split("/")
        fixed = next(at for at, part in enumerate(parts) if is_glob(part))
        self.root = "/".join(parts[:fixed])
        """The folder before the first wildcard. Empty for the current folder."""
        if fixed and not self.root:
            self.root = "/"
        self.takes_files = bool(parts[-1])
        """Whether files match too. With a trailing slash, only folders match."""
        wild = [part for part in parts[fixed:] if part]
        self._parts = [
            None if part == ANY_DEPTH else re.compile(translate(composed(part))) for part in wild
        ]
        self._takes_hidden = [part.startswith(".") for part in wild]
        self.start = self._closed({0})
        """The state of the root."""

    def step(self, state: State, name: str, hidden: bool) -> State:
        """The state of `name` in a folder with a given state. Empty if it cannot match."""
        following = set()
        for at in state:
            if at == len(self._parts):
                continue
            part = self._parts[at]
            if name.startswith(".") and not (hidden or self._takes_hidden[at]):
                continue
            if part is None:
                following.add(at)
            elif part.match(composed(name)):
                following.add(at + 1)
        return self._closed(following)

    def is_match(self, state: State) -> bool:
        """Whether the whole pattern is matched."""
        return len(self._parts) in state

    def _closed(self, state: set[int]) -> State:
        """Add the states that are reached if `**` matches no folder."""
        for at, part in enumerate(self._parts):
            if at in state and part is None:
                state.add(at + 1)
        return frozenset(state)
