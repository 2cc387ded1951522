"""Fuzzing of index files: for any bytes, an index answers or raises `IndexFileError`.

    pip install atheris
    python fuzz/open_index.py CORPUS [OPTION...]   # writes seeds into CORPUS, then fuzzes
    python fuzz/open_index.py --seeds CORPUS       # only writes the seeds
    python fuzz/open_index.py --replay FILE...     # only tries files, without atheris

Options are libFuzzer's: -max_len=4096 -timeout=10 -rss_limit_mb=2048 -max_total_time=600.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import numpy as np
from fuzzing import run
from index_files import outcomes, saved

from lookalike import HashArray, Index, IndexFileError

MOST = 50
"""The most answers used of one call: wrong numbers may promise very many."""


def check(data: bytes) -> list[str]:
    """Open the bytes and call every method that reads them."""
    return outcomes(data, Index.open, _use)


def _use(index: Index) -> None:
    broken = [error for call in _calls(index) if (error := _error_of(call))]
    if broken:
        raise broken[0]


def _error_of(call: Callable[[], object]) -> IndexFileError | None:
    try:
        call()
    except IndexFileError as error:
        return error
    return None


def _calls(index: Index) -> list[Callable[[], object]]:
    query = HashArray.from_bytes(bytes(-(-index.bits // 8)), algorithm=index.algorithm or "phash")
    return [
        lambda: len(index),
        lambda: list(islice(index, MOST)),
        lambda: index.query(query[0], max_distance=4) if index.algorithm else None,
        lambda: index.nearest(query[0], k=3) if index.algorithm else None,
        lambda: list(islice(index.groups(max_distance=4), MOST)),
    ]


def seeds() -> dict[str, bytes]:
    """A small index with keys of either kind, and one without entries."""
    random = np.random.default_rng(1)
    found: dict[str, bytes] = {}
    kinds: dict[str, list[int | str]] = {
        "names": [f"é{k}" for k in range(40)],
        "numbers": [*range(40)],
        "empty": [],
    }
    for name, keys in kinds.items():
        index = Index("phash")
        data = random.integers(0, 256, (len(keys), 8), dtype=np.uint8)
        index.add(keys, HashArray.from_bytes(data.tobytes(), algorithm="phash"))
        found[name] = saved(index)
    return found


if __name__ == "__main__":
    run(__doc__, seeds, check)
