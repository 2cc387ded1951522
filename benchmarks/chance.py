"""How close the hashes of different pictures are, compared with hashes of random bits."""

from __future__ import annotations

import argparse
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image, ImageOps

import lookalike
from lookalike.matching.chance import expected_chance_matches

from .distances import LARGEST_SIDE, copies
from .measure import Report, positive

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from .measure import Row

ALGORITHMS = ("phash", "dhash", "ahash", "whash", "phash:12", "phash:16", "dhash:12", "dhash:16")
LONGER = ("phash", "phash:12", "phash:16", "dhash", "dhash:12", "dhash:16")
DISTANCES = range(21)
"""Of 64 bits. For longer hashes the same share is used."""
SHARES = (8, 10, 12, 16)
SEED = 1


class Pairs(NamedTuple):
    """The pairs of hashes of different pictures."""

    bits: int
    hashes: NDArray[np.uint8]
    """`(n, bits)`: 0 and 1."""
    distances: NDArray[np.int16]
    """The distances of all pairs of different pictures."""
    origins: NDArray[np.intp]
    """`(2, pairs)`: the two photographs."""

    def within(self, of_64: int) -> float:
        """The share of pairs within this many bits of 64, or the same share of more."""
        return float((self.distances <= of_64 * self.bits // 64).mean())


def pairs_of(hashes: lookalike.HashArray, origin: NDArray[np.intp]) -> Pairs:
    """All pairs whose photographs differ."""
    count = len(hashes)
    matrix = np.zeros((count, count), np.int16)
    for column in hashes.data.T:
        matrix += np.bitwise_count(column[:, None] ^ column)
    i, j = np.nonzero(np.triu(origin[:, None] != origin, 1))
    bits = np.unpackbits(hashes.data, axis=1)[:, -hashes.bits :]
    return Pairs(hashes.bits, bits, matrix[i, j], np.stack([origin[i], origin[j]]))


def random_hashes(count: int, algorithm: str) -> lookalike.HashArray:
    """The same number of hashes of random bits."""
    width = lookalike.get_algorithm(algorithm).width
    data = np.random.default_rng(SEED).integers(0, 256, (count, width), np.uint8)
    return lookalike.HashArray(data, algorithm)


def opened(path: str) -> Image.Image:
    """The picture, upright, of at most 1000 pixels a side."""
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    image.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    return image


def windows(paths: Sequence[str], count: int) -> Iterator[Image.Image]:
    """Rectangles at random places of each picture, with 35 to 70 % of its width and height."""
    random = np.random.default_rng(SEED)
    for image in map(opened, paths):
        for _ in range(count):
            width, height = (int(side * random.uniform(0.35, 0.7)) for side in image.size)
            left = int(random.integers(0, image.width - width + 1))
            top = int(random.integers(0, image.height - height + 1))
            yield image.crop((left, top, left + width, top + height))


def describe(report: Report, name: str, pairs: Pairs) -> None:
    """A line on how a kind of hash differs from random bits."""
    share = float(pairs.distances.mean()) / pairs.bits
    ones = pairs.hashes.mean(axis=0)
    each = pairs.hashes.sum(axis=1)
    row: Row = {
        "algorithm": name,
        "bits": pairs.bits,
        "mean distance, share": share,
        "effective bits": share * (1 - share) * pairs.bits**2 / float(pairs.distances.var()),
        "ones in a hash": f"{each.min()} to {each.max()}",
        "bias of a bit, mean": float(np.abs(ones - 0.5).mean()),
        "largest": float(np.abs(ones - 0.5).max()),
        "odd distances %": 100.0 * float((pairs.distances % 2).mean()),
    }
    report.add("hashes of different pictures and random bits", row)


def near(report: Report, name: str, pairs: Pairs) -> None:
    """A line on the pairs within the default distance."""
    distance = lookalike.get_algorithm(name).default_max_distance
    close = pairs.distances <= distance
    photographs = len({(int(i), int(j)) for i, j in pairs.origins[:, close].T})
    row: Row = {
        "algorithm": name,
        "distance": distance,
        "pairs": int(close.sum()),
        "of": len(close),
        "from pairs of photographs": photographs,
        "by random bits": short(len(close) * chance(pairs.bits, distance)),
    }
    report.add("pairs within the default distance", row)


def chance(bits: int, distance: int) -> float:
    """The share of pairs of random hashes within a distance."""
    return expected_chance_matches(2, bits, distance)


def short(number: float) -> str:
    """Two significant digits, with an exponent if the number is very small."""
    return f"{number:.2g}"


def nearest(report: Report, name: str, pairs: Pairs, paths: Sequence[str]) -> None:
    """The nearest two, to check that they really are different pictures."""
    at = int(pairs.distances.argmin())
    first, second = (Path(paths[int(photo)]).name for photo in pairs.origins[:, at])
    row: Row = {"algorithm": name, "distance": int(pairs.distances[at])}
    report.add("the nearest pair", {**row, "first": first, "second": second})


def longer(report: Report, paths: Sequence[str], found: dict[str, Pairs]) -> None:
    """How many altered copies a longer hash finds within the same share of its bits."""
    pictures: list[lookalike.ImageSource] = []
    for image in map(opened, paths):
        pictures += [image, *copies(image)]
    each = len(pictures) // len(paths)
    for name, column in lookalike.hash_images(pictures, algorithms=LONGER).hashes.items():
        data = column.data.reshape(-1, each, column.data.shape[1])
        true = np.bitwise_count(data[:, 1:] ^ data[:, :1]).sum(axis=2)
        for of_64 in SHARES:
            distance = of_64 * column.bits // 64
            row: Row = {
                "algorithm": name,
                "distance": distance,
                "recall %": 100.0 * float((true <= distance).mean()),
                "different pairs": int((found[name].distances <= distance).sum()),
                "by random bits": short(chance(column.bits, distance)),
            }
            report.add("altered copies within the distance", row)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="example: python -m benchmarks.chance my-photos"
    )
    parser.add_argument("photos", type=Path, help="a folder of photographs, all unlike each other")
    parser.add_argument(
        "--leave-out",
        action="append",
        default=[],
        metavar="PATTERN",
        help="paths such as '*/copies/*', for pictures that are there twice",
    )
    parser.add_argument(
        "--windows",
        type=positive,
        metavar="N",
        help="take N random windows of each picture instead: more pairs, though not independent",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args()
    paths = [
        one.path
        for one in lookalike.hash_images(options.photos).images
        if not one.flat and not any(fnmatch(one.path, pattern) for pattern in options.leave_out)
    ]
    sources = windows(paths, options.windows) if options.windows else paths
    table = lookalike.hash_images(sources, algorithms=ALGORITHMS)
    detailed = np.setdiff1d(np.arange(len(table)), list(table.flat_digests))
    origin = detailed // (options.windows or 1)

    report = Report(__doc__)
    found: dict[str, Pairs] = {}
    for name in ALGORITHMS:
        found[name] = pairs_of(table.hashes[name][detailed], origin)
        describe(report, name, found[name])
        near(report, name, found[name])
        nearest(report, name, found[name], paths)
    for name in ("phash", "phash:16"):
        random = pairs_of(random_hashes(len(detailed), name), origin)
        describe(report, "random bits", random)
    for distance in DISTANCES:
        row: Row = {"of 64 bits": distance, "random": short(chance(64, distance))}
        for name in ALGORITHMS:
            row[name] = short(found[name].within(distance))
        report.add("share of pairs within a distance, or as large a share of a longer hash", row)
    if not options.windows:
        longer(report, paths, found)
    report.notes = [
        f"{len(paths)} photographs, {len(detailed):,} pictures with detail.",
        "Windows of the same photograph are no pair.",
    ]
    report.print(options.json)


if __name__ == "__main__":
    main()
