"""Fuzzing of index files: for any bytes, an index answers or raises `IndexFileError`.

    pip install atheris
    python fuzz/open_index.py CORPUS [OPTION...]   # writes seeds into CORPUS, then fuzzes
    python fuzz/open_index.py --seeds CORPUS       # only writes the seeds
    python fuzz/open_index.py --replay FILE...     # only tries files, without atheris

Options are libFuzzer's: -max_len=4096 -timeout=10 -rss_limit_mb=2048 -max_total_time=600.

Checksums would stop nearly every change at once, so those of the header and its table are corrected
first.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
from checksums import with_right_checksums
from fuzzing import run

from lookalike import HashArray, Index, IndexFileError

MOST = 50
"""The most answers used of one call: wrong numbers may promise very many."""


def check(data: bytes) -> list[str]:
    """Open the bytes as they are, and with corrected checksums. Returns the outcomes."""
    return [_check(data), _check(with_right_checksums(data))]


def _check(data: bytes) -> str:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(action="ignore"):
        path = Path(folder) / "a.index"
        path.write_bytes(data)
        try:
            index = Index.open(path)
        except IndexFileError:
            return "refused"
        outcomes = {_outcome(call) for call in _calls(index)}
    return "damaged" if "damaged" in outcomes else "ok"


def _outcome(call: Callable[[], object]) -> str:
    try:
        call()
    except IndexFileError:
        return "damaged"
    return "ok"


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
    with tempfile.TemporaryDirectory() as folder:
        kinds: dict[str, list[int | str]] = {
            "names": [f"é{k}" for k in range(40)],
            "numbers": [*range(40)],
            "empty": [],
        }
        for name, keys in kinds.items():
            index = Index("phash")
            data = random.integers(0, 256, (len(keys), 8), dtype=np.uint8)
            index.add(keys, HashArray.from_bytes(data.tobytes(), algorithm="phash"))
            path = Path(folder) / name
            index.save(path)
            found[name] = path.read_bytes()
    return found


if __name__ == "__main__":
    run(__doc__, seeds, check)
