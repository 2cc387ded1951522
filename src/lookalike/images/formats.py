"""Which formats this installation reads, and how to get the others read."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from PIL import Image, features
from PIL import __version__ as pillow_version

from lookalike.images.opening import NEVER_OPENED, openable
from lookalike.images.signatures import remedies

LIBRARIES = {"WEBP": "webp", "AVIF": "avif", "JPEG2000": "jpg_2000"}
"""What Pillow needs to be built with to read a format at all, by its own names."""

JPEG, HEIF = "JPEG", "HEIF"
ALIASES = {"MPO"}
"""Formats of Pillow's that are another one with something on top."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format of images."""

    name: str
    extensions: tuple[str, ...]
    """File names end so, usually; the content decides."""
    readable: bool
    through: str
    """The library that decodes it; empty where none does."""
    fast: bool
    """Whether fast reading decodes no more of it than a hash needs."""
    remedy: str
    """How to get it read; empty where it is."""

    def to_dict(self) -> dict[str, Any]:
        """As plain types."""
        return asdict(self) | {"extensions": list(self.extensions)}


def formats() -> list[Format]:
    """All formats that are known here, those that are read first, each by name."""
    to_get = remedies()
    readable = {name for name in openable() if name not in ALIASES and _is_built_in(name)}
    known = [
        Format(name, _extensions(name), True, _library(name), name == JPEG, "") for name in readable
    ]
    known += [
        Format(name, _extensions(name), False, "", False, remedy)
        for name, remedy in to_get.items()
        if name not in readable
    ]
    return sorted(known, key=lambda one: (not one.readable, one.name))


def _is_built_in(name: str) -> bool:
    library = LIBRARIES.get(name)
    return library is None or bool(features.check(library))


def _library(name: str) -> str:
    if name == JPEG:
        return "libjpeg-turbo (simplejpeg), else Pillow"
    return "pillow-heif" if name == HEIF else f"Pillow {pillow_version}"


def _extensions(name: str) -> tuple[str, ...]:
    if name in NEVER_OPENED:
        return (f".{name.lower()}",)
    endings = Image.registered_extensions()
    return tuple(sorted(ending for ending, of in endings.items() if of == name))
