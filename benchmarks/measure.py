"""What the benchmarks share: timing in turn, peak memory, and a report in plain text or JSON.

They run from the root of the repository: `python -m benchmarks.scanning`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import platform
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from lookalike import kernel_info
from lookalike.work.threads import worker_count

T = TypeVar("T")
Cell: TypeAlias = "str | int | float | None"
Row: TypeAlias = dict[str, Cell]

LONG = 1.0
"""Seconds from which a run needs no warm-up."""
LEAST = 0.5
"""Seconds for which a comparison continues even after its rounds are done."""
BUDGET = 25.0
"""Seconds after which a comparison starts no further round."""


# Measuring


class Timing(NamedTuple, Generic[T]):
    """How long one of several alternatives took, and its result."""

    seconds: float
    """The median."""
    result: T
    """The result of the last round."""


def time_in_turn(
    alternatives: Mapping[str, Callable[[], T]],
    rounds: int,
    clock: Callable[[], float] = perf_counter,
) -> dict[str, Timing[T]]:
    """Run A B C A B C ..., so a slow moment of the machine affects all of them alike.

    `clock` tells the seconds. `process_time` counts all threads, and no other programs.
    The first round is a warm-up and does not count, except for runs too long to need one. Brief
    rounds are repeated more often, and long ones may be fewer.
    """
    samples: dict[str, list[float]] = {name: [] for name in alternatives}
    results: dict[str, T] = {}
    start = perf_counter()
    for done in count():
        spent = perf_counter() - start
        if (done > rounds and spent > LEAST) or (done > 1 and spent > BUDGET):
            break
        for name, work in alternatives.items():
            begin = clock()
            results[name] = work()
            samples[name].append(clock() - begin)
    return {
        name: Timing(median(times if times[0] > LONG else times[1:]), results[name])
        for name, times in samples.items()
    }


def peak_memory(prepare: Callable[..., Callable[[], object]], *arguments: object) -> int | None:
    """The peak bytes that a piece of work adds to a fresh process, or None if unknown.

    `prepare(*arguments)` runs in that process too, and returns the work. Its own memory, for
    imports and inputs, does not count. It must be a function of a module.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_peak_of, prepare, arguments).result()


def _peak_of(
    prepare: Callable[..., Callable[[], object]], arguments: Sequence[object]
) -> int | None:
    work = prepare(*arguments)
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # resets the peak so far
    before = _peak_so_far()
    work()
    after = _peak_so_far()
    return None if before is None or after is None else after - before


def _peak_so_far() -> int | None:
    # Linux passes ru_maxrss of the parent to its children, but VmHWM belongs to the process.
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:  # Windows
        return None
    return getrusage(RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


# Programs


def arguments(purpose: str | None, example: str, rounds: int) -> argparse.ArgumentParser:
    """A parser of the arguments that every benchmark takes."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {example.split()[0]}",
        description=purpose,
        epilog=f"example: python -m {example}",
    )
    parser.add_argument(
        "--rounds",
        type=positive,
        default=rounds,
        metavar="N",
        help=f"how often to run everything (default: {rounds}); more often what is over at once",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    return parser


def positive(text: str) -> int:
    """An argument that is a whole number of at least 1."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def peer(module: str, package: str) -> Any:
    """The module of a peer. If it is missing, None and a line on stderr that says so."""
    if find_spec(module) is not None:
        return import_module(module)
    print(f"{package} is left out: it is not installed (pip install {package})", file=sys.stderr)
    return None


class Report:
    """Tables, the machine they were made on, and notes."""

    def __init__(self, title: str | None, packages: Iterable[str] = ()) -> None:
        """`packages` are those whose versions matter besides lookalike, NumPy and Pillow."""
        self.title = title or ""
        self.tables: dict[str, list[Row]] = {}
        self.notes = ["Only medians and ratios mean anything: times depend on the machine."]
        self.facts = {
            "processor": _processor(),
            "cores": str(worker_count(None)),
            "Python": platform.python_version(),
            **{name: version(name) for name in ("lookalike", "numpy", "Pillow", *packages)},
            "kernel": kernel_info().isa,
            "date": date.today().isoformat(),
        }

    def add(self, table: str, row: Row) -> None:
        """Append a row to a table."""
        self.tables.setdefault(table, []).append(row)

    def add_timings(
        self,
        work: str,
        timings: Mapping[str, Timing[T]],
        baseline: str,
        more: Callable[[str, Timing[T]], Row] = lambda _, __: {},
    ) -> None:
        """Append a row per alternative, with further columns from `more`.

        Without the baseline, the first alternative replaces it.
        """
        base = baseline if baseline in timings else next(iter(timings))
        for name, timing in timings.items():
            row: Row = {
                "work": work,
                "by": name,
                "ms": timing.seconds * 1000,
                "ratio": timing.seconds / timings[base].seconds,
                "to": base,
            }
            self.add("median times", row | more(name, timing))

    def add_memory(self, work: str, by: str, peak: int | None) -> None:
        """Append a peak of memory."""
        megabytes = None if peak is None else peak / 1e6
        self.add("peak memory beyond imports and inputs", {"work": work, "by": by, "MB": megabytes})

    def print(self, as_json: bool) -> None:
        """Print it all."""
        if as_json:
            print(json.dumps(vars(self), indent=2))
            return
        print(self.title)
        print(", ".join(f"{name} {fact}" for name, fact in self.facts.items()))
        for title, rows in self.tables.items():
            print(f"\n{title}", *_lines(rows), sep="\n")
        print("", *self.notes, sep="\n")


def _lines(rows: Sequence[Row]) -> Iterable[str]:
    """Aligned columns, with numbers to the right. A first cell equal to the one above is blank."""
    columns = list({name: None for row in rows for name in row})
    grid = [columns, *([_text(row.get(name, "")) for name in columns] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
    numeric = [not any(isinstance(row.get(name), str) for row in rows) for name in columns]
    above = ""
    for cells in grid:
        shown = ["" if cells[0] == above else cells[0], *cells[1:]]
        above = cells[0]
        yield "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(shown, widths, numeric, strict=True)
        ).rstrip()


def _text(cell: Cell) -> str:
    if cell is None:
        return "?"
    if isinstance(cell, float):  # three significant digits
        return f"{cell:,.{max(0, 2 - math.floor(math.log10(abs(cell) or 1)))}f}"
    return cell if isinstance(cell, str) else f"{cell:,}"


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
