"""A search that remembers: first a scan of its folders, then answers from the catalogue."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lookalike.catalog.searching.memory import CatalogMemory
from lookalike.catalog.store.looks import latest_content
from lookalike.sources.places.addresses import is_address
from lookalike.sources.web.urls import is_url

if TYPE_CHECKING:
    from lookalike.catalog.catalog import Catalog
    from lookalike.hashing.request import Request
    from lookalike.work.progress import Progress


@contextmanager
def remembered(
    catalog: Catalog,
    images: object,
    request: Request,
    orientations: tuple[int, ...] | None,
    progress: Progress,
) -> Iterator[CatalogMemory]:
    """Bring the catalogue up to date with the folders among `images`. Yields what it knows.

    `orientations`: as for `CatalogMemory`. Raises `CatalogError` if it cannot be used. A catalogue
    that cannot be written is used as it is.
    """
    latest = latest_content(catalog.database)
    if catalog.database.is_writable and (folders := _folders(images)):
        catalog.last_scan = catalog.update(request, folders, progress=progress)
    memory = CatalogMemory(catalog, request.recipe, orientations, latest)
    try:
        yield memory
    finally:
        memory.close()


def _folders(images: object) -> list[str]:
    """The local folders among images. An iterator is not asked, because it may give them once."""
    named = [images] if isinstance(images, str | os.PathLike) else images
    if not isinstance(named, Sequence):
        return []
    paths = [
        os.fsdecode(one)
        for one in named
        if isinstance(one, str | os.PathLike) and not is_url(one) and not is_address(one)
    ]
    return [path for path in paths if os.path.isdir(path)]  # noqa: PTH112
