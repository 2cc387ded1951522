"""The options that name the folder of a catalogue."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, TypeAlias

import click

if TYPE_CHECKING:
    from lookalike.catalog.catalog import Catalog
    from lookalike.hashing.apart import Apart

Command: TypeAlias = Callable[..., None]

catalog_at = click.option(
    "--catalog-at",
    "folder",
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="The folder of the catalogue.  [default: $LOOKALIKE_CATALOG, or this user's own]",
)


remembers = click.option(
    "--catalog",
    "with_catalog",
    is_flag=True,
    help="Remember the files of folders in a catalogue, so that the next search opens only those "
    "that changed. Its folder is this user's own, unless LOOKALIKE_CATALOG names another.",
)
remembers_at = click.option(
    "--catalog-at",
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="The same, with the catalogue in FOLDER.",
)


def may_remember(command: Command) -> Command:
    """Add both options to a command, which receives `catalog_at`: a folder, or None for neither."""

    @wraps(command)
    def with_folder(with_catalog: bool, catalog_at: str | None, **given: object) -> None:
        if with_catalog and catalog_at is None:
            from lookalike.catalog.folder import default_folder

            catalog_at = str(default_folder())
        command(catalog_at=catalog_at, **given)

    return remembers(remembers_at(with_folder))


def opened(folder: str | None, *, create: bool = False) -> Catalog:
    """Open the catalogue in a folder. Raises `CatalogError`."""
    from lookalike.catalog.catalog import Catalog

    return Catalog.open(folder, create=create)


def told_apart(catalog: Catalog | None = None) -> Apart | None:
    """What was told apart in an open catalogue, or in that of this user. None if there is none.

    Nothing is written. Raises `CatalogError` for one that cannot be read: what a person said is not
    ignored silently.
    """
    if catalog is not None:
        return catalog.apart.sets()
    from lookalike.catalog.folder import NAME, default_folder

    folder = default_folder()
    if not (folder / NAME).exists():
        return None
    from lookalike.catalog.apart import told_apart_in

    return told_apart_in(folder)
