"""Folders that a plan would empty, and those that other programs manage."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING

from lookalike.text import plural, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lookalike.planning.deciding.walk import Going, Outcome
    from lookalike.planning.members import Members
    from lookalike.sources.beside import Disk

MANAGERS = {"digikam4.db": "digiKam", ".immich": "Immich"}
"""Files that programs put into the folders they manage."""
LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".directory"})
"""Files that a desktop leaves behind. A folder with nothing else is empty."""


class Emptied:
    """The folders that would be left without files."""

    def __init__(
        self, members: Members, outcomes: Iterable[Outcome], plain: Iterable[int] = ()
    ) -> None:
        """`plain`: members that go besides those of the outcomes."""
        self._members = members
        self._names: dict[str, set[str]] = defaultdict(set)
        self._units: dict[str, list[tuple[Outcome, Going]]] = defaultdict(list)
        for out in outcomes:
            for going in out.goes:
                self._add(out, going)
        for path in (members.paths[number] for number in plain):
            folder, _, name = path.rpartition("/")
            self._names[folder].add(name)
        self.touched = sorted(self._names)
        """The paths of all folders from which something would go."""
        self.folders = list(filter(self._is_emptied, self.touched))
        """The paths of those that would be left without files."""

    def _add(self, out: Outcome, going: Going) -> None:
        folder = ""
        for picture in going.unit.pictures:
            folder, _, name = self._members.paths[picture].rpartition("/")
            self._names[folder].add(name)
        for one in going.beside:
            self._names[folder].add(one.file.path.rpartition("/")[2])
        self._units[folder].append((out, going))

    def _is_emptied(self, folder: str) -> bool:
        there = self._members.disk.folder(folder or "/").names
        return not there - self._names[folder] - LITTER

    def hold(self) -> None:
        """Hold back what would go from these folders."""
        for folder in self.folders:
            for out, going in self._units[folder]:
                out.hold(going, "last files: nothing else would be left in its folder")


def warnings(members: Members, outcomes: Sequence[Outcome], plain: Sequence[int]) -> Iterator[str]:
    """What to know before a plan is applied. `plain`: as in `Emptied`."""
    found = Emptied(members, outcomes, plain)
    if emptied := found.folders:
        names = ", ".join(map(printable, emptied[:3])) + (", …" if len(emptied) > 3 else "")
        yield f"{plural(len(emptied), 'folder')} would be left without files: {names}"
    yield from _managed(members.disk, found.touched)
    walked = (one for out in outcomes for going in out.goes for one in going.found)
    further = _further_names(members, chain(walked, plain))
    if further:
        verb = "has" if further == 1 else "have"
        yield (
            f"{plural(further, 'file')} that would go {verb} other names as well, so this frees no "
            "space"
        )


def _managed(disk: Disk, folders: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    found: dict[str, str] = {}
    for folder in folders:
        while folder and folder not in seen:
            seen.add(folder)
            for name in MANAGERS.keys() & disk.folder(folder).names:
                found[folder] = MANAGERS[name]
            folder = folder.rpartition("/")[0]
    for folder, program in sorted(found.items()):
        yield f"{printable(folder)} is managed by {program}, which would miss the files that go"


def _further_names(members: Members, goes: Iterable[int]) -> int:
    """How many of the files that go have names besides those that go."""
    names: dict[tuple[int, int], int] = defaultdict(int)
    links: dict[tuple[int, int], int] = {}
    for number in goes:
        state = members.states[number]
        if state is not None and state.links > 1:
            names[state.dev, state.inode] += 1
            links[state.dev, state.inode] = state.links
    return sum(count for file, count in names.items() if count < links[file])
