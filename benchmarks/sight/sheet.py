"""A sheet of paper to draw a layout on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from .captions import font, font_files

if TYPE_CHECKING:
    from numpy.random import Generator

INKS = ("#000000", "#1b2a49", "#333333", "#0b3d2e", "#4a1526")
PAPERS = ("#ffffff", "#fdfbf4", "#f4f6f8", "#fffef0", "#eef3ee")
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#e377c2")


class Sheet:
    """A picture with the ink, the font and the text size of its layout."""

    def __init__(self, layout: Generator, across: tuple[int, int], down: tuple[int, int]) -> None:
        """`across`, `down`: the least and the largest width and height, in pixels."""
        self.width = int(layout.integers(*across, endpoint=True))
        self.height = int(layout.integers(*down, endpoint=True))
        self.paper = PAPERS[layout.integers(len(PAPERS))]
        self.ink = INKS[layout.integers(len(INKS))]
        self.size = round(layout.uniform(0.019, 0.028) * max(self.width, self.height))
        self.which = int(layout.integers(1 + len(font_files())))
        self.picture = Image.new("RGB", (self.width, self.height), self.paper)
        self.draw = ImageDraw.Draw(self.picture)

    def text(
        self, x: float, y: float, text: str, *, larger: float = 1, anchor: str = "la", ink: str = ""
    ) -> None:
        """Write a line of text. `anchor` is Pillow's."""
        chosen = font(self.which, max(8, round(self.size * larger)))
        self.draw.text((x, y), text, ink or self.ink, chosen, anchor=anchor)

    def line(self, *points: float, ink: str = "", width: int = 1) -> None:
        """Draw a line through points, x and y in turn."""
        self.draw.line(points, ink or self.ink, width)

    def box(
        self, left: float, top: float, right: float, bottom: float, fill: str | None = None
    ) -> None:
        """Draw a rectangle."""
        self.draw.rectangle((left, top, right, bottom), fill, self.ink)
