"""`Unit`: a picture and the files that belong to it, which go or stay together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lookalike.planning.plan import PlannedFile
from lookalike.sources.beside import Role

if TYPE_CHECKING:
    from lookalike.planning.members import Members
    from lookalike.sources.beside import Disk

PAIRED = (Role.RAW, Role.DEVELOPED)
"""Roles of files that are pictures themselves."""


@dataclass(slots=True)
class Unit:
    """Pictures of one shot, and the files beside them."""

    pictures: list[int]
    """Numbers of members, by path: one, or a raw file and what the camera wrote beside it."""
    beside: dict[str, Role] = field(default_factory=dict)
    """The paths of further files, and how they belong to the pictures."""


def units_of(members: Members, *, with_companions: bool) -> list[Unit]:
    """The unit of each member, by number. Members of one unit share it.

    Without companions, only raw files and their JPEGs belong together.
    """
    units = [Unit([number]) for number in range(len(members.paths))]
    for number, path in enumerate(members.paths):
        if members.states[number] is None:
            continue
        if not members.disk.companions(path):
            continue
        for other, role in belonging(members.disk, path).items():
            paired = members.number_of.get(other) if role in PAIRED else None
            if paired is not None:
                _join(units, number, paired, members.paths)
            elif with_companions or role in PAIRED:
                units[number].beside[other] = role
    return units


def _join(units: list[Unit], one: int, other: int, paths: list[str]) -> None:
    ours, theirs = units[one], units[other]
    if ours is theirs:
        return
    ours.pictures = sorted(ours.pictures + theirs.pictures, key=paths.__getitem__)
    ours.beside |= theirs.beside
    for number in theirs.pictures:
        units[number] = ours


def belonging(disk: Disk, picture: str) -> dict[str, Role]:
    """What belongs to a picture, and to the other pictures of its shot, by path."""
    found: dict[str, Role] = {}
    to_see = [picture]
    while to_see:
        path = to_see.pop()
        for name, role in disk.companions(path):
            other = f"{path.rpartition('/')[0]}/{name}"
            if other != picture and other not in found:
                found[other] = role
                if role in PAIRED:
                    to_see.append(other)
    return found


def is_shared(disk: Disk, path: str, unit_paths: set[str]) -> bool:
    """Whether a sidecar belongs to files outside of a unit, too."""
    folder, _, name = path.rpartition("/")
    owners = disk.folder(folder or "/").owners(name)
    return any(f"{folder}/{owner}" not in unit_paths for owner in owners)


def file_beside(disk: Disk, path: str) -> PlannedFile | None:
    """A companion as it is planned. None if it cannot be read, or is not a regular file."""
    state = disk.state(path)
    if state is None or not state.is_file:
        return None
    digest = disk.digest(path)
    if digest is None:
        return None
    return PlannedFile(path, state.size, state.mtime_ns, digest.hex(), state.inode, state.dev)


def counterpart(disk: Disk, file: PlannedFile, role: Role, stays: Unit) -> PlannedFile | None:
    """The file of a unit that stays whose bytes equal those of a companion."""
    for path, other in sorted(stays.beside.items()):
        if other is not role:
            continue
        state = disk.state(path)
        if state is None or state.size != file.size or state.inode == file.inode:
            continue
        found = file_beside(disk, path)
        if found is not None and found.digest == file.digest:
            return found
    return None
