"""`Plan`: which files stay, which go and why. A value that changes nothing by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from lookalike.version import VERSION

if TYPE_CHECKING:
    from lookalike.actions.outcome import Outcome
    from lookalike.matching.rules import Rule
    from lookalike.work.progress import Progress


class Action(StrEnum):
    """What is done with a file that goes."""

    TRASH = "trash"
    MOVE = "move"
    DEDUPE = "dedupe"
    HARDLINK = "hardlink"
    DELETE = "delete"


KEEPS_NAME = frozenset({Action.DEDUPE, Action.HARDLINK})
"""Actions after which the file's name still leads to its bytes. They need equal bytes."""


class PlannedFile(NamedTuple):
    """A file as it was when the plan was made. Size, time and digest identify it."""

    path: str
    """Absolute, without symbolic links in its folders."""
    size: int
    """In bytes."""
    mtime_ns: int
    """When it was last modified, in nanoseconds since 1970."""
    digest: str
    """BLAKE3 of all its bytes: 16 bytes in hex."""
    inode: int | None = None
    """A hint. None if unknown."""
    dev: int | None = None
    """The number of its device, a hint. It may change when the machine starts."""


class Match(NamedTuple):
    """Why a file that goes matches the one that stays. It must still hold when it goes."""

    evidence: str
    """`bytes`, `pixels`, `agreement`, `points` or `bits`, as in `Duplicate.evidence`."""
    distance: int = 0
    """In bits."""
    agreement: float | None = None
    """How well their pixels agree, from 0 to 1. None without a second look."""
    turned: int = 0
    """By how many degrees the file must be turned clockwise to lie on the one that stays."""
    mirrored: bool = False
    """Whether it must be mirrored left to right before that."""
    colour_differs: bool = False
    """Whether a second look found that their colours differ."""

    @property
    def exact(self) -> bool:
        """Whether their bytes are equal."""
        return self.evidence == "bytes"

    @property
    def same_pixels(self) -> bool:
        """Whether their decoded pixels are equal."""
        return self.evidence in {"bytes", "pixels"}


EXACT = Match("bytes")


class Kept(NamedTuple):
    """A file that stays."""

    file: PlannedFile
    why: str
    """Why it stays, with the values that decided."""


class Companion(NamedTuple):
    """A file that goes with its picture, such as its sidecar or its raw file."""

    file: PlannedFile
    keeper: int | None
    """The number of its own counterpart in `keep`. None for a sidecar that is given up although the
    one that stays differs, which the user has to ask for."""
    match: Match | None
    """Why it matches its counterpart. None without one."""


class Removal(NamedTuple):
    """A picture that goes."""

    file: PlannedFile
    keeper: int | None
    """The number of the file in `keep` that it matches directly. None if nothing is kept."""
    match: Match | None
    """Why it matches that file. None without one."""
    do: tuple[Action, ...]
    """What to do with it: the first action that is possible."""
    why: str
    """Why the other one stays, with the values that decided."""
    companions: tuple[Companion, ...] = ()
    """By path."""


class Held(NamedTuple):
    """A file that would go by the rules, but stays."""

    file: PlannedFile
    why: str


class PlanGroup(NamedTuple):
    """The files of one group, or of groups that share a unit of companions."""

    key: str
    """Follows from the digests of its files."""
    keep: tuple[Kept, ...]
    """What stays and is relied on: the keeper first, then by rank, then counterparts of
    companions. A file that is held back and that others match is here as well."""
    remove: tuple[Removal, ...]
    """By path."""
    held: tuple[Held, ...] = ()
    """By path."""
    none_wanted: bool = False
    """Whether a person decided that no file of the group is wanted. Only then `keep` is empty."""

    def files(self) -> Iterator[PlannedFile]:
        """Every file that goes, each companion before its picture."""
        for one in self.remove:
            yield from (companion.file for companion in one.companions)
            yield one.file


class Totals(NamedTuple):
    """What a plan amounts to."""

    groups: int
    """Groups in which something goes."""
    remove: int
    """Pictures that go."""
    companions: int
    """Companions that go with them."""
    held: int
    """Files that are held back."""
    bytes: int
    """The size of all files that go. Trash and folders free it only once they are emptied."""


@dataclass(frozen=True)
class Plan:
    """Which files stay, which go, and why. `lookalike.plan` makes it."""

    rule: Rule
    """What counted as a match. What goes must still match by it when it goes."""
    groups: tuple[PlanGroup, ...] = ()
    """By the path of the first file that stays."""
    distance_for_action: int = 0
    """The largest distance of a match that is planned, in bits."""
    keep: tuple[str, ...] = ()
    """The rules that chose between the files, in order."""
    reference: tuple[str, ...] = ()
    """Folders whose files are originals. Nothing in them may change."""
    protect: tuple[str, ...] = ()
    """Patterns of paths that may not change."""
    only: tuple[str, ...] = ()
    """Patterns of paths. Nothing outside may change. Empty allows all."""
    roots: tuple[str, ...] = ()
    """The folders that were searched, if they are known."""
    companions: str = "with"
    """Whether sidecars and films go `with` their pictures. Otherwise `keep`."""
    to: str | None = None
    """The folder for `move`."""
    warnings: tuple[str, ...] = ()
    """What to know before it is applied."""
    argv: tuple[str, ...] = ()
    """The arguments of the command that made it."""
    by: str = field(default=f"lookalike {VERSION}")
    """The program that made it."""

    @property
    def totals(self) -> Totals:
        """What it amounts to."""
        files = [file for group in self.groups for file in group.files()]
        pictures = sum(len(group.remove) for group in self.groups)
        return Totals(
            groups=sum(bool(group.remove) for group in self.groups),
            remove=pictures,
            companions=len(files) - pictures,
            held=sum(len(group.held) for group in self.groups),
            bytes=sum(file.size for file in files),
        )

    def to_json(self) -> str:
        """The plan as JSON, in ASCII. Plans of one state are equal texts."""
        from lookalike.planning.stored.document import to_json

        return to_json(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Plan:
        """The plan from a text that `to_json` returned, which a person may have edited.

        Raises `PlanError` for anything else. The message names the place and what was expected.
        """
        from lookalike.planning.stored.document import read_json

        return read_json(text)

    def apply(
        self,
        *,
        dry_run: bool = False,
        delete: int | None = None,
        delete_similar: bool = False,
        none_wanted: bool = False,
        progress: Progress | None = None,
    ) -> Outcome:
        """Carry it out, as far as everything still is as planned. `lookalike.undo` takes it back.

        `dry_run`: check everything and change nothing. `delete`: how many files the plan deletes,
        to confirm it. `delete_similar`: also delete files that have no exact copy, which cannot be
        undone. `none_wanted`: also carry out groups of which nothing stays. `progress`: called with
        the stage, what is done, and the total.

        What is not as planned is left alone, and named in the outcome with the reason. Raises
        `LookalikeError` before anything is done if the plan deletes another number of files, if
        another run is at work, or on other systems than Linux. Raises `JournalError` if the journal
        cannot be written.
        """
        from lookalike.actions.apply import apply

        return apply(
            self,
            dry_run=dry_run,
            delete=delete,
            delete_similar=delete_similar,
            none_wanted=none_wanted,
            progress=progress,
        )

    def __repr__(self) -> str:
        totals = self.totals
        return f"<Plan: {totals.remove} to remove in {totals.groups} groups, {totals.held} held>"
