"""`Options`: the keywords that `find_duplicates`, `hash_images` and the command share.

This module holds only their types and defaults. It imports nothing heavy, because the command
needs it to parse its arguments.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict

from lookalike.work.defaults import MAX_BYTES, MAX_PIXELS

if TYPE_CHECKING:
    from lookalike.sources import ArchiveLimits, Fetch

Reading: TypeAlias = Literal["fast", "exact"]
Damaged: TypeAlias = Literal["report", "hash"]


class Options(TypedDict, total=False):
    """Which images to read, and how.

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
    """

    reading: Reading
    recursive: bool
    hidden: bool
    follow_links: bool
    include: str | Iterable[str]
    exclude: str | Iterable[str]
    archives: bool
    archive_limits: ArchiveLimits | None
    column: str | None
    fetch: Fetch
    workers: int | None
    max_pixels: int
    max_bytes: int
    damaged: Damaged
    isolate: bool
    timeout: float | None
    memory: int | None


class Matching(TypedDict, total=False):
    """What counts as a match.

    `max_distance`: the most bits in which the hashes of two images may differ, inclusive. None
    means 1.2 times the `default_max_distance` of the algorithm, and without `verify` that default.
    `verify`: confirm each match by a second look at the pixels, and find quarter turns. Without it,
    the hashes alone decide.
    `thorough`: also find pictures that were cropped, framed, mirrored, turned by any angle,
    captioned or pasted into another.
    `colour`: tell pictures apart that differ in colour alone.
    `min_agreement`: how well the pixels must agree at least, from 0 to 1.
    """

    algorithm: str
    max_distance: int | None
    verify: bool
    thorough: bool
    colour: bool
    min_agreement: float


DEFAULT_ALGORITHM = "phash"
DEFAULTS: Options = {
    "reading": "fast",
    "recursive": True,
    "hidden": False,
    "follow_links": True,
    "include": (),
    "exclude": (),
    "archives": False,
    "archive_limits": None,
    "column": None,
    "fetch": "any",
    "workers": None,
    "max_pixels": MAX_PIXELS,
    "max_bytes": MAX_BYTES,
    "damaged": "report",
    "isolate": False,
    "timeout": None,
    "memory": None,
}
