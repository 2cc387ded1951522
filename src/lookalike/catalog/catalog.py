"""`Catalog`: a memory of the files that were read."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from lookalike.catalog.known import Known
from lookalike.catalog.places import Places
from lookalike.catalog.recipes import definition_of
from lookalike.catalog.store import contents
from lookalike.catalog.store.database import Database

if TYPE_CHECKING:
    from lookalike.hashing.recipe import Recipe

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

    def __enter__(self) -> Catalog:
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

    def known(self, recipe: Recipe) -> Known:
        """What is known of inputs, for `hash_inputs`, as of the last scan of their roots."""
        number = contents.find_recipe(self.database, definition_of(recipe))
        return Known(self.database, self.places, recipe, number or 0)
