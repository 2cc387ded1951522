"""Searches that count the files they open."""

from __future__ import annotations

import io
import itertools
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import lookalike
from lookalike.catalog.catalog import Catalog
from lookalike.report.words import text_of

KILLED = 9


class Searched(NamedTuple):
    """The outcome of a search."""

    text: str
    json: str
    csv: str
    opened: Counter[str]
    """How often each file in the folder was opened, by name."""


@contextmanager
def watched(folder: Path, then: Callable[[], object] = lambda: None) -> Iterator[Counter[str]]:
    """Count how often each file in the folder is opened, by name, and call `then` each time.

    An audit hook would see the same, but can never be removed. It would also let threads change
    places while one of them installs a trace function, which Python 3.11 does not survive.
    """
    opened: Counter[str] = Counter()
    plain_file: Callable[..., Any] = io.open
    plain_descriptor = os.open

    def tell(path: Any) -> None:
        if isinstance(path, int) or not Path(os.fsdecode(path)).is_relative_to(folder):
            return
        if not Path(os.fsdecode(path)).is_dir():
            opened[Path(os.fsdecode(path)).name] += 1
            then()

    def open_file(path: Any, *arguments: Any, opener: Any = None, **keywords: Any) -> Any:
        if opener is None:  # openers call `os.open`
            tell(path)
        return plain_file(path, *arguments, opener=opener, **keywords)

    def open_descriptor(path: Any, *arguments: Any, **keywords: Any) -> int:
        tell(path)
        return plain_descriptor(path, *arguments, **keywords)

    with (
        patch("builtins.open", open_file),
        patch("io.open", open_file),
        patch("os.open", open_descriptor),
    ):
        yield opened


def searched(
    folder: Path, catalog: Path | None = None, *images: Path | str, **keywords: Any
) -> Searched:
    """Search a folder, or these images in it."""
    with (
        nullcontext() if catalog is None else Catalog.open(catalog) as kept,
        watched(folder) as opened,
    ):
        result = lookalike.find_duplicates(
            [str(image) for image in images or [folder]], archives=True, catalog=kept, **keywords
        )
    text = text_of(result, summary=True)
    return Searched(text, result.to_json(), result.to_csv(), opened)


def killed(folder: Path, catalog: Path, after: int) -> None:
    """Search a folder in a process that ends when it has opened so many files in it."""
    asked = [str(folder), str(catalog), str(after)]
    done = subprocess.run([sys.executable, __file__, *asked], capture_output=True, check=False)
    assert done.returncode == KILLED, done.stderr


def main(folder: str, catalog: str, after: str) -> None:
    """The process of `killed`."""
    left = itertools.count(int(after) - 1, -1)
    with watched(Path(folder), lambda: os._exit(KILLED) if next(left) == 0 else None):
        found = searched(Path(folder), Path(catalog))
    print(json.dumps(found.opened), file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
