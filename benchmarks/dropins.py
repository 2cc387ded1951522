"""How long the steps of scripts for imagededup and ImageHash take, with those and the drop-ins."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

import lookalike.imagehash
from lookalike.evaluation import evaluate
from lookalike.frames import find_similar_images
from lookalike.methods import PHash

from .hashing import photograph
from .measure import Report, arguments, peer, positive, time_in_turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import Image

FUNCTIONS = (
    "average_hash",
    "phash",
    "phash_simple",
    "dhash",
    "dhash_vertical",
    "whash",
    "colorhash",
    "crop_resistant_hash",
)
HASHES = 10_000


def encodings(count: int) -> dict[str, str]:
    """Random hashes of 64 bits. One in a hundred is 5 bits from the one before."""
    random = np.random.default_rng(0)
    numbers = [int.from_bytes(random.bytes(8), "big") for _ in range(count)]
    for at in range(99, count, 100):
        numbers[at] = numbers[at - 1] ^ 0b11111
    return {f"{at:06}.jpg": f"{number:016x}" for at, number in enumerate(numbers)}


def links(folder: Path, count: int) -> Path:
    """A folder of many links to one web-size photograph."""
    folder.mkdir()
    photograph(500, 375).save(folder / "0.jpg", quality=95)
    for at in range(1, count):
        (folder / f"{at}.jpg").hardlink_to(folder / "0.jpg")
    return folder


def compare_methods(report: Report, rounds: int, files: int, scratch: Path) -> None:
    """Encode a folder, and find duplicates among hashes, with either `PHash`."""
    theirs = peer("imagededup", "imagededup")
    hashers: dict[str, Any] = {"lookalike": PHash(verbose=False)}
    if theirs:
        from imagededup.methods import PHash as TheirPHash

        hashers["imagededup"] = TheirPHash(verbose=False)
    folder = links(scratch / "web", files)
    encode = {name: partial(hasher.encode_images, folder) for name, hasher in hashers.items()}
    report.add_timings(
        f"PHash.encode_images, {files:,} files", time_in_turn(encode, rounds), "imagededup"
    )
    search = {
        name: partial(hasher.find_duplicates, encoding_map=encodings(HASHES))
        for name, hasher in hashers.items()
    }
    report.add_timings(
        f"PHash.find_duplicates, {HASHES:,} hashes", time_in_turn(search, rounds), "imagededup"
    )


def compare_functions(report: Report, rounds: int, image: Image.Image) -> None:
    """Each function of ImageHash, on a picture that is already decoded."""
    theirs = peer("imagehash", "ImageHash")
    for name in FUNCTIONS:
        ways: dict[str, Callable[[], object]] = {
            "lookalike": partial(getattr(lookalike.imagehash, name), image)
        }
        if theirs:
            ways["ImageHash"] = partial(getattr(theirs, name), image)
        timings = time_in_turn(ways, rounds)
        if theirs and str(timings["lookalike"].result) != str(timings["ImageHash"].result):
            report.notes.append(f"{name} is not what ImageHash gives on this Pillow.")
        work = f"{name}, {image.width}x{image.height}"
        report.add_timings(work, timings, "ImageHash")


def duplicate_map(files: int, copies: int) -> dict[str, list[str]]:
    """Groups of `copies` + 1 files, each with all others of its group as duplicates."""
    names = [f"{at:06}.jpg" for at in range(files)]
    size = copies + 1
    groups = (names[at // size * size : at // size * size + size] for at in range(files))
    return {
        name: [one for one in group if one != name]
        for name, group in zip(names, groups, strict=True)
    }


def measure_alone(report: Report, rounds: int) -> None:
    """Steps without a peer here: evaluation, and a look-up in a frame of a million rows."""
    truth = duplicate_map(100_000, 10)
    work = {"lookalike": partial(evaluate, truth, truth)}
    report.add_timings("evaluate, 100,000 files x 10", time_in_turn(work, rounds), "lookalike")
    if peer("pandas", "pandas"):
        import pandas as pd

        hexes = list(encodings(1_000_000).values())
        frame = pd.DataFrame({"image": range(len(hexes)), "phash": hexes})
        search = partial(find_similar_images, frame, "phash", hexes[0], max_distance=10)
        report.add_timings(
            "find_similar_images, 1,000,000 rows",
            time_in_turn({"lookalike": search}, rounds),
            "lookalike",
        )


def main() -> None:
    parser = arguments(__doc__, "benchmarks.dropins --files 200", rounds=3)
    parser.add_argument(
        "--files", type=positive, default=1000, metavar="N", help="how many files to encode"
    )
    options = parser.parse_args()
    report = Report(__doc__)
    with TemporaryDirectory() as scratch:
        compare_methods(report, options.rounds, options.files, Path(scratch))
    measure_alone(report, options.rounds)
    for size in ((500, 375), (4000, 3000)):
        compare_functions(report, options.rounds, photograph(*size))
    report.print(options.json)


if __name__ == "__main__":
    main()
