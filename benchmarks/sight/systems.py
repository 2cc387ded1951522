"""The systems that are compared, and those of lookalike.

`System.matches(edited, originals)` is all that the trials know of a system.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from time import process_time
from typing import Any, TypeAlias

import lookalike

Match: TypeAlias = frozenset[Path]
"""Two pictures that a system takes for the same."""


@dataclass
class Clock:
    """Processor time, over some pictures or queries."""

    seconds: float = 0.0
    count: int = 0

    @contextmanager
    def runs(self, count: int = 1) -> Iterator[None]:
        """Time a piece of work over so many pictures."""
        begin = process_time()
        yield
        self.seconds += process_time() - begin
        self.count += count

    @property
    def milliseconds(self) -> float | None:
        """The mean, or None if nothing was timed."""
        return 1000 * self.seconds / self.count if self.count else None


class System(ABC):
    """Something that finds the originals of edited pictures."""

    within = False
    """Whether it also compares edited pictures with each other, and originals with each other."""
    slow = False
    """Whether it is tried on a few pictures only."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.pictures = Clock()
        """Reading and describing pictures. For a search of a folder, all of its work."""
        self.queries = Clock()
        """Comparing one picture with all others."""

    @abstractmethod
    def matches(self, edited: Sequence[Path], originals: Sequence[Path]) -> set[Match]:
        """The pairs of pictures that it takes for the same."""

    def pair_count(self, edited: int, originals: int) -> int:
        """How many pairs it compares among so many pictures."""
        if self.within:
            return (edited + originals) * (edited + originals - 1) // 2
        return edited * originals


class Folder(System):
    """`find_duplicates` over all pictures together. A match is a link, not merely a group."""

    within = True

    def __init__(self, name: str, **options: object) -> None:
        super().__init__(name)
        self._options: dict[str, Any] = options

    def matches(self, edited: Sequence[Path], originals: Sequence[Path]) -> set[Match]:
        paths = [*edited, *originals]
        with self.pictures.runs(len(paths)):
            result = lookalike.find_duplicates([str(path) for path in paths], **self._options)
            links = [group.links for group in result.groups]
        images = [Path(path) for path in result.table.paths]
        return {
            frozenset((images[i], images[j]))
            for one in links
            for i, j in zip(one.i.tolist(), one.j.tolist(), strict=True)
        }


class Queries(System):
    """`SightIndex`: the originals are added, and each edited picture is a query."""

    def matches(self, edited: Sequence[Path], originals: Sequence[Path]) -> set[Match]:
        index = new_index()
        with self.pictures.runs(len(originals)):
            index.add([str(path) for path in originals], [str(path) for path in originals])
        found = set()
        for path in edited:
            with self.queries.runs():
                matches = index.query(str(path))
            same = [one for one in matches if one.verdict == "same"]
            found |= {frozenset((path, Path(one.key))) for one in same}
        return found


def new_index() -> Any:
    """An empty `SightIndex`."""
    return vars(lookalike)["__getattr__"]("SightIndex")()


def has_option(name: str) -> bool:
    """Whether `find_duplicates` of this version has an option."""
    return name in signature(lookalike.find_duplicates).parameters


def of_lookalike() -> tuple[list[System], list[str]]:
    """The systems of this version of lookalike, and the names of those it does not have yet."""
    verify, thorough = has_option("verify"), has_option("thorough")
    bits: dict[str, object] = {"max_distance": 10}
    if verify:
        bits["verify"] = False
    systems: dict[str, System | None] = {
        "pHash 10": Folder("pHash 10", **bits),
        "verified": Folder("verified", verify=True) if verify else None,
        "thorough": Folder("thorough", thorough=True) if thorough else None,
        "SightIndex": Queries("SightIndex") if "SightIndex" in lookalike.__all__ else None,
    }
    found = [system for system in systems.values() if system]
    return found, [name for name, system in systems.items() if not system]
