"""Opens bytes as a Pillow image, by content and never by name.

This uses Pillow's registry of formats directly. `Image.open` would warn about sizes by its own
limit, and would try formats that run other programs.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO

from PIL import Image

from lookalike.errors import ImageError
from lookalike.images.formats.plugins import load_plugins
from lookalike.images.formats.signatures import (
    PREFIX_SIZE,
    complaint_of,
    diagnosis,
    pillow_name,
    recognise,
)
from lookalike.images.pillow.deep_grey import register_layouts

ACCEPT_SIZE = 16
"""How many bytes Pillow passes to its plug-ins for a first check."""

# EPS runs Ghostscript. WMF and the others only exist to be loaded by something else.
NEVER_OPENED = {"EPS", "WMF", "BUFR", "GRIB", "HDF5", "MPEG"}


@cache
def openable() -> list[str]:
    """The formats to try. Those that recognise their files by the first bytes come first."""
    Image.init()
    register_layouts()
    names = [name for name in Image.ID if name not in NEVER_OPENED]
    return sorted(names, key=lambda name: Image.OPEN[name][1] is None)


_forget_openable = openable.cache_clear


def make_readable(name: str) -> None:
    """Load an installed plug-in for a format that nothing reads yet."""
    if load_plugins(name):
        _forget_openable()


def open_image(data: bytes) -> Image.Image:
    """The image in `data`, with its pixels not decoded yet. Raises `ImageError`."""
    found = recognise(data[:PREFIX_SIZE])
    if found is not None:
        make_readable(pillow_name(found.format))
    complaints: dict[str, str] = {}
    lacking: dict[str, str] = {}
    for name in openable():
        factory, accepts = Image.OPEN[name]
        if found is not None and accepts is None:
            continue  # a recognised format has a signature, and this one has none
        try:
            verdict = accepts(data[:ACCEPT_SIZE]) if accepts else True
            if isinstance(verdict, str):
                lacking[name] = verdict
            elif verdict:
                return factory(BytesIO(data), "")
        except ImageError:
            raise
        except Exception as error:  # noqa: BLE001  # plug-ins reject files with any kind of error
            complaints[name] = complaint_of(error)
    raise ImageError(*diagnosis(found, complaints, lacking))
