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
    """Which images to read, and how. `find_duplicates` explains each option."""

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
