"""How long hashing takes in exact and fast reading, compared with bare decoders and ImageHash."""

from __future__ import annotations

from argparse import ArgumentTypeError
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PIL import Image

import lookalike

from .measure import Report, arguments, peer, time_in_turn
from .reading_decoder import decoders
from .reading_fidelity import fidelity
from .reading_lock import held
from .reading_pictures import (
    SAMPLINGS,
    SCALES,
    SIZES,
    Pictures,
    bare_grey,
    bare_pillow,
    bare_rgb,
    jpegs_in,
    largest_photo,
)
from .reading_scan import scan, throughput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .measure import Timing
    from .reading_pictures import Jpeg

OTHERS = (".png", ".webp")
BRIEF = 40
"""How many times more rounds small pictures get: a time of a millisecond is easily disturbed."""
ROWS = (*SIZES, "others", "threads", "scan", "lock", "decoders", "fidelity")


def target(jpeg: Jpeg, reading: str) -> tuple[str, float] | None:
    """The bare decoder that a reading is compared with, and how many times its time is allowed."""
    if jpeg.size == "web" or (jpeg.size == "small" and jpeg.progressive):
        return None
    reduced = decoder(SCALES[jpeg.size])
    if jpeg.progressive:
        least = 0.35 if jpeg.sampling == "4:2:0" else 0.6
        return (reduced, least) if reading == "fast" else None
    if reading == "fast":
        return reduced, 1.15
    return "RGB decode", 1.2 if jpeg.size == "large" else 1.25


def decoder(scale: int) -> str:
    """The name of a decoder of the luma in the table."""
    return f"grey 1/{scale} decode" if scale > 1 else "grey decode"


def compare(report: Report, size: str, pictures: Pictures, rounds: int, peers: bool) -> None:
    """JPEGs of every kind in one size."""
    if size == "small":
        rounds *= BRIEF
    for progressive in (False, True):
        for sampling in SAMPLINGS:
            jpeg = pictures.jpeg(size, progressive, sampling)
            scales = sorted({SCALES[size], 1, 8}, reverse=True)
            ways: dict[str, Callable[[], object]] = {
                decoder(scale): partial(bare_grey, jpeg.path, scale) for scale in scales
            }
            ways["RGB decode"] = partial(bare_rgb, jpeg.path)
            timings = time_in_turn(ways | hashes(jpeg.path, peers), rounds)
            report.add_timings(f"phash, {jpeg.title}", timings, decoder(SCALES[size]))
            hold_against(report, jpeg, timings)


def compare_others(report: Report, pictures: Pictures, rounds: int, peers: bool) -> None:
    """Formats that Pillow decodes."""
    for suffix in OTHERS:
        path = pictures.other("web", suffix)
        ways: dict[str, Callable[[], object]] = {"Pillow's decode": partial(bare_pillow, path)}
        timings = time_in_turn(ways | hashes(path, peers), rounds)
        title = f"{suffix[1:].upper()}, {path.stat().st_size // 1000:,} kB"
        report.add_timings(f"phash, {title}", timings, "Pillow's decode")


def hashes(path: Path, peers: bool) -> dict[str, Callable[[], object]]:
    """Lookalike's hash and the peer's, from path to hash."""
    ways: dict[str, Callable[[], object]] = {
        "fast": partial(lookalike.hash_image, path),
        "exact": partial(lookalike.hash_image, path, reading="exact"),
    }
    if peers:
        ways["ImageHash"] = partial(by_imagehash, path)
    return ways


def by_imagehash(path: Path) -> str:
    """The same hash by ImageHash."""
    with Image.open(path) as image:
        return str(import_module("imagehash").phash(image))


def hold_against(report: Report, jpeg: Jpeg, timings: Mapping[str, Timing[object]]) -> None:
    """Append the target."""
    for reading in ("fast", "exact"):
        goal = target(jpeg, reading)
        if goal is None:
            continue
        floor, most = goal
        ratio = timings[reading].seconds / timings[floor].seconds
        report.add(
            "targets",
            {
                "work": f"phash, {jpeg.title}",
                "by": reading,
                "ratio": ratio,
                "to": floor,
                "target": most,
                "reached": "yes" if ratio <= most else "no",
            },
        )


def row(name: str) -> str:
    """An argument that names a row."""
    if name not in ROWS:
        raise ArgumentTypeError(f"there is no {name!r}, only {', '.join(ROWS)}")
    return name


def main() -> None:
    parser = arguments(__doc__, "benchmarks.reading small large --photos my-photos", rounds=5)
    parser.add_argument(
        "rows", nargs="*", type=row, metavar="ROW", help=f"of {', '.join(ROWS)}; all if none"
    )
    parser.add_argument(
        "--photos",
        type=Path,
        metavar="FOLDER",
        help="make the pictures of the largest JPEG of this folder instead of drawing them, and "
        "compare the readings (fidelity) on all of its JPEGs",
    )
    options = parser.parse_args()
    if options.photos and not (options.photos.is_dir() and jpegs_in(options.photos)):
        parser.error(f"no JPEGs in {options.photos}")
    rows = options.rows or [name for name in ROWS if name != "fidelity" or options.photos]
    if "fidelity" in rows and not options.photos:
        parser.error("the row fidelity needs --photos")
    peers = peer("imagehash", "ImageHash") is not None
    report = Report(__doc__, ["simplejpeg", *(["ImageHash"] if peers else [])])
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        photo = largest_photo(options.photos) if options.photos else None
        pictures = Pictures(folder, photo)
        for name in rows:
            if name in SIZES:
                compare(report, name, pictures, options.rounds, peers)
            elif name == "others":
                compare_others(report, pictures, options.rounds, peers)
            elif name == "threads":
                throughput(report, pictures, folder, options.rounds)
            elif name == "scan":
                scan(report, pictures, folder, options.rounds)
            elif name == "lock":
                held(report, pictures, folder, options.rounds)
            elif name == "decoders":
                decoders(report, pictures, folder, options.photos, options.rounds)
            else:
                fidelity(report, options.photos)
    report.notes.append("One thread, from path to hash, unless said otherwise.")
    report.print(options.json)


if __name__ == "__main__":
    main()
