"""How many altered copies, and how many other photographs, are within each distance of one."""

from __future__ import annotations

import argparse
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

import lookalike

from .measure import Report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .measure import Row

ALGORITHMS = ("ahash", "phash", "phash_simple", "dhash", "dhash_vertical", "whash", "colorhash")
DISTANCES = (0, 1, 2, 4, 5, 6, 8, 10, 12)
LARGEST_SIDE = 1000


def copies(image: Image.Image) -> Iterator[Image.Image]:
    """Half size, recompressed, lighter, darker, more contrast, cropped twice, black and white."""
    width, height = image.size
    file = BytesIO()
    image.save(file, "JPEG", quality=25)
    yield image.resize((width // 2, height // 2), Image.Resampling.BICUBIC)
    yield Image.open(file)
    yield ImageEnhance.Brightness(image).enhance(1.25)
    yield ImageEnhance.Brightness(image).enhance(0.75)
    yield ImageEnhance.Contrast(image).enhance(1.3)
    yield image.crop((width // 50, height // 50, width - width // 50, height - height // 50))
    yield image.crop((0, 0, width - width // 25, height))
    yield image.convert("L")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="example: python -m benchmarks.distances my-photos"
    )
    parser.add_argument("photos", type=Path, help="a folder of photographs, all unlike each other")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args()
    pictures: list[lookalike.ImageSource] = []
    for path in lookalike.hash_images(options.photos).paths:
        # Turned upright first, because some copies lose the tag that says how.
        image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
        image.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
        pictures += [image, *copies(image)]
    hashes = lookalike.hash_images(pictures, algorithms=ALGORITHMS).hashes
    report = Report(__doc__)
    each = 1 + len(list(copies(Image.new("RGB", (50, 50)))))
    for name, column in hashes.items():
        data = column.data.reshape(-1, each, column.data.shape[1])
        originals = data[:, :1]
        true = np.bitwise_count(data[:, 1:] ^ originals).sum(axis=2).ravel()
        matrix = np.bitwise_count(originals ^ originals[:, 0]).sum(axis=2)
        false = matrix[np.triu_indices(len(matrix), 1)]
        for distance in DISTANCES:
            recall = 100.0 * float((true <= distance).mean())
            pairs = int((false <= distance).sum())
            row: Row = {"algorithm": name, "distance": distance, "recall %": recall}
            report.add("within the distance", {**row, "false pairs": pairs, "of": len(false)})
    report.notes = ["Recall: of the copies. False pairs: of different photographs."]
    report.print(options.json)


if __name__ == "__main__":
    main()
