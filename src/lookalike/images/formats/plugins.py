"""Plug-ins of Pillow's that are installed, each imported when a file that needs it is met.

Importing them all would take time at every start, and most sets of images need none.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from functools import cache
from importlib import import_module

from PIL import Image, features

PLUGINS = {
    "HEIF": ("pillow_heif", "pi_heif"),
    "AVIF": ("pillow_avif",),
    "JXL": ("pillow_jxl", "jxlpy.JXLImagePlugin"),
    "JPEG-LS": ("pillow_jpls",),
}
"""By Pillow's name of a format, the modules that register a reader of it, the best one first."""
REGISTER = "register_heif_opener"
"""What is called where an import alone does not register anything."""

LIBRARIES = {"WEBP": "webp", "AVIF": "avif", "JPEG2000": "jpg_2000"}
"""What Pillow needs to be built with to read a format at all, by its own names."""

OURS = {"PIL", "__main__", ""} | {
    module.partition(".")[0] for modules in PLUGINS.values() for module in modules
}
"""Whose formats are registered here, or cannot be by an import."""


def is_read(name: str) -> bool:
    """Whether a format is registered, and Pillow was built with what it needs."""
    library = LIBRARIES.get(name)
    if library is None or not Image.OPEN[name][0].__module__.startswith("PIL."):
        return name in Image.OPEN
    return bool(features.check(library))


def load_plugins(name: str) -> bool:
    """Import a plug-in that reads a format, where nothing does so yet. Returns whether it did."""
    Image.init()
    for module in PLUGINS.get(name, ()):
        if is_read(name):
            return False
        if _import(module) and is_read(name):
            return True
    return False


@cache
def _import(module: str) -> bool:
    try:
        getattr(import_module(module), REGISTER, lambda: None)()
    except Exception:  # noqa: BLE001  # it is not there or broken: then the format is unsupported
        return False
    return True


def callers_modules() -> list[str]:
    """The modules of the formats that the caller's program has registered with Pillow."""
    names = {getattr(Image.OPEN[name][0], "__module__", "") for name in Image.ID}
    return sorted(name for name in names if name.partition(".")[0] not in OURS)


def import_modules(names: Iterable[str]) -> None:
    """Import such modules, by which most register their formats."""
    for name in names:
        with contextlib.suppress(Exception):  # then images of that format are unsupported
            import_module(name)
