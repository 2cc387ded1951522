"""The luma of JPEGs by libjpeg-turbo, reduced, and JPEGs that it writes."""

import shutil
import subprocess

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from jpegs import Pixels
from lookalike._native import kernel

SCALES = (2, 4, 8)
TOOLS = all(shutil.which(tool) for tool in ("cjpeg", "djpeg"))
"""Whether libjpeg-turbo's own programs are there. Debian has them in libjpeg-turbo-progs."""


def read(data: bytes, scale: int, *, first_scan: bool = False) -> tuple[str, Pixels | None]:
    """What the kernel says."""
    return kernel.jpeg_luma(np.frombuffer(data, np.uint8), scale, first_scan)


def same(found: Pixels | None, expected: Pixels | None) -> bool:
    if found is None or expected is None:
        return found is expected
    return found.shape == expected.shape and bool((found == expected).all())


def by_turbo(data: bytes, scale: int, size: tuple[int, int]) -> Pixels | None:
    """The luma. None if libjpeg-turbo refuses the data, or warns of it. `size`: width, height.

    simplejpeg cannot be asked for a scale if several give the same size. Then it is djpeg.
    """
    sizes = [[-(-side * eighths // 8) for side in size] for eighths in range(10)]
    eighths = 8 // scale
    if sizes[eighths] in (sizes[eighths - 1], sizes[eighths + 1]):
        return by_djpeg(data, scale)
    width, height = sizes[eighths]
    try:
        pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(
            data, "GRAY", fastdct=False, fastupsample=False, min_height=height, min_width=width
        )
    except KeyError:  # a sampling that it has no name for
        return by_djpeg(data, scale)
    except ValueError as error:
        return by_djpeg(data, scale) if "subsampling" in str(error) else None
    return pixels[:, :, 0]


def by_djpeg(data: bytes, scale: int) -> Pixels | None:
    options = ["-scale", f"1/{scale}", "-grayscale", "-dct", "int", "-pnm"]
    done = subprocess.run(["djpeg", *options], input=data, capture_output=True, check=False)
    if done.returncode or not done.stdout.startswith(b"P5"):
        return None
    _, size, _, pixels = done.stdout.split(b"\n", 3)
    width, height = map(int, size.split())
    return np.frombuffer(pixels, np.uint8).reshape(height, width)


def by_cjpeg(picture: Pixels, *options: str) -> bytes | None:
    """A JPEG that cjpeg writes. None if it refuses the options."""
    height, width = picture.shape[:2]
    image = b"P6\n%d %d\n255\n" % (width, height) + np.ascontiguousarray(picture).tobytes()
    done = subprocess.run(["cjpeg", *options], input=image, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None
