"""The main job: find the groups of duplicates among images."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from lookalike.hashing.content import SecondReading
from lookalike.hashing.hashing import hash_inputs
from lookalike.hashing.memory import Memory
from lookalike.hashing.request import request_for
from lookalike.images import DEFAULT_MAX_BYTES, DEFAULT_MAX_PIXELS
from lookalike.index import members_of
from lookalike.matching.groups import grouped
from lookalike.matching.keepers import see_ends
from lookalike.matching.nodes import connect, nodes_of
from lookalike.matching.related import related_images
from lookalike.matching.rereading import Read, Rereading, nothing_again
from lookalike.matching.rules import Rule
from lookalike.matching.verify.verified import Verified, orientations_for
from lookalike.report.facts import Facts
from lookalike.report.result import Result
from lookalike.sight.thumbs import Thumbs
from lookalike.sight.turned import UPRIGHT
from lookalike.sources.again import Again
from lookalike.work.progress import silent
from lookalike.work.threads import worker_count

if TYPE_CHECKING:
    from lookalike.catalog.catalog import Catalog
    from lookalike.hashing.options import Damaged, Reading
    from lookalike.hashing.request import Request
    from lookalike.hashing.row import Known
    from lookalike.hashing.table import HashTable
    from lookalike.sources import ArchiveLimits, Fetch, ImageSources
    from lookalike.work.progress import Progress


def find_duplicates(
    images: ImageSources | None = None,
    *,
    algorithm: str = "phash",
    max_distance: int | None = None,
    verify: bool = True,
    thorough: bool = False,
    colour: bool = False,
    min_agreement: float = 0.0,
    reading: Reading = "fast",
    recursive: bool = True,
    hidden: bool = False,
    follow_links: bool = True,
    include: str | Iterable[str] = (),
    exclude: str | Iterable[str] = (),
    archives: bool = False,
    archive_limits: ArchiveLimits | None = None,
    column: str | None = None,
    fetch: Fetch = "any",
    workers: int | None = None,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    max_bytes: int = DEFAULT_MAX_BYTES,
    damaged: Damaged = "report",
    isolate: bool = False,
    timeout: float | None = None,
    memory: int | None = None,
    progress: Progress | None = None,
    catalog: Catalog | None = None,
) -> Result:
    """Find the groups of images that look alike. `Matching` and `Options` explain most keywords.

    `images`: a folder, an archive, a path, a glob, a URL, anything else that `hash_image` accepts,
    or any number of these. None searches all of `catalog`, whose files are opened only if they
    changed. `max_distance`: the most bits in which two hashes may differ, inclusive. None means 1.2
    times the `default_max_distance` of the algorithm, and without `verify` that default.
    `progress`: called with the stage, what is done, and the total or None. An image that cannot be
    read becomes a failure. Raises `ValueError` or `TypeError` for wrong arguments, before anything
    is read, and passes on errors of an iterator of yours.
    """
    rule = Rule.of(algorithm, max_distance, verify=verify, thorough=thorough, colour=colour,
                   min_agreement=min_agreement)  # fmt: skip
    request = request_for(
        () if images is None else images, rule.algorithm, repeats=False, only_first=False,
        reading=reading, recursive=recursive, hidden=hidden, follow_links=follow_links,
        include=include, exclude=exclude, archives=archives, archive_limits=archive_limits,
        column=column, fetch=fetch, workers=workers, max_pixels=max_pixels, max_bytes=max_bytes,
        damaged=damaged, isolate=isolate, timeout=timeout, memory=memory, with_thumbs=verify,
    )  # fmt: skip
    return _search(images, request, rule, progress or silent, catalog)


def _search(
    images: ImageSources | None,
    request: Request,
    rule: Rule,
    progress: Progress,
    catalog: Catalog | None,
) -> Result:
    """Search images, or the whole catalogue if there are none."""
    upright = () if rule.algorithm == "phash" else (UPRIGHT,)  # the table has it
    orientations = (*upright, *orientations_for(rule)) if rule.verify else None
    if catalog is None:
        if images is None:
            raise TypeError("images must be given, unless a whole catalog is searched")
        forgetful = Memory(None if orientations is None else Thumbs(orientations))
        return _found(images, request, rule, progress, forgetful)
    from lookalike.catalog.searching.everything import everything
    from lookalike.catalog.searching.search import remembered

    with remembered(catalog, images, request, orientations, progress) as memory:
        if images is not None:
            return _found(images, request, rule, progress, memory, memory.known)
        table = everything(catalog, request.recipe, memory, progress)
        return result_of(table, rule, memory=memory, workers=request.workers, progress=progress)


def _found(
    images: object,
    request: Request,
    rule: Rule,
    progress: Progress,
    memory: Memory,
    known: Known | None = None,
) -> Result:
    """Read the images, then link and group them."""
    table = hash_inputs(request, progress, known=known, collect=memory.add)
    memory.finish()
    read = SecondReading(Again(images, request.inputs.choice), request)
    return result_of(
        table, rule, read, memory=memory, workers=request.workers,
        max_bytes=request.recipe.max_bytes, progress=progress,
    )  # fmt: skip


def result_of(
    table: HashTable,
    rule: Rule,
    read: Read = nothing_again,
    *,
    memory: Memory | None = None,
    workers: int | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
    progress: Progress = silent,
) -> Result:
    """Link and group the images of a table. `read` reads some of them a second time.

    `memory`: what is known about the images. For a rule with `verify` it needs their thumbs.
    """
    again = Rereading(table, read, memory or Memory())
    thumbs = again.memory.thumbs
    hashes = table.hashes[rule.algorithm]
    nodes = nodes_of(table, hashes)
    verified = None
    if rule.verify and thumbs is not None:
        count = worker_count(workers)
        verified = Verified.of(again, hashes, nodes, rule, thumbs, count, progress)
        roots, of_image = verified.of_node, verified.of_image
    else:
        roots = connect(nodes, rule.max_distance, workers, progress)
        of_image = roots[nodes.of_image]
    related = related_images(table, rule.algorithm, nodes, roots, rule.max_distance, workers)
    related += verified.related(table) if verified else []
    sets = members_of(of_image)
    ends = see_ends(again, sets, max_bytes, workers, progress)
    table = table.with_damages({at: lost for at, lost in ends.items() if lost}, ends)
    columns = grouped(replace(again, table=table), hashes, sets, progress)
    if verified:
        columns = verified.from_keepers(columns)
    return Result(table, rule, columns, Facts.of(table, rule, columns, related, verified))
