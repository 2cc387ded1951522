"""The options that name the folder of a catalogue."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, TypeAlias

import click

if TYPE_CHECKING:
    from lookalike.catalog.catalog import Catalog

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
            from lookalike.catalog.catalog import default_folder

            catalog_at = str(default_folder())
        command(catalog_at=catalog_at, **given)

    return remembers(remembers_at(with_folder))


def opened(folder: str | None, *, create: bool = False) -> Catalog:
    """Open the catalogue in a folder. Raises `CatalogError`."""
    from lookalike.catalog.catalog import Catalog

    return Catalog.open(folder, create=create)
