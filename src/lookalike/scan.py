"""The main job: images to groups of duplicates."""

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

    An animation, or a document of several pages, is alike where its frames are: up to eight of
    them are compared. Where only some agree, the result lists the two as related.

    `images`: a folder, an archive, a path, a glob, a URL, anything else that `hash_image` takes, or
    any number of these. A file that is there twice, by a link or because it was named twice, is
    read once.
    `max_distance`: in how many bits the hashes of two images may differ, inclusive; None takes the
    default of the algorithm, `get_algorithm(algorithm).default_max_distance`.
    `reading`: `fast` reads no more of a JPEG than the hash needs, `exact` every pixel.
    `recursive`: go into sub-folders. `hidden`: take files whose names begin with a dot.
    `follow_links`: take what symbolic links lead to, under its own name; False leaves links out.
    `include`, `exclude`: patterns of the names or paths of what is found, one or several.
    `archives`: go into archives that are found in folders, as into those that are named.
    `archive_limits`: how much may come out of one. `column`: of Parquet files, where there are
    several that can hold images.
    `fetch`: `public`, for lists that are not trusted, fetches nothing from hosts that are not on
    the public internet, nor from addresses that are left to fsspec.
    `workers`: threads, or processes with `isolate`; None takes as many as there are processors.
    Pictures so small that threads only disturb each other are read by one, as long as that is
    measured to be faster.
    `max_pixels`: an image of more is a failure, told from its header.
    `max_bytes`: a file of more is a failure, told from its size.
    `damaged`: `report` makes an image that cannot be decoded to its end a failure, `hash` hashes
    what there is of it, and marks it.
    `isolate`: read in processes of their own, where a decoder that crashes, hangs or eats memory
    costs one image. `timeout`: how many seconds one image may take there, None for 60. `memory`:
    how many bytes such a process may take for it, None for 4 GiB; held to on Linux only.
    `progress`: called with the stage, how much is done, and how much there is or None.

    An image that cannot be read is one of the result's failures, whatever was raised over it; the
    rest goes on. Raises `ValueError` or `TypeError` for wrong arguments before anything is read,
    and what an iterator of yours raises.
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
    """Link and group the images of a table. `read` reads some of them once more."""
    hashes = table.hashes[rule.algorithm]
    nodes = nodes_of(table, hashes)
    roots = connect(nodes, rule.max_distance, workers, progress)
    related = related_images(table, rule.algorithm, nodes, roots, rule.max_distance, workers)
    sets = members_of(roots[nodes.of_image])
    ends = see_ends(table, sets, max_bytes, workers, progress)
    table = table.with_damages({at: lost for at, lost in ends.items() if lost}, ends)
    columns = grouped(table, hashes, sets, read, progress)
    return Result(table, rule, columns, Facts.of(table, rule, columns, related))
