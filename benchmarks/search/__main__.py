"""How long searching an index takes, compared with FAISS and with the targets."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import gettempdir
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.measure import Report, arguments, peer

from lookalike._native import kernel

from .pairs import ROWS as PAIRS
from .pairs import compare
from .plots import plots
from .queries import many_queries, nearest, one_query
from .run import Run, short
from .skew import skew
from .store import build, memory

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS: dict[str, Callable[[Run], None]] = {
    **{name: partial(compare, name=name) for name in PAIRS},
    "query": one_query,
    "many": many_queries,
    "nearest": nearest,
    "build": build,
    "memory": memory,
    "skew": skew,
}


def row(name: str) -> str:
    """An argument that names a row."""
    if name not in ROWS:
        raise ArgumentTypeError(f"there is no {name!r}, only {', '.join(ROWS)}")
    return name


def main() -> None:
    parser = arguments(__doc__, "benchmarks.search pairs-100k query", rounds=3)
    parser.add_argument(
        "rows", nargs="*", type=row, metavar="ROW", help=f"of {', '.join(ROWS)}; all if none"
    )
    parser.add_argument("--quick", action="store_true", help="a 20th of the hashes")
    parser.add_argument(
        "--path", choices=kernel.isas(), default="", help="the kernel's, instead of the best one"
    )
    parser.add_argument(
        "--plots",
        type=Path,
        metavar="FOLDER",
        help="draw the figures into a folder too, or only them if no row is named",
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path(gettempdir()) / "lookalike-benchmarks",
        metavar="FOLDER",
        help="where to keep the hashes of a million pictures, made once in minutes",
    )
    options = parser.parse_args()
    kernel.force_isa(options.path)
    faiss, usearch = peer("faiss", "faiss-cpu"), peer("usearch", "usearch")
    run = Run(
        Report(__doc__, ["faiss-cpu"] * bool(faiss) + ["usearch"] * bool(usearch)),
        options.rounds,
        options.quick,
        options.path,
        options.cache,
        faiss,
        usearch and import_module("usearch.index"),
    )
    rows = {name: ROWS[name] for name in options.rows or ([] if options.plots else ROWS)}
    if options.plots:
        rows["plots"] = partial(plots, folder=options.plots)
    try:
        for name, measure in rows.items():
            attempt(run, name, measure)
    except KeyboardInterrupt:
        run.report.notes.append("It was interrupted: what was done by then is all there is.")
    run.finish()
    run.report.print(options.json)


def attempt(run: Run, name: str, measure: Callable[[Run], None]) -> None:
    """Measure a row. A row that fails says why, and the others go on."""
    begin = perf_counter()
    try:
        measure(run)
    except Exception as error:  # noqa: BLE001
        reason = f"{name} failed: {type(error).__name__}: {error}"
        print(reason, file=sys.stderr)
        run.report.notes.append(reason)
    seconds = perf_counter() - begin
    print(f"{name}: {short(seconds)} s in all", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
