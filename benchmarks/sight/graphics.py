"""Layouts of lines and shapes: plots, wallpapers, icons, QR codes, music, crosswords."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from . import papers
from .captions import words
from .layouts import Kind, Layout
from .sheet import COLOURS, Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .layouts import Entries

PLOT = (800, 1100), (600, 800)


def axes(sheet: Sheet, entries: Entries) -> tuple[float, float, float, float]:
    """Draw a frame, a grid, numbers and titles. Returns left, top, right and bottom."""
    layout = entries.layout
    left, top, right, bottom = 90.0, 70.0, sheet.width - 40.0, sheet.height - 80.0
    ticks = int(layout.integers(4, 8))
    for at in range(ticks + 1):
        x, y = left + at * (right - left) / ticks, bottom - at * (bottom - top) / ticks
        sheet.line(left, y, right, y, ink="#cccccc")
        sheet.line(x, top, x, bottom, ink="#dddddd")
        sheet.text(left - 8, y, str(at * 10), larger=0.8, anchor="rm")
        sheet.text(x, bottom + 8, str(at), larger=0.8, anchor="ma")
    sheet.box(left, top, right, bottom)
    sheet.text(sheet.width / 2, 20, words(layout, 3).title(), larger=1.3, anchor="ma")
    sheet.text(sheet.width / 2, sheet.height - 35, words(layout, 2), anchor="ma")
    return left, top, right, bottom


def line_plot(entries: Entries) -> Image.Image:
    """Curves over axes. An entry is a curve."""
    sheet = Sheet(entries.layout, *PLOT)
    left, top, right, bottom = axes(sheet, entries)
    for at in range(int(entries.layout.integers(4, 7))):
        random = entries.next()
        steps = np.cumsum(random.normal(0, 1, 60)) + random.normal(0, 0.2) * np.arange(60)
        heights = (steps - steps.min()) / (np.ptp(steps) or 1)
        low, high = np.sort(random.uniform(0.05, 0.95, 2))
        y = bottom - (bottom - top) * (low + (high - low) * heights)
        points = np.column_stack([np.linspace(left, right, 60), y])
        sheet.line(*points.ravel().tolist(), ink=COLOURS[at], width=3)
    return sheet.picture


def bar_chart(entries: Entries) -> Image.Image:
    """Bars over axes. An entry is the height of a bar."""
    sheet = Sheet(entries.layout, *PLOT)
    left, top, right, bottom = axes(sheet, entries)
    count, colour = int(entries.layout.integers(8, 16)), COLOURS[entries.layout.integers(8)]
    step = (right - left) / count
    for at in range(count):
        high = bottom - (bottom - top) * entries.next().uniform(0.05, 0.95)
        sheet.box(left + (at + 0.2) * step, high, left + (at + 0.8) * step, bottom, colour)
    return sheet.picture


def scatter_plot(entries: Entries) -> Image.Image:
    """Points over axes. An entry is six points."""
    sheet = Sheet(entries.layout, *PLOT)
    left, top, right, bottom = axes(sheet, entries)
    for at in range(int(entries.layout.integers(10, 18))):
        for u, v in entries.next().uniform(0.03, 0.97, (6, 2)):
            x, y = left + u * (right - left), top + v * (bottom - top)
            sheet.draw.ellipse((x - 5, y - 5, x + 5, y + 5), COLOURS[at % 4])
    return sheet.picture


def ramp(size: tuple[int, int], first: NDArray[np.int_], last: NDArray[np.int_]) -> Image.Image:
    """A change of colour from top to bottom."""
    share = np.linspace(0, 1, size[1])[:, None, None]
    column = (first + share * (last - first)).astype(np.uint8)
    return Image.fromarray(np.broadcast_to(column, (size[1], size[0], 3)).copy())


def wallpaper(entries: Entries) -> Image.Image:
    """Faint shapes on a dark ground. An entry is a shape."""
    layout = entries.layout
    width, height = int(layout.integers(960, 1280)), int(layout.integers(600, 800))
    dark = layout.integers(5, 30, 3)
    picture = ramp((width, height), dark, dark + layout.integers(0, 25, 3))
    draw = ImageDraw.Draw(picture)
    for _ in range(int(layout.integers(8, 20))):
        random = entries.next()
        x, y, radius = random.uniform(0, width), random.uniform(0, height), random.uniform(15, 110)
        colour = tuple((dark + random.integers(15, 70, 3)).tolist())
        frame = x - radius, y - radius, x + radius, y + radius
        if random.random() < 0.5:
            draw.ellipse(frame, colour)
        else:
            draw.regular_polygon((x, y, radius), int(random.integers(3, 7)), 0, colour)
    return picture


def icon(entries: Entries) -> Image.Image:
    """A glyph on a round ground. An entry is a stroke or a dot of the glyph."""
    layout = entries.layout
    side = int(layout.integers(600, 800))
    picture = Image.new("RGB", (side, side), "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((8, 8, side - 8, side - 8), COLOURS[layout.integers(len(COLOURS))])
    thick = int(side * layout.uniform(0.04, 0.07))
    for _ in range(int(layout.integers(4, 9))):
        random = entries.next()
        ends = (side * random.uniform(0.25, 0.75, 4)).tolist()
        if random.random() < 0.7:
            draw.line(ends, "white", thick)
        else:
            draw.circle(ends[:2], 1.2 * thick, "white")
    return picture


def finder(modules: NDArray[np.uint8], row: int, column: int) -> None:
    """Draw one of the three squares of a QR code, with a white margin."""
    square = np.ones((7, 7), np.uint8)
    square[1:6, 1:6] = 0
    square[2:5, 2:5] = 1
    margin = np.pad(square, 1)
    top, left = max(0, row - 1), max(0, column - 1)
    part = margin[top - row + 1 :, left - column + 1 :]
    height, width = (min(a, b) for a, b in zip(part.shape, modules[top:, left:].shape, strict=True))
    modules[top : top + height, left : left + width] = part[:height, :width]


def qr_code(entries: Entries) -> Image.Image:
    """Modules as in a QR code, with its finder and timing patterns. An entry is eight of them."""
    layout = entries.layout
    count = 17 + 4 * int(layout.integers(2, 7))
    cells = [entries.next().integers(0, 2, 8, np.uint8) for _ in range(-(-count * count // 8))]
    modules = np.concatenate(cells)[: count * count].reshape(count, count)
    modules[6] = modules[:, 6] = np.arange(count) % 2 == 0
    for row, column in ((0, 0), (0, count - 7), (count - 7, 0)):
        finder(modules, row, column)
    scale = -(-int(layout.integers(600, 760)) // (count + 8))
    grey = 255 * (1 - np.pad(modules, 4))
    return Image.fromarray(np.kron(grey, np.ones((scale, scale))).astype(np.uint8)).convert("RGB")


def music(entries: Entries) -> Image.Image:
    """Staves with notes. An entry is a bar of four notes."""
    layout = entries.layout
    sheet = Sheet(layout, (640, 800), (840, 1100))
    sheet.text(sheet.width / 2, 20, words(layout, 2).title(), larger=1.6, anchor="ma")
    staves, gap = int(layout.integers(6, 9)), sheet.height // 110
    wide = (sheet.width - 80) / 4
    for staff in range(staves):
        top = 100 + staff * (sheet.height - 130) / staves
        for line in range(5):
            sheet.line(40, top + line * gap, sheet.width - 40, top + line * gap)
        for bar in range(4):
            left = 40 + bar * wide
            sheet.line(left, top, left, top + 4 * gap)
            for at, place in enumerate(entries.next().integers(-2, 9, 4).tolist()):
                x, y = left + (at + 0.5) * wide / 4, top + place * gap / 2
                sheet.draw.ellipse(
                    (x - gap * 0.7, y - gap / 2, x + gap * 0.7, y + gap / 2), "black"
                )
                sheet.line(x + gap * 0.6, y, x + gap * 0.6, y - 3 * gap, width=2)
    return sheet.picture


def crossword(entries: Entries) -> Image.Image:
    """A grid with black cells. An entry is a row of it."""
    layout = entries.layout
    count = int(layout.integers(11, 16))
    side = int(layout.integers(620, 780)) // count
    picture = Image.new("RGB", (count * side + 21, count * side + 21), "white")
    draw = ImageDraw.Draw(picture)
    for row in range(count):
        for column, black in enumerate((entries.next().random(count) < 0.25).tolist()):
            left, top = 10 + column * side, 10 + row * side
            frame = left, top, left + side, top + side
            draw.rectangle(frame, "black" if black else "white", "black")
    return picture


KINDS: dict[str, Kind] = {
    "form": papers.form,
    "page": papers.page,
    "receipt": papers.receipt,
    "slide": papers.slide,
    "table": papers.table,
    "calendar": papers.calendar,
    "chat": papers.chat,
    "card": papers.card,
    "line plot": line_plot,
    "bar chart": bar_chart,
    "scatter plot": scatter_plot,
    "wallpaper": wallpaper,
    "icon": icon,
    "QR code": qr_code,
    "music": music,
    "crossword": crossword,
}


def layouts(each: int, kinds: Sequence[str] = tuple(KINDS), seed: int = 0) -> list[Layout]:
    """Some layouts of each kind."""
    return [Layout(kind, KINDS[kind], number, seed) for kind in kinds for number in range(each)]
