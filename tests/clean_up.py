"""Small trees of files, plans for them, and file systems that are watched or end the process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from blake3 import blake3

from lookalike.actions.disk.fs import FileSystem
from lookalike.matching.rules import Rule
from lookalike.planning.plan import (
    EXACT,
    Action,
    Companion,
    Kept,
    Match,
    Plan,
    PlanGroup,
    PlannedFile,
    Removal,
)


class Place(NamedTuple):
    """Where a test has its files."""

    root: Path

    @classmethod
    def at(cls, root: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
        """A new place in a folder. The journal and the trash of this user are there, too."""
        place = cls(root)
        monkeypatch.setenv("XDG_STATE_HOME", str(place.state))
        monkeypatch.setenv("XDG_DATA_HOME", str(place.data))
        place.tree.mkdir()
        return place

    @property
    def tree(self) -> Path:
        """The files that a plan is about."""
        return self.root / "tree"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def to(self) -> Path:
        """A folder to move files to."""
        return self.root / "to"

    @property
    def trash(self) -> Path:
        return self.data / "Trash"

    def file(self, name: str, data: bytes, **options: int) -> Path:
        """A new file in the tree."""
        return write(self.tree / name, data, **options)

    def clear(self) -> None:
        """Remove everything, for another try."""
        for folder in (self.tree, self.state, self.data, self.to):
            shutil.rmtree(folder, ignore_errors=True)
        self.tree.mkdir()

    def leftovers(self) -> list[str]:
        """Files under temporary names, and everything in the trash."""
        return sorted(
            str(path.relative_to(self.root))
            for path in self.root.rglob("*")
            if path.name.startswith(".lookalike-")
            or (self.trash in path.parents and not path.is_dir())
        )


RULE = Rule.of("phash", verify=True)


def digest(data: bytes) -> str:
    """The digest of some bytes, as in a plan."""
    return blake3(data).digest(16).hex()


def planned(path: Path) -> PlannedFile:
    """A file as a plan names it."""
    found = path.lstat()
    data = path.read_bytes()
    return PlannedFile(
        str(path), found.st_size, found.st_mtime_ns, digest(data), found.st_ino, found.st_dev
    )


def removal(
    path: Path,
    *do: Action,
    keeper: int | None = 0,
    match: Match | None = EXACT,
    companions: tuple[Companion, ...] = (),
) -> Removal:
    """A picture that goes."""
    actions = do or (Action.TRASH,)
    return Removal(planned(path), keeper, match, actions, "fewer pixels: 1 < 2", companions)


def companion(path: Path, keeper: int | None, match: Match | None = EXACT) -> Companion:
    """A companion that goes."""
    return Companion(planned(path), keeper, match if keeper is not None else None)


def group(keep: list[Path], *remove: Removal) -> PlanGroup:
    """A group of a plan."""
    kept = tuple(Kept(planned(path), "most pixels") for path in keep)
    return PlanGroup(str(keep[0]) if keep else "none", kept, remove, none_wanted=not keep)


def plan(*groups: PlanGroup, **options: object) -> Plan:
    """A plan of these groups."""
    return Plan(RULE, groups, distance_for_action=12, **options)  # type: ignore[arg-type]


def write(path: Path, data: bytes, *, mtime: int = 1_600_000_000) -> Path:
    """A file with a time of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, ns=(mtime * 10**9 + 123, mtime * 10**9 + 456))
    return path


class Seen(NamedTuple):
    """What is to come back of a file: everything but its inode and the time of its inode."""

    data: bytes
    mode: int
    mtime_ns: int
    user: int
    group: int
    attributes: tuple[tuple[str, bytes], ...]
    names: tuple[str, ...]
    """All names of the file in the tree."""


def snapshot(root: Path) -> dict[str, Seen | str]:
    """All files below a folder by their relative paths. Links are told by where they lead."""
    found: dict[str, Seen | str] = {}
    inodes: dict[tuple[int, int], list[str]] = {}
    files = sorted(path for path in root.rglob("*") if path.is_symlink() or path.is_file())
    for path in files:
        if not path.is_symlink():
            status = path.stat()
            inodes.setdefault((status.st_dev, status.st_ino), []).append(
                str(path.relative_to(root))
            )
    for path in files:
        name = str(path.relative_to(root))
        if path.is_symlink():
            found[name] = str(path.readlink())
            continue
        status = path.stat()
        found[name] = Seen(
            path.read_bytes(),
            status.st_mode,
            status.st_mtime_ns,
            status.st_uid,
            status.st_gid,
            tuple(sorted((key, os.getxattr(path, key)) for key in os.listxattr(path))),
            tuple(inodes[status.st_dev, status.st_ino]),
        )
    return found


def all_bytes(*roots: Path) -> set[bytes]:
    """The bytes of every file below these folders."""
    return {
        path.read_bytes()
        for root in roots
        for path in root.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


class Killed(BaseException):
    """Stands for the end of the process: no call reaches the disk after it."""


class Watched(FileSystem):
    """Counts its calls, and does something before one of them."""

    def __init__(self, at: int = -1, do: Callable[[], None] | None = None) -> None:
        self.calls: list[str] = []
        self._at = at
        self._do = do

    def step(self, call: str) -> None:
        if len(self.calls) == self._at and self._do is not None:
            self._do()
        self.calls.append(call)


class Dying(FileSystem):
    """Ends before call `at`. What would clean up afterwards does not reach the disk either."""

    def __init__(self, at: int) -> None:
        self.left = at

    def step(self, call: str) -> None:  # noqa: ARG002
        self.left -= 1
        if self.left < 0:
            raise Killed
