"""`Request`: which images to hash, and how."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

from lookalike.hashing.options import DEFAULTS, Options
from lookalike.hashing.recipe import recipe_for
from lookalike.sources import ArchiveLimits, Choice, Inputs
from lookalike.work.isolation import isolation_for
from lookalike.work.threads import worker_count

if TYPE_CHECKING:
    from lookalike.hashing.recipe import Recipe
    from lookalike.sources import ImageSources
    from lookalike.work.isolation import Isolation


@dataclass(frozen=True, slots=True)
class Request:
    """What a caller asks for, checked: nothing has been read yet."""

    inputs: Inputs
    recipe: Recipe
    isolation: Isolation | None
    """What processes are held to; None reads in this one."""
    workers: int
    """How many threads, or processes."""


def request_for(
    images: ImageSources,
    algorithms: str | Iterable[str],
    *,
    repeats: bool,
    only_first: bool,
    **options: Unpack[Options],
) -> Request:
    """The request that the keywords of `hash_images` and `find_duplicates` make.

    `repeats`: whether to hash an image again that was named twice. `only_first`: whether to look at
    no more than the first frame of each. Raises `ValueError`, `TypeError` and `MissingExtraError`.
    """
    asked = DEFAULTS | options
    choice = Choice(
        recursive=asked["recursive"],
        hidden=asked["hidden"],
        follow_links=asked["follow_links"],
        include=asked["include"],
        exclude=asked["exclude"],
        archives=asked["archives"],
        archive_limits=asked["archive_limits"] or ArchiveLimits(),
        column=asked["column"],
        fetch=asked["fetch"],
    )
    recipe = recipe_for(
        algorithms,
        reading=asked["reading"],
        max_pixels=asked["max_pixels"],
        max_bytes=asked["max_bytes"],
        damaged=asked["damaged"],
        only_first=only_first,
    )
    return Request(
        inputs=Inputs(images, choice, repeats=repeats),
        recipe=recipe,
        isolation=isolation_for(asked["isolate"], asked["timeout"], asked["memory"]),
        workers=worker_count(asked["workers"]),
    )
