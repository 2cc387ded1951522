"""Fuzzing of `read_picture`: whatever the bytes, it gives a picture or raises `ImageError`.

    pip install atheris
    python fuzz/read_picture.py CORPUS [OPTION...]   # writes seeds into CORPUS, then fuzzes
    python fuzz/read_picture.py --seeds CORPUS       # only writes the seeds
    python fuzz/read_picture.py --replay FILE...     # only tries files; needs no atheris

Options are libFuzzer's: -max_len=4096 -timeout=10 -rss_limit_mb=2048 -max_total_time=600.
"""

from __future__ import annotations

import io
import warnings
from unittest.mock import patch

import numpy as np
from fuzzing import run
from PIL import Image

from lookalike.errors import ImageError, Status
from lookalike.images import contents, read_picture
from lookalike.images.jpeg import decoding as jpeg

MAX_PIXELS = 1_100_000
"""Small, so a picture that claims to be large costs no time. The check is the same."""
SMALL_STEP = 64
"""In bytes. Even files as small as these are read piece by piece."""
LEAST_SIDE = 1
"""In pixels. The first scan is enough even for small progressive files."""
LONGEST_SEED = 4096
"""In bytes. Larger ones (Mac icons, in all their sizes) would slow everything down."""
MODES = ("1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "I;16", "I", "F")
NEVER_WRITTEN = {"PDF", "PALM", "MSP"}
"""Formats that Pillow writes but does not read here, or only in one mode."""
VARIANTS: dict[str, list[dict[str, object]]] = {
    "JPEG": [{"progressive": True}, {"restart_marker_blocks": 1}, {"subsampling": 2}],
    "PNG": [{"compress_level": 0}, {"save_all": True}],
    "GIF": [{"interlace": 1}, {"save_all": True}],
    "TIFF": [{"compression": name} for name in ("tiff_lzw", "jpeg", "tiff_deflate", "group4")],
    "WEBP": [{"lossless": True}, {"save_all": True}],
}


class Piecemeal:
    """The bytes as an item, which is read from its beginning."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.key = "fuzzed"
        self.size = len(data)

    def open(self) -> io.BytesIO:
        return io.BytesIO(self._data)


def check(data: bytes) -> list[Status]:
    """Read the bytes in every way. Returns the outcomes, and raises what must never be raised."""
    with (
        warnings.catch_warnings(action="ignore"),
        patch.multiple(jpeg, WORTH_CUTTING=SMALL_STEP, LEAST_SPARED=1),
        patch.multiple(contents, FIRST=SMALL_STEP, STEP=SMALL_STEP),
    ):
        return [
            _check(source, least_side, take_damaged)
            for least_side in (None, LEAST_SIDE)
            for take_damaged in (False, True)
            for source in (data, Piecemeal(data))
        ]


def _check(source: bytes | Piecemeal, least_side: int | None, take_damaged: bool) -> Status:
    try:
        picture = read_picture(
            source, max_pixels=MAX_PIXELS, least_side=least_side, take_damaged=take_damaged
        )
    except ImageError as error:
        return error.status
    assert picture.pixels.dtype == np.uint8
    assert picture.pixels.size
    assert 0 < picture.width * picture.height <= MAX_PIXELS
    assert picture.grey_grid(9, 8).shape == (8, 9)
    assert len(picture.digest) == len(picture.pixel_digest())
    assert isinstance(picture.flat, bool)
    assert take_damaged or not picture.damage
    return Status.DAMAGED if picture.damage else Status.OK


def seeds(width: int = 12, height: int = 10) -> dict[str, bytes]:
    """A small file of every format, mode and variant that Pillow can write here, by name."""
    Image.init()
    channels = [Image.linear_gradient("L").resize((width, height)).rotate(k) for k in (0, 30, 200)]
    picture = Image.merge("RGB", channels)
    exif = Image.Exif()
    exif[0x0112] = 6
    found: dict[str, bytes] = {}
    for format_ in sorted(set(Image.SAVE) - NEVER_WRITTEN):
        for mode in MODES:
            for number, options in enumerate([{}, {"exif": exif}, *VARIANTS.get(format_, [])]):
                file = io.BytesIO()
                try:
                    with warnings.catch_warnings(action="ignore"):
                        picture.convert(mode).save(file, format_, **options)  # type: ignore[arg-type]
                except Exception:  # noqa: BLE001  # not in this mode, or not with this library
                    continue
                data = file.getvalue()
                if data not in found.values() and len(data) <= LONGEST_SEED:
                    found[f"{format_}-{mode.replace(';', '')}-{number}"] = data
    return found


if __name__ == "__main__":
    run(__doc__, seeds, check)
