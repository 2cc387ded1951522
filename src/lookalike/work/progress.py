"""How far long work has come: a callback, a bar on a terminal or in a notebook, lines in a log."""

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
"""Called with the stage, how much of it is done, and how much there is (None while unknown)."""

REDRAWING = 0.2
"""Seconds between two pictures of a bar in a notebook: each is a message to the browser."""
LINES = 1.0
"""Seconds between two lines in a log."""


def silent(stage: str, done: int, total: int | None) -> None:
    """Show nothing."""


@contextmanager
def progress_bar(*, lines: bool = False) -> Iterator[Progress]:
    """A bar for each stage: on standard error where that is a terminal, in a Jupyter notebook
    under its cell. Elsewhere nothing, or with `lines` a line a second on standard error.

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
    """Whether output is shown under the cell of a notebook, in Jupyter, Colab and their kind."""
    if "IPython" not in sys.modules:  # without it there is no need to load rich
        return False
    from rich.console import Console

    return Console().is_jupyter


@contextmanager
def bar_on_terminal() -> Iterator[Progress]:
    """Bars on standard error, wiped out in the end."""
    from rich.console import Console
    from rich.progress import Progress as Bars

    with Bars(*columns(), console=Console(stderr=True), transient=True) as bars:
        yield filling(bars)


@contextmanager
def bar_in_notebook() -> Iterator[Progress]:
    """Bars in the output of a cell, where they stay.

    rich would draw them with ipywidgets, which may not be there. IPython alone can put one output
    in the place of another.
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
    """What stands in the row of a stage."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    return (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )


def filling(bars: Bars) -> Progress:
    """Adds a bar when its stage begins, and fills it."""
    tasks: dict[str, TaskID] = {}

    def show(stage: str, done: int, total: int | None) -> None:
        if stage not in tasks:
            tasks[stage] = bars.add_task(stage, total=total)
        bars.update(tasks[stage], completed=done, total=total)

    return show


def log_lines() -> Progress:
    """Writes a line a second, and one for the end of each stage."""
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
    """Whether so much time has passed since the last time, or the beginning."""
    last = time.monotonic()

    def due() -> bool:
        nonlocal last
        now = time.monotonic()
        if now - last < seconds:
            return False
        last = now
        return True

    return due
