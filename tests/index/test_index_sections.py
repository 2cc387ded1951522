"""Files whose sections are sound one by one but do not make an index, and files of changed
bytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from index_model import Kind, bands_of
from lookalike import Index, IndexFileError
from lookalike.images import PREPARATION
from lookalike.index.stored.file import Header, open_file, write

Sections = dict[str, NDArray[Any]]

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def sections(tmp_path_factory: pytest.TempPathFactory) -> Sections:
    """The saved form of an index of 100 entries with 80 different hashes in bands."""
    path = tmp_path_factory.mktemp("sections") / "index"
    kind = Kind("phash", 64)
    hashes = kind.clusters(1, 80, 1, 0.5)
    index = kind.new()
    index.add([f"{k}.jpg" for k in range(100)], kind.array(hashes + hashes[:20]))
    with pytest.MonkeyPatch.context() as patch:
        bands_of(patch, 9)
        index.save(path)
    return {name: array.copy() for name, array in open_file(path).sections.items()}


@pytest.fixture(autouse=True)
def search_in_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few hashes would otherwise be scanned."""
    bands_of(monkeypatch, 9)


HEADER = Header("phash", 64, 100, 80, PREPARATION)


def opened(path: Path, sections: Sections, header: Header = HEADER) -> Index:
    write(path, header, sections)
    return Index.open(path)


def test_the_sections_make_an_index(sections: Sections, tmp_path: Path) -> None:
    """They do as they are, and with others of unknown names beside them."""
    more = {**sections, "thumbnails": np.zeros((3, 3), np.int16), "band.99": np.zeros(1)}
    for some in (sections, more):
        index = opened(tmp_path / "index", some)
        assert (len(index), len(index.groups(0))) == (100, 20)
        assert "multi-index with 8 bands" in index.explain()


HEADERS: list[tuple[Header, str]] = [
    (Header("ghash", 64, 100, 80), "no algorithm 'ghash'"),
    (Header("phash:500", 64, 100, 80), "the size of 'phash:500'"),
    (Header("phash:16", 64, 100, 80), "phash:16 hash has 256 bits, not 64"),
    (Header("phash", 63, 100, 80), "phash hash has 64 bits, not 63"),
    (Header("", 3, 100, 80), "bits must be 8 to 4096, not 3"),
    (Header("", 0, 100, 80), "bits must be 8 to 4096, not 0"),
    (Header("", 65, 100, 80), "hashes"),
    (Header("phash", 64, 99, 80), "order"),
    (Header("phash", 64, 100, 81), "hashes"),
    (Header("phash", 64, 0, 0), "hashes"),
    (Header("phash", 64, 2**64 - 1, 2**64 - 1), "hashes"),
]


@pytest.mark.parametrize(("header", "reason"), HEADERS)
def test_a_header_must_fit_its_sections(
    header: Header, reason: str, sections: Sections, tmp_path: Path
) -> None:
    """The algorithm must exist and have as many bits, and the counts must be those of the
    arrays.
    """
    with pytest.raises(IndexFileError, match="do not make an index: .*" + reason):
        opened(tmp_path / "index", sections, header)


def test_what_is_wrong_is_said_with_the_path(sections: Sections, tmp_path: Path) -> None:
    """The message has the file, and what is impossible about it."""
    path = tmp_path / "some.index"
    with pytest.raises(IndexFileError) as caught:
        opened(path, sections, Header("phash:16", 64, 100, 80))
    assert caught.value.path == str(path)
    assert str(caught.value) == (
        f"{path}: damaged: its sections do not make an index: phash:16 hash has 256 bits, not 64"
    )


def test_every_section_is_needed(sections: Sections, tmp_path: Path) -> None:
    """A file without any one of them is refused. Only copies of hashes in a band may be missing."""
    for name in sections:
        rest = {other: array for other, array in sections.items() if other != name}
        if name.startswith("band.") and name.endswith(".hashes"):
            assert len(opened(tmp_path / "index", rest).groups(0)) == 20
        elif name == "bands.sizes":
            assert "linear" in opened(tmp_path / "index", rest).explain()
        else:
            with pytest.raises(IndexFileError, match="do not make an index"):
                opened(tmp_path / "index", rest)


CHANGES: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "shorter": lambda array: array[:-1],
    "longer": lambda array: np.concatenate([array, array[-1:]]),
    "empty": lambda array: array[:0],
    "in two dimensions": lambda array: array.reshape(1, -1),
    "turned": lambda array: array.reshape(-1, 1),
    "flat": lambda array: array.reshape(-1),
    "signed": lambda array: array.astype("f4" if array.dtype.kind == "i" else "i2"),
    "of floats": lambda array: array.astype("f4"),
    "of larger numbers": lambda array: array.astype("u8"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_sections_of_other_shapes_are_refused(
    change: str, sections: Sections, tmp_path: Path
) -> None:
    """Each section is refused if its dtype or its length does not fit the others."""
    refused = 0
    for name, array in sections.items():
        other = CHANGES[change](array)
        if (other.dtype, other.shape) == (array.dtype, array.shape):
            continue
        if name == "bands.schedule" and other.dtype == array.dtype and other.ndim == 1:
            continue  # a shorter one leaves more distances to a scan
        refused += 1
        with pytest.raises(IndexFileError, match="do not make an index"):
            opened(tmp_path / "index", {**sections, name: other})
    assert refused > 5


VALUES: list[tuple[str, Any, bool]] = [
    ("bands.sizes", [0, 18, 9, 9, 9, 9, 5, 5], True),
    ("bands.sizes", [64], True),
    ("bands.positions", [0] * 64, True),
    ("bands.positions", [*range(63), 64], True),
    ("bands.positions", [*range(63), 65535], True),
    ("bands.schedule", [8], True),
    ("bands.schedule", [2**32 - 1], True),
    ("bands.schedule", [0] * 66, True),
    ("bands.schedule", [0] * 9, True),
    ("bands.schedule", [0] * 8, False),
    ("bands.schedule", [], False),
    ("bands.shares", [np.nan] * 72, False),
    ("bands.shares", [np.inf] * 72, False),
    ("bands.shares", [-1] * 72, False),
    ("band.0.offsets", [0] * 257, False),
    ("band.0.offsets", [80, *[0] * 256], False),
    ("band.0.offsets", [2**32 - 1] * 257, False),
    ("band.0.order", [2**32 - 1] * 80, False),
    ("entries.starts", [2**32 - 1] * 81, False),
    ("entries.starts", [0, 2**32 - 1] * 40 + [100], False),
    ("entries.starts", [*range(80, -1, -1)], False),
    ("entries.starts", [0] * 81, False),
    ("entries.order", [2**32 - 1] * 100, False),
    ("entries.order", [0] * 100, False),
    ("keys.offsets", [1, *[590] * 100], True),
    ("keys.offsets", [0, *[-5] * 99, 590], False),
    ("keys.offsets", [0, *[2**62] * 99, 590], False),
]


@pytest.mark.parametrize(("name", "values", "refused"), VALUES)
def test_numbers_that_lead_nowhere_do_no_harm(
    name: str, values: Any, refused: bool, sections: Sections, tmp_path: Path
) -> None:
    """Small sections are checked on opening. In large ones, a search raises `IndexFileError` or
    gives some answer.
    """
    array = np.array(values, sections[name].dtype)
    if refused:
        with pytest.raises(IndexFileError, match="do not make an index"):
            opened(tmp_path / "index", {**sections, name: array})
        return
    index = opened(tmp_path / "index", {**sections, name: array})
    query = sections["hashes"][0]
    calls: list[Callable[[], object]] = [
        lambda: index.query(query, 9),
        lambda: index.query_many([query] * 99, 9, workers=1),
        lambda: index.nearest(query, 5),
        lambda: [len(block.i) for block in index.pairs(9, workers=1)],
        lambda: index.groups(9, workers=1),
        lambda: (list(index), "5.jpg" in index),
        lambda: index.explain(9),
        lambda: index.remove("5.jpg"),
    ]
    for call in calls:
        with np.errstate(all="ignore"), suppress(IndexFileError, KeyError):
            call()


@pytest.mark.parametrize("values", [value for name, value, _ in VALUES if name == "entries.starts"])
def test_entries_that_do_not_belong_to_hashes_are_damage(
    values: list[int], sections: Sections, tmp_path: Path
) -> None:
    """Counting with wrong numbers of equal hashes might never end, so they are not used."""
    starts = np.array(values, np.uint32)
    index = opened(tmp_path / "index", {**sections, "entries.starts": starts})
    calls: list[Callable[[], object]] = [
        lambda: index.groups(64),
        lambda: list(index.pairs(64)),
        lambda: index.nearest("0" * 16, 80),
    ]
    for call in calls:
        with pytest.raises(IndexFileError, match="entries do not belong to the hashes"):
            call()


@pytest.mark.slow
def test_changed_bytes_do_no_harm(tmp_path: Path) -> None:
    """Hundreds of files have random changed bytes, and a process opens or refuses each. Every
    search raises `IndexFileError` or gives some answer. The process neither crashes nor hangs.
    """
    command = [sys.executable, str(TESTS / "index_fuzz.py"), "1", "300", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    outcomes = json.loads(done.stdout)
    assert outcomes["open: answered"] + outcomes["open: IndexFileError"] == 300
    for name in ("query", "nearest", "pairs", "groups", "keys", "removed"):
        assert outcomes[f"{name}: answered"] > 100
    assert outcomes["pairs: IndexFileError"] > 2
