"""Archives have the members that Python's own `zipfile` and `tarfile` find in them."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archives import png, tar_of, zip_of
from fuzzers import Edit, edited, edits_of
from lookalike import HashTable, hash_images
from trying import cases

names = st.text(
    st.characters(codec="utf-8", exclude_characters="/\\\0", exclude_categories=["C", "Z"]),
    min_size=1,
    max_size=30,
)
files = st.dictionaries(
    names.map(lambda name: f"x{name}.png"), st.integers(0, 3).map(png), min_size=1, max_size=6
)
payloads = st.binary(min_size=1, max_size=4)
in_one_folder = settings(
    deadline=None,
    max_examples=cases(80),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def members(path: Path, data: bytes) -> HashTable:
    path.write_bytes(data)
    return hash_images(path, workers=1)


def inner(table: HashTable) -> list[str]:
    return [path.partition("!/")[2] for path in table.paths]


@pytest.mark.slow
@in_one_folder
@given(files=files, method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
def test_zips_have_the_members_that_zipfile_finds(
    files: dict[str, bytes], method: int, tmp_path: Path
) -> None:
    """The names are the same, in the same order."""
    data = zip_of(files, method)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert inner(members(tmp_path / "a.zip", data)) == archive.namelist()


@pytest.mark.slow
@in_one_folder
@given(files=files, kind=st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]))
def test_tars_have_the_members_that_tarfile_finds(
    files: dict[str, bytes], kind: int, tmp_path: Path
) -> None:
    """The names are the same, in the same order."""
    data = tar_of(files, kind)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert inner(members(tmp_path / "a.tar", data)) == archive.getnames()


@pytest.mark.slow
@in_one_folder
@given(files=files, edits=edits_of(payloads))
def test_what_zipfile_reads_of_a_mutated_zip_is_read_alike_or_is_a_failure(
    files: dict[str, bytes], edits: list[Edit], tmp_path: Path
) -> None:
    """A picture is never read if `zipfile` would give other bytes for it."""
    data = edited(zip_of(files), edits)
    table = members(tmp_path / "a.zip", data)
    read = dict(zip(inner(table), (bytes(one) for one in table.digests), strict=True))
    sound = {bytes(one) for one in members(tmp_path / "whole.zip", zip_of(files)).digests}
    assert set(read.values()) <= sound
