"""Which roots a scan visits, and whether they are what they were."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from lookalike.catalog.places import Place, relative
from lookalike.catalog.store import files, roots
from lookalike.catalog.volumes import FileSystem, file_system_of
from lookalike.errors import CatalogError

if TYPE_CHECKING:
    from lookalike.catalog.places import Places
    from lookalike.catalog.store.database import Database
    from lookalike.catalog.store.roots import Root


class Target(NamedTuple):
    """A root, or a folder of one, to scan."""

    root: Root
    path: bytes
    """Where the root is now."""
    scope: bytes
    """The folder to scan, relative to the root."""
    accepts_loss: bool


class Online:
    """Where roots are now."""

    def __init__(self, known: Iterable[Root]) -> None:
        self._roots = {root.id: root for root in known}
        self._paths: dict[int, bytes | None] = {}

    def settle(self, target: Target) -> None:
        """Note where a root was found."""
        self._paths[target.root.id] = target.path

    def path_of(self, number: int) -> bytes | None:
        """The path of a root. None if it is not there now."""
        if number not in self._paths:
            root = self._roots.get(number)
            is_there = root is not None and not trouble_of(root, root.path)
            self._paths[number] = root.path if root is not None and is_there else None
        return self._paths[number]


def targets_of(
    database: Database, places: Places, paths: Collection[bytes], accepted: Collection[bytes]
) -> list[Target]:
    """What to scan: these folders, or all roots if there are none.

    A folder in no root becomes one, and takes in the roots inside it. Raises `CatalogError` for a
    path that is neither a folder nor a root.
    """
    if not paths and not accepted:
        return [Target(root, root.path, b"", False) for root in places.all_roots()]
    chosen = dict.fromkeys(paths, False) | dict.fromkeys(accepted, True)
    # An outer folder first: it would take in the root that one inside it has just become.
    outer_first = sorted(chosen, key=lambda path: len(os.path.realpath(path)))
    found = {path: _target(database, places, path, chosen[path]) for path in outer_first}
    return _without_inner([found[path] for path in chosen])


def _without_inner(targets: Sequence[Target]) -> list[Target]:
    """Without those that lie in another, whose files would be met twice."""
    kept: list[Target] = []
    for target in sorted(targets, key=lambda one: (one.scope, not one.accepts_loss)):
        around = (one for one in kept if one.root.id == target.root.id)
        if not any(
            relative(target.scope, one.scope) is not None
            and one.accepts_loss >= target.accepts_loss
            for one in around
        ):
            kept.append(target)
    return sorted(kept, key=targets.index)


def _target(database: Database, places: Places, path: bytes, accepts: bool) -> Target:
    real = os.path.realpath(path)
    if not os.path.isdir(real):  # noqa: PTH112
        for root in places.all_roots():
            if real == root.path or os.path.abspath(path) == root.path:  # noqa: PTH100
                return Target(root, root.path, b"", accepts)
        raise CatalogError("there is no such folder", os.fsdecode(path))
    if accepts:
        for root in places.all_roots():
            if real == root.path:  # whatever is there now
                return Target(root, real, b"", True)
    place = places.place_of(real)
    if place is None:
        made = _new_root(database, places, real)
        place = Place(made, b"") if made else places.place_of(real)
        assert place is not None
    here = real[: len(real) - len(place.path)].rstrip(b"/") or b"/" if place.path else real
    return Target(place.root, here, place.path, accepts)


def _new_root(database: Database, places: Places, real: bytes) -> Root | None:
    """Make a folder a root. None if another scan has just made it, or a folder around it, one."""
    system = file_system_of(real)
    with database.writing() as connection:
        places.forget()
        if places.place_of(real) is not None:
            return None
        number = roots.add_root(
            connection, real, system.volume, system.within, _inode(real, system), system.type
        )
        for inner in places.all_roots():
            if inner.id != number and (prefix := _inside(inner, real, system)):
                roots.take_in(connection, number, inner, prefix + b"/")
                if inner.volume != system.volume:
                    folder = roots.add_folder(connection, number, prefix)
                    roots.set_volume(connection, folder, inner.volume or b"")
    places.forget()
    return next(root for root in places.all_roots() if root.id == number)


def _inside(inner: Root, real: bytes, system: FileSystem) -> bytes | None:
    """The path of a root relative to one around it."""
    if inner.volume is not None and inner.volume == system.volume:
        return relative(inner.within, system.within)
    return relative(inner.path, real)


def _inode(path: bytes, system: FileSystem) -> int | None:
    return os.stat(path).st_ino if system.keeps_inodes else None  # noqa: PTH116


def trouble_of(root: Root, path: bytes) -> str:
    """Why a root at a path is not what was scanned last. Empty if it is. In words."""
    try:
        status = os.lstat(path)
        system = file_system_of(path)
        with os.scandir(path) as entries:
            next(entries, None)
    except OSError as error:
        return f"it cannot be listed: {error.strerror}"
    if root.volume is not None and system.volume is not None and root.volume != system.volume:
        return "another file system is mounted there"
    if root.inode is not None and system.keeps_inodes and root.inode != status.st_ino:
        return "another folder is there"
    return ""


def settle(database: Database, target: Target) -> str:
    """Why a root must be left alone. If it must not, note where it is now."""
    root, path = target.root, target.path
    trouble = trouble_of(root, path)
    if not trouble and files.has_present(database, root.id):
        with os.scandir(path) as entries:
            trouble = "" if next(entries, None) else "it is empty, and was not"
    if trouble and not (target.accepts_loss and os.path.isdir(path)):  # noqa: PTH112
        with database.writing() as connection:
            roots.set_offline(connection, root.id, trouble)
        return trouble
    system = file_system_of(path)
    is_elsewhere = path != root.path and bool(trouble_of(root, root.path))
    now = (
        path if is_elsewhere else root.path, system.volume, system.within,
        _inode(path, system), system.type,
    )  # fmt: skip
    before = root.path, root.volume, root.within, root.inode, root.fs
    if now != before and (path == root.path or is_elsewhere):
        with database.writing() as connection:
            roots.settle_root(connection, root.id, *now)
    return ""
