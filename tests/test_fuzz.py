"""For any bytes, `read_picture` soon gives a picture or raises `ImageError`.

`fuzz/read_picture.py` has the seeds, the checks of each file, and a longer fuzzing.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzzers import FUZZ as FOLDER
from fuzzers import Edit, edited, edits_of, fuzzer, places, slow_files_are_failures
from lookalike import ImageError, Status
from lookalike.images import read_picture

FUZZ = fuzzer("read_picture.py")
SEEDS: dict[str, bytes] = FUZZ["seeds"]()

INTERESTING = [
    b"\0", b"\xff", b"\x7f", b"\x80", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\x7f", b"\x80\0\0\0", b"\0\0\0\x01", b"\x01\0\0\0", b"\xff\xff", b"\0\x01",
    b"\xff\xd9", b"\xff\xda", b"\xff\xc2", b"IDAT", b"IEND", b"acTL", b"fdAT", b"0", b"-1",
    b"9" * 12,
]  # fmt: skip
"""Values at which lengths, sizes, offsets and markers go wrong."""


def test_every_seed_is_read() -> None:
    """The seeds are valid, so changed ones get far. Only EPS is never read."""
    counts: dict[str, set[Status]] = defaultdict(set)
    for name, data in SEEDS.items():
        counts[name.partition("-")[0]].update(FUZZ["check"](data))
    assert len(counts) > 15
    assert counts.pop("EPS") == {Status.UNSUPPORTED}
    assert all(Status.OK in statuses for statuses in counts.values()), counts


payloads = st.sampled_from(INTERESTING) | st.binary(min_size=1, max_size=8)
edits = edits_of(payloads)


@pytest.mark.slow
@settings(slow_files_are_failures, max_examples=1500)
@given(name=st.sampled_from(sorted(SEEDS)), edits=edits)
def test_mutated_files_are_pictures_or_errors(name: str, edits: list[Edit]) -> None:
    """Bytes are changed, inserted, removed, repeated and cut off, in files of every format."""
    FUZZ["check"](edited(SEEDS[name], edits))


@pytest.mark.slow
@settings(slow_files_are_failures, max_examples=200)
@given(
    head=st.sampled_from(sorted(SEEDS)), tail=st.sampled_from(sorted(SEEDS)),
    where=places, garbage=st.binary(max_size=30),
)  # fmt: skip
def test_spliced_files_are_pictures_or_errors(
    head: str, tail: str, where: float, garbage: bytes
) -> None:
    """Each has the beginning of one format, something, and the end of another."""
    first, last = SEEDS[head], SEEDS[tail]
    FUZZ["check"](first[: int(where * len(first))] + garbage + last[int(where * len(last)) :])


@settings(slow_files_are_failures, max_examples=200)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_pictures_or_errors(data: bytes) -> None:
    """The bytes have nothing to do with any format."""
    FUZZ["check"](data)


def smallest() -> dict[str, str]:
    """For each format, the name of the smallest seed."""
    found: dict[str, str] = {}
    for name in sorted(SEEDS, key=lambda one: len(SEEDS[one])):
        found.setdefault(name.partition("-")[0], name)
    return found


@pytest.mark.parametrize("least_side", [None, FUZZ["LEAST_SIDE"]])
@pytest.mark.parametrize("name", smallest().values(), ids=smallest())
def test_a_file_may_end_anywhere(name: str, least_side: int | None) -> None:
    """Cut off after each of its first 600 bytes, it is a picture or an error."""
    data = SEEDS[name]
    for size in range(min(len(data), 600)):
        start = time.monotonic()
        with suppress(ImageError):
            read_picture(data[:size], max_pixels=FUZZ["MAX_PIXELS"], least_side=least_side)
        assert time.monotonic() - start < 10


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command: list[Any] = [sys.executable, FOLDER / "read_picture.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_single_files_can_be_tried_without_a_fuzzer(tmp_path: Path) -> None:
    """The script writes its seeds, and prints the outcome of each file."""
    assert run("--seeds", tmp_path).returncode == 0
    assert {one.name for one in tmp_path.iterdir()} == set(SEEDS)
    (tmp_path / "text").write_bytes(b"text")
    done = run("--replay", tmp_path / "PNG-RGB-0", tmp_path / "text")
    assert done.stdout == f"{tmp_path}/PNG-RGB-0 ok\n{tmp_path}/text not_an_image\n"
    assert run().returncode == 1
