"""Drawn pictures of bright discs on dark ground. They differ, but their hashes hardly do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pictures import Pixels, blobs, noise

SIDE = 360


def moon() -> Pixels:
    """Bright and full of craters."""
    apart, ground = _disc(110)
    craters = blobs(SIDE, SIDE, 20) // 3 + blobs(SIDE, SIDE, 21) // 4 + noise(SIDE, SIDE, 5) // 8
    return _filled(apart, 80.0 + craters, ground)


def ball() -> Pixels:
    """Smooth, brightest in the middle, with a dark spot."""
    apart, ground = _disc(108)
    return _filled(apart, np.where(apart < 0.25, 120, 235 - 70 * apart**2), ground)


def sunset() -> Pixels:
    """Fading downwards behind bands of cloud."""
    apart, ground = _disc(112)
    rows = np.arange(SIDE)[:, None]
    return _filled(apart, 235.0 - rows / 6 - np.where(rows // 8 % 3 == 0, 60, 0), ground)


def _disc(radius: float) -> tuple[NDArray[np.float64], Pixels]:
    """How far each pixel is from the middle, in radii, and the ground, a dark grey with grain."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    return np.hypot(x - 150, y - 215) / radius, 12 + noise(SIDE, SIDE, 3) // 40


def _filled(apart: NDArray[np.float64], shade: NDArray[np.floating], ground: Pixels) -> Pixels:
    return np.where(apart < 1, shade, ground).clip(0, 255).astype(np.uint8)


DISCS = {"moon": moon, "ball": ball, "sunset": sunset}
