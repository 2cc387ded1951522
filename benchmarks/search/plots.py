"""Figures of the search benchmark: cost by number of hashes and by distance."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.measure import peer

from lookalike.hashes import words_of
from lookalike.index import Linear

from .data import random_hashes
from .pairs import FaissPairs
from .run import Join, Run, processors, taken, timed_in_turn

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

COUNTS = [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000]
MAX_DISTANCE, DISTANCES, COUNT = 10, range(17), 1_000_000
MOST_COMPARED = 100_000
"""For more hashes, the time to compare all with all is extrapolated."""
COLOURS = {"lookalike": "#0b6e4f", "linear scan": "#d08c20", "FAISS flat": "#7a5195"}
MARKS = {"lookalike": "o", "linear scan": "s", "FAISS flat": "^"}


class Line(NamedTuple):
    """Seconds by the value on the x axis, measured as far as possible and extrapolated beyond."""

    measured: dict[int, float]
    worked_out: dict[int, float]


def plots(run: Run, folder: Path) -> None:
    """Measure and draw both figures."""
    if not peer("matplotlib", "matplotlib"):
        return
    folder.mkdir(parents=True, exist_ok=True)
    by_count = measure_by_count(run)
    draw(
        folder / "search-by-count.svg",
        by_count,
        "number of hashes",
        f"All pairs within {MAX_DISTANCE} of 64 bits, one thread",
    )
    draw(
        folder / "search-by-distance.svg",
        measure_by_distance(run),
        "largest distance in bits",
        f"All pairs of {run.size(COUNT):,} hashes of 64 bits, one thread",
    )


def measure_by_count(run: Run) -> dict[str, Line]:
    """The same distance, with more and more hashes."""
    lines = {name: Line({}, {}) for name in COLOURS if run.faiss or name != "FAISS flat"}
    for count in (count for count in COUNTS if count <= run.size(COUNTS[-1])):
        compared = count <= MOST_COMPARED
        for name, seconds in measure(run, count, MAX_DISTANCE, compared).items():
            lines[name].measured[count] = seconds
    for line in lines.values():
        extend(line, lines["lookalike"])
    return lines


def measure_by_distance(run: Run) -> dict[str, Line]:
    """The same hashes, with larger and larger distances."""
    count = run.size(COUNT)
    sample = min(count, MOST_COMPARED)
    lines = {name: Line({}, {}) for name in COLOURS if run.faiss or name != "FAISS flat"}
    for distance in DISTANCES:
        for name, seconds in measure(run, count, distance, False).items():
            lines[name].measured[distance] = seconds
    for distance in (DISTANCES[0], DISTANCES[len(DISTANCES) // 2], DISTANCES[-1]):
        for name, seconds in measure(run, sample, distance, True).items():
            if name != "lookalike":
                lines[name].worked_out[distance] = seconds * (count / sample) ** 2
    return lines


def measure(run: Run, count: int, max_distance: int, compared: bool) -> dict[str, float]:
    """The seconds of every way. `compared` includes those that compare all with all."""
    hashes = random_hashes(count)
    ways: dict[str, Callable[[], int]] = {"lookalike": Join(hashes, max_distance, 1)}
    if compared:
        ways["linear scan"] = partial(scan, hashes, max_distance)
        if run.faiss:
            flat = partial(run.faiss.IndexBinaryFlat, 64)
            ways["FAISS flat"] = FaissPairs(run.faiss, flat, hashes, max_distance, 1)
    work = f"plots, {count:,} within {max_distance}"
    timings = timed_in_turn(work, ways, 1 if count > MOST_COMPARED else run.rounds)
    return {name: timing.seconds for name, timing in timings.items()}


def scan(hashes: NDArray[np.uint8], max_distance: int) -> int:
    """Compare all with all."""
    with processors(1):
        return taken(Linear(words_of(hashes)).pairs(max_distance, workers=1))


def extend(line: Line, to: Line) -> None:
    """Extrapolate from the last measurement what takes too long to measure."""
    last = max(line.measured)
    for count in to.measured:
        if count >= last and line.measured.keys() != to.measured.keys():
            line.worked_out[count] = line.measured[last] * (count / last) ** 2


def draw(path: Path, lines: dict[str, Line], across: str, title: str) -> None:
    """Draw a figure of lines, dashed where they are extrapolated."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": path.name, "font.size": 11}):
        figure = Figure((7.2, 4.6), layout="constrained", facecolor="white")
        axes = figure.subplots()
        for name, line in lines.items():
            draw_line(axes, name, line)
        axes.set_yscale("log")
        if max(lines["lookalike"].measured) > DISTANCES[-1]:
            axes.set_xscale("log")
        else:
            axes.set_xticks(range(0, DISTANCES[-1] + 1, 2))
        axes.set_xlabel(across)
        axes.set_ylabel("seconds")
        axes.set_title(title, loc="left", fontsize=12)
        axes.grid(which="major", color="0.9")
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, fontsize=10)
        figure.savefig(path, metadata={"Date": None})


def draw_line(axes: Axes, name: str, line: Line) -> None:
    """Draw what was measured, and, with hollow marks, what was extrapolated."""
    mark, colour = MARKS[name], COLOURS[name]
    if line.measured:
        x, y = list(line.measured), list(line.measured.values())
        axes.plot(x, y, marker=mark, color=colour, markersize=5, label=name, zorder=3)
    if line.worked_out:
        x, y = list(line.worked_out), list(line.worked_out.values())
        label = f"{name}, from {MOST_COMPARED:,} hashes"
        axes.plot(x, y, "--", marker=mark, color=colour, mfc="white", ms=5, label=label)
