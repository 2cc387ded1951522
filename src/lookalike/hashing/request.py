"""`Request`: which images to hash, and how."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

from lookalike.hashing.options import DEFAULTS, Options
from lookalike.hashing.recipe import recipe_for
from lookalike.sources import ArchiveLimits, Choice, Inputs
from lookalike.sources.two_sets import TwoSets
from lookalike.work.isolation import isolation_for
from lookalike.work.threads import worker_count

if TYPE_CHECKING:
    from lookalike.hashing.recipe import Recipe
    from lookalike.sources import ImageSources
    from lookalike.work.isolation import Isolation


@dataclass(frozen=True, slots=True)
class Request:
    """A checked request. Nothing has been read yet."""

    inputs: Inputs | TwoSets
    recipe: Recipe
    isolation: Isolation | None
    """The limits of the worker processes. None reads in this process."""
    workers: int
    """The number of threads or processes."""


def request_for(
    images: ImageSources,
    algorithms: str | Iterable[str],
    *,
    repeats: bool,
    only_first: bool,
    with_thumbs: bool = False,
    against: ImageSources | None = None,
    **options: Unpack[Options],
) -> Request:
    """Make a request from the keywords of `hash_images` and `find_duplicates`.

    `repeats`: whether an image that is named twice is hashed twice. `only_first`: whether only the
    first frame of each image is read. `with_thumbs`: whether the rows have thumbs. `against`: the
    references, which are read after the others. Then nothing is hashed twice.

    Raises `ValueError`, `TypeError` and `MissingExtraError`.
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
        with_thumb=with_thumbs,
    )
    if against is None:
        inputs: Inputs | TwoSets = Inputs(images, choice, repeats=repeats)
    else:
        inputs = TwoSets(images, against, choice)
    return Request(
        inputs=inputs,
        recipe=recipe,
        isolation=isolation_for(asked["isolate"], asked["timeout"], asked["memory"]),
        workers=worker_count(asked["workers"]),
    )
