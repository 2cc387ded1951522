"""A scan of very many files: memory per image, throughput, and time until progress is seen.

The files are hard links to a few small JPEGs, in folders of ten thousand. Each count is scanned in
a fresh process. Memory per image is the slope between the counts, up to the moment when the last
file was read. The memory of the result itself comes after that.
"""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from .measure import Report, arguments

FOLDER = 10_000
ORIGINALS = 200


def main() -> None:
    parser = arguments(__doc__, "benchmarks.scale --counts 100000 1000000", rounds=1)
    parser.add_argument("--counts", type=int, nargs="+", default=[100_000, 300_000, 1_000_000])
    parser.add_argument("--side", type=int, default=64, help="of the pictures, in pixels")
    parser.add_argument("--folder", help="where to make the files; a temporary folder otherwise")
    parser.add_argument("--scan", help="scan this folder, and print what it took (used inside)")
    options = parser.parse_args()
    if options.scan:
        print(json.dumps(scan(options.scan)))
        return
    report = Report(__doc__)
    before: tuple[int, float] | None = None
    for count in sorted(options.counts):
        with links(count, options.side, options.folder) as folder:
            took = measured(folder)
        slope = None
        if before is not None:
            slope = (took["peak_while_reading"] - before[1]) / (count - before[0])
        before = count, took["peak_while_reading"]
        report.add(
            "a scan",
            {
                "files": count,
                "files/s": count / took["seconds"],
                "first progress, ms": took["first_progress"] * 1000,
                "peak while reading, MB": took["peak_while_reading"] / 1e6,
                "peak with result, MB": took["peak"] / 1e6,
                "bytes more for an image": slope,
            },
        )
    report.print(options.json)


def measured(folder: str) -> dict[str, float]:
    """`scan` in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.scale", "--scan", folder]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, float] = json.loads(printed)
    return found


def scan(folder: str) -> dict[str, float]:
    """Hash a folder, and report its time and memory."""
    import lookalike

    begin = time.perf_counter()
    seen = {"first": 0.0, "peak": 0.0}

    def progress(_: str, done: int, total: int | None) -> None:
        if done == 1:
            seen["first"] = time.perf_counter() - begin
        if done == total:
            seen["peak"] = peak_bytes()

    table = lookalike.hash_images(folder, progress=progress)
    hashed = len(table.images), len(table.hashes["phash"])
    assert hashed[0] == hashed[1] > 0, hashed
    return {
        "seconds": time.perf_counter() - begin,
        "first_progress": seen["first"],
        "peak_while_reading": seen["peak"],
        "peak": peak_bytes(),
    }


def peak_bytes() -> float:
    """The peak memory of this process."""
    unit = 1 if sys.platform == "darwin" else 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)


@contextmanager
def links(count: int, side: int, parent: str | None) -> Iterator[str]:
    """A folder of this many links to a few pictures."""
    with tempfile.TemporaryDirectory(dir=parent) as name:
        root = Path(name)
        (root / "originals").mkdir()
        originals = [root / "originals" / f"{k}.jpg" for k in range(ORIGINALS)]
        random = np.random.default_rng(1)
        for one in originals:
            one.write_bytes(picture(random, side))
        tree = root / "tree"
        for at in range(count):
            if at % FOLDER == 0:
                here = tree / f"{at // FOLDER:04}"
                here.mkdir(parents=True)
            os.link(originals[at % ORIGINALS], here / f"holiday-picture-{at:08}.jpg")
        yield str(tree)


def picture(random: np.random.Generator, side: int) -> bytes:
    """A small JPEG with detail."""
    coarse = random.integers(0, 256, (8, 8, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(coarse).resize((side, side)).save(file, "JPEG", quality=85)
    return file.getvalue()


if __name__ == "__main__":
    main()
