"""Paper-like pictures: one layout with the same, some other or all other entries, and true copies.

These are for reporting. The pictures by which thresholds were chosen are drawn by other code.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from io import BytesIO
from typing import TYPE_CHECKING, TypeAlias
from zlib import crc32

import numpy as np
from PIL import Image, ImageChops, ImageEnhance
from PIL.Image import Resampling

if TYPE_CHECKING:
    from numpy.random import Generator

LEAST_SIDE = 600
"""Pixels of the longer side at least."""

SHARES = {"all": 1.0, "a quarter": 0.25, "one": 0.0}
"""How many entries differ. At least one does."""


class Entries:
    """Where the drawing of a layout gets its random numbers.

    `layout` is for what all pictures of a layout share. `next()` is for one entry. It gives other
    numbers where the entry is changed.
    """

    def __init__(self, seed: int, changed: Collection[int] = (), version: int = 0) -> None:
        """`changed`: the numbers of the entries that are those of `version`, not of version 0."""
        self.layout = np.random.default_rng([seed, 0])
        self.count = 0
        self._seed, self._changed, self._version = seed, frozenset(changed), version

    def next(self) -> Generator:
        """Random numbers for the next entry."""
        version = self._version if self.count in self._changed else 0
        self.count += 1
        return np.random.default_rng([self._seed, self.count, version])


Kind: TypeAlias = Callable[[Entries], Image.Image]
"""Draws a picture. The number of entries must depend on the layout alone."""


class Layout:
    """One layout of a kind: a base, and pictures that differ from it in some entries."""

    def __init__(self, kind: str, draw: Kind, number: int, seed: int = 0) -> None:
        """`number` distinguishes the layouts of one kind."""
        self.kind = kind
        self.name = f"{kind} {number}"
        self._draw = draw
        self._seed = crc32(f"{self.name} {seed}".encode())
        entries = Entries(self._seed)
        self.base = draw(entries)
        self.entry_count = entries.count

    def variant(self, share: float, version: int) -> Image.Image:
        """A share of the entries, at least one, differ from the base. Versions start at 1."""
        count = max(1, round(share * self.entry_count))
        random = np.random.default_rng([self._seed, version, count])
        changed = random.choice(self.entry_count, count, replace=False)
        return self._draw(Entries(self._seed, changed.tolist(), version))

    def without_one(self, version: int) -> Image.Image:
        """The base without an entry: less what is lighter in the variant with another one."""
        other = self.variant(0, version).convert("RGB")
        return ImageChops.lighter(self.base.convert("RGB"), other)


def as_png(picture: Image.Image) -> bytes:
    """A drawn picture as it is stored."""
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def as_jpeg(picture: Image.Image, quality: int) -> bytes:
    """A copy as it is stored."""
    file = BytesIO()
    picture.convert("RGB").save(file, "JPEG", quality=quality)
    return file.getvalue()


def half(picture: Image.Image) -> Image.Image:
    """Half the width and half the height."""
    return picture.resize((picture.width // 2, picture.height // 2), Resampling.LANCZOS)


COPIES: dict[str, Callable[[Image.Image], bytes]] = {
    "half size": lambda picture: as_png(half(picture)),
    "JPEG q20": lambda picture: as_jpeg(picture, 20),
    "PNG to JPEG": lambda picture: as_jpeg(picture, 90),
    "grey": lambda picture: as_png(picture.convert("L")),
    "brighter": lambda picture: as_png(ImageEnhance.Brightness(picture).enhance(1.25)),
}
"""True copies of a drawn picture."""
