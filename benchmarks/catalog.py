"""What a catalogue costs at the first scan, and what it saves at the next ones.

Second scans are compared with listing the same tree by `os.scandir` and `os.stat`. All times are
processor time. The tree is drawn once, and kept for later runs if `--folder` names a place.
"""

from __future__ import annotations

import os
import sys
import tempfile
from functools import partial
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from lookalike import Catalog
from lookalike.hashing.hashing import hash_inputs
from lookalike.hashing.request import request_for
from lookalike.work.progress import silent

from .measure import Report, arguments, positive, time_in_turn

if TYPE_CHECKING:
    from collections.abc import Callable

IN_A_FOLDER = 1000
PHOTOS, SIZE = 200, (1600, 1200)
"""How many photographs the first scan is measured with, and how large they are."""
MOVED = " moved"


def draw_tree(folder: Path, count: int) -> Path:
    """Tiny pictures, all different, a thousand in a folder."""
    tree = folder / f"tree {count}"
    random = np.random.default_rng(count)
    for number in range(count):
        place = tree / f"{number // IN_A_FOLDER:05}"
        path = place / f"IMG_{number:08}.png"
        if number % IN_A_FOLDER == 0:
            if place.exists():  # from an earlier run
                return tree
            place.mkdir(parents=True)
        pixels = random.integers(0, 256, (6, 6, 3), np.uint8)
        Image.fromarray(pixels).resize((16, 16)).save(path, compress_level=1)
    return tree


def draw_photos(folder: Path, count: int) -> Path:
    """Pictures with as much detail as photographs."""
    place = folder / "photos"
    place.mkdir()
    random = np.random.default_rng(1)
    for number in range(count):
        coarse = random.integers(0, 256, (60, 80, 3), np.uint8)
        picture = Image.fromarray(coarse).resize(SIZE, Image.Resampling.BICUBIC)
        noise = random.integers(0, 12, (SIZE[1], SIZE[0], 3), np.uint8)
        Image.fromarray(np.asarray(picture) // 2 + noise).save(place / f"{number}.jpg", quality=90)
    return place


def listed(folder: str) -> int:
    """List a tree and ask for the state of each file. Returns how many there are."""
    count, waiting = 0, [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    os.stat(entry.path)  # noqa: PTH116
                    count += 1
    return count


def second_scans(report: Report, tree: Path, place: Path, rounds: int) -> None:
    """Scan a tree in which nothing changed, compared with listing it."""
    with Catalog.open(place) as catalog:
        catalog.scan(tree)
        work: dict[str, Callable[[], object]] = {
            "os.scandir + os.stat": partial(listed, str(tree)),
            "scan": catalog.scan,
        }
        timings = time_in_turn(work, rounds, process_time)
        summary = catalog.scan()
        assert summary.opened == summary.changed == 0, summary
    report.add_timings(f"scan {summary.unchanged:,} unchanged files", timings, next(iter(work)))


def moved(report: Report, tree: Path, place: Path, *, folders: bool) -> None:
    """Move all files, with their folders or one by one, and scan."""
    begin = process_time()
    count = listed(str(tree))
    base = process_time() - begin
    for folder in tree.iterdir():
        _move(folder, folder.with_name(f"{folder.name}{MOVED}"), folders=folders)
    with Catalog.open(place) as catalog:
        begin = process_time()
        summary = catalog.scan()
        seconds = process_time() - begin
    assert (summary.moved, summary.opened, summary.gone) == (count, 0, 0), summary
    how = "with their folders" if folders else "one by one"
    report.add(
        "median times",
        {
            "work": f"{summary.moved:,} moved {how}",
            "by": "scan",
            "ms": seconds * 1000,
            "ratio": seconds / base,
            "to": "os.scandir + os.stat",
        },
    )


def _move(old: Path, new: Path, *, folders: bool) -> None:
    if folders:
        old.rename(new)
        return
    new.mkdir()
    for path in old.iterdir():
        path.rename(new / path.name)
    old.rmdir()


def put_back(tree: Path) -> None:
    """Give the folders their first names."""
    for folder in tree.iterdir():
        folder.rename(folder.with_name(folder.name.replace(MOVED, "")))


def first_scan(report: Report, folder: Path, rounds: int) -> None:
    """Scan photographs for the first time, compared with hashing them without a catalogue."""
    photos = draw_photos(folder, PHOTOS)

    def without() -> int:
        asked = request_for(photos, "phash", repeats=False, only_first=False, with_thumbs=True)
        return len(hash_inputs(asked, silent))

    def scanned() -> int:
        with tempfile.TemporaryDirectory(dir=folder) as place, Catalog.open(place) as catalog:
            return catalog.scan(photos).new

    work = {"without a catalogue": without, "scan": scanned}
    timings = time_in_turn(work, rounds, process_time)
    report.add_timings(f"read {PHOTOS} photographs for the first time", timings, next(iter(work)))


def main() -> None:
    parser = arguments(__doc__, "benchmarks.catalog --count 1000000", 5)
    parser.add_argument(
        "--count", type=positive, default=100_000, metavar="N", help="files in the tree"
    )
    parser.add_argument("--folder", type=Path, metavar="DIR", help="keeps the tree for later runs")
    options = parser.parse_args()
    report = Report(__doc__)
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        place = folder / "catalog"
        tree = draw_tree(options.folder or folder, options.count)
        print("drawn", file=sys.stderr)
        second_scans(report, tree, place, options.rounds)
        size = (place / "catalog.db").stat().st_size
        report.add("size", {"files": options.count, "bytes per file": size / options.count})
        moved(report, tree, place, folders=True)
        moved(report, tree, place, folders=False)
        put_back(tree)
        first_scan(report, folder, options.rounds)
    report.print(options.json)


if __name__ == "__main__":
    main()
