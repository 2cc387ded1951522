"""Installed plug-ins for Pillow. Each is imported when a file needs it.

Importing all of them would slow down every start, and most sets of images need none.
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
"""The modules that register a reader, best first, by Pillow's name of the format."""
REGISTER = "register_heif_opener"
"""The function to call if an import alone does not register anything."""

LIBRARIES = {"WEBP": "webp", "AVIF": "avif", "JPEG2000": "jpg_2000"}
"""The features that Pillow must be built with to read a format, by Pillow's own names."""

OURS = {"PIL", "__main__", ""} | {
    module.partition(".")[0] for modules in PLUGINS.values() for module in modules
}
"""Packages whose formats are registered here, or cannot be registered by an import."""


def is_read(name: str) -> bool:
    """Whether a format is registered, and Pillow was built with the library it needs."""
    library = LIBRARIES.get(name)
    if library is None or not Image.OPEN[name][0].__module__.startswith("PIL."):
        return name in Image.OPEN
    return bool(features.check(library))


def load_plugins(name: str) -> bool:
    """Import a plug-in for a format, if nothing reads it yet. Returns whether that helped."""
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
    except Exception:  # noqa: BLE001  # missing or broken: the format is unsupported
        return False
    return True


def callers_modules() -> list[str]:
    """The modules of formats that the caller's program has registered with Pillow."""
    names = {getattr(Image.OPEN[name][0], "__module__", "") for name in Image.ID}
    return sorted(name for name in names if name.partition(".")[0] not in OURS)


def import_modules(names: Iterable[str]) -> None:
    """Import such modules. Most of them register their formats on import."""
    for name in names:
        with contextlib.suppress(Exception):  # its format is then unsupported
            import_module(name)
