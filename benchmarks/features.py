"""How long it takes to find the points of a picture and describe them, compared with OpenCV's ORB.

Both find as many points in the same grey pictures of 512 pixels, on one thread.
"""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lookalike._native import kernel
from lookalike.images.reading import read_picture
from lookalike.sight.grey import grey_picture
from lookalike.sight.points.features import QUERY, STORED

from .measure import Report, Row, Timing, arguments, peer, time_in_turn

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Extract = Callable[[NDArray[np.uint8]], int]

PEER, PACKAGE = "OpenCV ORB", "opencv-python-headless"


def ours(path: str, points: int, grey: NDArray[np.uint8]) -> int:
    """The kernel, on one of its paths. Returns how many points there are."""
    kernel.force_isa(path)
    return len(kernel.features(grey, points)[0])


def orb(cv2: Any, points: int) -> Extract:
    """OpenCV's ORB with its usual settings, on one thread."""
    cv2.setNumThreads(1)
    detector = cv2.ORB_create(nfeatures=points)
    return lambda grey: len(detector.detectAndCompute(grey, None)[0])


def compare(report: Report, greys: list[NDArray[np.uint8]], points: int, rounds: int) -> None:
    """Time every way to find so many points in each of the pictures."""
    ways: dict[str, Extract] = {
        f"lookalike {isa}": partial(ours, isa, points) for isa in kernel.isas()
    }
    if cv2 := peer("cv2", PACKAGE):
        ways[PEER] = orb(cv2, points)

    def more(_: str, timing: Timing[int]) -> Row:
        return {"points per picture": timing.result / len(greys)}

    whole = {name: partial(total, extract, greys) for name, extract in ways.items()}
    timings = time_in_turn(whole, rounds)
    kernel.force_isa("")
    report.add_timings(f"{points} points in {len(greys)} pictures", timings, PEER, more)


def total(extract: Extract, greys: list[NDArray[np.uint8]]) -> int:
    """How many points there are in all pictures."""
    return sum(map(extract, greys))


def main() -> None:
    parser = arguments(__doc__, "benchmarks.features my-photos --rounds 21", rounds=9)
    parser.add_argument("photos", type=Path, help="a folder of photographs")
    parser.add_argument("--count", type=int, default=40, help="how many of them to use (40)")
    options = parser.parse_args()
    files = sorted(path for path in options.photos.iterdir() if path.suffix.lower() == ".jpg")
    if not files:
        parser.error(f"no photographs in {options.photos}")
    chosen = files[:: max(1, len(files) // options.count)][: options.count]
    greys = [grey_picture(read_picture(str(path))) for path in chosen]
    report = Report(__doc__, [PACKAGE] if find_spec("cv2") else [])
    for points in (STORED, QUERY):
        compare(report, greys, points, options.rounds)
    report.print(options.json)


if __name__ == "__main__":
    main()
