"""Bytes to an opened Pillow image: by content, never by name, and never larger than the limit.

Pillow's own `Image.open` refuses or warns by a limit that is global to the process; going through
its registry of formats leaves that limit, which belongs to the caller's program, alone.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from io import BytesIO

from PIL import Image

from lookalike.errors import ImageError, Status
from lookalike.images.signatures import PREFIX_SIZE, diagnosis

# EPS runs Ghostscript, WMF and the others only exist to be loaded by something else.
NEVER_OPENED = {"EPS", "WMF", "BUFR", "GRIB", "HDF5", "MPEG"}


@cache
def _formats() -> list[str]:
    Image.init()
    if importlib.util.find_spec("pillow_heif"):
        import pillow_heif

        pillow_heif.register_heif_opener()
    return [name for name in Image.ID if name not in NEVER_OPENED]


def open_image(data: bytes, max_pixels: int) -> Image.Image:
    """The image in `data`, its pixels not decoded yet. Raises `ImageError`."""
    prefix = data[:PREFIX_SIZE]
    detail = ""
    for name in _formats():
        factory, accepts = Image.OPEN[name]
        try:
            verdict = accepts(prefix) if accepts else True
            if isinstance(verdict, str):  # recognised by a plug-in that cannot read it here
                detail = verdict
            elif verdict:
                image = factory(BytesIO(data), "")
                break
        except Image.DecompressionBombError as error:
            raise ImageError(Status.TOO_LARGE, str(error)) from error
        except Exception as error:  # noqa: BLE001  # a plug-in says "not mine" with any of a dozen errors
            detail = detail or f"its header cannot be read ({error or type(error).__name__})"
    else:
        raise ImageError(*diagnosis(prefix, detail))
    check_pixels(image, max_pixels)
    return image


def check_pixels(image: Image.Image, max_pixels: int) -> None:
    """Raise `ImageError` for an image of more pixels than the limit, before they are decoded."""
    width, height = image.size
    if width * height > max_pixels:
        raise ImageError(
            Status.TOO_LARGE,
            f"{width} x {height} is {width * height:,} pixels; the limit is {max_pixels:,}",
        )
