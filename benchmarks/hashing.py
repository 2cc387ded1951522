"""How long hashing pictures takes, from path to hash, compared with ImageHash."""

from __future__ import annotations

import shutil
from functools import partial
from importlib import import_module
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

import lookalike

from .measure import Report, arguments, peak_memory, peer, time_in_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from .measure import Row, Timing

NAMES = {"phash": "phash", "dhash": "dhash", "ahash": "average_hash", "whash": "whash"}
"""ImageHash's name for each algorithm."""
ROUGHNESS = 0.78
"""How fast detail fades as it becomes finer. With this value JPEGs are about as large as real
photographs: about 5 MB for 12 megapixels and 100 kB for 500 x 375.
"""
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
WORKERS = (1, 2)
WEB_FILES = 48
LARGE_LINKS = 40


# Pictures


def clouds(width: int, height: int, random: np.random.Generator) -> NDArray[np.float32]:
    """Noise at every scale."""
    noise = random.standard_normal((height, width), np.float32)
    if min(width, height) < 4:
        return noise
    coarse = Image.fromarray(clouds(-(-width // 2), -(-height // 2), random))
    weight = np.float32(ROUGHNESS ** np.log2(min(width, height)))
    noise *= weight
    noise += np.asarray(coarse.resize((width, height), Image.Resampling.BILINEAR))
    return noise


def photograph(width: int, height: int) -> Image.Image:
    """A picture with as much detail as a photograph, always the same one."""
    random = np.random.default_rng(0)
    light = clouds(width, height, random)
    light = 128 + 55 * (light - light.mean()) / light.std()
    pixels = np.empty((height, width, 3), np.uint8)
    for channel in range(3):
        tint = Image.fromarray(clouds(-(-width // 8), -(-height // 8), random))
        spread = np.asarray(tint.resize((width, height), Image.Resampling.BILINEAR))
        pixels[..., channel] = np.clip(light + 15 * spread, 0, 255)
    return Image.fromarray(pixels)


def draw(folder: Path) -> dict[str, list[Path]]:
    """The pictures to hash, drawn into a folder, each under its title."""
    large, web = photograph(4000, 3000), photograph(500, 375)
    pictures = {}
    for name, image in {"large.jpeg": large, "web.jpeg": web, "web.png": web}.items():
        path = folder / name
        image.save(path, quality=95)
        size = f"{image.width}x{image.height}, {path.stat().st_size // 1000:,} kB"
        pictures[f"{path.suffix[1:].upper()} {size}"] = [path]
    return pictures


def readable(folder: Path) -> list[Path]:
    """The photographs of a folder that can be read."""
    found = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES]
    return [Path(path) for path in lookalike.hash_images(found).paths]


# What is timed


def ours(paths: Sequence[Path], algorithm: str) -> list[str]:
    """One hash per picture, one picture per call."""
    return [str(lookalike.hash_image(path, algorithm=algorithm)) for path in paths]


def ours_at_once(paths: Sequence[Path], workers: int, algorithms: Sequence[str]) -> list[str]:
    """All hashes of all pictures in one call, in the order of the algorithms."""
    table = lookalike.hash_images(paths, algorithms=algorithms, workers=workers)
    return [digits for hashes in table.hashes.values() for digits in hashes.to_hex()]


def theirs(paths: Sequence[Path], *algorithms: str) -> list[str]:
    """The same with ImageHash, which opens the picture for each of its hashes."""
    imagehash = import_module("imagehash")
    hashes = []
    for algorithm in algorithms:
        for path in paths:
            with Image.open(path) as image:
                hashes.append(str(getattr(imagehash, NAMES[algorithm])(image)))
    return hashes


def compare(report: Report, title: str, paths: Sequence[Path], rounds: int, peers: bool) -> None:
    """Time each algorithm, and all of them together."""
    ways: dict[str, dict[str, Callable[[], list[str]]]] = {}
    for algorithm in NAMES:
        ways[algorithm] = {"lookalike": partial(ours, paths, algorithm)}
        if peers:
            ways[algorithm]["ImageHash"] = partial(theirs, paths, algorithm)
    ways["all four"] = {"lookalike": partial(ours_at_once, paths, 1, list(NAMES))}
    if peers:
        ways["all four"]["ImageHash"] = partial(theirs, paths, *NAMES)
    for work, alternatives in ways.items():
        timings = time_in_turn(alternatives, rounds)
        expected = timings["ImageHash" if peers else "lookalike"].result

        def more(_: str, timing: Timing[list[str]], expected: list[str] = expected) -> Row:
            same = sum(a == b for a, b in zip(timing.result, expected, strict=True))
            return {"same hashes": f"{same} of {len(expected)}"}

        report.add_timings(f"{title}: {work}", timings, "ImageHash", more)


def prepare_ours(folder: Path, workers: int) -> Callable[[], object]:
    """What `peak_memory` measures for lookalike."""
    lookalike.hash_images([_tiny_file()], workers=workers)
    return partial(lookalike.hash_images, folder, workers=workers)


def prepare_theirs(folder: Path) -> Callable[[], object]:
    """What `peak_memory` measures for ImageHash."""
    import_module("imagehash").phash(Image.open(BytesIO(_tiny_file())))
    return partial(theirs, sorted(folder.iterdir()), "phash")


def _tiny_file() -> bytes:
    file = BytesIO()
    photograph(64, 48).save(file, "JPEG")
    return file.getvalue()


def link(paths: Sequence[Path], count: int, folder: Path) -> Path:
    """A folder of this many links to pictures."""
    folder.mkdir()
    for number in range(count):
        path = paths[number % len(paths)]
        try:
            (folder / f"{number:04}{path.suffix}").hardlink_to(path.absolute())
        except OSError:  # it is on another file system
            shutil.copy(path, folder / f"{number:04}{path.suffix}")
    return folder


def main() -> None:
    parser = arguments(__doc__, "benchmarks.hashing --photos my-photos --rounds 3", rounds=5)
    parser.add_argument(
        "--photos",
        type=Path,
        metavar="FOLDER",
        help="hash the photographs of this folder; without it, three pictures are drawn",
    )
    options = parser.parse_args()
    peers = peer("imagehash", "ImageHash") is not None
    report = Report(__doc__, ["ImageHash"] if peers else [])
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if options.photos:
            photos = readable(options.photos)
            if not photos:
                parser.error(f"no photographs in {options.photos}")
            pictures = {f"{len(photos)} photographs": photos}
            many, links = photos, link(photos, len(photos), folder / "links")
        else:
            pictures = draw(folder)
            large, web, _ = pictures.values()
            many, links = web * WEB_FILES, link(large, LARGE_LINKS, folder / "links")
        for title, paths in pictures.items():
            compare(report, title, paths, options.rounds, peers)
        ways = {
            f"lookalike, {workers}": partial(ours_at_once, many, workers, ["phash"])
            for workers in WORKERS
        }
        timings = time_in_turn(ways, options.rounds)
        report.add_timings(f"phash of {len(many)} files, in threads", timings, "lookalike, 1")
        work = f"phash of {len(list(links.iterdir()))} files"
        for workers in WORKERS:
            peak = peak_memory(prepare_ours, links, workers)
            report.add_memory(work, f"lookalike, {workers}", peak)
        if peers:
            report.add_memory(work, "ImageHash", peak_memory(prepare_theirs, links))
    report.notes.append("One thread, but for names that end in a number of threads.")
    if peers:
        report.notes.append("ImageHash ignores EXIF orientation: turned photographs differ.")
    report.print(options.json)


if __name__ == "__main__":
    main()
