"""Bytes to an opened Pillow image: by content, never by name.

Pillow's registry of formats is asked directly. `Image.open` would warn of sizes by its own limit,
and would try formats that run other programs.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from io import BytesIO

from PIL import Image

from lookalike.errors import ImageError
from lookalike.images.deep_grey import register_layouts
from lookalike.images.signatures import PREFIX_SIZE, diagnosis

ACCEPT_SIZE = 16
"""As many bytes as Pillow shows its plug-ins for a first look."""

# EPS runs Ghostscript, WMF and the others only exist to be loaded by something else.
NEVER_OPENED = {"EPS", "WMF", "BUFR", "GRIB", "HDF5", "MPEG"}


OUR_MODULES = {"PIL", "pillow_heif", "__main__", ""}
"""Whose formats are registered here, or cannot be by an import."""


@cache
def openable() -> list[str]:
    """The formats to try: those that know their own by its first bytes before those that do not."""
    Image.init()
    register_layouts()
    with contextlib.suppress(ImportError):  # it is not there, or its own libraries are not
        import pillow_heif

        pillow_heif.register_heif_opener()
    names = [name for name in Image.ID if name not in NEVER_OPENED]
    return sorted(names, key=lambda name: Image.OPEN[name][1] is None)


def plugin_modules() -> list[str]:
    """The modules of the formats that the caller's program has registered with Pillow."""
    names = {getattr(Image.OPEN[name][0], "__module__", "") for name in Image.ID}
    return sorted(name for name in names if name.partition(".")[0] not in OUR_MODULES)


def import_plugins(names: Iterable[str]) -> None:
    """Import such modules, by which most register their formats."""
    for name in names:
        with contextlib.suppress(Exception):  # then images of that format are unsupported
            import_module(name)


def open_image(data: bytes) -> Image.Image:
    """The image in `data`, its pixels not decoded yet. Raises `ImageError`."""
    complaints: dict[str, str] = {}
    lacking: dict[str, str] = {}
    for name in openable():
        factory, accepts = Image.OPEN[name]
        try:
            verdict = accepts(data[:ACCEPT_SIZE]) if accepts else True
            if isinstance(verdict, str):
                lacking[name] = verdict
            elif verdict:
                return factory(BytesIO(data), "")
        except ImageError:
            raise
        except Exception as error:  # noqa: BLE001  # "not mine" comes as any of a dozen errors
            complaints[name] = str(error).strip() or type(error).__name__
    raise ImageError(*diagnosis(data[:PREFIX_SIZE], complaints, lacking))
