"""`Catalog`: a memory of the files that were read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self, TypeAlias, Unpack

from lookalike.catalog.apart import ApartStore
from lookalike.catalog.decisions import DecisionStore
from lookalike.catalog.folder import default_folder
from lookalike.catalog.known import Known
from lookalike.catalog.places import Places
from lookalike.catalog.recipes import definition_of
from lookalike.catalog.scanning.sorting import TRUST
from lookalike.catalog.store import contents
from lookalike.catalog.store.database import Database
from lookalike.catalog.upkeep.info import Info, RootInfo
from lookalike.checks import one_of
from lookalike.hashing.options import DEFAULT_ALGORITHM
from lookalike.hashing.request import request_for
from lookalike.work.progress import silent

if TYPE_CHECKING:
    from pandas import DataFrame

    from lookalike.catalog.scanning.sorting import Trust
    from lookalike.catalog.scanning.summary import ScanSummary
    from lookalike.catalog.searching.search import Account
    from lookalike.catalog.upkeep.checking import Checked
    from lookalike.hashing.options import Options
    from lookalike.hashing.recipe import Recipe
    from lookalike.hashing.request import Request
    from lookalike.work.progress import Progress

Paths: TypeAlias = "str | os.PathLike[str] | Iterable[str | os.PathLike[str]]"
DAY = 86_400
"""Seconds."""


class Catalog:
    """Remembers what was found out about files, so that only what changed is read again.

        with lookalike.Catalog.open() as catalog:
            catalog.scan("photos/")

    Several processes may use one catalogue. A `Catalog` belongs to one thread, except for `known`.
    """

    def __init__(self, database: Database) -> None:
        """Only for `open`."""
        self.database = database
        self.places = Places(database)
        self.apart = ApartStore(database)
        """Contents that a person told apart."""
        self.decisions = DecisionStore(database)
        """What a person decided in reviews."""
        self.account: Account | None = None
        """What the last search took from it."""

    @classmethod
    def open(cls, folder: str | os.PathLike[str] | None = None, *, create: bool = True) -> Catalog:
        """Open the catalogue in a folder. `create`: whether to make one if none is there.

        None is the folder that `LOOKALIKE_CATALOG` names, or the usual one of this user. If the
        folder cannot be written, the catalogue can only be read. Raises `CatalogError` for a
        catalogue of a newer version, for any other file, and if another process locks it for long.
        """
        path = default_folder() if folder is None else Path(folder)
        return cls(Database(path, create=create))

    def close(self) -> None:
        """Close the files."""
        if self.account is not None:
            self.account.memory.close()
        self.database.close()

    def scan(
        self,
        paths: Paths = (),
        *,
        algorithm: str = DEFAULT_ALGORITHM,
        trust: Trust = "normal",
        accept_loss: Iterable[str | os.PathLike[str]] = (),
        progress: Progress | None = None,
        **options: Unpack[Options],
    ) -> ScanSummary:
        """Bring the catalogue up to date with folders. Only files that changed are read.

        `paths`: one or more folders. Each becomes a root, which later scans visit again. Without
        any, all roots are scanned. `trust`: `stat` believes that a file is unchanged if its size
        and time are; `nothing` reads every file. `accept_loss`: roots that may have lost most of
        their files, or be on another disk. `options`: as for `find_duplicates`.

        Symbolic links are not followed. Raises `ValueError` and `TypeError` for wrong arguments,
        and `CatalogError` if a folder is not there or the catalogue cannot be written.
        """
        one_of(trust, "trust", TRUST)
        request = request_for(
            (), algorithm, repeats=False, only_first=False, with_thumbs=True, **options
        )
        return self.update(
            request, paths, trust=trust, accept_loss=accept_loss, progress=progress or silent
        )

    def update(
        self,
        request: Request,
        paths: Paths = (),
        *,
        trust: Trust = "normal",
        accept_loss: Iterable[str | os.PathLike[str]] = (),
        progress: Progress = silent,
    ) -> ScanSummary:
        """The same for a checked request. Its inputs only say which files are chosen."""
        from lookalike.catalog.scanning.scan import Scan
        from lookalike.catalog.scanning.targets import targets_of

        self.places.forget()
        targets = targets_of(self.database, self.places, _paths(paths), _paths(accept_loss))
        self.places.forget()
        summary = Scan(self.database, self.places, request, trust, progress).run(targets)
        self.places.forget()
        return summary

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        """The folder of the catalogue."""
        return self.database.folder

    @property
    def roots(self) -> list[RootInfo]:
        """The folders that are remembered, by path."""
        return [RootInfo.of(self.database, root) for root in self.places.all_roots()]

    def info(self) -> Info:
        """Counts and facts. Takes about a second per million files."""
        return Info.of(self.database)

    def to_frame(self) -> DataFrame:
        """A pandas DataFrame with one row per file or member of an archive.

        The columns: path, member, bytes, modified, whether it is missing, offline or assumed, then
        width, height and frames, and a column of hex hashes per algorithm. Raises
        `MissingExtraError` without pandas.
        """
        from lookalike.catalog.upkeep.frame import to_frame

        return to_frame(self.database)

    def move_root(self, old: str | os.PathLike[str], new: str | os.PathLike[str]) -> None:
        """Say that a root is at another path now, with everything in it.

        Nothing is read until the next scan. That looks at the ends of files whose times were kept,
        and reads the others. Raises `CatalogError` if there is no such root or folder, or if the
        new path is in another root.
        """
        from lookalike.catalog.upkeep.removal import move_root

        move_root(self.database, self.places, os.fsencode(old), os.fsencode(new))

    def forget(self, path: str | os.PathLike[str]) -> None:
        """Forget a root, or a folder in one. No file is touched.

        Raises `CatalogError` if it is not known.
        """
        from lookalike.catalog.upkeep.removal import forget

        forget(self.database, self.places, os.fsencode(path))

    def forget_recipe(self, number: int) -> None:
        """Forget the hashes of a recipe. `info` lists them. Raises `CatalogError`."""
        from lookalike.catalog.upkeep.removal import forget_recipe

        forget_recipe(self.database, number)

    def prune(self, older: float = 90 * DAY) -> tuple[int, int]:
        """Forget files that have been missing for so many seconds, and contents without a file.

        Returns how many of each. Until then, a picture that comes back is recognised.
        """
        from lookalike.catalog.upkeep.removal import prune

        return prune(self.database, older)

    def check(self) -> list[str]:
        """What is wrong with the catalogue itself. Empty if nothing is."""
        from lookalike.catalog.upkeep.checking import check_structure

        return check_structure(self.database)

    def check_bytes(
        self,
        paths: Paths = (),
        *,
        workers: int | None = None,
        progress: Progress | None = None,
    ) -> Checked:
        """Read every byte of the files of some roots, or of all, to find silent changes.

        Raises `CatalogError` for a path that is not a root.
        """
        from lookalike.catalog.upkeep.checking import check_bytes
        from lookalike.catalog.upkeep.removal import root_at

        chosen = [root_at(self.places, path) for path in _paths(paths)]
        roots = chosen or self.places.all_roots()
        return check_bytes(self.database, roots, workers, progress or silent)

    def backup(self, file: str | os.PathLike[str]) -> None:
        """Write a copy of the database, which appears once it is complete.

        Raises `CatalogError`, also if the file exists.
        """
        self.database.backup(Path(file))

    def export(self, write: Callable[[str], object]) -> int:
        """Write all that is known as lines of JSON. Returns the number of files.

        `write` is called with each line, such as the `write` of a file that is open for text.
        """
        from lookalike.catalog.upkeep.exchange import export

        return export(self.database, write)

    def add_from(self, file: IO[str], name: str) -> int:
        """Add what `export` wrote, perhaps on another machine. Returns how many files were added.

        `name`: what errors call the file. What is known already stays. Raises `CatalogError`.
        """
        from lookalike.catalog.upkeep.exchange import Import

        adding = Import(self.database)
        adding.read(file, name)
        self.places.forget()
        return adding.added

    def known(self, recipe: Recipe, *, just_scanned: bool = False) -> Known:
        """What is known of inputs, for `hash_inputs`, as of the last scan of their roots."""
        number = contents.find_recipe(self.database, definition_of(recipe))
        return Known(self.database, self.places, recipe, number or 0, just_scanned=just_scanned)


def _paths(paths: Paths) -> list[bytes]:
    """Paths as bytes."""
    if isinstance(paths, str | os.PathLike):
        paths = [paths]
    return [os.fsencode(path) for path in paths]
