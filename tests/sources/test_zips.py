"""The kinds of zip archives."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path
from typing import IO

import pytest
from backports import zstd

from archives import changed, png, zip_of
from lookalike import Failure, Status, hash_images
from lookalike.sources.archives.zip_directory import END, ENTRY, LOCAL, entries

FILES = {"a.png": png(1), "b.png": png(2)}


def failures(folder: Path, data: bytes) -> list[Failure]:
    path = folder / "a.zip"
    path.write_bytes(data)
    table = hash_images(path)
    assert table.paths == []
    return table.failures


def paths(folder: Path, data: bytes) -> list[str]:
    path = folder / "a.zip"
    path.write_bytes(data)
    table = hash_images(path, workers=2)
    assert table.failures == []
    return [one.partition("!/")[2] for one in table.paths]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
@pytest.mark.parametrize("comment", [b"", 9 * b"PK\5\6 in it ", b"c" * 65535], ids=len)
def test_methods_and_comments(method: int, comment: bytes, tmp_path: Path) -> None:
    """Stored, deflated and bzip2 members are read, and a comment of any length may follow."""
    assert paths(tmp_path, zip_of(FILES, method, comment)) == ["a.png", "b.png"]


def test_zstd_members(tmp_path: Path) -> None:
    """Method 93 is read if zstd is available."""
    stored = zip_of({"a.png": png(1)}, zipfile.ZIP_STORED)
    packed = zstd.compress(png(1))
    at = stored.find(png(1))
    data = stored[:at] + packed + stored[at + len(png(1)) :]
    for magic, method_at, packed_at in ((LOCAL, 8, 18), (ENTRY, 10, 20)):
        data = changed(data, magic, method_at, "<H", 93)
        data = changed(data, magic, packed_at, "<I", len(packed))
    end = data.rfind(END)
    (start,) = struct.unpack_from("<I", data, end + 16)
    moved = bytearray(data)
    struct.pack_into("<I", moved, end + 16, start + len(packed) - len(png(1)))
    assert paths(tmp_path, bytes(moved)) == ["a.png"]


@pytest.mark.parametrize(
    ("at", "form", "value", "status", "reason"),
    [
        (8, "<H", 1, Status.UNREADABLE, "it is encrypted"),
        (10, "<H", 9, Status.UNSUPPORTED, "by a method that cannot be read here, number 9"),
        (16, "<I", 0, Status.DAMAGED, "its checksum is not the one in the archive"),
        (24, "<I", 9999, Status.DAMAGED, "it unpacks to fewer bytes than the archive says"),
        (24, "<I", 50, Status.DAMAGED, "its checksum is not"),
        (42, "<I", 5, Status.DAMAGED, "it is not where the archive's directory says"),
        (42, "<I", 1 << 30, Status.DAMAGED, "it is not where the archive's directory says"),
    ],
)
def test_members_that_cannot_be_read(
    at: int, form: str, value: int, status: Status, reason: str, tmp_path: Path
) -> None:
    """Each has a status and a reason. The archive itself has none."""
    found = failures(tmp_path, changed(zip_of(FILES), ENTRY, at, form, value))
    assert [(one.path.partition("!/")[2], one.status) for one in found] == [
        ("a.png", status),
        ("b.png", status),
    ]
    assert all(reason in one.reason for one in found)


@pytest.mark.parametrize(
    ("at", "form", "value", "status", "reason"),
    [
        (4, "<H", 1, Status.UNSUPPORTED, "one part of an archive in several files"),
        (16, "<I", 1 << 30, Status.DAMAGED, "its directory is not where it should be"),
        (16, "<I", 3, Status.DAMAGED, "its directory is broken"),
    ],
)
def test_directories_that_cannot_be_read(
    at: int, form: str, value: int, status: Status, reason: str, tmp_path: Path
) -> None:
    """The archive is the one failure, with the reason."""
    (only,) = failures(tmp_path, changed(zip_of(FILES), END, at, form, value))
    assert (only.path, only.status) == (str(tmp_path / "a.zip"), status)
    assert reason in only.reason


def test_a_wrong_number_of_members_is_told(tmp_path: Path) -> None:
    """The members in the directory are read, and the missing ones are one failure."""
    (tmp_path / "a.zip").write_bytes(changed(zip_of(FILES), END, 10, "<H", 5))
    table = hash_images(tmp_path / "a.zip")
    assert len(table) == 2
    assert [one.status for one in table.failures] == [Status.DAMAGED]
    assert "has 2 members, and says that it has 5" in table.failures[0].reason


class Pipe(io.RawIOBase):
    """A stream that cannot seek, as used for zips that are sent while they are packed."""

    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.written += memoryview(data)  # type: ignore[arg-type]
        return memoryview(data).nbytes  # type: ignore[arg-type]


@pytest.mark.parametrize("large", [False, True])
def test_large_archives_and_streamed_ones(large: bool, tmp_path: Path) -> None:
    """64-bit numbers and sizes after the bytes are read. A streamed zip needs its end."""
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in FILES.items():
            with archive.open(name, "w", force_zip64=large) as member:
                member.write(data)
    assert paths(tmp_path, bytes(pipe.written)) == ["a.png", "b.png"]
    (only,) = failures(tmp_path, bytes(pipe.written[:-30]))
    assert only.status is Status.DAMAGED


@pytest.mark.parametrize("value", [0, 1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1])
@pytest.mark.parametrize("which", [20, 24, 42], ids=["packed", "size", "place"])
def test_numbers_of_64_bits_are_only_numbers(which: int, value: int, tmp_path: Path) -> None:
    """The member has a status, whatever sizes and places a directory claims."""
    data = changed(zip_of({"a.png": png(1)}), ENTRY, which, "<I", 0xFFFFFFFF)
    data = changed(data, ENTRY, 30, "<H", 12)
    end = data.rfind(END)
    (size,) = struct.unpack_from("<I", data, end + 12)
    data = data[:end] + struct.pack("<HHQ", 1, 8, value) + data[end:]
    data = changed(data, END, 12, "<I", size + 12)
    if (which, value) == (42, 0):  # where it is
        assert paths(tmp_path, data) == ["a.png"]
    else:
        (only,) = failures(tmp_path, data)
        assert only.status in {Status.DAMAGED, Status.TOO_LARGE, Status.EMPTY}
        assert only.path.endswith("!/a.png")


@pytest.mark.slow
def test_more_members_than_16_bits_count(tmp_path: Path) -> None:
    """The 64-bit directory is found, and read to its end."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for k in range(0x10000 + 3):
            archive.writestr(f"{k}.txt", b"")
        archive.writestr("a.png", png(1))
    table = hash_images(path)
    assert (len(table), table.failures, table.skipped) == (1, [], {"text": 0x10000 + 3})


def test_names_are_in_utf_8_or_in_cp437(tmp_path: Path) -> None:
    """Each member says which. Bytes that are not text stay as they are."""
    name = "\N{SNOWMAN}\N{LATIN SMALL LETTER E WITH ACUTE}.png"
    assert paths(tmp_path, zip_of({name: png(1)})) == [name]
    old = changed(zip_of({"e.png": png(1)}).replace(b"e.png", b"\x82.png"), ENTRY, 8, "<H", 0)
    assert paths(tmp_path, old) == ["\N{LATIN SMALL LETTER E WITH ACUTE}.png"]
    odd = changed(zip_of({"e.png": png(1)}).replace(b"e.png", b"\xff.png"), ENTRY, 8, "<H", 1 << 11)
    assert paths(tmp_path, odd) == ["\udcff.png"]


def test_links_are_counted(tmp_path: Path) -> None:
    """A Unix link holds only a name."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("link.png")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "a.png")
        archive.writestr("a.png", png(1))
    table = hash_images(path)
    assert (len(table), table.skipped) == (1, {"link": 1})


@pytest.mark.parametrize("count", [0, 1, 50])
def test_the_directory_says_what_zipfile_says(count: int, tmp_path: Path) -> None:
    """Names, methods, sizes, checksums and places agree with the standard library's."""
    data = zip_of({f"{k}.bin": bytes(k * 7) for k in range(count)})
    file: IO[bytes] = io.BytesIO(data)
    ours = [(e.name, e.method, e.crc, e.packed, e.size, e.header_at) for e in entries(file)]  # type: ignore[arg-type]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        theirs = [
            (i.filename, i.compress_type, i.CRC, i.compress_size, i.file_size, i.header_offset)
            for i in archive.infolist()
        ]
    assert ours == theirs
