"""Archives, index files and the luma of JPEGs of any bytes each end as they should.

`fuzz/read_archive.py`, `fuzz/open_index.py`, `fuzz/open_sight.py` and `fuzz/read_luma.py` have the
seeds, the checks of each file, and a longer fuzzing.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzzers import Edit, edited, edits_of, fuzzer, slow_files_are_failures
from lookalike import Status

ARCHIVES, INDEXES = fuzzer("read_archive.py"), fuzzer("open_index.py")
SIGHTS, LUMAS = fuzzer("open_sight.py"), fuzzer("read_luma.py")
ARCHIVE_SEEDS: dict[str, bytes] = ARCHIVES["seeds"]()
INDEX_SEEDS: dict[str, bytes] = INDEXES["seeds"]()
SIGHT_SEEDS: dict[str, bytes] = SIGHTS["seeds"]()
LUMA_SEEDS: dict[str, bytes] = LUMAS["seeds"]()

payloads = st.sampled_from(
    [b"\0" * 4, b"\xff" * 4, b"PK\3\4", b"PK\1\2", b"PK\5\6", b"ustar", b"0000000", b"7777777"]
) | st.binary(min_size=1, max_size=8)


def test_every_archive_seed_is_read_to_its_end() -> None:
    """The seeds are valid, so changed ones get far."""
    for name, data in ARCHIVE_SEEDS.items():
        assert set(ARCHIVES["check"](data)) == {Status.OK}, name


def test_every_index_seed_answers() -> None:
    """Index files are valid too, also with recomputed checksums."""
    for name, data in INDEX_SEEDS.items():
        assert INDEXES["check"](data) == ["ok", "ok"], name


@pytest.mark.slow
@settings(slow_files_are_failures, max_examples=250)
@given(name=st.sampled_from(sorted(ARCHIVE_SEEDS)), edits=edits_of(payloads))
def test_members_of_mutated_archives_are_rows_or_failures(name: str, edits: list[Edit]) -> None:
    """Bytes are changed, inserted, removed, repeated and cut off, in zip and tar archives."""
    ARCHIVES["check"](edited(ARCHIVE_SEEDS[name], edits))


@pytest.mark.slow
@settings(slow_files_are_failures, max_examples=250)
@given(name=st.sampled_from(sorted(INDEX_SEEDS)), edits=edits_of(payloads))
def test_mutated_indexes_answer_or_say_that_they_are_damaged(name: str, edits: list[Edit]) -> None:
    """Index files are changed in the same ways, with and without corrected checksums."""
    INDEXES["check"](edited(INDEX_SEEDS[name], edits))


def test_every_seed_of_pictures_answers() -> None:
    """Files of pictures are valid too."""
    for name, data in SIGHT_SEEDS.items():
        assert SIGHTS["check"](data) == ["ok", "ok"], name


@pytest.mark.slow
@settings(slow_files_are_failures, max_examples=150)
@given(name=st.sampled_from(sorted(SIGHT_SEEDS)), edits=edits_of(payloads))
def test_mutated_files_of_pictures_answer_or_say_that_they_are_damaged(
    name: str, edits: list[Edit]
) -> None:
    """Files of pictures are changed in the same ways."""
    SIGHTS["check"](edited(SIGHT_SEEDS[name], edits))


def test_every_seed_of_luma_is_read() -> None:
    """At one scale or more, and alike on every instruction set."""
    for name, data in LUMA_SEEDS.items():
        assert "read" in LUMAS["check"](data), name


@pytest.mark.slow
@settings(slow_files_are_failures, max_examples=300)
@given(name=st.sampled_from(sorted(LUMA_SEEDS)), edits=edits_of(payloads))
def test_mutated_jpegs_have_the_same_luma_everywhere(name: str, edits: list[Edit]) -> None:
    """Whatever the bytes, every instruction set gives the same verdicts and pixels."""
    LUMAS["check"](edited(LUMA_SEEDS[name], edits))
