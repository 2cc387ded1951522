"""The 27 edits: what people and programs do to a picture that is still the same picture.

Every edited picture is saved once more as JPEG of quality 90. Random choices depend on the seed,
the edit and the name of the picture alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import TypeAlias
from zlib import crc32

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageEnhance, ImageFilter, ImageOps
from PIL.Image import Resampling, Transform, Transpose

from .captions import meme, screenshot, text_line

Edit: TypeAlias = Callable[[Image.Image, Generator, Sequence[Image.Image]], Image.Image]
"""Takes an upright RGB picture, random numbers, and three other photographs for a collage."""

QUALITY = 90
THUMBNAIL = 64
SEPIA = (0.393, 0.769, 0.189, 0, 0.349, 0.686, 0.168, 0, 0.272, 0.534, 0.131, 0)
OTHERS = 3
"""How many other photographs a collage shows."""


def edited(
    edit: str, picture: Image.Image, name: str, seed: int = 0, others: Sequence[Image.Image] = ()
) -> bytes:
    """The bytes of an edited picture, as JPEG. `name` is that of the photograph."""
    file = BytesIO()
    random = random_for(edit, name, seed)
    EDITS[edit](picture, random, others).convert("RGB").save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def random_for(edit: str, name: str, seed: int) -> Generator:
    """Random numbers for one edit of one photograph."""
    return np.random.default_rng([seed, crc32(edit.encode()), crc32(name.encode())])


# Of the pixels


def scaled(picture: Image.Image, across: float, down: float) -> Image.Image:
    """Another size, as factors of the width and of the height."""
    size = max(1, round(picture.width * across)), max(1, round(picture.height * down))
    return picture.resize(size, Resampling.LANCZOS)


def thumbnail(picture: Image.Image) -> Image.Image:
    """The longer side becomes 64 pixels."""
    factor = THUMBNAIL / max(picture.size)
    return scaled(picture, factor, factor)


def squeezed(picture: Image.Image) -> Image.Image:
    """The longer side shrinks to three quarters, and the other stays."""
    wide = picture.width >= picture.height
    return scaled(picture, 0.75 if wide else 1, 1 if wide else 0.75)


def recompressed(picture: Image.Image, quality: int) -> Image.Image:
    """Saved as JPEG, and opened again."""
    file = BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file)


def filtered(picture: Image.Image, random: Generator) -> Image.Image:
    """A filter of a photo app: saturation, a gamma and ends per channel, an S-curve, a vignette."""
    pixels = np.asarray(ImageEnhance.Color(picture).enhance(1.5), np.float32) / 255
    for channel in range(3):
        low, high = random.uniform(0, 0.12), random.uniform(0.88, 1)
        bent = pixels[..., channel] ** random.uniform(0.7, 1.4)
        pixels[..., channel] = low + (high - low) * bent
    curved = pixels * pixels * (3 - 2 * pixels)
    down = np.linspace(-1, 1, picture.height, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, picture.width, dtype=np.float32)[None]
    dimmed = curved * (1 - 0.35 * (down**2 + across**2) / 2)[..., None]
    return Image.fromarray((255 * dimmed).clip(0, 255).astype(np.uint8))


# Of the frame


def bordered(picture: Image.Image, random: Generator) -> Image.Image:
    """A border of 5 % of the longer side on all sides, black, white or blue."""
    colour = ("black", "white", "blue")[random.integers(3)]
    return ImageOps.expand(picture, round(0.05 * max(picture.size)), colour)


def cropped(picture: Image.Image, share: float, random: Generator) -> Image.Image:
    """A share of the width and of the height goes, at a random place."""
    width, height = (max(1, round(side * (1 - share))) for side in picture.size)
    left = int(random.integers(picture.width - width + 1))
    top = int(random.integers(picture.height - height + 1))
    return picture.crop((left, top, left + width, top + height))


def rotated(picture: Image.Image, degrees: float, random: Generator) -> Image.Image:
    """Rotated either way in a frame of the same size, with black corners."""
    return picture.rotate(degrees * (-1) ** int(random.integers(2)), Resampling.BICUBIC)


def collage(picture: Image.Image, random: Generator, others: Sequence[Image.Image]) -> Image.Image:
    """One of 2 x 2 tiles. The others show other photographs."""
    sheet = Image.new("RGB", picture.size)
    tile = max(1, picture.width // 2), max(1, picture.height // 2)
    shown = [picture.resize(tile, Resampling.LANCZOS)]
    shown += [ImageOps.fit(other, tile, Resampling.LANCZOS) for other in others[:OTHERS]]
    places = random.permutation(4).tolist()
    for place, one in zip(places, shown, strict=False):
        sheet.paste(one, (place % 2 * tile[0], place // 2 * tile[1]))
    return sheet


def seen_askew(picture: Image.Image, random: Generator) -> Image.Image:
    """A perspective: each corner moves inwards by up to 15 % of the sides."""
    width, height = picture.size
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], float)
    inwards = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)])
    moved = corners + inwards * random.uniform(0, 0.15, (4, 2)) * (width, height)
    rows, wanted = [], []
    for (x, y), (u, v) in zip(moved.tolist(), corners.tolist(), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    back = np.linalg.solve(np.array(rows), np.array(wanted)).tolist()
    return picture.transform(picture.size, Transform.PERSPECTIVE, back, Resampling.BICUBIC)


def plain(change: Callable[[Image.Image], Image.Image]) -> Edit:
    """An edit without random choices."""
    return lambda picture, _, __: change(picture)


def chosen(change: Callable[[Image.Image, Generator], Image.Image]) -> Edit:
    """An edit with random choices."""
    return lambda picture, random, _: change(picture, random)


EDITS: dict[str, Edit] = {
    "resize 50 %": plain(lambda picture: scaled(picture, 0.5, 0.5)),
    "thumbnail": plain(thumbnail),
    "JPEG q20": plain(lambda picture: recompressed(picture, 20)),
    "JPEG q5": plain(lambda picture: recompressed(picture, 5)),
    "squeeze": plain(squeezed),
    "brightness": plain(lambda picture: ImageEnhance.Brightness(picture).enhance(1.4)),
    "contrast": plain(lambda picture: ImageEnhance.Contrast(picture).enhance(0.6)),
    "grey": plain(lambda picture: picture.convert("L")),
    "sepia": plain(lambda picture: picture.convert("RGB", SEPIA)),
    "blur": plain(lambda picture: picture.filter(ImageFilter.GaussianBlur(2))),
    "colour filter": chosen(filtered),
    "text overlay": chosen(text_line),
    "border 5 %": chosen(bordered),
    "crop 5 %": chosen(lambda picture, random: cropped(picture, 0.05, random)),
    "crop 12.5 %": chosen(lambda picture, random: cropped(picture, 0.125, random)),
    "crop 30 %": chosen(lambda picture, random: cropped(picture, 0.3, random)),
    "crop 50 %": chosen(lambda picture, random: cropped(picture, 0.5, random)),
    "mirrored crop 30 %": chosen(
        lambda picture, random: ImageOps.mirror(cropped(picture, 0.3, random))
    ),
    "horizontal flip": plain(ImageOps.mirror),
    "vertical flip": plain(ImageOps.flip),
    "90 degrees": plain(lambda picture: picture.transpose(Transpose.ROTATE_90)),
    "rotate 5": chosen(lambda picture, random: rotated(picture, 5, random)),
    "rotate 25": chosen(lambda picture, random: rotated(picture, 25, random)),
    "meme bars": chosen(meme),
    "screenshot": chosen(screenshot),
    "collage": collage,
    "perspective": chosen(seen_askew),
}
