"""Draw the small golden pictures and write down their ImageHash hashes.

    pip install 'Pillow<13' ImageHash==4.3.2
    python tests/golden/make.py

The pictures are drawn, so they belong to this project. Run it only to add pictures: existing files
must never change.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagehash
from PIL import Image
from PIL import __version__ as pillow_version

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from pictures import blobs, photo  # noqa: E402

PICTURES: dict[str, tuple[Any, dict[str, Any]]] = {
    "landscape.jpg": (photo(240, 160, 21), {"quality": 85}),
    "portrait.png": (photo(90, 130, 22), {}),
    "grey.png": (blobs(120, 80, 23), {}),
    "grey.jpg": (blobs(200, 150, 24), {"quality": 70}),
    "progressive.jpg": (photo(320, 200, 25), {"quality": 75, "progressive": True}),
    "subsampled.jpg": (photo(161, 119, 26), {"quality": 60, "subsampling": 2}),
    "tall.png": (photo(20, 150, 27), {}),
    "tiny.png": (photo(7, 5, 28), {}),
}
HASHES: dict[str, Callable[[Image.Image], object]] = {
    "average_hash": imagehash.average_hash,
    "average_hash_16": lambda image: imagehash.average_hash(image, 16),
    "phash": imagehash.phash,
    "phash_16": lambda image: imagehash.phash(image, 16),
    "phash_simple": imagehash.phash_simple,
    "dhash": imagehash.dhash,
    "dhash_16": lambda image: imagehash.dhash(image, 16),
    "dhash_vertical": imagehash.dhash_vertical,
    "whash": imagehash.whash,
    "colorhash": imagehash.colorhash,
}


def main() -> None:
    """Write the missing pictures, and the hashes of all."""
    if int(pillow_version.partition(".")[0]) >= 13:
        sys.exit("Pillow 13 resizes tall pictures in another order; this needs Pillow 12")
    for name, (pixels, options) in PICTURES.items():
        if not (HERE / name).exists():
            Image.fromarray(pixels).save(HERE / name, **options)
    found = {}
    for name in PICTURES:
        with Image.open(HERE / name) as image:
            found[name] = {kind: str(make(image)) for kind, make in HASHES.items()}
    document = {"ImageHash": imagehash.__version__, "Pillow": pillow_version, "hashes": found}
    (HERE / "imagehash.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
