"""Inputs are listed in shards that stay the same as long as their files do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lookalike.sources import Choice
from lookalike.spark.listing import PER_SHARD, Shard, names_in, shards_of


def listed(*names: object) -> list[Shard]:
    return list(shards_of([str(name) for name in names], Choice()))


def test_an_archive_is_a_shard_and_single_files_share_one(tmp_path: Path) -> None:
    """In the order in which they are named. Nothing is opened, so anything may be in them."""
    for name in ("a.jpg", "b.tar", "c.png", "d.parquet", "e.txt"):
        (tmp_path / name).write_text(name)
    (tmp_path / "more").mkdir()
    for number in range(PER_SHARD + 5):
        (tmp_path / "more" / f"{number:05}.jpg").touch()
    found = listed(tmp_path / "b.tar", tmp_path / "d.parquet", tmp_path, tmp_path / "no.jpg")
    assert [one.shard for one in found] == list(range(4))
    assert [len(one.names) for one in found] == [1, 1, PER_SHARD, 8]
    names = [name for one in found for name in names_in(one.names)]
    assert len(set(names)) == len(names) == PER_SHARD + 10
    assert names[0] == str(tmp_path / "b.tar")
    assert names[-1] == str(tmp_path / "no.jpg")


def test_a_shard_changes_with_its_files(tmp_path: Path) -> None:
    """With their sizes, their times and their names. The other shards stay the same."""
    tars = [tmp_path / f"{number}.tar" for number in range(3)]
    for path in tars:
        path.write_bytes(b"as it was")
    before = listed(*tars)
    assert listed(*tars) == before
    tars[1].write_bytes(b"longer than it was")
    longer = listed(*tars)
    os.utime(tars[1], ns=(1, 1))
    older = listed(*tars)
    assert before[1].digest != longer[1].digest != older[1].digest
    assert before[::2] == longer[::2] == older[::2]


def test_names_need_not_be_valid_text(tmp_path: Path) -> None:
    """They arrive as they were listed."""
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jpg")
    Path(path).touch()
    (one,) = listed(tmp_path)
    assert names_in(one.names) == [path]


def test_images_without_a_name_are_refused() -> None:
    """Tasks on other machines could not read them."""
    with pytest.raises(TypeError, match=r"image \[1\] has no path or address"):
        list(shards_of(["a.jpg", b"picture"], Choice()))
