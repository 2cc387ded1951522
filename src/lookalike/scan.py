"""The main job: find the groups of duplicates among images."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lookalike.hashing.content import SecondReading
from lookalike.hashing.hashing import hash_inputs
from lookalike.hashing.request import request_for
from lookalike.images import DEFAULT_MAX_BYTES, DEFAULT_MAX_PIXELS
from lookalike.index import members_of
from lookalike.matching.copies import find_copies
from lookalike.matching.groups import grouped
from lookalike.matching.keepers.ends import see_ends
from lookalike.matching.keepers.order import DEFAULT, Order
from lookalike.matching.nodes import connect, nodes_of
from lookalike.matching.related import related_images
from lookalike.matching.rereading import Read, nothing_again
from lookalike.matching.rules import Rule
from lookalike.matching.sequences import flat
from lookalike.matching.verify.verified import Verified, orientations_for
from lookalike.report.facts import Facts
from lookalike.report.result import Result
from lookalike.sight.thumbs import Thumbs
from lookalike.sight.turned import UPRIGHT
from lookalike.sources.again import Again
from lookalike.sources.beside import Disk
from lookalike.work.progress import silent
from lookalike.work.threads import worker_count

if TYPE_CHECKING:
    from lookalike.hashing.options import Damaged, Reading
    from lookalike.hashing.request import Request
    from lookalike.hashing.table import HashTable
    from lookalike.sources import ArchiveLimits, Fetch, ImageSources
    from lookalike.work.progress import Progress


def find_duplicates(
    images: ImageSources,
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
    keep: str | Iterable[str] | Order = (),
    progress: Progress | None = None,
) -> Result:
    """Find the groups of images that look alike. `Matching` and `Options` explain most keywords.

    `images`: a folder, an archive, a path, a glob, a URL, anything else that `hash_image` accepts,
    or any number of these. `max_distance`: the most bits in which two hashes may differ, inclusive.
    None means 1.2 times the `default_max_distance` of the algorithm, and without `verify` that
    default. `keep`: rules, or an `Order`, which choose what stays. `progress`: called with the
    stage, what is done, and the total or None.

    An image that cannot be read becomes a failure. Raises `ValueError` or `TypeError` for wrong
    arguments, before anything is read, and passes on errors of an iterator of yours.
    """
    rule = Rule.of(algorithm, max_distance, verify=verify, thorough=thorough, colour=colour,
                   min_agreement=min_agreement)  # fmt: skip
    request = request_for(
        images, rule.algorithm, repeats=False, only_first=False,
        reading=reading, recursive=recursive, hidden=hidden, follow_links=follow_links,
        include=include, exclude=exclude, archives=archives, archive_limits=archive_limits,
        column=column, fetch=fetch, workers=workers, max_pixels=max_pixels, max_bytes=max_bytes,
        damaged=damaged, isolate=isolate, timeout=timeout, memory=memory, with_thumbs=verify,
    )  # fmt: skip
    return _found(images, request, rule, Order.of(keep), progress or silent)


def _found(
    images: ImageSources, request: Request, rule: Rule, order: Order, progress: Progress
) -> Result:
    """Read the images, then link and group them."""
    upright = () if rule.algorithm == "phash" else (UPRIGHT,)  # the table has it
    thumbs = Thumbs((*upright, *orientations_for(rule))) if rule.verify else None
    table = hash_inputs(request, progress, thumbs=thumbs)
    again = SecondReading(Again(images, request.inputs.choice), request)
    return result_of(
        table, rule, again, thumbs=thumbs, workers=request.workers,
        max_bytes=request.recipe.max_bytes, progress=progress, order=order,
    )  # fmt: skip


def result_of(
    table: HashTable,
    rule: Rule,
    read: Read = nothing_again,
    *,
    thumbs: Thumbs | None = None,
    workers: int | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
    progress: Progress = silent,
    order: Order = DEFAULT,
) -> Result:
    """Link and group the images of a table. `read` reads some of them a second time.

    `thumbs`: those of the images, which a rule with `verify` needs.
    """
    hashes = table.hashes[rule.algorithm]
    nodes = nodes_of(table, hashes)
    verified = None
    if rule.verify and thumbs is not None:
        count = worker_count(workers)
        verified = Verified.of(table, hashes, nodes, rule, thumbs, read, count, progress)
        roots, of_image = verified.of_node, verified.of_image
    else:
        roots = connect(nodes, rule.max_distance, workers, progress)
        of_image = roots[nodes.of_image]
    related = related_images(table, rule.algorithm, nodes, roots, rule.max_distance, workers)
    related += verified.related(table) if verified else []
    members, starts, groups = flat(members_of(of_image))
    copies = find_copies(table, hashes, members, groups, read, progress)
    disk = Disk()
    ends = see_ends(
        table, members, starts, copies.pixels, max_bytes, workers, progress, order, disk
    )
    table = table.with_damages({at: lost for at, lost in ends.items() if lost}, ends)
    columns = grouped(table, hashes, members, starts, copies, order, disk)
    if verified:
        columns = verified.from_keepers(columns)
    return Result(table, rule, columns, Facts.of(table, rule, columns, related, verified))
