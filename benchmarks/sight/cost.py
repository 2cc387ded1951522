"""What the second look costs: times of searches with and without it, and of local features."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any

import numpy as np
from benchmarks.measure import Report, peer, time_in_turn
from PIL import Image

import lookalike

from .edits import cropped, scaled
from .peers import SIDE, upright
from .systems import has_option, new_index

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from .photos import Photos

WEB = 1000
"""How many web-size photographs are searched."""
WEB_SIDE = 500
FOLDER = 10_000
COPIES = 0.3
"""The share of the generated pictures that are copies of others."""
POINTS = 100
"""Keypoints per picture, as many as are stored."""
QUERIES = 50
STRANGE = 0.2
"""The share of bits in which a stranger's descriptor differs from the real one it is made from."""


def cost(report: Report, photos: Photos, scratch: Path, rounds: int, count: int) -> None:
    """Measure all of it. What this version lacks is named in the notes."""
    paths = [*photos.reporting, *photos.choosing]
    web = web_photographs(paths, scratch / "web")
    compare(report, f"{len(web):,} web-size photographs", web, rounds, "thorough")
    compare(report, f"{len(paths):,} photographs", paths, rounds, "thorough")
    copied = with_copies(web, scratch / "copies")
    compare(report, f"{len(copied):,} web-size photographs, 30 % copies", copied, rounds)
    extraction(report, paths[:QUERIES], rounds)
    query(report, web, 1000)
    query(report, web, count)
    generated = scratch / "generated"
    draw_pictures(generated, count)
    compare(report, f"{count:,} generated pictures, 30 % copies", [generated], 1)


# Searches


def compare(report: Report, work: str, paths: Sequence[Path], rounds: int, *more: str) -> None:
    """A search with bits alone, verified, and with `more` options that this version has."""
    search = partial(lookalike.find_duplicates, [str(path) for path in paths])
    ways: dict[str, Callable[[], object]] = {"bits": search}
    if has_option("verify"):
        ways = {"bits": partial(search, verify=False), "verified": partial(search, verify=True)}
    for option in filter(has_option, more):
        ways[option] = partial(search, **{option: True})
    report.add_timings(f"{work}, CPU", time_in_turn(ways, rounds, process_time), "bits")


def web_photographs(paths: Sequence[Path], folder: Path) -> list[Path]:
    """Photographs of 500 pixels, each a part of one of the given ones."""
    folder.mkdir(parents=True, exist_ok=True)
    made = [folder / f"{at:04}.jpg" for at in range(WEB)]
    for at, path in enumerate(made):
        if not path.exists():
            random = np.random.default_rng([1, at])
            part = cropped(upright(paths[at % len(paths)], 2 * WEB_SIDE), 0.2, random)
            factor = WEB_SIDE / max(part.size)
            scaled(part, factor, factor).save(path, quality=90)
    return made


def with_copies(paths: Sequence[Path], folder: Path) -> list[Path]:
    """The photographs and copies of some, compressed again, and every other one made smaller.

    The share of copies among all is `COPIES`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(3)
    made = [folder / f"{at:04}.jpg" for at in range(round(len(paths) * COPIES / (1 - COPIES)))]
    for at, path in enumerate(made):
        picture = Image.open(paths[int(random.integers(len(paths)))])
        factor = 0.75 if at % 2 else 1.0
        scaled(picture, factor, factor).save(path, quality=int(random.integers(40, 85)))
    return [*paths, *made]


def draw_pictures(folder: Path, count: int) -> None:
    """JPEGs of 64 x 64 pixels. Three in ten are a recompressed copy of one before."""
    random = np.random.default_rng(1)
    recent: list[Image.Image] = []
    for at in range(count):
        here = folder / f"{at // FOLDER:04}"
        if at % FOLDER == 0:
            here.mkdir(parents=True, exist_ok=True)
        copy = bool(recent) and random.random() < COPIES
        picture = recent[random.integers(len(recent))] if copy else small_picture(random)
        recent = [*recent[-99:], picture]
        picture.save(here / f"{at:08}.jpg", quality=int(random.integers(40, 70)) if copy else 85)


def small_picture(random: Generator) -> Image.Image:
    """A picture with detail."""
    coarse = random.integers(0, 256, (8, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((64, 64))


# Local features


def extraction(report: Report, paths: Sequence[Path], rounds: int) -> None:
    """Keypoints and descriptors of grey pictures of 512 pixels, against ORB with as many points."""
    greys = [np.asarray(upright(path, SIDE).convert("L")) for path in paths]
    ways: dict[str, Callable[[], object]] = {}
    if extract := features_of():
        ways["lookalike"] = lambda: [extract(grey, POINTS) for grey in greys]
    else:
        report.notes.append("Features are left out: this version does not have them.")
    if cv2 := peer("cv2", "opencv-python-headless"):
        cv2.setNumThreads(1)
        orb = cv2.ORB_create(POINTS)
        ways["ORB"] = lambda: [orb.detectAndCompute(grey, None) for grey in greys]
    if ways:
        work = f"{POINTS} points of {len(greys)} greys of {SIDE} pixels, CPU"
        report.add_timings(work, time_in_turn(ways, rounds, process_time), "ORB")


def features_of() -> Callable[[NDArray[np.uint8], int], Any] | None:
    """The function that extracts features, if this version has it."""
    if find_spec("lookalike.sight") is None or find_spec("lookalike.sight.points.features") is None:
        return None
    found: Callable[[NDArray[np.uint8], int], Any] | None
    found = getattr(import_module("lookalike.sight.points.features"), "features_of", None)
    return found


def query(report: Report, paths: Sequence[Path], count: int) -> None:
    """The median time of a query among so many pictures, most of them strangers."""
    if "SightIndex" not in lookalike.__all__:
        report.notes.append(f"A query of {count:,} is left out: there is no SightIndex.")
        return
    index = new_index()
    own = [str(path) for path in paths[:1000]]
    index.add(own, own)
    if count > len(own):
        add_strangers(index, paths[:100], count - len(own))
    times = []
    for path in own[: 2 * QUERIES]:
        picture = half_size(path)
        begin = process_time()
        index.query(picture)
        times.append(process_time() - begin)
    report.add(
        "a query of SightIndex, CPU", {"pictures": count, "ms": 1000 * median(times[QUERIES:])}
    )


def half_size(path: str) -> bytes:
    """A copy to be found, as a JPEG."""
    file = BytesIO()
    scaled(upright(Path(path)), 0.5, 0.5).save(file, "JPEG", quality=90)
    return file.getvalue()


def add_strangers(index: Any, paths: Sequence[Path], count: int) -> None:
    """Add generated features: real ones with a fifth of the bits of each descriptor flipped."""
    extract = features_of()
    if extract is None:
        raise RuntimeError("no features: strangers cannot be generated")
    real = [extract(np.asarray(upright(path, SIDE).convert("L")), POINTS) for path in paths]
    random = np.random.default_rng(2)
    for at in range(count):
        one = real[at % len(real)]
        flipped = np.packbits(random.random((len(one.descriptors), 256)) < STRANGE, axis=1)
        index.add([f"stranger {at}"], [one._replace(descriptors=one.descriptors ^ flipped)])
