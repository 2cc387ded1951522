"""`Catalog`: a memory of the files that were read."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, Unpack

from lookalike.catalog.known import Known
from lookalike.catalog.places import Places
from lookalike.catalog.recipes import definition_of
from lookalike.catalog.scanning.sorting import TRUST
from lookalike.catalog.store import contents
from lookalike.catalog.store.database import Database
from lookalike.checks import one_of
from lookalike.hashing.options import DEFAULT_ALGORITHM
from lookalike.hashing.request import request_for
from lookalike.work.progress import silent

if TYPE_CHECKING:
    from lookalike.catalog.scanning.sorting import Trust
    from lookalike.catalog.scanning.summary import ScanSummary
    from lookalike.catalog.searching.search import Account
    from lookalike.hashing.options import Options
    from lookalike.hashing.recipe import Recipe
    from lookalike.hashing.request import Request
    from lookalike.work.progress import Progress

VARIABLE = "LOOKALIKE_CATALOG"
"""The environment variable that names another folder than the default one."""


def default_folder() -> Path:
    """Where the catalogue of this user is: the folder in the environment, or the usual place."""
    from platformdirs import user_data_path

    named = os.environ.get(VARIABLE)
    return Path(named) if named else user_data_path("lookalike", appauthor=False) / "catalog"


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
        """Close the files. Everything is stored already."""
        self.database.close()

    def scan(
        self,
        paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
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
        paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
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

    def known(self, recipe: Recipe, *, just_scanned: bool = False) -> Known:
        """What is known of inputs, for `hash_inputs`, as of the last scan of their roots."""
        number = contents.find_recipe(self.database, definition_of(recipe))
        return Known(self.database, self.places, recipe, number or 0, just_scanned=just_scanned)


def _paths(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[bytes]:
    """Paths as bytes."""
    if isinstance(paths, str | os.PathLike):
        paths = [paths]
    return [os.fsencode(path) for path in paths]
