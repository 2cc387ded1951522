"""Searches that count the files they open."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

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


class Watch:
    """Counts the opened files in a folder."""

    def __init__(self) -> None:
        self.folder: str | None = None
        self.opened: Counter[str] = Counter()
        self.then: Callable[[], object] = lambda: None
        self._last = threading.local()
        sys.addaudithook(self._told)  # it can never be removed

    def _told(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.folder is None or event != "open" or not isinstance(arguments[0], str | bytes):
            return
        path, mode = os.fsdecode(arguments[0]), arguments[1]
        told, self._last.path = getattr(self._last, "path", None), path if mode else None
        if not mode and told == path:  # `open` calls its opener, and both tell
            return
        if path.startswith(self.folder) and not Path(path).is_dir():
            self.opened[Path(path).name] += 1
            self.then()


@cache
def watch() -> Watch:
    """The watch of this process."""
    return Watch()


def searched(
    folder: Path, catalog: Path | None = None, *images: Path | str, **keywords: Any
) -> Searched:
    """Search a folder, or these images in it."""
    one = watch()
    kept = None if catalog is None else Catalog.open(catalog)
    one.opened, one.folder = Counter(), str(folder)
    try:
        result = lookalike.find_duplicates(
            [str(image) for image in images or [folder]], archives=True, catalog=kept, **keywords
        )
    finally:
        one.folder = None
        if kept is not None:
            kept.close()
    text = text_of(result, summary=True)
    return Searched(text, result.to_json(), result.to_csv(), one.opened)


def killed(folder: Path, catalog: Path, after: int) -> None:
    """Search a folder in a process that ends when it has opened so many files in it."""
    asked = [str(folder), str(catalog), str(after)]
    done = subprocess.run([sys.executable, __file__, *asked], capture_output=True, check=False)
    assert done.returncode == KILLED, done.stderr


def main(folder: str, catalog: str, after: str) -> None:
    """The process of `killed`."""

    def then() -> None:
        if watch().opened.total() == int(after):
            os._exit(KILLED)

    watch().then = then
    found = searched(Path(folder), Path(catalog))
    print(json.dumps(found.opened), file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
