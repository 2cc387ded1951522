"""Shows progress: by a callback, a bar on a terminal or in a notebook, or lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import ProgressColumn, TaskID

Progress: TypeAlias = Callable[[str, int, int | None], None]
"""Called with the stage, how much of it is done, and the total (None while unknown)."""

REDRAWING = 0.2
"""Seconds between two updates of a bar in a notebook. Each is a message to the browser."""
LINES = 1.0
"""Seconds between two lines in a log."""


def silent(stage: str, done: int, total: int | None) -> None:
    """Show nothing."""


@contextmanager
def progress_bar(*, lines: bool = False) -> Iterator[Progress]:
    """Show a bar for each stage, on standard error if that is a terminal, or under a notebook cell.

    Elsewhere it shows nothing, or with `lines` one line per second on standard error.

        with lookalike.progress_bar() as bar:
            result = lookalike.find_duplicates("photos/", progress=bar)
    """
    if in_notebook():
        with bar_in_notebook() as show:
            yield show
    elif sys.stderr is not None and sys.stderr.isatty():
        with bar_on_terminal() as show:
            yield show
    else:
        yield log_lines() if lines and sys.stderr is not None else silent


def in_notebook() -> bool:
    """Whether output is shown under a notebook cell, as in Jupyter or Colab."""
    if "IPython" not in sys.modules:  # otherwise there is no need to load rich
        return False
    from rich.console import Console

    return Console().is_jupyter


@contextmanager
def bar_on_terminal() -> Iterator[Progress]:
    """Bars on standard error, which are erased at the end."""
    from rich.console import Console
    from rich.progress import Progress as Bars

    with Bars(*columns(), console=Console(stderr=True), transient=True) as bars:
        yield filling(bars)


@contextmanager
def bar_in_notebook() -> Iterator[Progress]:
    """Bars in the output of a cell, where they stay.

    rich draws them with ipywidgets, which may not be installed. IPython alone can replace one
    output by another.
    """
    from IPython.display import display
    from rich.progress import Progress as Bars

    bars = Bars(*columns(), auto_refresh=False)
    fill, due = filling(bars), at_most_every(REDRAWING)
    shown: Any = None

    def show(stage: str, done: int, total: int | None) -> None:
        nonlocal shown
        fill(stage, done, total)
        if shown is None:
            shown = display(bars, display_id=True)  # type: ignore[no-untyped-call]
        elif due():
            shown.update(bars)

    try:
        yield show
    finally:
        if shown is not None:
            shown.update(bars)


def columns() -> tuple[ProgressColumn, ...]:
    """The columns of the bar of a stage."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    return (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )


def filling(bars: Bars) -> Progress:
    """Return a callback that adds a bar when its stage begins, and fills it."""
    tasks: dict[str, TaskID] = {}

    def show(stage: str, done: int, total: int | None) -> None:
        if stage not in tasks:
            tasks[stage] = bars.add_task(stage, total=total)
        bars.update(tasks[stage], completed=done, total=total)

    return show


def log_lines() -> Progress:
    """Return a callback that writes one line per second, and one at the end of each stage."""
    due = at_most_every(LINES)

    def show(stage: str, done: int, total: int | None) -> None:
        if total is None:
            line = f"{stage}: {done:,}"
        else:
            line = f"{stage}: {100 * done // max(total, 1)}%, {done:,} of {total:,}"
        if (done and done == total) or due():
            print(line, file=sys.stderr, flush=True)

    return show


def at_most_every(seconds: float) -> Callable[[], bool]:
    """Return a function that says whether `seconds` have passed since it last said so."""
    last = time.monotonic()

    def due() -> bool:
        nonlocal last
        now = time.monotonic()
        if now - last < seconds:
            return False
        last = now
        return True

    return due
