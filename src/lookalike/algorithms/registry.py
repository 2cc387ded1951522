"""The registry finds an algorithm by name among the families that the modules declare."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from lookalike.algorithms import ahash, colorhash, dhash, phash, whash

if TYPE_CHECKING:
    from lookalike.algorithms.algorithm import Algorithm
    from lookalike.algorithms.family import Family

MODULES = (ahash, phash, dhash, whash, colorhash)
FAMILIES = {family.name: family for module in MODULES for family in module.FAMILIES}


def algorithm_names() -> list[str]:
    """The names that `get_algorithm` accepts, without sizes. Plain names come before flavours."""
    return sorted(FAMILIES, key=lambda name: "@" in name)


def algorithm_sizes() -> dict[str, str]:
    """The sizes available for each of these names, in words."""
    return {name: FAMILIES[name].sizes.text for name in algorithm_names()}


def get_algorithm(name: str) -> Algorithm:
    """The algorithm with this name. All names of one algorithm give the same object.

    Raises `ValueError` for an unknown name or size, and `TypeError` for anything but a str.
    """
    if not isinstance(name, str):
        raise TypeError(f"algorithm must be a name such as 'phash' or 'dhash:16', not {name!r}")
    return _parse(name)


def checked_distance(max_distance: int | None, algorithm: str) -> int:
    """`max_distance`, or the algorithm's default. Raises `ValueError` and `TypeError`."""
    kind = get_algorithm(algorithm)
    if max_distance is None:
        return kind.default_max_distance
    return kind.shape.check_distance(max_distance, kind.name)


@lru_cache(maxsize=1024)
def _parse(name: str) -> Algorithm:
    plain, at, flavour = name.partition("@")
    stem, colon, digits = plain.partition(":")
    family = FAMILIES.get(stem + at + flavour)
    if family is None:
        raise ValueError(f"no algorithm {name!r}; there are {', '.join(algorithm_names())}")
    return _algorithm(family, _size(name, family, digits) if colon else family.sizes.default)


@cache
def _algorithm(family: Family, size: int) -> Algorithm:
    return family.algorithm(size)


def _size(name: str, family: Family, digits: str) -> int:
    size = int(digits) if re.fullmatch("[1-9][0-9]{0,2}", digits) else 0
    if not family.sizes.fit(size):
        raise ValueError(f"the size of {name!r} must be {family.sizes.text}, not {digits!r}")
    return size
