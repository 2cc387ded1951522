"""Parquet files as sources: a row is an image, or says where one is."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click.testing
import pyarrow as pa
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet as pq

from archives import png
from lookalike import (
    ArchiveLimits,
    HashTable,
    MissingExtraError,
    Status,
    find_duplicates,
    hash_image,
    hash_images,
)
from lookalike.cli.commands import commands
from lookalike.sources import Choice, Inputs
from lookalike.sources.archives import limits
from refusing import statuses
from trying import cases

IMAGES = [png(k) for k in range(7)]


def write(path: Path, columns: dict[str, Any], **options: Any) -> Path:
    pq.write_table(pa.table(columns), path, **options)
    return path


def rows(table: HashTable) -> list[str]:
    return [one.partition("!/")[2] for one in table.paths]


FORMS: dict[str, Any] = {
    "bytes": pa.array(IMAGES),
    "large bytes": pa.array(IMAGES, pa.large_binary()),
    "bytes of a view": pa.array(IMAGES, pa.binary_view()),
    "struct": pa.array([{"bytes": data, "path": "gone.png"} for data in IMAGES]),
    "struct of bytes": pa.array([{"bytes": data} for data in IMAGES]),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("group", [1, 3, 100])
def test_rows_are_read_as_files_are(form: str, workers: int, group: int, tmp_path: Path) -> None:
    """Rows are named by the file and their number from 0, whatever the row groups."""
    path = write(tmp_path / "a.parquet", {"n": range(7), "i": FORMS[form]}, row_group_size=group)
    table = hash_images(path, workers=workers)
    assert table.paths == [f"{path}!/{k}" for k in range(7)]
    assert list(table.hashes["phash"]) == [hash_image(data) for data in IMAGES]
    assert hash_image(f"{path}!/5") == hash_image(IMAGES[5])


def test_rows_without_an_image_are_failures(tmp_path: Path) -> None:
    """A row that is null, empty or not an image fails, and the others are read."""
    column = pa.array([None, b"", b"no image", IMAGES[0][:80], IMAGES[0]])
    table = hash_images(write(tmp_path / "a.parquet", {"image": column}))
    assert rows(table) == ["4"]
    assert statuses(table) == {
        "0": Status.EMPTY, "1": Status.EMPTY, "2": Status.NOT_AN_IMAGE, "3": Status.DAMAGED,
    }  # fmt: skip


def test_paths_are_those_of_files_beside_it(tmp_path: Path) -> None:
    """Covers texts and paths of structs without bytes. An absolute path and a URL stay
    themselves.
    """
    (tmp_path / "in").mkdir()
    for k in range(3):
        (tmp_path / "in" / f"{k}.png").write_bytes(IMAGES[k])
    MemoryFileSystem().pipe("/there.png", IMAGES[3])
    names = ["in/0.png", str(tmp_path / "in" / "1.png"), "gone.png", None, "memory://there.png"]
    names += ["http://[::1/x.png", "nothing://x.png", "in", "\0"]
    expected = {
        "2": Status.MISSING, "3": Status.EMPTY, "5": Status.UNREADABLE, "6": Status.UNSUPPORTED,
        "7": Status.UNREADABLE, "8": Status.MISSING,
    }  # fmt: skip
    structs = [None if name is None else {"bytes": None, "path": name} for name in names]
    for column in (pa.array(names), pa.array(names, pa.large_string()), pa.array(structs)):
        if isinstance(column, pa.StructArray):
            column = column.cast(pa.struct({"bytes": pa.binary(), "path": pa.string()}))
        table = hash_images(write(tmp_path / "a.parquet", {"where": column}))
        assert rows(table) == ["0", "1", "4"]
        assert statuses(table) == expected
    assert hash_image(f"{tmp_path}/a.parquet!/0") == hash_image(IMAGES[0])


def test_a_file_that_a_row_names_is_read_once(tmp_path: Path) -> None:
    """The file also counts under any other name."""
    (tmp_path / "a.png").write_bytes(IMAGES[0])
    path = write(tmp_path / "a.parquet", {"file": ["a.png", "./a.png"]})
    result = find_duplicates([path, tmp_path / "a.png", path])
    assert [one.path for one in result.images] == [f"{path}!/0"]
    assert result.skipped == {"same file": 3}


HF = {b"huggingface": json.dumps({"info": {"features": {"x": {"_type": "Image"}}}}).encode()}


def test_the_only_column_that_can_is_taken(tmp_path: Path) -> None:
    """The column that datasets marks as images is used, or the only bytes, or the only text."""
    table = pa.table({"x": IMAGES, "mask": [b""] * 7, "text": ["t"] * 7})
    pq.write_table(table.replace_schema_metadata(HF), tmp_path / "a.parquet")
    pq.write_table(table.drop(["mask"]), tmp_path / "b.parquet")
    assert len(hash_images(f"{tmp_path}/[ab].parquet")) == 14
    broken = table.drop(["mask"]).replace_schema_metadata({b"huggingface": b"[1"})
    pq.write_table(broken, tmp_path / "c.parquet")
    assert len(hash_images(tmp_path / "c.parquet")) == 7


@pytest.mark.parametrize(
    ("columns", "wanted", "status", "reason"),
    [
        ({"a": [b""], "b": [b""]}, None, Status.UNSUPPORTED, "name one of: a, b"),
        ({"a": [""], "b": [""]}, None, Status.UNSUPPORTED, "name one of: a, b"),
        ({"a": [1], "b": [[b""]]}, None, Status.NOT_AN_IMAGE, "no column that can hold images"),
        ({"a": [b""]}, "c", Status.UNSUPPORTED, "no column 'c', but a"),
        ({"a": [1]}, "a", Status.UNSUPPORTED, "column 'a' is of int64"),
        ({"a": [{"path": "x"}]}, "a", Status.UNSUPPORTED, "neither images nor paths"),
    ],
)
def test_where_no_column_can_be_told_the_file_is_a_failure(
    columns: dict[str, Any], wanted: str | None, status: Status, reason: str, tmp_path: Path
) -> None:
    """The failure lists the columns."""
    path = write(tmp_path / "a.parquet", columns)
    (only,) = hash_images(path, column=wanted).failures
    assert (only.path, only.status) == (str(path), status)
    assert reason in only.reason


def test_a_column_can_be_named(tmp_path: Path) -> None:
    """The library has a parameter for it, and the command an option."""
    path = write(tmp_path / "a.parquet", {"a": IMAGES, "b": IMAGES[::-1]})
    assert hash_images(path, column="b").hashes["phash"][0] == hash_image(IMAGES[-1])
    assert len(find_duplicates(path, column="a").images) == 7
    done = click.testing.CliRunner().invoke(commands, ["hash", str(path), "--column", "b"])
    assert done.output.splitlines()[0] == f"{hash_image(IMAGES[-1])}  {path}!/0"


def test_only_named_files_are_gone_into(tmp_path: Path) -> None:
    """This means by name or by a glob. In a folder, a Parquet file is ordinary data."""
    path = write(tmp_path / "a.parquet", {"image": IMAGES})
    assert hash_images(tmp_path, archives=True).skipped == {"data": 1}
    assert len(hash_images(f"{tmp_path}/*.parquet")) == 7
    MemoryFileSystem().pipe("/a.parquet", path.read_bytes())
    assert hash_images("memory://a.parquet").paths[0] == "memory://a.parquet!/0"
    assert hash_image("memory://a.parquet!/6") == hash_image(IMAGES[6])


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", Status.DAMAGED), (b"PAR1", Status.DAMAGED), (b"x" * 100, Status.DAMAGED),
        (None, Status.MISSING),
    ],
)  # fmt: skip
def test_what_is_no_parquet_file_is_a_failure(
    content: bytes | None, status: Status, tmp_path: Path
) -> None:
    """Of its own."""
    path = tmp_path / "a.parquet"
    if content is not None:
        path.write_bytes(content)
    assert [(one.path, one.status) for one in hash_images(path).failures] == [(str(path), status)]


@settings(max_examples=cases(60), deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_broken_files_end_in_statuses(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[float, int]]
) -> None:
    """Nothing is raised, whichever bytes are changed."""
    path = write(tmp_path_factory.getbasetemp() / "broken.parquet", {"image": IMAGES[:3]})
    data = bytearray(path.read_bytes())
    for place, value in changes:
        data[int(place * (len(data) - 1))] = value
    path.write_bytes(data)
    table = hash_images(path, workers=1)
    assert not {one.status for one in table.failures} & {Status.OK, Status.MISSING}


def test_limits_hold_here_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits apply to one row, all rows, their number, and sizes that no picture unpacks to."""
    path = write(tmp_path / "a.parquet", {"image": [*IMAGES, IMAGES[0] + bytes(9000)]})
    table = hash_images(path, archive_limits=ArchiveLimits(member_bytes=5000))
    assert (len(table), statuses(table)) == (7, {"7": Status.TOO_LARGE})
    table = hash_images(path, archive_limits=ArchiveLimits(members=3))
    assert (len(table), statuses(table)) == (3, {"": Status.TOO_LARGE})
    zeros = write(tmp_path / "z.parquet", {"image": [bytes(2_000_000)]}, compression="zstd")
    table = hash_images(zeros, archive_limits=ArchiveLimits(unpacked_bytes=100))
    assert statuses(table) == {"": Status.TOO_LARGE}
    monkeypatch.setattr(limits, "ABSURD_RATIO", 100)
    monkeypatch.setattr(limits.absurdity, "__defaults__", (100_000,))
    assert statuses(hash_images(zeros)) == {"": Status.TOO_LARGE}


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize("dictionary", [False, True])
def test_rows_are_unpacked_some_at_a_time(dictionary: bool, tmp_path: Path) -> None:
    """This holds for row groups of any size, even for one long value."""
    large = bytes(range(256)) * 4000
    column = [large[k:] for k in range(100)] if not dictionary else [large] * 150
    path = tmp_path / "a.parquet"
    write(
        path, {"image": column}, use_dictionary=dictionary, compression="none", write_batch_size=1
    )
    pool = pa.default_memory_pool()
    before, most, count = pool.bytes_allocated(), 0, 0
    for one in Inputs(path, Choice()):
        assert not one.is_light
        count += 1
        most = max(most, pool.bytes_allocated() - before)
    assert count == len(column)
    assert most < 80_000_000 if dictionary else most < 40_000_000


def test_without_pyarrow_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The error comes before anything is read, if the file is named."""
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    for images in ("a.parquet", ["gone.png", Path("a.parquet")]):
        with pytest.raises(MissingExtraError, match="need pyarrow: pip install pyarrow"):
            hash_images(images)  # type: ignore[arg-type]
