"""A search that remembers: first a scan of its folders, then answers from the catalogue."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from lookalike.catalog.searching.memory import CatalogMemory
from lookalike.catalog.store.looks import latest_content
from lookalike.catalog.store.roots import Root, roots
from lookalike.sources.places.addresses import is_address
from lookalike.sources.two_sets import TwoSets
from lookalike.sources.web.urls import is_url
from lookalike.text import plural, printable

if TYPE_CHECKING:
    from lookalike.catalog.catalog import Catalog
    from lookalike.catalog.scanning.summary import ScanSummary
    from lookalike.hashing.request import Request
    from lookalike.sources.beside.disk import Recall
    from lookalike.work.progress import Progress


class Account(NamedTuple):
    """What a search took from a catalogue."""

    scan: ScanSummary | None
    """What the scan before it found. None if there was none."""
    roots: list[Root]
    """All roots, if the whole catalogue was searched."""
    assumed: int
    """How many images have the content of others on trust: size, time and both ends are equal."""
    memory: CatalogMemory
    """What is known of the images by their positions. It can be asked until the catalogue is closed
    or searched again."""

    @property
    def recall(self) -> Recall:
        """Gives the metadata of an image. A file is opened only if that is not known."""
        return self.memory.metadata

    @property
    def lines(self) -> list[str]:
        """The same in words."""
        lines = [f"Catalogue: {self.scan.line}."] if self.scan else []
        lines += [f"Left alone: {reason}." for reason in self.scan.reasons] if self.scan else []
        lines += [_when(root) for root in self.roots]
        if self.assumed:
            images = plural(self.assumed, "image")
            lines.append(f"{images} taken over on trust: only their ends were read, not all bytes.")
        return lines


def _when(root: Root) -> str:
    """When a root was last scanned."""
    path = printable(os.fsdecode(root.path))
    if root.last_scan is None:
        return f"{path}: never scanned as a whole."
    when = datetime.fromtimestamp(root.last_scan).astimezone()
    offline = f" It was left alone since: {root.offline}." if root.offline else ""
    return f"{path}: last scanned {when:%Y-%m-%d %H:%M}.{offline}"


@contextmanager
def remembered(
    catalog: Catalog,
    images: object,
    request: Request,
    orientations: tuple[int, ...] | None,
    progress: Progress,
) -> Iterator[CatalogMemory]:
    """Bring the catalogue up to date with the folders among `images`. Yields what it knows.

    At the end, `catalog.account` says what was taken from it.

    `orientations`: as for `CatalogMemory`. Raises `CatalogError` if it cannot be used. A catalogue
    that cannot be written is used as it is.
    """
    latest, scan = latest_content(catalog.database), None
    inputs = request.inputs
    named = inputs.images if isinstance(inputs, TwoSets) else images
    if catalog.database.is_writable and (folders := _folders(named)):
        scan = catalog.update(request, folders, progress=progress)
    memory = CatalogMemory(catalog, request.recipe, orientations, latest)
    try:
        yield memory
        everything = roots(catalog.database) if images is None else []
        catalog.account = Account(scan, everything, memory.assumed_count, memory)
        memory.opens_files = True
    finally:
        memory.close()
        memory.thumbs = None


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
