"""Searches in processes of their own, which count the files that they open."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple


class Searched(NamedTuple):
    """The outcome of a search."""

    text: str
    json: str
    csv: str
    opened: Counter[str]
    """How often each file in the folder was opened, by name."""


def searched(
    folder: Path, catalog: Path | None = None, *images: Path, kill_after: int = 0, **keywords: Any
) -> Searched:
    """Search a folder, or these images in it. `kill_after`: end it after so many opened files."""
    asked = {
        "folder": str(folder),
        "images": [str(one) for one in images or [folder]],
        "catalog": catalog and str(catalog),
        "kill_after": kill_after,
        "keywords": keywords,
    }
    done = subprocess.run(
        [sys.executable, __file__, json.dumps(asked)], capture_output=True, text=True, check=False
    )
    if kill_after:
        assert done.returncode == KILLED, done.stderr
        return Searched("", "", "", Counter())
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return Searched(found["text"], found["json"], found["csv"], Counter(found["opened"]))


KILLED = 9


def main(asked: dict[str, Any]) -> None:
    """Search, and print the outcome."""
    opened: Counter[str] = Counter()

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event != "open" or not isinstance(arguments[0], str | bytes):
            return
        path = os.fsdecode(arguments[0])
        if path.startswith(asked["folder"]) and not os.path.isdir(path):
            opened[os.path.basename(path)] += 1
            if sum(opened.values()) == asked["kill_after"]:
                os._exit(KILLED)

    import lookalike
    from lookalike.catalog.catalog import Catalog
    from lookalike.report.words import text_of

    catalog = Catalog.open(asked["catalog"]) if asked["catalog"] else None
    sys.addaudithook(watch)
    result = lookalike.find_duplicates(
        asked["images"], archives=True, catalog=catalog, **asked["keywords"]
    )
    text = text_of(result, summary=True)
    print(
        json.dumps(
            {"text": text, "json": result.to_json(), "csv": result.to_csv(), "opened": opened}
        )
    )
    if catalog:
        catalog.close()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
