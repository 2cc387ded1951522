"""Fuzzing of files of pictures: for any bytes, a `SightIndex` answers or raises `IndexFileError`.

    pip install atheris
    python fuzz/open_sight.py CORPUS [OPTION...]   # writes seeds into CORPUS, then fuzzes
    python fuzz/open_sight.py --seeds CORPUS       # only writes the seeds
    python fuzz/open_sight.py --replay FILE...     # only tries files, without atheris

Options are libFuzzer's: -max_len=65536 -timeout=10 -rss_limit_mb=2048 -max_total_time=600.
"""

from __future__ import annotations

from functools import cache
from itertools import islice

import numpy as np
from fuzzing import run
from index_files import outcomes, saved

from lookalike import SightIndex
from lookalike.images import read_picture
from lookalike.sight.points.forms import Query, query_form

MOST = 50
"""The most keys used: wrong numbers may promise very many."""
SIDE, CELL = 256, 16


def check(data: bytes) -> list[str]:
    """Open the bytes, query them, and look their keys up."""
    return outcomes(data, SightIndex.open, _use)


def _use(index: SightIndex) -> None:
    for seed in range(2):
        index.query(_query(seed))
    for key in islice(index, MOST):
        assert key in index


def picture(seed: int) -> np.ndarray:
    """Squares of random greys."""
    cells = np.random.default_rng(seed).integers(0, 256, (SIDE // CELL,) * 2, dtype=np.uint8)
    return np.kron(cells, np.ones((CELL, CELL), np.uint8))


@cache
def _query(seed: int) -> Query:
    return query_form(read_picture(picture(seed)))


def seeds() -> dict[str, bytes]:
    """Two pictures with keys of either kind, and no picture."""
    found: dict[str, bytes] = {}
    pictures = [picture(seed) for seed in range(2)]
    kinds: dict[str, list[int | str]] = {"names": ["é", "b"], "numbers": [1, 2], "empty": []}
    for name, keys in kinds.items():
        index = SightIndex()
        index.add(keys, pictures[: len(keys)])
        found[name] = saved(index)
    return found


if __name__ == "__main__":
    run(__doc__, seeds, check)
