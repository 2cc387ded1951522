"""The main job: find the groups of duplicates among images."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lookalike.hashing.content import SecondReading
from lookalike.hashing.hashing import hash_inputs
from lookalike.hashing.request import request_for
from lookalike.images import DEFAULT_MAX_BYTES, DEFAULT_MAX_PIXELS
from lookalike.index import members_of
from lookalike.matching.copies import Read, nothing_again
from lookalike.matching.groups import grouped
from lookalike.matching.keepers import see_ends
from lookalike.matching.nodes import connect, nodes_of
from lookalike.matching.related import related_images
from lookalike.matching.rules import Rule
from lookalike.report.facts import Facts
from lookalike.report.result import Result
from lookalike.sources.again import Again
from lookalike.work.progress import silent

if TYPE_CHECKING:
    from lookalike.hashing.options import Damaged, Reading
    from lookalike.hashing.table import HashTable
    from lookalike.sources import ArchiveLimits, Fetch, ImageSources
    from lookalike.work.progress import Progress


def find_duplicates(
    images: ImageSources,
    *,
    algorithm: str = "phash",
    max_distance: int | None = None,
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
) -> Result:
    """Find the groups of images that look alike.

    Animations and documents of several pages are alike if their frames are. Up to eight frames are
    compared. If only some of them agree, the result lists the two images as related.

    `images`: a folder, an archive, a path, a glob, a URL, anything else that `hash_image` accepts,
    or any number of these. A file that is found twice, by a link or because it was named twice, is
    read once.
    `max_distance`: the most bits in which the hashes of two images may differ, inclusive. None
    means the default of the algorithm, `get_algorithm(algorithm).default_max_distance`.
    `reading`: `fast` decodes only as much of a JPEG as the hash needs, `exact` every pixel.
    `recursive`: search sub-folders. `hidden`: include files whose names begin with a dot.
    `follow_links`: read what symbolic links lead to, under its own name. False leaves links out.
    `include`, `exclude`: one or more patterns for the names or paths of the files found.
    `archives`: also read archives that are found in folders. Archives that are named are always
    read. `archive_limits`: how much may be unpacked from one archive.
    `column`: the column of Parquet files to read, if several can hold images.
    `fetch`: `public` is for lists that are not trusted. It fetches nothing from hosts that are not
    on the public internet, and nothing from addresses that fsspec opens.
    `workers`: the number of threads, or of processes with `isolate`. None means one per processor.
    Very small pictures are read by one thread for as long as that is measured to be faster.
    `max_pixels`: larger images are rejected from the header alone.
    `max_bytes`: larger files are rejected before they are read.
    `damaged`: `report` makes an image that cannot be decoded completely a failure. `hash` hashes
    the part that can be decoded, and marks the image.
    `isolate`: read in separate processes, so that a decoder that crashes, hangs or eats memory
    affects only one image. `timeout`: how many seconds one image may take there. None means 60.
    `memory`: how many bytes such a process may use for it. None means 4 GiB. This limit works only
    on Linux.
    `progress`: called with the stage, how much is done, and the total, or None if it is unknown.

    An image that cannot be read becomes a failure in the result, whatever error it caused. The
    other images are still read. Raises `ValueError` or `TypeError` for wrong arguments before
    anything is read. Errors raised by an iterator of yours are passed on.
    """
    rule = Rule.of(algorithm, max_distance)
    show = progress or silent
    request = request_for(
        images, rule.algorithm, repeats=False, only_first=False,
        reading=reading, recursive=recursive, hidden=hidden, follow_links=follow_links,
        include=include, exclude=exclude, archives=archives, archive_limits=archive_limits,
        column=column, fetch=fetch, workers=workers, max_pixels=max_pixels, max_bytes=max_bytes,
        damaged=damaged, isolate=isolate, timeout=timeout, memory=memory,
    )  # fmt: skip
    table = hash_inputs(request, show)
    again = SecondReading(Again(images, request.inputs.choice), request)
    return result_of(table, rule, again, workers=workers, max_bytes=max_bytes, progress=show)


def result_of(
    table: HashTable,
    rule: Rule,
    read: Read = nothing_again,
    *,
    workers: int | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
    progress: Progress = silent,
) -> Result:
    """Link and group the images of a table. `read` reads some of them a second time."""
    hashes = table.hashes[rule.algorithm]
    nodes = nodes_of(table, hashes)
    roots = connect(nodes, rule.max_distance, workers, progress)
    related = related_images(table, rule.algorithm, nodes, roots, rule.max_distance, workers)
    sets = members_of(roots[nodes.of_image])
    ends = see_ends(table, sets, max_bytes, workers, progress)
    table = table.with_damages({at: lost for at, lost in ends.items() if lost}, ends)
    columns = grouped(table, hashes, sets, read, progress)
    return Result(table, rule, columns, Facts.of(table, rule, columns, related))
