"""Tiles, slats and fences: stripes of one picture lie well on those of any other."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from lookalike import SightIndex
from lookalike.sight.points.match import Verdict
from pictures import Pixels

COUNT, WIDTH, HEIGHT = 60, 480, 360


def fence(seed: int) -> Pixels:
    """Stripes with a few small things before them, and some noise."""
    random = np.random.default_rng(seed)
    image = Image.new("L", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(image)
    period = int(random.integers(20, 60))
    for left in range(-int(random.integers(0, period)), WIDTH, period):
        middle = left + period // 2
        draw.rectangle((left, 0, middle, HEIGHT), fill=int(random.integers(150, 170)))
        draw.rectangle((middle, 0, left + period, HEIGHT), fill=int(random.integers(60, 90)))
    for _ in range(int(random.integers(3, 8))):
        x, y = int(random.integers(20, WIDTH - 40)), int(random.integers(20, HEIGHT - 30))
        size = int(random.integers(4, 10))
        draw.ellipse((x, y, x + size, y + size), fill=int(random.integers(0, 256)))
    grey = np.asarray(image) + random.normal(0, 3, (HEIGHT, WIDTH))
    return np.repeat(grey.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)


@pytest.mark.slow
def test_stripes_are_found_by_their_copies_and_hardly_ever_by_other_stripes() -> None:
    """By the rules for other pictures, there would be more false matches than pictures."""
    fences = list(map(fence, range(COUNT)))
    index = SightIndex()
    index.add(range(COUNT), fences)
    found = [
        (key, match.key)
        for key, pixels in enumerate(fences)
        for match in index.query(np.asarray(Image.fromarray(pixels).resize((240, 180))))
        if match.verdict is Verdict.SAME
    ]
    right = [pair for pair in found if pair[0] == pair[1]]
    assert len(right) == COUNT
    assert len(found) - len(right) < 3
