"""Draw docs/matching.png: pairs of pictures, and what each level of the search says about them.

`make docs` runs this. Every verdict in the picture is that of a search for the two files.
"""

import runpy
import tempfile
from math import cos, pi, sin
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from PIL import Image, ImageDraw, ImageFont, ImageOps

from lookalike import Result, find_duplicates

HERE = Path(__file__).parent
EXAMPLE: dict[str, Any] = runpy.run_path(str(HERE.parent / "examples" / "draw_pictures.py"))
LEVELS: dict[str, dict[str, Any]] = {
    "bits alone": {"verify": False},
    "default": {},
    "thorough": {"thorough": True},
}
ACROSS, TILE, WIDTH, HEIGHT, GAP = 4, (112, 84), 272, 190, 8
SMALL = ImageFont.load_default(13)
RIGHT, WRONG, WORD, PAPER = "#1a7f37", "#cf222e", "#24292f", "#ffffff"


class Pair(NamedTuple):
    """Two pictures, and whether a person would call them the same."""

    title: str
    first: Image.Image
    second: Image.Image
    same: bool = True


def scene(name: str) -> Image.Image:
    """A picture of the demo, half as large."""
    drawn = EXAMPLE["SCENES"][name]
    canvas = EXAMPLE["Canvas"](*drawn.size, drawn.seed)
    drawn.draw(canvas)
    picture: Image.Image = canvas.photo()
    return picture.reduce(2)


def moon() -> Image.Image:
    """A pale disc with craters, on black."""
    picture = Image.new("RGB", (800, 600), "#050507")
    draw, random = ImageDraw.Draw(picture), Random(1)
    draw.circle((340, 260), 150, "#d8d4c8")
    for _ in range(60):
        away, angle = random.uniform(0, 124), random.uniform(0, 2 * pi)
        x, y, r = 340 + away * cos(angle), 260 + away * sin(angle), random.uniform(3, 17)
        draw.circle((x, y), r, random.choice(["#b5b0a2", "#c4bfb2", "#a49f92"]))
    return picture


def ball() -> Image.Image:
    """A white billiard ball that is lit from the upper left, on black."""
    picture = Image.new("RGB", (800, 600), "#070505")
    draw = ImageDraw.Draw(picture)
    for k in range(30):
        draw.circle((348 - k, 265 - k), 154 - 2 * k, (190 + k, 185 + k, 170 + k))
    return picture


def form(entries: int) -> Image.Image:
    """A form with eight boxes, filled in with other words and numbers for each seed."""
    picture = Image.new("RGB", (640, 480), PAPER)
    draw, random = ImageDraw.Draw(picture), Random(entries)
    draw.text((40, 24), "Application for a parking permit", "black", ImageFont.load_default(30))
    for k, label in enumerate(["Name", "Street", "Town", "Born", "Car", "Plate", "From", "Until"]):
        x, y = 40 + k % 2 * 290, 90 + k // 2 * 90
        draw.text((x, y), label, "dimgrey", ImageFont.load_default(18))
        draw.rectangle((x, y + 26, x + 260, y + 66), outline="black")
        letters = "".join(random.choices("aeioubdklmnrst", k=random.randint(5, 11))).title()
        word = letters if k < 4 else f"{random.randrange(10**7):07}"
        draw.text((x + 10, y + 30), word, "#1a2a7a", ImageFont.load_default(26))
    return picture


def shirt(colour: str) -> Image.Image:
    """A striped shirt on a light ground."""
    picture = Image.new("RGB", (640, 640), "#e9e6e1")
    draw = ImageDraw.Draw(picture)
    body = [(200, 110), (440, 110), (600, 230), (540, 320), (470, 270), (470, 580), (170, 580),
            (170, 270), (100, 320), (40, 230)]  # fmt: skip
    draw.polygon(body, colour)
    for y in range(150, 580, 60):
        draw.line((172, y, 468, y), "#303030", 10)
    draw.ellipse((260, 70, 380, 150), "#e9e6e1")
    draw.rectangle((340, 210, 430, 300), outline="#303030", width=6)
    return picture


def screenshot(picture: Image.Image) -> Image.Image:
    """A drawn window of a program with a picture in it."""
    window = Image.new("RGB", (900, 640), "#f3f4f6")
    draw = ImageDraw.Draw(window)
    draw.rectangle((0, 0, 900, 44), "#334155")
    draw.text((16, 8), "Album", "white", ImageFont.load_default(22))
    for k, word in enumerate(["All", "Favourites", "Places", "People", "Bin"]):
        draw.text((20, 70 + 40 * k), word, "#475569", ImageFont.load_default(20))
    window.paste(picture.resize((600, 450)), (220, 100))
    return window


def collage(*pictures: Image.Image) -> Image.Image:
    """Four pictures side by side."""
    page = Image.new("RGB", (800, 600))
    for k, one in enumerate(pictures):
        page.paste(ImageOps.fit(one, (400, 300)), (k % 2 * 400, k // 2 * 300))
    return page


def overlaid(picture: Image.Image) -> Image.Image:
    """A picture with a line of text across it."""
    copy = picture.copy()
    size = copy.width // 14
    middle = copy.width // 2, copy.height // 2
    font = ImageFont.load_default(size)
    ImageDraw.Draw(copy).text(middle, "Greetings from the sea", "white", font, anchor="mm")
    return copy


def pairs() -> list[Pair]:
    """What the picture shows, from the easiest to what only looks the same."""
    boat, fruit, city, bridge = map(scene, ("boat", "fruit", "city", "bridge"))
    others = list(map(scene, ("mountains", "sea", "desert", "dunes", "flowers", "forest")))
    return [
        Pair("smaller, and black and white", boat, boat.convert("L").reduce(3)),
        Pair("text across it", others[1], overlaid(others[1])),
        Pair("turned, without a tag", boat, boat.transpose(Image.Transpose.ROTATE_90)),
        Pair("mirrored", fruit, ImageOps.mirror(fruit)),
        Pair("cropped", boat, boat.crop((100, 56, 500, 394))),
        Pair("framed", city, ImageOps.expand(city, 50, "white")),
        Pair("in a screenshot", bridge, screenshot(bridge)),
        Pair("another colour of one product", shirt("#b8322a"), shirt("#2f6fb0")),
        Pair("the moon and a ball", moon(), ball(), same=False),
        Pair("two forms of one layout", form(1), form(2), same=False),
        Pair(
            "collages with one tile in common",
            collage(fruit, *others[:3]),
            collage(*others[3:], fruit),
            same=False,
        ),
        Pair("two scenes of one kind", scene("forest"), scene("woods"), same=False),
    ]  # fmt: skip


def verdicts(pair: Pair) -> dict[str, tuple[str, bool]]:
    """What each level says about a pair, in words, and whether a person would agree."""
    with tempfile.TemporaryDirectory() as folder:
        pair.first.save(Path(folder, "a.png"))
        pair.second.save(Path(folder, "b.png"))
        found = {name: find_duplicates(folder, **level) for name, level in LEVELS.items()}
    return {
        name: (in_words(result), bool(result.groups) == pair.same) for name, result in found.items()
    }


def in_words(result: Result) -> str:
    """What a search says about two pictures."""
    if result.related:
        return f"no match, {result.related[0].kind}"
    if not result.groups:
        return "no match"
    (one,) = result.groups[0].duplicates
    if one.agreement is None:
        return f"match, {one.distance} bits"
    words = [f"match, {one.agreement:.0%} alike"]
    words += ["mirrored"] if one.mirrored else []
    words += ["turned"] if one.turned else []
    words += ["colour differs"] if one.colour_differs else []
    return ", ".join(words)


def card(pair: Pair) -> Image.Image:
    """A pair side by side, with a title above and the verdicts below."""
    page = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(page)
    draw.text((1, 0), pair.title, WORD, ImageFont.load_default(15))
    for k, one in enumerate((pair.first, pair.second)):
        shown = ImageOps.contain(one.convert("RGB"), TILE)
        left, top = 1 + k * (TILE[0] + GAP), 24 + (TILE[1] - shown.height) // 2
        page.paste(shown, (left, top))
        edges = left - 1, top - 1, left + shown.width, top + shown.height
        draw.rectangle(edges, outline="#d0d7de")
    for k, (name, (words, right)) in enumerate(verdicts(pair).items()):
        y = 32 + TILE[1] + k * 20
        draw.text((0, y), name, WORD, SMALL)
        draw.text((68, y), words, RIGHT if right else WRONG, SMALL)
    return page


def draw() -> None:
    """Write the picture. Few colours keep it small."""
    cards = list(map(card, pairs()))
    rows = -(-len(cards) // ACROSS)
    page = Image.new("RGB", (ACROSS * WIDTH + 3 * GAP, rows * HEIGHT), PAPER)
    for k, one in enumerate(cards):
        page.paste(one, (2 * GAP + k % ACROSS * WIDTH, GAP + k // ACROSS * HEIGHT))
    page.quantize(128).save(HERE / "matching.png", optimize=True)


if __name__ == "__main__":
    draw()
