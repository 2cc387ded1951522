"""`Session`: the groups of a result by small numbers, and what is decided about each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from blake3 import blake3

from lookalike.planning.by_hand.decided import Decided
from lookalike.report.differences import differences, said_differences
from lookalike.report.html.look import name_of, place_of
from lookalike.report.why import keeper_words, match_words
from lookalike.review.alignment import WHOLE, transforms_of
from lookalike.review.decisions import Choice, Decision, File
from lookalike.review.telling import Telling, sets_of
from lookalike.sources.location import Kind
from lookalike.text import printable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.row import ImageInfo
    from lookalike.report.group import Duplicate
    from lookalike.report.result import Result
    from lookalike.review.decisions import Decisions, Step

LOCAL = frozenset({Kind.FILE, Kind.MEMBER, Kind.ROW})
MOST_MEMBERS = 500
"""How many members of a group can be decided on. All others are kept."""

MOST_SAID = 50
"""Of groups with more images, the page does not show what their files say."""


class State(IntEnum):
    """What is known about a group."""

    OPEN = 0
    DECIDED = 1
    LATER = 2
    CHANGED = 3
    """Its files have changed since it was decided, or it has other members."""
    APPLIED = 4
    """Everything that was to go has gone."""

    @property
    def word(self) -> str:
        """The name of the state for the page."""
        return self.name.lower()


class Totals(NamedTuple):
    """What all decisions come to, without what has gone already."""

    decided: int
    """Groups."""
    files: int
    """Files to remove."""
    bytes: int
    """Their size."""


class Undone(NamedTuple):
    """A step that can be taken back, or made again."""

    groups: tuple[int, ...]
    step: Step


class Session:
    """A result that is being looked at.

    Groups and members are named by their numbers in the result, from 0. It is not safe for several
    threads at once.
    """

    def __init__(self, result: Result, decisions: Decisions) -> None:
        self.result = result
        self.columns = result.columns
        self.decisions = decisions
        self._here = f"{Path.cwd()}/"
        self.states = np.zeros(len(self.columns), np.uint8)
        """A `State` per group."""
        self._removed = np.zeros((len(self.columns), 2), np.int64)
        """How many files of each group are to be removed, and their bytes."""
        self._undo: list[Undone] = []
        self._redo: list[Undone] = []
        self._keepers: tuple[NDArray[np.intp], list[str]] | None = None
        for group in self._decided_groups():
            self._update(group)

    def __len__(self) -> int:
        return len(self.columns)

    def image(self, member: int) -> ImageInfo:
        """The image of a member. Raises `IndexError` for a number that there is not."""
        if not 0 <= member < len(self.columns.members):
            raise IndexError(f"there is no image {member}")
        return self.result.table.image(int(self.columns.members[member]))

    def first_images(self, count: int) -> list[ImageInfo]:
        """The first images of the first group."""
        return [self.image(at) for at in range(min(count, len(self.columns.members)))]

    @property
    def totals(self) -> Totals:
        """What the decisions about these groups come to."""
        files, size = self._removed.sum(axis=0).tolist()
        is_decided = (self.states == State.DECIDED) | (self.states == State.APPLIED)
        return Totals(int(is_decided.sum()), files, size)

    def propose(self, at: NDArray[np.intp], reasons: list[str]) -> None:
        """Propose other images to stay: for each group, the place of one of its members."""
        self._keepers = at, reasons

    def keepers_at(self) -> NDArray[np.intp]:
        """For each group, the place of the image that is proposed to stay."""
        return np.zeros(len(self), np.intp) if self._keepers is None else self._keepers[0]

    def name(self, group: int, at: int) -> str:
        """The name of a member of a group."""
        member = self.columns.members[self.columns.starts[group] + at]
        return printable(name_of(self.result.table.paths[int(member)]))

    def describe(self, group: int) -> dict[str, Any]:
        """Everything that the page shows of a group, as plain types. Raises `IndexError`."""
        one = self.result.groups[_checked(group, len(self))]
        images = one.first_members(MOST_MEMBERS)
        duplicates = one.first_duplicates(len(images) - 1)
        transforms = transforms_of(self.result, one, group, duplicates)
        begin = int(self.columns.starts[group])
        keeper, reason = 0, printable(keeper_words(one))
        if self._keepers is not None and self._keepers[0][group] < len(images):
            keeper, reason = int(self._keepers[0][group]), self._keepers[1][group]
        facts = differences(images)
        if len(images) <= MOST_SAID:
            facts += said_differences(images)
        matches: list[list[str]] = [[], *map(match_words, duplicates)]
        return {
            "group": group,
            "state": self.state(group).word,
            "keeper": keeper,
            "reason": reason,
            "size": len(one),
            "chosen": self._chosen(group) or _proposed(duplicates, keeper),
            "members": [
                {
                    "id": begin + at,
                    "name": printable(name_of(image.path)),
                    "place": printable(place_of(image.path)),
                    "width": image.width,
                    "height": image.height,
                    "bytes": image.bytes,
                    "match": match,
                    "transform": transform or WHOLE,
                    "aligned": transform is not None,
                }
                for at, (image, match, transform) in enumerate(
                    zip(images, matches, transforms, strict=True)
                )
            ],
            "facts": [one._asdict() for one in facts],
        }

    def state(self, group: int) -> State:
        """What is known about a group."""
        return State(self.states[group])

    def decide(self, group: int, chosen: list[Choice]) -> None:
        """Save what is to become of the members of a group, the keeper first.

        Members after the first `MOST_MEMBERS` are kept. Raises `ValueError` for another number of
        choices, `IndexError` for a group that there is not, and the errors of `Decisions.change`.
        """
        self.decide_all([(group, chosen)])

    def decide_all(self, many: list[tuple[int, list[Choice]]]) -> None:
        """The same for several groups, as one step."""
        step: dict[File, Decision | None] = {}
        for group, chosen in many:
            files = self._files(_checked(group, len(self)))
            if len(chosen) != min(len(files), MOST_MEMBERS):
                raise ValueError(f"expected {min(len(files), MOST_MEMBERS)} choices")
            seen = fingerprint(files)
            every = [*chosen, *[Choice.KEEP] * (len(files) - len(chosen))]
            step |= {file: Decision(one, seen) for file, one in zip(files, every, strict=True)}
        groups = tuple(group for group, _ in many)
        self._undo.append(Undone(groups, self._change(groups, step)))
        self._redo.clear()
        for group in groups:
            self._update(group)

    def decided(self) -> Decided:
        """What is decided about the members of groups. Those that changed since are left out."""
        numbers: dict[Choice, list[int]] = {choice: [] for choice in Choice}
        for group in np.flatnonzero(self.states == State.DECIDED).tolist():
            begin = int(self.columns.starts[group])
            for at, file in enumerate(self._files(group), start=begin):
                if (made := self.decisions.get(file)) is not None:
                    numbers[made.choice].append(at)
        chosen = (Choice.REMOVE, Choice.KEEP, Choice.APART)
        return Decided(*(frozenset(numbers[choice]) for choice in chosen))

    def look_again(self) -> None:
        """Find out which files have gone, or have come back."""
        is_known = (self.states == State.DECIDED) | (self.states == State.APPLIED)
        for group in np.flatnonzero(is_known).tolist():
            self._update(group)

    def undo(self) -> tuple[int, ...]:
        """Take the last step back. Returns its groups. None of them means that there is no step."""
        return self._back(self._undo, self._redo)

    def redo(self) -> tuple[int, ...]:
        """Make the last step that was undone again."""
        return self._back(self._redo, self._undo)

    def _back(self, steps: list[Undone], others: list[Undone]) -> tuple[int, ...]:
        if not steps:
            return ()
        groups, step = steps[-1]
        others.append(Undone(groups, self._change(groups, step)))
        steps.pop()
        for group in groups:
            self._update(group)
        return groups

    def _change(self, groups: Iterable[int], step: Step) -> Step:
        """Save a step, and what it tells apart."""
        local = [self._local_files(group) for group in groups]
        before, after = (
            frozenset().union(
                *(sets_of((file, _choice(of(file))) for file in files) for files in local)
            )
            for of in (self.decisions.get, step.get)
        )
        return self.decisions.change(step, Telling.between(before, after))

    def _local_files(self, group: int) -> list[File]:
        """The files of a group that can be told apart, because they can be read by their paths."""
        kinds = self.result.table.take("kind", self.columns.members[self.columns.span(group)])
        files = zip(self._files(group), kinds, strict=True)
        return [file for file, kind in files if kind is Kind.FILE]

    def paths(self) -> Iterator[str]:
        """The paths of all members."""
        return self._paths(self.columns.members)

    def _files(self, group: int) -> list[File]:
        """The files of a group, the keeper first."""
        table, at = self.result.table, self.columns.members[self.columns.span(group)]
        paths = self._paths(at)
        digests = table.digests[at]
        return [File(path, one.tobytes().hex()) for path, one in zip(paths, digests, strict=True)]

    def _paths(self, at: NDArray[np.intp]) -> Iterator[str]:
        """The paths of images, from the root of the file system if they are on this machine."""
        table = self.result.table
        for path, kind in zip(table.take("path", at), table.take("kind", at), strict=True):
            if kind is Kind.FILE and (path[:1] != "/" or "/." in path):
                yield os.path.abspath(path)  # noqa: PTH100  # without dots, too
            else:
                yield path if path[:1] == "/" or kind not in LOCAL else self._here + path

    def _chosen(self, group: int) -> list[Choice] | None:
        """What was decided about the members of a group that can be decided on, if all were."""
        if self.states[group] not in (State.DECIDED, State.LATER, State.APPLIED):
            return None
        found = map(self.decisions.get, self._files(group)[:MOST_MEMBERS])
        return [one.choice for one in found if one is not None]

    def _update(self, group: int) -> None:
        """Work out the state of a group anew."""
        files = self._files(group)
        made = [self.decisions.get(file) for file in files]
        state = _state_of(made, fingerprint(files))
        removed = [one is not None and one.choice is Choice.REMOVE for one in made]
        if state is State.DECIDED and any(removed):
            pairs = zip(removed, files, strict=True)
            removed = [goes and not _has_gone(file.path) for goes, file in pairs]
            state = State.DECIDED if any(removed) else State.APPLIED
        self.states[group] = state
        if state is not State.DECIDED:
            removed = [False] * len(made)
        sizes = self.result.table.sizes[self.columns.members[self.columns.span(group)], 0]
        self._removed[group] = sum(removed), sizes[removed].sum()

    def _decided_groups(self) -> Iterable[int]:
        """The groups of files that something was decided about. Their digests may differ."""
        known = self.decisions.paths()
        if not known:
            return []
        members = self.columns.members
        paths = self._paths(members)
        are_known = np.fromiter((path in known for path in paths), np.bool_, len(members))
        found: list[int] = np.unique(self.columns.group[are_known]).tolist()
        return found


def fingerprint(files: Iterable[File]) -> str:
    """Equal for the same files with the same bytes, in any order."""
    digest = blake3()
    for file in sorted(files):
        digest.update(f"{file.path}\0{file.digest}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest(16)


def _state_of(made: list[Decision | None], seen: str) -> State:
    known = [one for one in made if one is not None]
    if not known:
        return State.OPEN
    if len(known) < len(made) or any(one.seen != seen for one in known):
        return State.CHANGED
    return State.LATER if any(one.choice is Choice.LATER for one in known) else State.DECIDED


def _choice(made: Decision | None) -> Choice | None:
    return made.choice if made else None


def _has_gone(path: str) -> bool:
    """Whether a file is no longer in its folder. Without the folder, its disk may be offline."""
    return not os.path.lexists(path) and os.path.isdir(os.path.dirname(path))  # noqa: PTH112, PTH120


def _proposed(duplicates: list[Duplicate], keeper: int) -> list[Choice]:
    """What the page proposes. An image that only matches others than the first one stays."""
    direct = [True, *(one.evidence != "chain" for one in duplicates)]
    goes = direct if direct[keeper] else [False] * len(direct)
    chosen = [Choice.REMOVE if one else Choice.KEEP for one in goes]
    chosen[keeper] = Choice.KEEP
    return chosen


def _checked(group: int, count: int) -> int:
    if not 0 <= group < count:
        raise IndexError(f"there is no group {group}")
    return group
