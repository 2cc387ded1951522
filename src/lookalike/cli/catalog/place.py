"""The option that names the folder of a catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from lookalike.catalog.catalog import Catalog
    from lookalike.hashing.apart import Apart

catalog_at = click.option(
    "--catalog-at",
    "folder",
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="The folder of the catalogue.  [default: $LOOKALIKE_CATALOG, or this user's own]",
)


def opened(folder: str | None, *, create: bool = False) -> Catalog:
    """Open the catalogue in a folder. Raises `CatalogError`."""
    from lookalike.catalog.catalog import Catalog

    return Catalog.open(folder, create=create)


def told_apart() -> Apart | None:
    """What was told apart in the catalogue of this user. None if there is no catalogue.

    Nothing is written. Raises `CatalogError` for one that cannot be read: what a person said is not
    ignored silently.
    """
    from lookalike.catalog.catalog import default_folder
    from lookalike.catalog.store.database import NAME

    folder = default_folder()
    if not (folder / NAME).exists():
        return None
    from lookalike.catalog.apart import told_apart_in

    return told_apart_in(folder)
