"""What an outcome depends on: the recipe of a hash, and what a failure was tried with."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from lookalike.errors import Status
from lookalike.images import PREPARATION

if TYPE_CHECKING:
    from lookalike.hashing.recipe import Recipe
    from lookalike.hashing.row import Failure

LASTING = {
    Status.EMPTY,
    Status.NOT_AN_IMAGE,
    Status.UNSUPPORTED,
    Status.DAMAGED,
    Status.CRASHED,
    Status.TOO_LARGE,
}
"""Failures that are the file's. All others, such as a lack of permission, are tried each time."""
DECODERS = ("lookalike", "Pillow", "simplejpeg")
"""The packages that read most formats. Extras count only for files whose failure names them."""


def definition_of(recipe: Recipe) -> str:
    """Everything that the facts about a readable image depend on, as JSON.

    Decoders are not part of it. Those of different versions may differ in a bit now and then.
    Raises `ValueError` for a recipe with several algorithms.
    """
    if len(recipe.algorithms) != 1:
        raise ValueError(f"a catalogue keeps one algorithm at a time, not {recipe.algorithms}")
    return json.dumps(
        {
            "algorithm": recipe.algorithms[0],
            "preparation": PREPARATION,
            "least_side": recipe.least_side,
            "take_damaged": recipe.take_damaged,
            "only_first": recipe.only_first,
        }
    )


def tried_with(failure: Failure, recipe: Recipe) -> str | None:
    """What must change before a file is tried again. None if it is always tried again."""
    if failure.status not in LASTING or failure.traceback:
        return None
    if failure.status is Status.EMPTY:
        return "nothing"
    limits = [f"{recipe.max_pixels} pixels", f"{recipe.max_bytes} bytes"]
    if failure.status is Status.TOO_LARGE:
        return ", ".join(limits)
    extras = re.findall(r"pip install ([\w.-]+)", failure.reason)
    return ", ".join([*limits, *map(installed, [*DECODERS, *extras])])


@cache
def installed(package: str) -> str:
    """The name of a package with its version."""
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"no {package}"


def still_fails(failure: Failure, recipe: Recipe, tried: str) -> bool:
    """Whether a file that failed before would fail again. `tried`: what it was tried with."""
    return tried_with(failure, recipe) == tried
