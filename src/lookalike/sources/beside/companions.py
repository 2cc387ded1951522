"""Which files in a folder belong to a picture, by their names.

Sidecars hold what a program knows of a picture. A raw file and the JPEG of the same shot have one
name, and so do the two halves of a Live Photo.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from lookalike.images.raw.formats import WITH_PREVIEWS, WITHOUT_PREVIEWS

AFTER_NAME = frozenset({"xmp", "pp3", "dop", "on1", "cos", "json"})
"""Endings of sidecars after the whole name of a picture, such as `IMG_1.JPG.xmp`."""
AFTER_STEM = frozenset({"xmp", "aae", "thm"})
"""Endings of sidecars after the name without its own ending, such as `IMG_1.AAE`."""
FILMS = frozenset({"mov", "mp4"})
RAW = frozenset(
    ending[1:] for endings in (WITH_PREVIEWS | WITHOUT_PREVIEWS).values() for ending in endings
)
BESIDE_RAW = frozenset({"jpg", "jpeg", "heic", "heif", "hif"})
"""Endings of what cameras write beside a raw file."""
TAKEOUT, TAKEOUT_LENGTH = ".supplemental-metadata", 46
"""Google Takeout puts this after a picture's name, and cuts the result at this length."""

_copy = re.compile(r"(.*)(\([0-9]+\))(\.[^.]*)").fullmatch


class Role(StrEnum):
    """How a file belongs to a picture."""

    SIDECAR = "sidecar"
    FILM = "film"
    """If it is the other half of a Live Photo. The name alone does not say so."""
    RAW = "raw file"
    DEVELOPED = "picture"


class Companion(NamedTuple):
    """A file beside a picture."""

    name: str
    role: Role


class Folder:
    """The names in one folder, ready to look companions up."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        """All names, those of folders too."""
        self._has_json = any(name.endswith(".json") for name in self.names)
        self._has_doubles = any(name.startswith("._") for name in self.names)
        self._by_stem: dict[str, list[tuple[str, str]]] = {}
        for name in self.names:
            stem, dot, ending = name.rpartition(".")
            if dot and stem:
                self._by_stem.setdefault(stem, []).append((ending.lower(), name))

    def companions(self, name: str) -> list[Companion]:
        """The files that belong to a picture of this name, by name."""
        if self._is_alone(name):
            return []
        return sorted(set(self._found(name)))

    def _is_alone(self, name: str) -> bool:
        """Whether nothing can belong to a name. True for most, and soon found out."""
        if self._has_json or self._has_doubles or name in self._by_stem:
            return False
        return len(self._by_stem.get(name.rpartition(".")[0], ())) < 2

    def owners(self, sidecar: str) -> list[str]:
        """The files that a sidecar may belong to, by name. Other sidecars own none."""
        stem = sidecar.rpartition(".")[0]
        owners = {name for _, name in self._by_stem.get(stem, ())}
        owners |= {stem} & self.names
        if len(stem) == TAKEOUT_LENGTH:  # the end of the picture's name is cut off
            owners |= {name for name in self.names if name.startswith(stem)}
        return sorted(
            name
            for name in owners
            if name.rpartition(".")[2].lower() not in AFTER_NAME | AFTER_STEM
            and any(found.name == sidecar for found in self._found(name))
        )

    def _found(self, name: str) -> Iterator[Companion]:
        for ending, other in self._by_stem.get(name, ()):
            if ending in AFTER_NAME:
                yield Companion(other, Role.SIDECAR)
        stem, _, own = name.rpartition(".")
        alike = self._by_stem.get(stem, ())
        if len(alike) > 1:
            is_raw = own.lower() in RAW
            for ending, other in alike:
                if other != name and (role := _role(ending, is_raw)):
                    yield Companion(other, role)
        if self._has_doubles and f"._{name}" in self.names:
            yield Companion(f"._{name}", Role.SIDECAR)
        for other in _of_takeout(name) if self._has_json else ():
            if other in self.names:
                yield Companion(other, Role.SIDECAR)


def _role(ending: str, is_raw: bool) -> Role | None:
    """The role of a file with the same stem as a picture."""
    if ending in AFTER_STEM:
        return Role.SIDECAR
    if ending in FILMS and not is_raw:
        return Role.FILM
    if ending in RAW and not is_raw:
        return Role.RAW
    return Role.DEVELOPED if is_raw and ending in BESIDE_RAW else None


def _of_takeout(name: str) -> Iterator[str]:
    """The names of the sidecars that Google Takeout writes for a picture."""
    yield f"{(name + TAKEOUT)[:TAKEOUT_LENGTH]}.json"
    if numbered := _copy(name):
        stem, number, ending = numbered.groups()
        yield f"{stem}{ending}{number}.json"
        yield f"{(stem + ending + TAKEOUT)[:TAKEOUT_LENGTH]}{number}.json"
