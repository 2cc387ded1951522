"""Draw a small photo collection to try the duplicate finder on.

    pip install Pillow numpy
    python examples/draw_pictures.py my-pictures

The folder then looks like a real collection. It has twelve different pictures and copies of most of
them: smaller, recompressed, recoloured, cropped, turned, mirrored, framed, in other formats. It
also has pairs that only resemble each other, plain grey pictures, broken files, and files that are
not pictures. Every picture is drawn from fixed seeds, so the same library versions give the same
bytes.
"""

import argparse
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from math import cos, pi, sin
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageColor, ImageDraw, ImageEnhance, ImageFilter, ImageOps

Array = npt.NDArray[np.float32]
Point = tuple[float, float]
Light = tuple[float, float]  # how bright the left and the right edge of a shape are


def rgb(colour: str) -> Array:
    return np.array(ImageColor.getrgb(colour), np.float32)


class Canvas:
    """A picture in progress. Positions are pixels, and colours are like "#ffcc00"."""

    def __init__(self, width: int, height: int, seed: int) -> None:
        self.width, self.height = width, height
        self.random = np.random.default_rng(seed)
        self.y, self.x = np.mgrid[0:height, 0:width].astype(np.float32)
        self.pixels = np.zeros((height, width, 3), np.float32)

    def noise(self, across: int, down: int, octaves: int = 4) -> Array:
        """Cloudy noise from 0 to 1, with this many clouds across and down."""
        half = (self.width // 2, self.height // 2)  # looks like full size, and is faster
        total = np.zeros(half[::-1], np.float32)
        for scale in (2**octave for octave in range(octaves)):
            cells = self.random.random((down * scale + 1, across * scale + 1), np.float32)
            total += np.asarray(Image.fromarray(cells).resize(half)) / scale
        total = (total - total.min()) / np.ptp(total)
        return np.asarray(Image.fromarray(total).resize((self.width, self.height)), np.float32)

    def curve(self, level: float, swing: float, bumps: int, octaves: int = 5) -> Array:
        """A jagged line from left to right: one height per column."""
        line = np.full(self.width, level, np.float64)
        for scale in (2**octave for octave in range(octaves)):
            bends = self.random.uniform(-swing, swing, bumps * scale + 1) / scale
            line += np.interp(self.x[0], np.linspace(0, self.width, len(bends)), bends)
        return line.astype(np.float32)

    def below(self, line: Array | float) -> Array:
        return np.asarray(np.clip(self.y - line, 0, 1), np.float32)

    def sky(self, *colours: str, bottom: float = 1200) -> None:
        """Fill with colours that blend into each other from the top down to `bottom`."""
        stops = np.linspace(0, bottom, len(colours))
        bands = np.stack([rgb(colour) for colour in colours], axis=1)
        column = [np.interp(self.y[:, 0], stops, band) for band in bands]
        self.pixels[:] = np.stack(column, axis=1)[:, None, :]

    def glow(self, x: float, y: float, radius: float, colour: str, strength: float) -> None:
        spread = np.exp(-((self.x - x) ** 2 + (self.y - y) ** 2) / radius**2) * strength
        self.pixels += spread[..., None] * rgb(colour)

    def paint(
        self, mask: Array, colour: str, light: Array | float = 1, at: tuple[int, int] = (0, 0)
    ) -> None:
        """Put a colour over the part of the picture that the mask covers."""
        left, top = at
        part = self.pixels[top : top + mask.shape[0], left : left + mask.shape[1]]
        part += mask[..., None] * (rgb(colour) * np.asarray(light)[..., None] - part)

    def polygon(
        self, points: list[Point], colour: str, lit: Light = (1, 1), blur: float = 0
    ) -> None:
        xs, ys = zip(*points, strict=True)
        left, top = max(0, int(min(xs) - 3 * blur)), max(0, int(min(ys) - 3 * blur))
        wide = min(self.width, int(max(xs) + 3 * blur) + 2) - left
        high = min(self.height, int(max(ys) + 3 * blur) + 2) - top
        if wide <= 0 or high <= 0:
            return  # all of it lies outside the picture
        stencil = Image.new("L", (2 * wide, 2 * high))  # drawn double for smooth edges
        doubled = [(2 * (x - left), 2 * (y - top)) for x, y in points]
        ImageDraw.Draw(stencil).polygon(doubled, fill=255)
        stencil = stencil.reduce(2).filter(ImageFilter.GaussianBlur(blur))
        mask = np.asarray(stencil, np.float32) / np.float32(255)
        self.paint(mask, colour, np.linspace(*lit, wide, dtype=np.float32)[None], (left, top))

    def box(
        self, left: float, top: float, right: float, bottom: float, colour: str, lit: Light = (1, 1)
    ) -> None:
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], colour, lit)

    def oval(
        self,
        x: float,
        y: float,
        rx: float,
        ry: float,
        colour: str,
        lit: Light = (1, 1),
        blur: float = 0,
        turn: float = 0,
    ) -> None:
        steps = ((rx * cos(a), ry * sin(a)) for a in np.linspace(0, 2 * pi, 60))
        self.polygon(
            [
                (x + a * cos(turn) - b * sin(turn), y + a * sin(turn) + b * cos(turn))
                for a, b in steps
            ],
            colour,
            lit,
            blur,
        )

    def ball(self, x: float, y: float, r: float, colour: str) -> None:
        """A ball lit from the upper left, with its shadow."""
        self.oval(x + r * 0.33, y + r * 0.9, r, r * 0.25, "#1a0f0a", blur=r / 6)
        self.oval(x, y, r, r, colour, (0.9, 0.25))
        for size, gain in ((0.75, 1.0), (0.5, 1.15)):
            shift, spot = r * (1 - size) * 0.7, r * size
            self.oval(x - shift, y - shift, spot, spot, colour, (gain, gain * 0.6), spot / 4)
        self.oval(x - r * 0.4, y - r * 0.45, r / 7, r / 9, "#fff4e0", blur=3)

    def photo(self) -> Image.Image:
        """The finished picture: slightly uneven, darker in the corners, grainy."""
        corner = (self.x / self.width - 0.5) ** 2 + (self.y / self.height - 0.5) ** 2
        light = (1.08 - 0.5 * corner) * (0.9 + 0.2 * self.noise(5, 5, 5))
        grain = self.random.normal(0, 3, self.x.shape)
        pixels = self.pixels * light[..., None] + grain[..., None]
        return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def clouds(c: Canvas, colour: str, amount: float = 0.5, down: int = 7) -> None:
    c.paint(np.clip((c.noise(3, down, 5) - 1 + amount) * 3, 0, 0.9), colour)


def water(c: Canvas, line: float, colour: str, glitter: float = 0.5) -> None:
    """Water from the line down, darker towards us, with waves that grow towards us."""
    depth = np.clip((c.y - line) / (c.height - line), 0, 1)
    waves = c.noise(6, 60, 3) - 0.5
    c.paint(c.below(line), colour, 1.15 - 0.5 * depth + glitter * waves * (0.4 + depth))


def mountain_sunset(c: Canvas) -> None:
    c.sky("#241f4d", "#6d3a74", "#e2704f", "#ffd27a", bottom=560)
    clouds(c, "#ff9a78", 0.5)
    c.glow(850, 470, 260, "#ff9040", 0.7)
    c.oval(850, 470, 55, 55, "#fff3c4", blur=2)
    layers = ("#b0607a", "#84466c", "#59315a", "#342045", "#150e22")
    for step, colour in enumerate(layers):
        slope = (c.x[0] - 600) * (0.22 - 0.08 * step)
        line = c.curve(500 + 75 * step, 62, 3 + step) + slope
        c.paint(c.below(line), colour, 1.2 - (c.y - line) / 1500)


def sea_sunset(c: Canvas) -> None:
    c.sky("#3b2a5c", "#b9506a", "#f58b4c", "#ffd98a", bottom=420)
    clouds(c, "#5a3058", 0.45, 4)
    c.glow(330, 380, 300, "#ff9a48", 0.7)
    c.oval(330, 385, 70, 70, "#fff6d0", blur=2)
    water(c, 430, "#7c4560", 0.9)
    path = np.exp(-(((c.x - 330) / (50 + (c.y - 430) * 0.3)) ** 2)) * c.below(430)
    c.paint(path * np.clip(c.noise(10, 70, 2) * 2.4 - 0.6, 0, 1), "#ffd588")
    cliff = c.curve(950, 40, 6) - np.clip(c.x[0] - 580, 0, 160) * 2.4 - (c.x[0] - 580) * 0.6
    c.paint(c.below(np.where(c.x[0] < 580, 900, cliff)), "#2a1826", 0.4 + 1.3 * c.noise(8, 12))


def sailing_boat(c: Canvas) -> None:
    c.sky("#3f86c9", "#8fc1e6", "#e3f0f5", bottom=560)
    clouds(c, "#ffffff", 0.55, 3)
    water(c, 560, "#1f5f8a", 0.8)
    c.oval(440, 760, 330, 40, "#123a58", blur=18)
    c.polygon([(430, 70), (445, 70), (449, 690), (436, 690)], "#5b4432")
    c.polygon([(450, 90), (560, 330), (720, 640), (452, 640)], "#fbf7ec", (1.0, 0.72))
    c.polygon([(425, 110), (360, 380), (210, 650), (425, 630)], "#d8432e", (0.7, 1.1))
    c.polygon([(170, 670), (760, 660), (690, 760), (260, 765)], "#f3efe6", (0.65, 1.0))
    c.polygon([(183, 700), (737, 692), (722, 712), (202, 722)], "#1d3d6b")


def city_night(c: Canvas) -> None:
    c.sky("#060a1f", "#141b45", "#51366a", "#c0704f", bottom=680)
    clouds(c, "#2b2350", 0.45)
    c.glow(1010, 150, 90, "#8f93c8", 0.7)
    c.oval(1010, 150, 46, 46, "#f4f0da", blur=2)
    for row, (colour, tallest) in enumerate((("#4a3b66", 560), ("#10132b", 400))):
        x = -20.0
        while x < c.width:
            wide = c.random.uniform(60, 130)
            rise = tallest * c.random.uniform(0.35, 1) * (1.15 - 0.6 * abs(x - 420) / 700)
            c.box(x, 690 - rise, x + wide, 700, colour, (1.4, 0.7))
            for left in np.arange(x + 9, x + wide - 12, 15 + 6 * row):
                for top in np.arange(700 - rise, 675, 20 + 8 * row):
                    if c.random.random() < 0.45:
                        c.box(left, top, left + 6 + 3 * row, top + 9 + 4 * row, "#ffcf70")
            x += wide + c.random.uniform(0, 14)
    mirror = c.pixels[499:699][::-1] * 0.55  # the river shows the city upside down
    c.pixels[700:] = mirror * (0.6 + 0.8 * c.noise(6, 60, 3)[700:, :, None])


def forest(c: Canvas) -> None:
    c.sky("#5f7d3c", "#c9d88a", "#e8ecc0", "#7b8a45", "#2f3d1c")
    c.glow(560, 430, 300, "#fff2b0", 0.5)
    for step, colour in enumerate(("#93a070", "#5f6f45", "#2d3520", "#12160d")):
        for _ in range(9 - 2 * step):
            x, wide = c.random.uniform(-20, 920), (8 + 13 * step) * c.random.uniform(0.8, 1.3)
            lean = c.random.uniform(-30, 30)
            foot = 760 + 110 * step
            c.polygon(
                [
                    (x + lean, 0),
                    (x + lean + wide, 0),
                    (x + wide * 1.4, foot),
                    (x - wide * 0.4, foot),
                ],
                colour,
                (1.5, 0.7),
            )
        c.paint(c.below(c.curve(720 + 110 * step, 22, 5)), colour, 0.6 + 0.9 * c.noise(14, 30))
    leaves = np.clip((c.noise(7, 9, 5) - 0.35 - c.y / 900) * 7, 0, 1)
    c.paint(leaves, "#2c4a1a", 0.5 + 1.2 * c.noise(20, 26))


def still_life(c: Canvas) -> None:
    c.sky("#4b3a33", "#2a1f1c")
    c.glow(180, 180, 420, "#c09468", 0.8)
    c.paint(c.below(590), "#8a5730", 0.6 + 0.7 * c.noise(3, 40, 4))
    c.oval(700, 800, 430, 50, "#24140c", blur=25)
    c.ball(560, 430, 105, "#e8a020")
    c.ball(745, 400, 125, "#b8232a")
    c.ball(910, 450, 100, "#8fa83a")
    c.polygon(
        [(380, 480), (1060, 480), (985, 690), (860, 770), (580, 770), (455, 690)],
        "#e6e2d8",
        (1.0, 0.35),
    )
    c.oval(720, 482, 340, 26, "#9d968a", (0.7, 0.4))
    c.ball(260, 720, 95, "#f0c930")
    c.ball(1075, 760, 80, "#d9641e")
    for x, y in ((95, 740), (135, 690), (165, 765), (110, 810), (180, 825), (235, 850)):
        c.ball(x, y, 36, "#54306e")


def bridge(c: Canvas) -> None:
    c.sky("#7f9fb5", "#c8d3d6", "#efe6d8", bottom=620)
    c.paint(c.below(c.curve(470, 60, 3) + (c.x[0] - 300) * 0.14), "#8b9a9c")
    c.paint(c.below(c.curve(640, 35, 4) - (c.x[0] - 500) * 0.22), "#5d7068")
    water(c, 690, "#4f7480", 0.5)
    for start, end in ((-400, 250), (250, 930), (930, 1700)):
        xs = np.linspace(start, end, 40)
        sag = 160 + 380 * (1 - ((xs - (start + end) / 2) / ((end - start) / 2)) ** 2)
        line = list(zip(xs, sag, strict=True))
        c.polygon([*line, *((x, y + 13) for x, y in line[::-1])], "#a8371f")
        for x, y in line[::2]:
            c.box(x - 2, y, x + 2, 590, "#a8371f")
    c.box(0, 580, 1200, 622, "#8c2c1a")
    for x in (250, 930):
        c.box(x - 62, 110, x - 22, 780, "#c4472a", (1.2, 0.6))
        c.box(x + 22, 110, x + 62, 780, "#c4472a", (1.2, 0.6))
        for y in (150, 290, 430):
            c.box(x - 30, y, x + 30, y + 34, "#9c3520")
    c.paint(np.clip((c.noise(3, 5) - 0.55) * 3, 0, 0.8) * (c.y > 500), "#e9ebe8")


def desert(c: Canvas, peaks: tuple[int, int, int] = (880, 300, 760)) -> None:
    c.sky("#2f6fb0", "#7db1d6", "#e9dcc0", bottom=400)
    for level, peak, colour in zip(
        (460, 580, 760), peaks, ("#e3b06e", "#d9964a", "#c77b36"), strict=True
    ):
        hill = np.exp(-(((c.x[0] - peak) / 330) ** 2)) * 190
        line = c.curve(level, 36, 2, 2) - hill
        ripples = np.sin((c.y - line) / 7 + 5 * c.noise(4, 3, 3)) * 0.06
        edge = peak + (c.y - line) * 0.9 + 60 * (c.noise(2, 4, 2) - 0.5)
        shade = np.clip((c.x - edge) / 25, 0, 1) * np.clip(1.2 - (c.x - edge) / 700, 0, 1)
        c.paint(c.below(line), colour, 1.12 + ripples - 0.75 * shade)


def flowers(c: Canvas) -> None:
    c.sky("#8fae4c", "#4f7a34", "#20401f")
    c.paint(np.clip(c.noise(4, 5, 3) * 2 - 1, 0, 0.8), "#cfdc8a")
    for x, y, size, colour in (
        (640, 240, 150, "#f4d23c"),
        (210, 430, 190, "#e8588a"),
        (690, 640, 215, "#faf6ee"),
        (290, 880, 235, "#d43a2c"),
    ):
        c.polygon([(x - 8, y), (x + 8, y), (470, 1210), (440, 1210)], "#2c5a22", (1.2, 0.7))
        for ring, light in ((1.0, 0.75), (0.78, 1.0)):
            for petal in range(13):
                turn = 2 * pi * petal / 13 + ring
                reach = size * 0.6 * ring
                c.oval(
                    x + cos(turn) * reach,
                    y + sin(turn) * reach,
                    size * 0.45 * ring,
                    size * 0.15,
                    colour,
                    (light, light * 0.82),
                    turn=turn,
                )
        c.ball(x, y, size * 0.26, "#7a4a18")


def lighthouse(c: Canvas) -> None:
    c.sky("#27323f", "#5c6d7c", "#b9b6a6", bottom=820)
    clouds(c, "#1c242e", 0.5, 5)
    c.polygon([(570, 265), (0, 60), (0, 420)], "#f6e7a8", (0.55, 1.0), blur=30)
    water(c, 820, "#34505c", 1.0)
    rock = c.curve(1010, 45, 5) - np.clip(c.x[0] - 150, 0, 300) * 0.6
    c.paint(c.below(rock), "#3b332c", 0.4 + 1.2 * c.noise(10, 16))
    for step in range(7):
        top, bottom = 330 + 80 * step, 410 + 80 * step
        w, v = 58 + 6 * step, 64 + 6 * step
        c.polygon(
            [(570 - w, top), (570 + w, top), (570 + v, bottom), (570 - v, bottom)],
            "#b8352b" if step % 2 else "#f4efe4",
            (1.1, 0.45),
        )
    c.box(490, 312, 650, 334, "#2c2c30", (1.4, 0.7))
    c.box(528, 222, 612, 312, "#ffeaa0")
    c.polygon([(510, 224), (630, 224), (570, 160)], "#a52f27", (1.1, 0.5))
    c.glow(570, 265, 110, "#ffe9a0", 0.7)


class Scene(NamedTuple):
    path: str
    draw: Callable[[Canvas], None]
    seed: int
    size: tuple[int, int] = (1200, 900)


TALL = (900, 1200)
SCENES = {
    "mountains": Scene("holiday/sunset in the mountains.jpg", mountain_sunset, 1),
    "sea": Scene("holiday/sunset at sea.jpg", sea_sunset, 2),
    "boat": Scene("holiday/sailing boat.jpg", sailing_boat, 3),
    "bridge": Scene("holiday/bridge.jpg", bridge, 9),
    "desert": Scene("holiday/desert.jpg", desert, 10),
    "dunes": Scene("holiday/desert, next day.jpg", partial(desert, peaks=(250, 1000, 420)), 11),
    "lighthouse": Scene("holiday/lighthouse.jpg", lighthouse, 12, TALL),
    "city": Scene("phone/IMG_2204.jpg", city_night, 4),
    "forest": Scene("phone/IMG_2207.jpg", forest, 5, TALL),
    "woods": Scene("phone/IMG_2208.jpg", forest, 6, TALL),
    "fruit": Scene("phone/IMG_2213.jpg", still_life, 7),
    "flowers": Scene("phone/IMG_2226.jpg", flowers, 13, TALL),
}


class Copy(NamedTuple):
    """A copy of a scene, and how it differs. Nothing differs if the bytes are the same."""

    scene: str
    path: str
    scale: float = 1
    crop: float = 0  # the share of width and height that is cut off
    light: float = 1
    warmth: float = 1
    mode: str = "RGB"
    quality: int = 88
    turned: int = 1  # the EXIF orientation: 3 is upside down, 6 on its side
    turn: Image.Transpose | None = None  # how its pixels are turned or mirrored, without a tag
    frame: float = 0  # the width of a white frame, as a share of the longer side
    suffix: str = ""  # the real format, if the name is wrong


UPSIDE_DOWN, ON_ITS_SIDE = Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_90
MIRRORED = Image.Transpose.FLIP_LEFT_RIGHT
COPIES = (
    Copy("mountains", "phone/IMG_2231.jpg", scale=0.5),
    Copy("mountains", "downloads/wallpaper.png", scale=0.6),
    Copy("mountains", "old/mountains, black and white.jpg", mode="L"),
    Copy("mountains", "downloads/mountains.jpg", scale=0.8, crop=0.03, light=1.1),
    Copy("mountains", "downloads/mountains, framed.jpg", scale=0.7, frame=0.08),
    Copy("sea", "phone/IMG_2232.jpg", quality=25),
    Copy("sea", "downloads/sunset.webp", scale=0.8, quality=70),
    Copy("sea", "old/sunset, brighter.jpg", light=1.15),
    Copy("boat", "old/backup/sailing boat.jpg"),
    Copy("boat", "phone/IMG_2233.jpg", crop=0.02),
    Copy("boat", "downloads/boat.gif", scale=0.4),
    Copy("boat", "downloads/boat.jpg", scale=0.5, suffix=".png"),
    Copy("boat", "old/sailing boat, on its side.jpg", turn=ON_ITS_SIDE, scale=0.9),
    Copy("bridge", "old/backup/bridge.jpg"),
    Copy("bridge", "old/bridge, warmer.jpg", warmth=1.15),
    Copy("bridge", "downloads/bridge.png", scale=0.4, mode="L"),
    Copy("bridge", "downloads/bridge.jpg", scale=0.5, crop=0.03, quality=50),
    Copy("bridge", "phone/IMG_2237.jpg", crop=0.3),
    Copy("desert", "downloads/desert.png", scale=0.5),
    Copy("desert", "old/desert, darker.jpg", light=0.8),
    Copy("desert", "old/desert, upside down.jpg", turn=UPSIDE_DOWN, quality=70),
    Copy("dunes", "phone/IMG_2235.jpg", scale=0.7, crop=0.01, quality=50),
    Copy("lighthouse", "phone/IMG_2234.jpg", turned=6),
    Copy("lighthouse", "downloads/lighthouse thumbnail.jpg", scale=0.15, quality=70),
    Copy("lighthouse", "downloads/lighthouse.webp", scale=0.6),
    Copy("lighthouse", "downloads/lighthouse, detail.jpg", crop=0.4, quality=70),
    Copy("city", "downloads/city.bmp", scale=0.4),
    Copy("city", "downloads/city by night.jpg", light=1.2),
    Copy("city", "old/backup/IMG_2204.jpg"),
    Copy("city", "old/backup/IMG_2204 (1).jpg"),
    Copy("city", "downloads/city thumbnail.webp", scale=0.2),
    Copy("forest", "old/forest.jpg", turned=3),
    Copy("forest", "downloads/forest.jpg", scale=0.5, quality=15),
    Copy("fruit", "downloads/fruit with alpha.png", scale=0.5, mode="RGBA"),
    Copy("fruit", "downloads/fruit.jpg", scale=0.7, quality=20),
    Copy("fruit", "old/fruit, warmer.jpg", crop=0.01, warmth=1.1),
    Copy("fruit", "old/fruit, enlarged.jpeg", scale=1.3, quality=60),
    Copy("fruit", "downloads/fruit, mirrored.jpg", scale=0.8, turn=MIRRORED),
    Copy("flowers", "old/backup/flowers.JPG"),
    Copy("flowers", "downloads/flowers.bmp", scale=0.4),
    Copy("flowers", "downloads/flowers.jpg", crop=0.02, warmth=1.1, quality=60),
    Copy("flowers", "downloads/flowers, grey.gif", scale=0.4, mode="L"),
    Copy("flowers", "downloads/flowers, mirrored detail.png", scale=0.6, crop=0.3, turn=MIRRORED),
)
PLAIN = {  # evenly grey, without anything for a perceptual hash to use
    "phone/IMG_2240.jpg": ((1200, 900), 118),
    "downloads/blank.png": ((640, 480), 128),
    "old/empty page.jpg": ((600, 800), 240),
}
NO_PICTURES = {
    "readme.txt": b"Pictures to try the duplicate finder on. This file is not one of them.\n",
    "phone/VID_2241.mp4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
    "downloads/notes.jpg": b"Buy milk. Sort the pictures. This is text, whatever its name.\n",
    "downloads/unfinished.jpg": b"",
}


def changed(photo: Image.Image, copy: Copy) -> Image.Image:
    x, y = photo.width * copy.crop / 2, photo.height * copy.crop / 2
    box = (x, y, photo.width - x, photo.height - y)
    size = (round((box[2] - x) * copy.scale), round((box[3] - y) * copy.scale))
    image = ImageEnhance.Brightness(photo.resize(size, box=box)).enhance(copy.light)
    image = image if copy.turn is None else image.transpose(copy.turn)
    image = ImageOps.expand(image, round(copy.frame * max(size)), "white")
    warm = (copy.warmth, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1 / copy.warmth, 0)  # more red, less blue
    return image.convert("RGB", warm).convert(copy.mode)


def encoded(image: Image.Image, suffix: str, quality: int = 88, turned: int = 1) -> bytes:
    tags, file = Image.Exif(), BytesIO()
    if turned != 1:  # a viewer turns the pixels back as the tag says
        turns = {3: UPSIDE_DOWN, 6: ON_ITS_SIDE}
        image = image.transpose(turns[turned])
        tags[ExifTags.Base.Orientation] = turned
    kind = Image.registered_extensions()[suffix.lower()]
    image.save(file, kind, quality=quality, exif=tags.tobytes() if tags else b"")
    return file.getvalue()


def collection() -> Iterator[tuple[str, bytes]]:
    """Every file of the collection: its path in the folder, and its content."""
    for name, scene in SCENES.items():
        canvas = Canvas(*scene.size, scene.seed)
        scene.draw(canvas)
        photo = canvas.photo()
        for copy in (Copy(name, scene.path), *(copy for copy in COPIES if copy.scene == name)):
            suffix = copy.suffix or Path(copy.path).suffix
            yield copy.path, encoded(changed(photo, copy), suffix, copy.quality, copy.turned)
        if name == "woods":  # a download that broke off half-way
            yield "downloads/interrupted.jpg", encoded(photo, ".jpg")[:60_000]
    for path, (size, level) in PLAIN.items():
        yield path, encoded(Image.new("L", size, level), Path(path).suffix)
    yield from NO_PICTURES.items()


def save(folder: Path) -> int:
    count = 0
    for name, content in collection():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # it may now be a link to another picture
        path.write_bytes(content)
        count += 1
    return count


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Draw a folder of pictures to try the duplicate finder on.",
        epilog="example: python examples/draw_pictures.py my-pictures",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a new or an empty folder")
    parser.add_argument(
        "--force",
        action="store_true",
        help="use a folder that is not empty: overwrite the files drawn there "
        "before (all that have their names), leave all others alone",
    )
    options = parser.parse_args()
    folder: Path = options.folder
    try:
        if folder.exists() and any(folder.iterdir()) and not options.force:
            parser.error(f"{folder} is not empty: name another folder, or add --force")
        print(f"Drew {save(folder)} files in {folder}")
    except OSError as problem:
        parser.error(f"cannot draw into {folder}: {problem}")


if __name__ == "__main__":
    main()
