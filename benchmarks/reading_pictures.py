"""The pictures for timing the reading, and decoders that do nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import simplejpeg
from PIL import Image

from .hashing import photograph

if TYPE_CHECKING:
    from pathlib import Path

SIZES = {"small": (500, 375, 95), "web": (1400, 1050, 90), "large": (4000, 3000, 95)}
"""Width, height and quality: about 110 kB, 450 kB and 5 MB."""
DETAIL_QUALITY = 98
"""A detail of the large picture contains less than a whole picture, so it also takes about 110
kB.
"""
SAMPLINGS = {"4:2:0": 2, "4:4:4": 0}
SCALES = {"small": 2, "web": 8, "large": 8}
"""How far the luma is reduced by the decoder that fast reading is compared with."""


@dataclass(frozen=True)
class Jpeg:
    """A picture as a JPEG of one kind."""

    path: Path
    size: str
    progressive: bool
    sampling: str

    @property
    def title(self) -> str:
        """The title in the tables."""
        width, height, _ = SIZES[self.size]
        coding = "progressive" if self.progressive else "baseline"
        size = f"{self.path.stat().st_size // 1000:,} kB"
        return f"{coding} {self.sampling}, {width}x{height}, {size}"


class Pictures:
    """One picture in several sizes and codings, drawn or made from a photograph."""

    def __init__(self, folder: Path, photo: Path | None) -> None:
        """`folder` is where they are written. Without a `photo`, a picture is drawn."""
        self._folder = folder
        self._photo = photo
        self._images: dict[str, Image.Image] = {}

    def image(self, size: str) -> Image.Image:
        """The picture in one size."""
        if size not in self._images:
            width, height, _ = SIZES[size]
            if self._photo is None:
                self._images[size] = photograph(width, height)
            else:
                with Image.open(self._photo) as photo:
                    picture = photo.convert("RGB")
                self._images[size] = picture.resize((width, height), Image.Resampling.LANCZOS)
        return self._images[size]

    def jpeg(self, size: str, progressive: bool = False, sampling: str = "4:2:0") -> Jpeg:
        """The picture as a JPEG."""
        name = f"{size}-{progressive:d}-{sampling.replace(':', '')}.jpg"
        path = self._folder / name
        if not path.exists():
            self.image(size).save(
                path,
                quality=SIZES[size][2],
                progressive=progressive,
                subsampling=SAMPLINGS[sampling],
            )
        return Jpeg(path, size, progressive, sampling)

    def other(self, size: str, suffix: str) -> Path:
        """The picture in a format of another suffix."""
        path = self._folder / f"{size}{suffix}"
        if not path.exists():
            self.image(size).save(path)
        return path

    def details(self, count: int, folder: Path) -> Path:
        """A folder of this many small JPEGs, each a different part of the large picture."""
        folder.mkdir()
        width, height, _ = SIZES["small"]
        large = self.image("large")
        random = np.random.default_rng(0)
        for number in range(count):
            left = int(random.integers(large.width - width))
            top = int(random.integers(large.height - height))
            detail = large.crop((left, top, left + width, top + height))
            detail.save(folder / f"{number:05}.jpg", quality=DETAIL_QUALITY)
        return folder


def largest_photo(folder: Path) -> Path:
    """The JPEG with the most bytes in a folder. One with many pixels may have little in it."""
    return max(jpegs_in(folder), key=lambda path: path.stat().st_size)


def jpegs_in(folder: Path) -> list[Path]:
    """The JPEGs of a folder, by name."""
    found = (path for path in folder.iterdir() if path.suffix.lower() in {".jpg", ".jpeg"})
    return sorted(found)


# Bare decoders of the bytes of a file


def bare_grey(path: Path, scale: int = 1) -> int:
    """libjpeg-turbo's luma, reduced."""
    with path.open("rb") as file:
        data = file.read()
    height, width, _, _ = simplejpeg.decode_jpeg_header(data)
    decoded = simplejpeg.decode_jpeg(
        data, "GRAY", min_height=-(-height // scale), min_width=-(-width // scale)
    )
    return int(decoded.size)


def bare_rgb(path: Path) -> int:
    """libjpeg-turbo's colours."""
    with path.open("rb") as file:
        data = file.read()
    return int(simplejpeg.decode_jpeg(data, "RGB").size)


def bare_pillow(path: Path) -> int:
    """Pillow's decoder for any format."""
    with Image.open(path) as image:
        image.load()
        return image.width * image.height
