"""Drawn pictures with many places that are found again, and edits of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def scene(seed: int, width: int = 400, height: int = 300, shapes: int = 160) -> Pixels:
    """Discs and rectangles of all sizes and greys, `(height, width)`."""
    random = np.random.default_rng(seed)
    picture = np.full((height, width), 128, np.uint8)
    y, x = np.indices(picture.shape)
    for _ in range(shapes):
        across, down = random.integers(0, width), random.integers(0, height)
        size = int(4 * 2 ** random.uniform(0, 3.5))
        if random.random() < 0.5:
            inside = (x - across) ** 2 + (y - down) ** 2 < size**2
        else:
            inside = (abs(x - across) < size) & (abs(y - down) < size * random.uniform(0.3, 1))
        picture[inside] = random.integers(0, 256)
    return picture


def cropped(picture: Pixels, share: float) -> Pixels:
    """Without `share` of the width and of the height, half of that on every side."""
    height, width = picture.shape[:2]
    top, left = round(height * share / 2), round(width * share / 2)
    return np.ascontiguousarray(picture[top : height - top, left : width - left])


def framed(picture: Pixels, share: float) -> Pixels:
    """On a dark ground that is `share` of the width wider on every side."""
    return np.pad(picture, round(picture.shape[1] * share), constant_values=20)


EDITS: dict[str, Callable[[Pixels], Pixels]] = {
    "crop": lambda picture: cropped(picture, 0.3),
    "frame": lambda picture: framed(picture, 0.1),
    "mirror": lambda picture: np.ascontiguousarray(picture[:, ::-1]),
    "turn": lambda picture: np.ascontiguousarray(np.rot90(picture)),
    "half": lambda picture: np.ascontiguousarray(picture[::2, ::2]),
    "dark": lambda picture: (picture * 0.6).astype(np.uint8),
}
