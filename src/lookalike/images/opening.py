"""Bytes to an opened Pillow image: by content, never by name.

Pillow's registry of formats is asked directly. `Image.open` would warn of sizes by its own limit,
and would try formats that run other programs.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from io import BytesIO

from PIL import Image

from lookalike.errors import ImageError
from lookalike.images.signatures import PREFIX_SIZE, diagnosis

ACCEPT_SIZE = 16
"""As many bytes as Pillow shows its plug-ins for a first look."""

# EPS runs Ghostscript, WMF and the others only exist to be loaded by something else.
NEVER_OPENED = {"EPS", "WMF", "BUFR", "GRIB", "HDF5", "MPEG"}


@cache
def _formats() -> list[str]:
    """The formats to try: those that know their own by its first bytes before those that do not."""
    Image.init()
    if importlib.util.find_spec("pillow_heif"):
        import pillow_heif

        pillow_heif.register_heif_opener()
    names = [name for name in Image.ID if name not in NEVER_OPENED]
    return sorted(names, key=lambda name: Image.OPEN[name][1] is None)


def open_image(data: bytes) -> Image.Image:
    """The image in `data`, its pixels not decoded yet. Raises `ImageError`."""
    prefix = data[:PREFIX_SIZE]
    complaint = ""
    for name in _formats():
        factory, accepts = Image.OPEN[name]
        accepted = False
        try:
            if accepts:
                verdict = accepts(data[:ACCEPT_SIZE])
                if not verdict or isinstance(verdict, str):  # a str says: built without it
                    continue
                accepted = True
            return factory(BytesIO(data), "")
        except ImageError:
            raise
        except Exception as error:  # noqa: BLE001  # "not mine" comes as any of a dozen errors
            if accepted and not complaint:
                complaint = str(error).strip() or type(error).__name__
    raise ImageError(*diagnosis(prefix, complaint))
