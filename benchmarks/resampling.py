"""How long Lanczos downscaling takes, compared with Pillow. Both must give the same pixels."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import PIL
from PIL import Image

from lookalike._native import kernel

from .measure import Report, Row, Timing, arguments, time_in_turn

if TYPE_CHECKING:
    from numpy.typing import NDArray

PICTURES = ((500, 375), (4000, 3000))
GRIDS = ((32, 32), (9, 8), (256, 256))


def ours(pixels: NDArray[np.uint8], grid: tuple[int, int], path: str) -> NDArray[np.uint8]:
    """The kernel, on one of its paths."""
    kernel.force_isa(path)
    return kernel.resample(pixels, *grid)


def pillow(image: Image.Image, grid: tuple[int, int]) -> NDArray[np.uint8]:
    """Pillow. Making an array of its few pixels costs almost nothing."""
    return np.asarray(image.resize(grid, Image.Resampling.LANCZOS))


def comparable(picture: tuple[int, int], grid: tuple[int, int]) -> bool:
    """Whether this Pillow processes rows first, as lookalike does.

    From 13 on it processes columns first if more than twice as many rows as columns are lost.
    """
    columns, rows = (before - after for before, after in zip(picture, grid, strict=True))
    return int(PIL.__version__.split(".")[0]) < 13 or rows <= max(0, 2 * columns)


def compare(report: Report, pixels: NDArray[np.uint8], grid: tuple[int, int], rounds: int) -> None:
    """Time every way to shrink a picture to a grid, and check that all give the same pixels."""
    height, width = pixels.shape[:2]
    work = f"{'RGB' if pixels.ndim == 3 else 'grey'} {width}x{height} to {grid[0]}x{grid[1]}"
    ways = {"Pillow": partial(pillow, Image.fromarray(pixels), grid)}
    for path in kernel.isas():
        ways[f"lookalike {path}"] = partial(ours, pixels, grid, path)
    timings = time_in_turn(ways, rounds)
    kernel.force_isa("")
    expected = timings["Pillow"].result
    must_be_same = comparable((width, height), grid)

    def more(name: str, timing: Timing[NDArray[np.uint8]]) -> Row:
        same = np.array_equal(timing.result, expected)
        if must_be_same and not same:
            raise SystemExit(f"{work}: {name} does not give the pixels of Pillow")
        return {"pixels": "same" if same else "other"}

    report.add_timings(work, timings, "Pillow", more)


def main() -> None:
    parser = arguments(__doc__, "benchmarks.resampling --tall --rounds 21", rounds=9)
    parser.add_argument(
        "--tall",
        action="store_true",
        help="stand the pictures on end; Pillow 13 gives other pixels for those",
    )
    options = parser.parse_args()
    report = Report(__doc__)
    random = np.random.default_rng(0)
    for picture in PICTURES:
        height, width = picture if options.tall else picture[::-1]
        for channels in ((), (3,)):
            pixels = random.integers(0, 256, (height, width, *channels), np.uint8)
            for grid in GRIDS:
                compare(report, pixels, grid, options.rounds)
    report.notes.append("Where Pillow goes over rows first, as we do, its pixels must be the same.")
    report.print(options.json)


if __name__ == "__main__":
    main()
