"""The edits that add text, and the words and fonts of everything drawn here."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from numpy.random import Generator

_TEXT = """
amber anchor apple arrow autumn basket beacon bicycle bottle branch bridge bronze button candle
canvas carpet castle cement chapel cherry circle cloud coffee copper cotton cradle crystal desert
dragon drawer eagle engine fabric falcon feather ferry fiddle finger flower forest fountain garden
ginger glass hammer harbour helmet honey island jacket jungle kettle ladder lantern lemon library
lizard magnet market meadow mirror monkey morning mountain museum needle ocean orange orchard paper
parcel pepper pillow planet pocket potato quarry rabbit ribbon river rocket saddle school shadow
silver spider spring station summer table temple thunder ticket timber tunnel turtle valley velvet
village violin walnut whistle window winter wizard yellow zebra
"""
WORDS = _TEXT.split()
MEME_BAR = 0.16
SCREENSHOT = 0.6
"""The share of the width of a page that a picture takes."""


@cache
def font_files() -> list[str]:
    """Text fonts that come with Matplotlib, if it is installed. Empty otherwise."""
    try:
        from matplotlib import get_data_path
    except ImportError:
        return []
    folder = Path(get_data_path()) / "fonts" / "ttf"
    found = [*folder.glob("DejaVu*.ttf"), *folder.glob("STIXGeneral*.ttf")]
    return sorted(str(path) for path in found if "Display" not in path.name)


@cache
def font(which: int, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """One of the fonts. Number 0 is the one within Pillow."""
    files = ["", *font_files()]
    chosen = files[which % len(files)]
    if not chosen:
        return ImageFont.load_default(size)
    return ImageFont.truetype(chosen, size)


def words(random: Generator, count: int) -> str:
    """Random words."""
    return " ".join(WORDS[at] for at in random.integers(len(WORDS), size=count))


def text_line(picture: Image.Image, random: Generator) -> Image.Image:
    """One white line across the middle, its height a fourteenth of the width."""
    written = picture.copy()
    middle = picture.width / 2, picture.height / 2
    line = font(0, max(4, picture.width // 14))
    ImageDraw.Draw(written).text(middle, words(random, 4), "white", line, anchor="mm")
    return written


def meme(picture: Image.Image, random: Generator) -> Image.Image:
    """White bars of 16 % above and below, with four words on each."""
    bar = round(MEME_BAR * picture.height)
    sheet = Image.new("RGB", (picture.width, picture.height + 2 * bar), "white")
    sheet.paste(picture, (0, bar))
    draw = ImageDraw.Draw(sheet)
    line = font(0, max(4, min(bar // 2, picture.width // 14)))
    for middle in (bar / 2, picture.height + 1.5 * bar):
        draw.text((picture.width / 2, middle), words(random, 4), "black", line, anchor="mm")
    return sheet


def screenshot(picture: Image.Image, random: Generator) -> Image.Image:
    """The picture in the page of a program, at 60 % of the page's width."""
    width = round(picture.width / SCREENSHOT)
    unit = max(6, width // 48)
    height = picture.height + 10 * unit
    page = Image.new("RGB", (width, height), "#f2f2f4")
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, width, 2 * unit), fill="#3b4252")
    draw.text((unit, unit), words(random, 5), "white", font(0, unit), anchor="lm")
    side = round(0.22 * width)
    draw.rectangle((0, 2 * unit, side, height), fill="#dfe3ea")
    for at in range(4 * unit, height - unit, 2 * unit):
        draw.text((unit, at), words(random, 2), "#445", font(0, unit), anchor="lm")
    left, top = side + 2 * unit, 5 * unit
    draw.text((left, 3.5 * unit), words(random, 4), "#223", font(0, round(1.4 * unit)), anchor="lm")
    page.paste(picture, (left, top))
    for line in (1.5, 3.2):
        under = top + picture.height + line * unit
        draw.text((left, under), words(random, 8), "#223", font(0, unit), anchor="lm")
    return page
