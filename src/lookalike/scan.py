"""The main job: find the groups of duplicates among images."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, Unpack

import numpy as np

from lookalike.hashing.content import SecondReading
from lookalike.hashing.hashing import hash_inputs
from lookalike.hashing.memory import Memory
from lookalike.hashing.request import request_for
from lookalike.images import DEFAULT_MAX_BYTES, DEFAULT_MAX_PIXELS
from lookalike.matching.allowed.connecting import connected
from lookalike.matching.allowed.marks import Marks
from lookalike.matching.allowed.sides import Sides
from lookalike.matching.grouping import Grouping
from lookalike.matching.keepers.order import DEFAULT, Order
from lookalike.matching.nodes import nodes_of
from lookalike.matching.related import related_images
from lookalike.matching.rereading import Read, Rereading, nothing_again
from lookalike.matching.rules import Rule
from lookalike.matching.similar import similar_images
from lookalike.matching.verify.verified import Verified, orientations_for
from lookalike.report.facts import Facts
from lookalike.report.result import Result
from lookalike.report.similar import SimilarResult
from lookalike.sight.thumbs import Thumbs
from lookalike.sight.turned import UPRIGHT
from lookalike.sources.again import Again
from lookalike.sources.two_sets import TwoSets
from lookalike.work.progress import silent
from lookalike.work.threads import worker_count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.catalog.catalog import Catalog
    from lookalike.catalog.searching.memory import CatalogMemory
    from lookalike.hashing.apart import Apart
    from lookalike.hashing.options import Damaged, Options, Reading
    from lookalike.hashing.request import Request
    from lookalike.hashing.row import Failure, Known, Row
    from lookalike.hashing.table import HashTable
    from lookalike.images import Source
    from lookalike.sources import ArchiveLimits, Fetch, ImageSources, Location
    from lookalike.work.progress import Progress


def find_duplicates(
    images: ImageSources | None = None,
    *,
    algorithm: str = "phash", max_distance: int | None = None,
    verify: bool = True, thorough: bool = False, colour: bool = False, min_agreement: float = 0.0,
    against: ImageSources | None = None, within: bool = False, apart: Apart | None = None,
    reading: Reading = "fast",
    recursive: bool = True, hidden: bool = False, follow_links: bool = True,
    include: str | Iterable[str] = (), exclude: str | Iterable[str] = (),
    archives: bool = False, archive_limits: ArchiveLimits | None = None,
    column: str | None = None, fetch: Fetch = "any", workers: int | None = None,
    max_pixels: int = DEFAULT_MAX_PIXELS, max_bytes: int = DEFAULT_MAX_BYTES,
    damaged: Damaged = "report",
    isolate: bool = False, timeout: float | None = None, memory: int | None = None,
    keep: str | Iterable[str] | Order = (),
    progress: Progress | None = None,
    catalog: Catalog | None = None,
) -> Result:  # fmt: skip
    """Find the groups of images that look alike. `Matching` and `Options` explain most keywords.

    `images`: a folder, an archive, a path, a glob, a URL, anything else that `hash_image` accepts,
    or any number of these. None searches all of `catalog`, whose files are opened only if they
    changed. `against`: references, named likewise. `images` are then compared with these, and only
    with `within` with each other. `apart`: contents that are no duplicates. `keep`: rules, or an
    `Order`, which choose what stays. `progress`: called with the stage, what is done, and the
    total or None.

    An image that cannot be read becomes a failure. Raises `ValueError` or `TypeError` for wrong
    arguments, before anything is read, and passes on errors of an iterator of yours.
    """
    rule = Rule.of(
        algorithm, max_distance, verify=verify, thorough=thorough, colour=colour,
        min_agreement=min_agreement, against=against is not None, within=within,
    )  # fmt: skip
    request = request_for(
        () if images is None else images, rule.algorithm, repeats=False, only_first=False,
        against=against,
        reading=reading, recursive=recursive, hidden=hidden, follow_links=follow_links,
        include=include, exclude=exclude, archives=archives, archive_limits=archive_limits,
        column=column, fetch=fetch, workers=workers, max_pixels=max_pixels, max_bytes=max_bytes,
        damaged=damaged, isolate=isolate, timeout=timeout, memory=memory, with_thumbs=verify,
    )  # fmt: skip
    wanted = _Wanted(rule, Order.of(keep), apart, progress or silent)
    return _search(images, request, wanted, catalog)


class _Wanted(NamedTuple):
    """What a search looks for."""

    rule: Rule
    order: Order
    """Which image of a group stays."""
    apart: Apart | None
    progress: Progress


def _search(
    images: ImageSources | None, request: Request, wanted: _Wanted, catalog: Catalog | None
) -> Result:
    """Search images, or the whole catalogue if there are none."""
    rule = wanted.rule
    if catalog is None:
        _require(images)
        return _found(images, request, wanted, _forgetful(rule))
    from lookalike.catalog.searching.everything import everything
    from lookalike.catalog.searching.search import remembered

    if rule.against:
        _require(images)
    if wanted.apart is None:
        wanted = wanted._replace(apart=catalog.apart.sets())
    with remembered(catalog, images, request, _orientations(rule), wanted.progress) as memory:
        if images is not None:
            return _found(images, request, wanted, memory, memory.known)
        table = everything(catalog, request.recipe, memory, wanted.progress)
        return result_of(
            table, rule, memory=memory, apart=wanted.apart, order=wanted.order,
            workers=request.workers, progress=wanted.progress,
        )  # fmt: skip


def _require(images: object) -> None:
    if images is None:
        raise TypeError("images must be given, not NoneType, unless a whole catalog is searched")


def find_similar(
    pictures: ImageSources,
    images: ImageSources | None = None,
    *,
    algorithm: str = "phash",
    max_distance: int | None = None,
    verify: bool = True,
    thorough: bool = False,
    colour: bool = False,
    min_agreement: float = 0.0,
    apart: Apart | None = None,
    progress: Progress | None = None,
    catalog: Catalog | None = None,
    **options: Unpack[Options],
) -> SimilarResult:
    """Find the images that are similar to one picture or several, the most similar first.

    `pictures`, `images`: as for `find_duplicates`, which has the other keywords, too. A file that
    is in both is not compared with itself. Every similar image is listed, and not only the nearest.
    What a URL among the pictures gives stays in memory. Without `images`, all that `catalog`
    remembers is searched. Raises as `find_duplicates` does.
    """
    if images is None and catalog is None:
        raise TypeError("images must be given, unless a whole catalog is searched")
    rule = Rule.of(
        algorithm, max_distance, verify=verify, thorough=thorough, colour=colour,
        min_agreement=min_agreement,
    )  # fmt: skip
    request = request_for(
        pictures, rule.algorithm, repeats=False, only_first=False, with_thumbs=verify,
        against=images, **options,
    )  # fmt: skip
    show = progress or silent
    if catalog is None:
        read = _read(images, request, rule, show, _forgetful(rule), held={})
        return _similar(read, rule, apart, request.workers, show)
    from lookalike.catalog.searching.search import remembered

    apart = catalog.apart.sets() if apart is None else apart
    with remembered(catalog, images, request, _orientations(rule), show) as kept:
        if images is None:
            read = _beside_everything(catalog, pictures, request, show, kept)
        else:
            read = _read(images, request, rule, show, kept, kept.known, held={})
        return _similar(read, rule, apart, request.workers, show)


def _similar(
    read: _Scanned, rule: Rule, apart: Apart | None, workers: int, progress: Progress
) -> SimilarResult:
    again, sides = read
    assert sides is not None
    marks = Marks(apart, again) if apart else None
    columns, verified = similar_images(again, rule, sides, workers, progress, marks)
    facts = Facts.of(again.table, rule, columns, (), verified, sides, marks)
    return SimilarResult(again.table, rule, columns, facts)


def _beside_everything(
    catalog: Catalog,
    pictures: ImageSources,
    request: Request,
    progress: Progress,
    kept: CatalogMemory,
) -> _Scanned:
    """Read some pictures. The references are all that a catalogue remembers."""
    from lookalike.catalog.searching.everything import everything

    first: list[Row | Failure] = []
    new = len(hash_inputs(request, progress, collect=first.append))
    table = everything(catalog, request.recipe, kept, progress, first)
    read = SecondReading(Again(pictures, request.inputs.choice), request)
    return _Scanned(Rereading(table, read, kept), Sides(np.arange(len(table)) >= new, within=False))


def _orientations(rule: Rule) -> tuple[int, ...] | None:
    """The EXIF orientations whose hashes a search needs. None if it needs no thumbs."""
    upright = () if rule.algorithm == "phash" else (UPRIGHT,)  # the table has it
    return (*upright, *orientations_for(rule)) if rule.verify else None


def _forgetful(rule: Rule) -> Memory:
    """The memory of a search without a catalogue."""
    orientations = _orientations(rule)
    return Memory(None if orientations is None else Thumbs(orientations))


class _Scanned(NamedTuple):
    """What was read."""

    again: Rereading
    sides: Sides | None


def _read(
    images: object,
    request: Request,
    rule: Rule,
    progress: Progress,
    memory: Memory,
    known: Known | None = None,
    held: dict[Location, Source] | None = None,
) -> _Scanned:
    """Read all inputs. `held`: receives the new images that could not be read a second time."""
    inputs, sides = request.inputs, None
    if isinstance(inputs, TwoSets) and held is not None:
        inputs.hold(held, request.recipe.max_bytes)
    table = hash_inputs(request, progress, known=known, collect=memory.add)
    memory.finish()
    if isinstance(inputs, TwoSets):
        images = inputs.images
        sides = Sides(_of_images(table, inputs.is_reference), rule.within)
    read = SecondReading(Again(images, inputs.choice, held or {}), request)
    return _Scanned(Rereading(table, read, memory), sides)


def _found(
    images: object,
    request: Request,
    wanted: _Wanted,
    memory: Memory,
    known: Known | None = None,
) -> Result:
    """Read the images, then link and group them."""
    again, sides = _read(images, request, wanted.rule, wanted.progress, memory, known)
    return result_of(
        again.table, wanted.rule, again.read, memory=memory, sides=sides, apart=wanted.apart,
        order=wanted.order, workers=request.workers, max_bytes=request.recipe.max_bytes,
        progress=wanted.progress,
    )  # fmt: skip


def _of_images(table: HashTable, of_inputs: bytearray) -> NDArray[np.bool_]:
    """What is said of each input, for those of them that were read."""
    every = np.frombuffer(of_inputs, np.bool_)
    return np.delete(every, np.frombuffer(table.failed_at, table.failed_at.typecode))


def result_of(
    table: HashTable,
    rule: Rule,
    read: Read = nothing_again,
    *,
    memory: Memory | None = None,
    sides: Sides | None = None,
    apart: Apart | None = None,
    workers: int | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
    progress: Progress = silent,
    order: Order = DEFAULT,
) -> Result:
    """Link and group the images of a table. `read` reads some of them a second time.

    `memory`: what is known about the images. A rule with `verify` needs their thumbs.
    `sides`: which of them are references, for a rule with `against`.
    `apart`: contents that were told apart.
    """
    again = Rereading(table, read, memory or Memory())
    thumbs = again.memory.thumbs
    hashes = table.hashes[rule.algorithm]
    nodes = nodes_of(table, hashes)
    marks = Marks(apart, again) if apart else None
    verified = None
    of_image: NDArray[np.integer]
    if rule.verify and thumbs is not None:
        count = worker_count(workers)
        verified = Verified.of(again, hashes, nodes, rule, thumbs, count, progress, sides, marks)
        roots, of_image = verified.of_node, verified.of_image
    else:
        roots, of_image = connected(table, nodes, rule, workers, progress, sides, marks)
    related = related_images(table, rule.algorithm, nodes, roots, rule.max_distance, workers, sides)
    related += verified.related(table) if verified else []
    grouping = Grouping(again, hashes, order, sides, workers, max_bytes, progress)
    table, columns, stands = grouping.settled(of_image)
    if verified:
        columns = verified.from_keepers(columns, progress)
    if stands is not None:
        columns = columns.between_those(stands)
    facts = Facts.of(table, rule, columns, related, verified, sides, marks)
    return Result(table, rule, columns, facts)
