"""`Members`: the images of all groups, with what the disk says of each now."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from lookalike.images.picture import DIGEST_BYTES
from lookalike.images.raw.formats import RAW_FORMATS
from lookalike.planning.plan import PlannedFile
from lookalike.sources.location import Kind

if TYPE_CHECKING:
    from lookalike.planning.choices import Choices
    from lookalike.report.result import Result
    from lookalike.sources.beside import Disk
    from lookalike.sources.beside.disk import State

TRASHES = frozenset(
    {"Trash", ".Trash", ".trash", ".Trashes", "$RECYCLE.BIN", "$Recycle.Bin", "RECYCLER",
     "@Recycle", "#recycle", ".lookalike-removed"}
)  # fmt: skip
XDG_TRASH = ".Trash-"
PACKAGES = (
    ".photoslibrary", ".photolibrary", ".aplibrary", ".lrdata", ".lrlibrary", ".cocatalog",
)  # fmt: skip
"""Endings of folders in which a program keeps its own order."""
HEX = 2 * DIGEST_BYTES
DAMAGED = "damaged"
NOT_FILES = {
    Kind.MEMBER: "in an archive",
    Kind.ROW: "in a Parquet file",
    Kind.URL: "not on this machine",
    Kind.ADDRESS: "not on this machine",
}


class _Folder(NamedTuple):
    """What the folder of a file means for it."""

    inside: str
    """Its path without symbolic links, and a slash."""
    unfit: str
    """Why its files cannot be relied on. Empty if they can."""
    blocked: str
    """Why its files may not go. Empty if they may."""


class Members:
    """The images of all groups, by their numbers among the members of the result."""

    def __init__(self, result: Result, choices: Choices, disk: Disk) -> None:
        self.table = result.table
        self.positions = result.columns.members
        self.group: list[int] = result.columns.group.tolist()
        """The number of each image's group."""
        self.disk = disk
        self._roots = [
            (_ended(os.path.abspath(root)), _ended(disk.real(root)))  # noqa: PTH100
            for root in (*choices.roots, *choices.between, *choices.reference)
        ]
        self._folders: dict[str, _Folder] = {}
        count = len(self.positions)
        self.paths: list[str] = [""] * count
        """Real and absolute. If it is not a file of its own, what it is called in results."""
        self.states: list[State | None] = [None] * count
        self.unfit: list[str] = [""] * count
        """Why an image cannot be relied on as the one that stays. Empty if it can."""
        self.blocked: list[str] = [""] * count
        """Why an image may not go. Empty if it may. Nothing unfit may go."""
        self.is_raw = [form in RAW_FORMATS for form in self.table.take("format", self.positions)]
        """Whether each image is a raw file."""
        self.at: list[int] = self.positions.tolist()
        """The position of each image in the table."""
        self.frames: list[int] = self.table.take("frames", self.positions)
        """How many frames each image has."""
        self._begun = self._of_beginnings()
        self._taken: dict[int, str] = {}
        joined = self.table.digests[self.positions].tobytes().hex()
        self._digests = [joined[at : at + HEX] for at in range(0, HEX * count, HEX)]
        self._gather()
        self.number_of = {path: at for at, path in enumerate(self.paths)}
        """The number of each path."""

    def _of_beginnings(self) -> frozenset[int]:
        """The numbers of images whose digest is not of all their bytes."""
        begun = self.table.beginnings
        if not begun:
            return frozenset()
        return frozenset(number for number, at in enumerate(self.at) if at in begun)

    def _gather(self) -> None:
        table, at = self.table, self.positions
        names = ("path", "kind", "file_bytes", "modified_ns")
        columns = (table.take(name, at) for name in names)
        paths, states, unfit, state_of = self.paths, self.states, self.unfit, self.disk.state
        folders = self._folders
        for number, (path, kind, size, modified) in enumerate(zip(*columns, strict=True)):
            if kind is not Kind.FILE:
                paths[number] = path
                unfit[number] = NOT_FILES.get(kind, "not a file")
                continue
            folder, slash, name = path.rpartition("/")
            known = folders.get(folder + slash)
            if known is None:
                known = folders[folder + slash] = self._folder(folder or slash or ".")
            inside, why, blocked = known
            paths[number] = real = inside + name
            states[number] = state = state_of(real)
            if why or state is None or state[:2] != (size, modified) or not state.is_file:
                unfit[number] = why or _changed(state, size, modified)
            if blocked:
                self.blocked[number] = blocked
        damages = table.damages
        for number in (one for one, at in enumerate(self.at) if at in damages) if damages else ():
            self.unfit[number] = self.unfit[number] or DAMAGED

    def _folder(self, folder: str) -> _Folder:
        """What a folder means for its files."""
        folder = os.path.abspath(folder)  # noqa: PTH100  # links must not be followed yet
        real, expected = self.disk.real(folder), folder
        for spelled, root in self._roots:
            if f"{folder}/".startswith(spelled):
                expected = os.path.normpath(root + f"{folder}/"[len(spelled) :])
                break
        unfit = "" if real == expected else "reached through a symbolic link"
        blocked = ""
        for part in real.split("/"):
            if part in TRASHES or part.startswith(XDG_TRASH):
                unfit = unfit or "in a trash folder"
            if part == ".git":
                blocked = "in a folder of Git"
            elif part.endswith(PACKAGES):
                blocked = f"in the photo library {part}"
        return _Folder(_ended(real), unfit, blocked)

    def digest(self, number: int) -> str:
        """The digest of all bytes of a file, in hex. Empty if it cannot be read."""
        if number in self._begun:
            if number not in self._taken:
                self._taken[number] = (self.disk.digest(self.paths[number]) or b"").hex()
            return self._taken[number]
        return self._digests[number]

    def are_sound(self) -> list[bool]:
        """Whether each is a file that is as the search read it, complete, and may go."""
        unsound = zip(self.unfit, self.blocked, strict=True)
        sound = [not (unfit or blocked) for unfit, blocked in unsound]
        for number in self._begun:
            sound[number] = False
        return sound

    def file(self, number: int) -> PlannedFile:
        """A file as it is planned. Its digest is taken now if the search read only a part."""
        path, state, digest = self.paths[number], self.states[number], self._digests[number]
        if number in self._begun:
            digest = self.digest(number) or digest
        if state is None:
            return PlannedFile(path, 0, 0, digest)
        size, mtime_ns, inode, dev, *_ = state
        return PlannedFile(path, size, mtime_ns, digest, inode, dev)

    def same_file(self, one: int, other: int) -> bool:
        """Whether two paths are names of one file."""
        ours, theirs = self.states[one], self.states[other]
        if ours is None or theirs is None or ours.inode != theirs.inode:
            return False
        return ours.dev == theirs.dev and ours.inode != 0


def _ended(folder: str) -> str:
    """A folder with one slash at its end."""
    return f"{folder.rstrip('/')}/"


def _changed(state: State | None, size: int, modified: int | None) -> str:
    """Why a file is not what the search read. Empty if it is."""
    if state is None:
        return "not there any more, or its disk is offline"
    if not state.is_file:
        return "a symbolic link or no regular file"
    if state.size != size or (modified is not None and state.mtime_ns != modified):
        return "changed since the search"
    return ""
