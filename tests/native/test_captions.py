"""A line of text over a picture whose ground makes it paper."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont, ImageOps

from lookalike.sight.paper import Sheet, compare_paper, is_paper

WIDTH, HEIGHT = 512, 384
TEXT = "meadow lantern"


def night(seed: int) -> Image.Image:
    """A nearly black photograph: some windows, lamps with their glow, and noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    grey = random.normal(6, 2, (HEIGHT, WIDTH))
    for _ in range(14):
        across, down, size = random.uniform((20, 20, 3), (WIDTH - 20, HEIGHT - 20, 9))
        distance = np.hypot(x - across, y - down) / size
        grey += random.uniform(60, 240) * np.exp(-distance * distance)
    for left, top in random.integers((10, 10), (WIDTH - 50, HEIGHT - 50), (10, 2)):
        width, height = random.integers(8, 40, 2)
        grey[top : top + height, left : left + width] += random.uniform(30, 150)
    return Image.fromarray(grey.clip(0, 255).astype(np.uint8))


def with_text(
    picture: Image.Image, text: str = TEXT, size: int = WIDTH // 14, at: float = 0.5
) -> Image.Image:
    """White text across a picture, at a share of its height."""
    written = picture.copy()
    place = picture.width / 2, at * picture.height
    ImageDraw.Draw(written).text(place, text, 255, ImageFont.load_default(size), anchor="mm")
    return written


def with_paragraph(picture: Image.Image) -> Image.Image:
    written = picture
    for line in range(3):
        written = with_text(written, f"{TEXT} {TEXT} kettle", WIDTH // 30, 0.45 + 0.05 * line)
    return written


def with_bar(picture: Image.Image) -> Image.Image:
    written = picture.copy()
    ImageDraw.Draw(written).rectangle((60, 180, 450, 210), fill=255)
    return written


def with_hole(picture: Image.Image) -> Image.Image:
    """Text over a picture, and something dark elsewhere in the same rows."""
    written = with_text(picture)
    middle = HEIGHT // 2
    part = np.asarray(picture)[middle - 15 : middle + 15]
    brightest = int(part.sum(axis=0).argmax())
    ImageDraw.Draw(written).rectangle(
        (brightest - 12, middle - 15, brightest + 12, middle + 15), fill=0
    )
    return written


def smaller(picture: Image.Image) -> Image.Image:
    half = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)
    data = io.BytesIO()
    half.save(data, "JPEG", quality=30)
    return Image.open(data)


def are_the_same(one: Image.Image, other: Image.Image) -> bool:
    sheets = [Sheet(np.array(picture, np.uint8)) for picture in (one, other)]
    first, second = np.array([0, 1], np.uint32), np.array([1, 0], np.uint32)
    there, back = compare_paper(sheets, first, second).same.tolist()
    assert there == back
    return bool(there)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("edit", [lambda picture: picture, smaller], ids=["as it is", "smaller"])
def test_a_dark_photograph_with_a_line_of_text_is_the_same(
    seed: int, edit: Callable[[Image.Image], Image.Image]
) -> None:
    picture = night(seed)
    assert is_paper(np.array(picture, np.uint8))
    assert are_the_same(picture, edit(with_text(picture)))


DIFFERENT: dict[str, Callable[[Image.Image], tuple[Image.Image, Image.Image]]] = {
    "another picture": lambda p: (with_text(p), night(99)),
    "other text": lambda p: (with_text(p), with_text(p, "harbour kettle")),
    "two lines": lambda p: (p, with_text(with_text(p, at=0.2), at=0.7)),
    "small text": lambda p: (p, with_text(p, f"{TEXT} {TEXT} {TEXT}", WIDTH // 32)),
    "a short word": lambda p: (p, with_text(p, "minimum")),
    "a paragraph": lambda p: (p, with_paragraph(p)),
    "light paper": lambda p: (ImageOps.invert(p), ImageOps.invert(with_text(p))),
    "a bar": lambda p: (p, with_bar(p)),
    "something gone as well": lambda p: (p, with_hole(p)),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("pair", DIFFERENT.values(), ids=DIFFERENT)
def test_what_differs_in_more_than_a_line_of_large_text_is_different(
    seed: int, pair: Callable[[Image.Image], tuple[Image.Image, Image.Image]]
) -> None:
    assert not are_the_same(*pair(night(seed)))


def test_text_that_covers_all_that_there_is_proves_nothing() -> None:
    empty = Image.new("L", (WIDTH, HEIGHT), 10)
    assert not are_the_same(empty, with_text(empty))
    assert not are_the_same(with_text(empty, "meadow"), with_text(empty, "meadow lantern kettle"))
