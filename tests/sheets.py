"""Paper-like pictures drawn from a layout and the seeds of its entries: forms, tables, codes, ...

Two pictures of one layout are equal but for the entries whose seeds differ. Everything is drawn
with Pillow and its own font.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from PIL import Image, ImageDraw, ImageFont

Draw = ImageDraw.ImageDraw
Box = tuple[int, int, int, int]

ENTRIES = 16
"""How many entries each layout has."""
SYLLABLES = ("ka", "lo", "mi", "ren", "tus", "vor", "al", "be", "dun", "fi", "gra", "hel", "os")


def word(rng: Random) -> str:
    return "".join(rng.choices(SYLLABLES, k=rng.randint(1, 3)))


def words(rng: Random, count: int) -> str:
    return " ".join(word(rng) for _ in range(count))


def write(draw: Draw, at: tuple[int, int], text: str, size: int, fill: str = "black") -> None:
    draw.text(at, text, fill, ImageFont.load_default(size))


def form(draw: Draw, size: tuple[int, int], layout: Random, entries: Sequence[Random]) -> None:
    """A title, and labelled boxes in two columns, filled in."""
    width, height = size
    write(draw, (width // 10, height // 30), words(layout, 3).title(), height // 28)
    for k, entry in enumerate(entries):
        x, y = width // 12 + k % 2 * (width // 2 - 20), height // 8 + k // 2 * height // 10
        write(draw, (x, y), words(layout, 2), height // 60, "dimgrey")
        draw.rectangle((x, y + height // 50, x + width * 2 // 5, y + height // 16), outline="black")
        write(draw, (x + 6, y + height // 42), words(entry, 2), height // 38)


def page(draw: Draw, size: tuple[int, int], layout: Random, entries: Sequence[Random]) -> None:
    """Paragraphs under a heading. Each entry is one of them."""
    width, height = size
    write(draw, (width // 9, height // 20), words(layout, 4).title(), height // 36)
    letters = height // 62
    for k, entry in enumerate(entries):
        for line in range(3):
            y = height // 9 + (k * 3 + line) * height // 58 + k // 4 * letters
            write(draw, (width // 9, y), words(entry, 40)[: width * 3 // (2 * letters)], letters)


def table(draw: Draw, size: tuple[int, int], layout: Random, entries: Sequence[Random]) -> None:
    """Ruled rows of numbers. Each entry is a row."""
    width, height = size
    columns, rows = 5, len(entries) + 1
    for column in range(columns):
        write(draw, (width // 14 + column * width // 6, height // 24), word(layout), height // 44)
    for row in range(rows + 1):
        y = height // 12 + row * height // (rows + 3)
        draw.line((width // 16, y, width * 15 // 16, y), "grey")
    for row, entry in enumerate(entries):
        y = height // 12 + row * height // (rows + 3) + height // 120
        for column in range(columns):
            number = f"{entry.uniform(0, 10 ** entry.randint(1, 4)):.2f}"
            write(draw, (width // 14 + column * width // 6, y), number, height // 46)


def plot(draw: Draw, size: tuple[int, int], layout: Random, entries: Sequence[Random]) -> None:
    """Axes, a grid and a curve through points. Each entry is a stretch of the curve."""
    width, height = size
    box = width // 9, height // 9, width * 9 // 10, height * 7 // 8
    for k in range(6):
        y = box[1] + (box[3] - box[1]) * k // 5
        draw.line((box[0], y, box[2], y), "gainsboro")
        write(draw, (box[0] - 40, y - 8), str(100 - 20 * k), height // 45)
    draw.line((box[0], box[1], box[0], box[3], box[2], box[3]), "black", 2)
    write(draw, (width // 3, height // 30), words(layout, 3), height // 28)
    points = []
    for k, entry in enumerate(entries):
        for part in range(4):
            x = box[0] + (box[2] - box[0]) * (4 * k + part) // (4 * len(entries))
            points.append((x, box[1] + int((box[3] - box[1]) * entry.uniform(0.1, 0.9))))
    draw.line(points, layout.choice(["navy", "darkred", "darkgreen"]), 3, "curve")


def receipt(draw: Draw, size: tuple[int, int], layout: Random, entries: Sequence[Random]) -> None:
    """A narrow list of goods and prices. Each entry is a line."""
    width, height = size
    write(draw, (width // 6, height // 40), words(layout, 2).upper(), width // 14)
    for k, entry in enumerate(entries):
        y = height // 10 + k * height // 21
        write(draw, (width // 14, y), words(entry, 2)[:16], width // 20)
        write(draw, (width * 3 // 4, y), f"{entry.uniform(0.5, 99):.2f}", width // 20)
    draw.line((width // 14, height * 9 // 10, width * 13 // 14, height * 9 // 10), "black", 2)


def slide(draw: Draw, size: tuple[int, int], layout: Random, entries: Sequence[Random]) -> None:
    """A coloured bar with a title, and points under it. Each entry is a point."""
    width, height = size
    draw.rectangle((0, 0, width, height // 7), layout.choice(["navy", "teal", "maroon"]))
    write(draw, (width // 20, height // 30), words(layout, 3).title(), height // 14, "white")
    for k, entry in enumerate(entries):
        x, y = width // 16 + k % 2 * width // 2, height // 5 + k // 2 * height // 11
        draw.ellipse((x, y + height // 60, x + height // 50, y + height // 28), "black")
        write(draw, (x + height // 25, y), words(entry, 3), height // 28)


def code(draw: Draw, size: tuple[int, int], layout: Random, entries: Sequence[Random]) -> None:
    """A square code of modules with three finders. Each entry is a band of its rows."""
    modules, side = 32, min(size)
    cell = side * 3 // 4 // modules
    left, top = (size[0] - modules * cell) // 2, (size[1] - modules * cell) // 2
    for row in range(modules):
        for column in range(modules):
            finder = ((row < 8 or row >= 24) and column < 8) or (row < 8 and column >= 24)
            if not finder and entries[row // 2].random() < 0.5:
                x, y = left + column * cell, top + row * cell
                draw.rectangle((x, y, x + cell - 1, y + cell - 1), "black")
    for row, column in ((0, 0), (0, 25), (25, 0)):
        x, y = left + column * cell, top + row * cell
        draw.rectangle((x, y, x + 7 * cell - 1, y + 7 * cell - 1), "black")
        draw.rectangle((x + cell, y + cell, x + 6 * cell - 1, y + 6 * cell - 1), "white")
        draw.rectangle((x + 2 * cell, y + 2 * cell, x + 5 * cell - 1, y + 5 * cell - 1), "black")


def barcode(draw: Draw, size: tuple[int, int], layout: Random, entries: Sequence[Random]) -> None:
    """Bars over digits. Each entry is a digit."""
    width, height = size
    unit = max(1, width * 4 // 5 // (7 * len(entries)))
    for k, entry in enumerate(entries):
        bits = entry.randint(1, 126)
        for bit in range(7):
            if bits >> bit & 1:
                x = width // 10 + (7 * k + bit) * unit
                draw.rectangle((x, height // 4, x + unit - 1, height * 2 // 3), "black")
        write(draw, (width // 10 + 7 * k * unit, height * 7 // 10), str(bits % 10), 5 * unit)


def icon(draw: Draw, size: tuple[int, int], layout: Random, entries: Sequence[Random]) -> None:
    """A disc with a pictogram of strokes in it. Each entry is a stroke."""
    width, height = size
    disc = width // 8, height // 8, width * 7 // 8, height * 7 // 8
    draw.ellipse(disc, layout.choice(["royalblue", "seagreen", "crimson"]))
    for entry in entries[8:]:
        ends = [entry.randint(width // 4, width * 3 // 4) for _ in range(4)]
        draw.line(ends, "white", width // 24)


def wallpaper(draw: Draw, size: tuple[int, int], layout: Random, entries: Sequence[Random]) -> None:
    """A dark ground with some lights. Each entry is a group of them."""
    width, height = size
    draw.rectangle((0, 0, *size), "#101418")
    for entry in entries:
        for _ in range(4):
            x, y, r = entry.randrange(width), entry.randrange(height), entry.randint(2, width // 50)
            draw.ellipse((x - r, y - r, x + r, y + r), entry.choice(["#8090c0", "#d0c080", "#fff"]))


KINDS: dict[str, tuple[Callable[..., None], tuple[int, int]]] = {
    "form": (form, (640, 880)),
    "page": (page, (620, 860)),
    "table": (table, (800, 620)),
    "plot": (plot, (760, 600)),
    "receipt": (receipt, (330, 800)),
    "slide": (slide, (960, 600)),
    "code": (code, (600, 600)),
    "barcode": (barcode, (700, 420)),
    "icon": (icon, (600, 600)),
    "wallpaper": (wallpaper, (960, 600)),
}


def draw_sheet(kind: str, layout: int, entries: Sequence[int], scale: float = 1) -> Image.Image:
    """The picture of a layout with `ENTRIES` entries, both given by seeds."""
    drawn, (width, height) = KINDS[kind]
    size = round(width * scale), round(height * scale)
    picture = Image.new("RGB", size, "white")
    seeds = [Random(f"{kind} {layout} {k} {seed}") for k, seed in enumerate(entries)]
    drawn(ImageDraw.Draw(picture), size, Random(f"{kind} {layout}"), seeds)
    return picture


def entries_of(number: int, changed: int = ENTRIES) -> list[int]:
    """The seeds of the entries of one sheet. The last `changed` are its own, the others shared."""
    return [0] * (ENTRIES - changed) + [number] * changed
