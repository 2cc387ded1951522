"""Forgets roots, folders, recipes and lost files, and moves roots."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from lookalike.catalog.places import relative
from lookalike.catalog.store import contents, roots, upkeep
from lookalike.catalog.thumb_file import erase, remove
from lookalike.catalog.volumes import file_system_of
from lookalike.errors import CatalogError

if TYPE_CHECKING:
    from lookalike.catalog.places import Places
    from lookalike.catalog.store.database import Database
    from lookalike.catalog.store.roots import Root


def root_at(places: Places, path: bytes) -> Root:
    """The root with a path, which may be gone. Raises `CatalogError` if there is none."""
    named = {os.path.abspath(path), os.path.realpath(path)}  # noqa: PTH100
    for root in places.all_roots():
        if root.path in named:
            return root
    raise CatalogError("it is not a root of the catalogue; `catalog roots` lists them", _text(path))


def move_root(database: Database, places: Places, old: bytes, new: bytes) -> None:
    """Change where a root is."""
    root = root_at(places, old)
    real = os.path.realpath(new)
    if not os.path.isdir(real):  # noqa: PTH112
        raise CatalogError("there is no such folder", _text(new))
    for other in places.all_roots():
        is_near = relative(real, other.path) is not None or relative(other.path, real) is not None
        if other.id != root.id and is_near:
            raise CatalogError(f"it overlaps with the root {_text(other.path)}", _text(real))
    system = file_system_of(real)
    inode = os.stat(real).st_ino if system.keeps_inodes else None  # noqa: PTH116
    with database.writing() as connection:
        roots.settle_root(
            connection, root.id, real, system.volume, system.within, inode, system.type
        )
        roots.set_offline(connection, root.id, "")
    places.forget()


def forget(database: Database, places: Places, path: bytes) -> None:
    """Forget a root, or a folder in one."""
    real = os.path.realpath(path)
    named = {os.path.abspath(path), real}  # noqa: PTH100
    for root in places.all_roots():
        for one in named:
            inner = relative(one, root.path)
            if inner is None or (roots.folder(database, root.id, inner) is None and inner):
                continue
            with database.writing() as connection:
                if inner:
                    upkeep.forget_folder(connection, root.id, inner)
                else:
                    roots.remove_root(connection, root.id)
            places.forget()
            return
    raise CatalogError("it is not in the catalogue; `catalog roots` lists what is", _text(path))


def forget_recipe(database: Database, number: int) -> None:
    """Forget the hashes of a recipe."""
    known = {recipe: definition for recipe, _, definition, _ in contents.recipes(database)}
    if number not in known:
        among = ", ".join(map(str, sorted(known))) or "none"
        raise CatalogError(f"there is no recipe {number}; there are {among}", _folder(database))
    with database.writing() as connection:
        contents.forget_recipe(connection, number)
        remove(database.folder, known[number])


def prune(database: Database, older: float) -> tuple[int, int]:
    """Remove files that have been missing for so many seconds, and contents without a file."""
    with database.writing() as connection:
        removed, gone = upkeep.prune(connection, int(time.time() - older) + 1)
        erase(database.folder, gone)
    database.shrink()
    return removed, len(gone)


def _text(path: bytes) -> str:
    return os.fsdecode(path)


def _folder(database: Database) -> str:
    return str(database.folder)
