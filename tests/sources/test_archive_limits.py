"""Limits on what comes out of an archive: bombs are refused before they take time or memory."""

from __future__ import annotations

import bz2
import gzip
import inspect
import io
import lzma
import re
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backports import zstd

from archives import ARCHIVES, changed, header, member, png, zip_of
from lookalike import ArchiveLimits, HashTable, Status, hash_images
from lookalike.cli.images import LIMITS, reads_images
from lookalike.sources.archives import limits, tape
from lookalike.sources.archives.zip_directory import END, ENTRY, LOCAL
from lookalike.sources.kinds import ARCHIVES as ENDINGS

every_kind = pytest.mark.parametrize("kind", ARCHIVES)
compressed = pytest.mark.parametrize("kind", ["tar.gz", "tar.bz2", "tar.xz", "tar.zst"])
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "tar.gz": gzip.compress,
    "tar.bz2": bz2.compress,
    "tar.xz": lzma.compress,
    "tar.zst": zstd.compress,
}


def read(path: Path, data: bytes, **most: int) -> HashTable:
    path.write_bytes(data)
    return hash_images(path, workers=1, archive_limits=ArchiveLimits(**most))


def peak(read: Callable[[], object]) -> int:
    """The peak of the memory that Python held, including NumPy arrays and stream buffers."""
    tracemalloc.start()
    try:
        read()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@every_kind
def test_large_members_are_refused(kind: str, tmp_path: Path) -> None:
    """They are refused unread because of their size, and the others are read."""
    files = {"a.png": png(1), "large.png": png(2) + bytes(10_000), "c.png": png(3)}
    table = read(tmp_path / f"a.{kind}", ARCHIVES[kind](files), member_bytes=5_000)
    assert len(table) == 2
    (only,) = table.failures
    assert (only.path, only.status) == (f"{tmp_path}/a.{kind}!/large.png", Status.TOO_LARGE)
    assert "the limit is 5,000" in only.reason


@every_kind
def test_an_archive_of_too_many_members_is_left(kind: str, tmp_path: Path) -> None:
    """Reading stops after the allowed number, with a failure for the archive itself."""
    files = {f"{k}.png": png(1) for k in range(6)}
    table = read(tmp_path / f"a.{kind}", ARCHIVES[kind](files), members=4)
    assert len(table) == 4
    assert [(one.path, one.status) for one in table.failures] == [
        (f"{tmp_path}/a.{kind}", Status.TOO_LARGE)
    ]


@pytest.mark.parametrize("kind", ["zip", *COMPRESS])
def test_an_archive_that_unpacks_to_too_much_is_left(kind: str, tmp_path: Path) -> None:
    """Bytes beyond the archive's own size count, whether used or skipped."""
    files = {"notes.txt": bytes(20_000), "a.png": png(1), "b.png": png(2) + bytes(50_000)}
    files |= {"c.png": png(3)}
    table = read(tmp_path / f"a.{kind}", ARCHIVES[kind](files), unpacked_bytes=40_000)
    assert [one.partition("!/")[2] for one in table.paths] == ["a.png"]
    assert table.failures[-1].path == str(tmp_path / f"a.{kind}")
    assert {one.status for one in table.failures} == {Status.TOO_LARGE}


@pytest.mark.parametrize("kind", ["cbz", "tar"])
def test_what_is_not_compressed_may_be_of_any_size(kind: str, tmp_path: Path) -> None:
    """It unpacks to no more than the archive has."""
    files = {f"{k}.png": png(k) for k in range(20)}
    assert len(read(tmp_path / f"a.{kind}", ARCHIVES[kind](files), unpacked_bytes=1)) == 20


def test_a_zip_of_zeros_is_refused_by_its_directory(tmp_path: Path) -> None:
    """Gigabytes are not unpacked: the member is too large, or its packed size is too small."""
    zeros = zip_of({"zeros.png": bytes(100_000_000), "a.png": png(1)})
    path = tmp_path / "a.zip"
    tables: list[HashTable] = []
    taken = peak(lambda: tables.append(read(path, zeros)))
    assert taken < 3_000_000
    assert [one.status for one in tables[0].failures] == [Status.TOO_LARGE]
    assert "which no picture does" in tables[0].failures[0].reason
    many = changed(zeros, ENTRY, 24, "<I", 4_000_000_000)
    table = read(path, many)
    assert [one.status for one in table.failures] == [Status.TOO_LARGE] * 2
    assert "it has 4,000,000,000 bytes" in table.failures[0].reason


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_zip_that_lies_about_a_size_gives_no_more(method: int, tmp_path: Path) -> None:
    """If a member unpacks to more than the directory says, only the declared size is unpacked."""
    data = zip_of({"zeros.png": bytes(60_000_000)}, method)
    for magic, at in ((LOCAL, 22), (ENTRY, 24)):
        data = changed(data, magic, at, "<I", 1000)
    tables: list[HashTable] = []
    assert peak(lambda: tables.append(read(tmp_path / "a.zip", data))) < 3_000_000
    assert [one.status for one in tables[0].failures] == [Status.DAMAGED]


def test_members_that_share_their_bytes_count_each(tmp_path: Path) -> None:
    """A zip whose directory names the same bytes again and again is left at the limit."""
    once = zip_of({"a.png": png(1) + bytes(1_000_000)})
    end = once.rfind(END)
    start = once.find(ENTRY)
    entry = once[start:end]
    data = bytearray(once[:start] + entry * 500 + once[end:])
    end = data.rfind(b"PK\5\6")
    data[end + 10 : end + 16] = (500).to_bytes(2, "little") + (500 * len(entry)).to_bytes(
        4, "little"
    )
    table = read(tmp_path / "a.zip", bytes(data), unpacked_bytes=10_000_000)
    assert len(table) == 10
    assert [one.path for one in table.failures] == [str(tmp_path / "a.zip")]


@pytest.mark.slow
@compressed
def test_a_stream_of_zeros_is_left_early(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unpacking stops at a thousand times the packed bytes, even for skipped members."""
    monkeypatch.setattr(tape, "ABSURD_BYTES", 4_000_000)
    monkeypatch.setattr(limits, "ABSURD_RATIO", 100)
    bomb = header("zeros.bin", 30_000_000).tobuf() + bytes(30_000_000)
    packed = COMPRESS[kind](member("a.png", png(1)) + bomb)
    assert len(packed) < 100_000
    table = read(tmp_path / f"a.{kind}", packed)
    assert len(table) == 1
    (only,) = table.failures
    assert (only.path, only.status) == (str(tmp_path / f"a.{kind}"), Status.TOO_LARGE)


@compressed
def test_a_large_member_of_a_stream_is_skipped_in_little_memory(kind: str, tmp_path: Path) -> None:
    """It must be unpacked to get past it, but need not be held. (xz itself holds 8 MiB.)"""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(header("large.png", 20_000_000), io.BytesIO(bytes(20_000_000)))
        archive.addfile(header("a.png", len(png(1))), io.BytesIO(png(1)))
    packed = COMPRESS[kind](file.getvalue())
    del file
    tables: list[HashTable] = []
    path = tmp_path / f"a.{kind}"
    assert peak(lambda: tables.append(read(path, packed, member_bytes=1_000_000))) < 12_000_000
    assert len(tables[0]) == 1
    assert [one.status for one in tables[0].failures] == [Status.TOO_LARGE]


def test_extended_headers_are_held_to_a_size(tmp_path: Path) -> None:
    """A name of a gigabyte is not read."""
    for kind in (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME):
        data = header("x", 1 << 30, kind).tobuf() + bytes(1 << 20)
        (only,) = read(tmp_path / "a.tar", data).failures
        assert only.status is Status.DAMAGED
        assert "a header of 1,073,741,824 bytes" in only.reason


@pytest.mark.parametrize("name", ["member_bytes", "unpacked_bytes", "members"])
def test_limits_are_whole_numbers_of_one_or_more(name: str) -> None:
    """Anything else is named before any work starts."""
    wrong: list[tuple[Any, type[Exception]]] = [(0, ValueError), (-1, ValueError), ("9", TypeError)]
    for value, error in wrong:
        with pytest.raises(error, match=f"{name} must be"):
            ArchiveLimits(**{name: value})


def test_the_command_has_the_same_limits() -> None:
    """Each limit is an option, with the same default."""

    def command(**_: object) -> None: ...

    reads_images(command)
    defaults = inspect.signature(ArchiveLimits).parameters
    added = {one.name: one for one in reads_images(command).__click_params__}  # type: ignore[attr-defined]
    assert list(LIMITS) == list(defaults)
    assert all(added[name].default == defaults[name].default for name in LIMITS)


def test_the_docs_have_the_limits_and_the_endings() -> None:
    """docs/sources.md names every default, and every ending of an archive's name."""
    page = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
    for name, parameter in inspect.signature(ArchiveLimits).parameters.items():
        assert f"`{name}` ({parameter.default:,})" in page
    (endings,) = re.findall(r"^\| an archive: ([^|]+) \|", page, re.MULTILINE)
    assert sorted(endings.split()) == sorted(ENDINGS)
