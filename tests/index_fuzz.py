"""Search index files with randomly changed sections, as run by `test_index_saving.py`.

    python tests/index_fuzz.py SEED ROUNDS FOLDER

It prints how often each call answered or raised what, and must come to its end.
"""

from __future__ import annotations

import faulthandler
import json
import sys
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index_model import Kind, bands_of, small_tails
from lookalike import Index, IndexFileError
from lookalike.index.stored.file import open_file

MOST_BLOCKS = 50
"""The most pairs: wrong numbers of equal hashes may make very many."""


def saved(path: Path, seed: int) -> Kind:
    """Clustered hashes, some of them equal, in few or several bands, with keys of either kind."""
    random = np.random.default_rng(seed)
    kind = Kind("phash", 64) if seed % 3 else Kind("phash:12", 144)
    hashes = kind.clusters(seed, 400, 40, 0.03)
    hashes += hashes[:60] * (seed % 2)
    index = kind.new()
    numbers = random.integers(0, 300, len(hashes)).tolist()
    index.add([f"é{one}" for one in numbers] if seed % 5 else numbers, kind.array(hashes))
    index.save(path)
    return kind


def changed(data: bytes, begin: int, end: int, random: np.random.Generator) -> bytes:
    """Some bytes changed, scattered or in a row, to zeros or to any values."""
    array = np.frombuffer(data, np.uint8).copy()
    count = int(random.choice([1, 4, 64, 1024]))
    at = random.integers(begin, end, count)
    if random.random() < 0.5:
        at = at[0] + np.arange(min(count, end - int(at[0])))
    same = random.random() < 0.3
    array[at] = random.choice([0, 255]) if same else random.integers(0, 256, len(at))
    return array.tobytes()


def calls(index: Index, kind: Kind, queries: list[int]) -> dict[str, Callable[[], object]]:
    """Everything that reads."""
    array = kind.array(queries)

    def removed() -> object:
        index.remove(next(iter(index)))
        index.add(["new"] if isinstance(next(iter(index)), str) else [-1], array[:1])
        return index.query(array[0], 5), index.groups(5), index.nearest(array[0], 5)

    return {
        "query": lambda: [index.query(one, 8) for one in array[:5]],
        "query_many": lambda: index.query_many(array, 8, workers=1),
        "nearest": lambda: [index.nearest(one, 5) for one in array[:5]],
        "pairs": lambda: list(islice(index.pairs(8, workers=1), MOST_BLOCKS)),
        "pairs_with": lambda: list(islice(index.pairs_with(index, 3, workers=1), MOST_BLOCKS)),
        "groups": lambda: index.groups(8, workers=1),
        "keys": lambda: (list(index), "é5" in index, 5 in index),
        "explain": lambda: [index.explain(distance) for distance in (0, 8, 30)],
        "removed": removed,
    }


def main(seed: int, rounds: int, folder: Path) -> None:
    faulthandler.enable()
    outcomes: Counter[str] = Counter()
    random = np.random.default_rng(seed)
    path = folder / "index"
    with pytest.MonkeyPatch.context() as patch, np.errstate(all="ignore"):
        small_tails(patch)
        bands_of(patch, 11)
        for number in range(rounds):
            if number % 10 == 0:
                kind = saved(path, seed + number)
                data = path.read_bytes()
                table = open_file(path)._table  # noqa: SLF001
            section = table[random.integers(len(table))]
            path.write_bytes(changed(data, section.offset, section.offset + section.length, random))
            todo: dict[str, Any] = {"open": lambda: Index.open(path)}
            while todo:
                name, call = todo.popitem()
                try:
                    found = call()
                except IndexFileError as error:
                    assert error.path == str(path)  # noqa: PT017
                    outcomes[f"{name}: IndexFileError"] += 1
                else:
                    outcomes[f"{name}: answered"] += 1
                    if name == "open":
                        todo = calls(found, kind, kind.clusters(number, 60, 40, 0.05))
            path.unlink()  # another process may have it mapped
    print(json.dumps(outcomes))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
