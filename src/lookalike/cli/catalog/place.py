"""The option that names the folder of a catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from lookalike.catalog.catalog import Catalog

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
