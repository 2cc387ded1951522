"""Layouts of text: forms, pages, receipts, slides, tables, calendars, chats, cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .captions import words
from .sheet import COLOURS, Sheet

if TYPE_CHECKING:
    from numpy.random import Generator
    from PIL import Image

    from .layouts import Entries

TALL = (640, 800), (840, 1100)
WIDE = (840, 1100), (600, 760)


def amount(random: Generator) -> str:
    """A sum of money."""
    return f"{random.integers(1, 999)}.{random.integers(100):02}"


def answer(random: Generator) -> str:
    """What somebody writes into a field."""
    kind = random.integers(4)
    if kind == 0:
        return (
            f"{random.integers(1, 29):02}.{random.integers(1, 13):02}.{random.integers(1930, 2026)}"
        )
    if kind == 1:
        return f"{random.integers(10**5, 10**8)}"
    return words(random, int(kind)).title()


def form(entries: Entries) -> Image.Image:
    """Labels over boxes, in two columns. An entry is the text in a box."""
    layout = entries.layout
    sheet = Sheet(layout, *TALL)
    rows, margin = int(layout.integers(8, 12)), sheet.width // 12
    sheet.text(margin, margin / 2, words(layout, 3).title(), larger=1.6)
    step = (sheet.height - 2 * margin) / rows
    for row in range(rows):
        for column in range(2):
            left = margin + column * (sheet.width - 2 * margin) / 2
            top = 1.3 * margin + row * step
            sheet.text(left, top, words(layout, 2), larger=0.8)
            right = left + (sheet.width - 2 * margin) / 2 - 10
            sheet.box(left, top + sheet.size, right, top + 2.7 * sheet.size)
            sheet.text(left + 6, top + 1.2 * sheet.size, answer(entries.next()))
    return sheet.picture


def page(entries: Entries) -> Image.Image:
    """Paragraphs under a headline. An entry is a line."""
    layout = entries.layout
    sheet = Sheet(layout, *TALL)
    margin, spacing = sheet.width // int(layout.integers(8, 13)), layout.uniform(1.3, 1.6)
    sheet.text(margin, margin / 2, words(layout, 4).title(), larger=1.5)
    lines = int((sheet.height - 2.2 * margin) / (spacing * sheet.size))
    count = int((sheet.width - 2 * margin) / (4.1 * sheet.size))
    ends = layout.integers(0, 6, lines) == 0
    for at in range(lines):
        written = words(entries.next(), max(2, count // 2 if ends[at] else count))
        sheet.text(margin, 1.4 * margin + at * spacing * sheet.size, written)
    return sheet.picture


def receipt(entries: Entries) -> Image.Image:
    """Names and prices on a narrow strip. An entry is one of them."""
    layout = entries.layout
    sheet = Sheet(layout, (360, 460), (760, 1000))
    middle, rows = sheet.width / 2, int(layout.integers(12, 18))
    sheet.text(middle, 20, words(layout, 2).upper(), larger=1.4, anchor="ma")
    sheet.text(middle, 60, words(layout, 3), larger=0.8, anchor="ma")
    sheet.line(20, 95, sheet.width - 20, 95)
    step = (sheet.height - 220) / rows
    for row in range(rows):
        random = entries.next()
        sheet.text(24, 110 + row * step, words(random, 1))
        sheet.text(sheet.width - 24, 110 + row * step, amount(random), anchor="ra")
    sheet.line(20, sheet.height - 100, sheet.width - 20, sheet.height - 100, width=2)
    sheet.text(24, sheet.height - 90, "TOTAL", larger=1.3)
    right = sheet.width - 24
    sheet.text(right, sheet.height - 90, amount(entries.next()), larger=1.3, anchor="ra")
    sheet.text(middle, sheet.height - 40, words(layout, 3), larger=0.8, anchor="ma")
    return sheet.picture


def slide(entries: Entries) -> Image.Image:
    """Points under a title on a coloured band. An entry is a point."""
    layout = entries.layout
    sheet = Sheet(layout, *WIDE)
    band = COLOURS[layout.integers(len(COLOURS))]
    top = sheet.height * layout.uniform(0.14, 0.22)
    sheet.draw.rectangle((0, 0, sheet.width, top), band)
    sheet.text(40, top / 2, words(layout, 3).title(), larger=2, anchor="lm", ink="white")
    points = int(layout.integers(5, 9))
    step = (sheet.height - top - 80) / points
    for at in range(points):
        y = top + 40 + at * step
        sheet.draw.ellipse((50, y + 6, 60, y + 16), band)
        sheet.text(80, y, words(entries.next(), 4), larger=1.3)
    sheet.text(sheet.width - 30, sheet.height - 30, words(layout, 2), larger=0.7, anchor="rd")
    return sheet.picture


def table(entries: Entries) -> Image.Image:
    """Ruled rows and columns under headings. An entry is the number in a cell."""
    layout = entries.layout
    sheet = Sheet(layout, *WIDE)
    rows, columns = int(layout.integers(10, 16)), int(layout.integers(4, 7))
    wide, high = (sheet.width - 60) / columns, (sheet.height - 60) / (rows + 1)
    for row in range(rows + 1):
        for column in range(columns):
            left, top = 30 + column * wide, 30 + row * high
            sheet.box(left, top, left + wide, top + high, None if row else "#d8dee9")
            if row == 0 or column == 0:
                sheet.text(left + 8, top + high / 2, words(layout, 1), anchor="lm")
            else:
                right = left + wide - 8
                sheet.text(right, top + high / 2, amount(entries.next()), anchor="rm")
    return sheet.picture


def calendar(entries: Entries) -> Image.Image:
    """A month of numbered days. An entry is the note of a day."""
    layout = entries.layout
    sheet = Sheet(layout, *WIDE)
    sheet.text(sheet.width / 2, 20, words(layout, 1).title(), larger=1.8, anchor="ma")
    wide, high = (sheet.width - 40) / 7, (sheet.height - 110) / 5
    first, noted = int(layout.integers(7)), layout.random(35) < 0.6
    for cell in range(35):
        left, top = 20 + cell % 7 * wide, 90 + cell // 7 * high
        sheet.box(left, top, left + wide, top + high)
        if 0 < cell - first + 1 <= 31:
            sheet.text(left + 5, top + 3, str(cell - first + 1), larger=0.8)
        if noted[cell]:
            sheet.text(left + 8, top + high / 2, words(entries.next(), 1))
    return sheet.picture


def chat(entries: Entries) -> Image.Image:
    """Bubbles on either side. An entry is the text in one."""
    layout = entries.layout
    sheet = Sheet(layout, (480, 600), (900, 1100))
    sheet.draw.rectangle((0, 0, sheet.width, 60), "#2e7d6b")
    sheet.text(70, 30, words(layout, 2).title(), larger=1.2, anchor="lm", ink="white")
    count = int(layout.integers(7, 11))
    step = (sheet.height - 90) / count
    for at in range(count):
        mine = layout.random() < 0.5
        left = sheet.width * (0.28 if mine else 0.04)
        frame = left, 80 + at * step, left + sheet.width * 0.68, 70 + (at + 1) * step
        sheet.draw.rounded_rectangle(frame, 14, "#d9f2d0" if mine else "#e6e9ee")
        sheet.text(left + 14, frame[1] + 10, words(entries.next(), 3))
        sheet.text(frame[2] - 10, frame[3] - 6, "12:30", larger=0.6, anchor="rd", ink="#777777")
    return sheet.picture


def card(entries: Entries) -> Image.Image:
    """A visiting card. An entry is the name or another line."""
    layout = entries.layout
    sheet = Sheet(layout, (700, 900), (420, 540))
    colour = COLOURS[layout.integers(len(COLOURS))]
    sheet.draw.rectangle((0, 0, 24, sheet.height), colour)
    sheet.text(70, 40, words(layout, 2).upper(), larger=1.2, ink=colour)
    sheet.text(70, sheet.height * 0.3, words(entries.next(), 2).title(), larger=2.2)
    for line in range(4):
        random = entries.next()
        written = f"{words(random, 1)} {random.integers(10**4, 10**8)}"
        sheet.text(70, sheet.height * (0.52 + 0.1 * line), written, larger=1.3)
    return sheet.picture
