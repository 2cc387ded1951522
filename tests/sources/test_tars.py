"""The kinds of tar archives."""

from __future__ import annotations

import gzip
import io
import tarfile
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from archives import ARCHIVES, checked, header, member, png, tar_of
from lookalike import HashTable, Status, hash_images
from lookalike.sources.archives import unpacking

LONG = "/".join(["folder" * 10] * 4) + "/\N{SNOWMAN}" + "n" * 180 + ".png"


def read(folder: Path, data: bytes, kind: str = "tar") -> HashTable:
    path = folder / f"a.{kind}"
    path.write_bytes(data if kind == "tar" else gzip.compress(data))
    return hash_images(path, workers=2)


def names(table: HashTable) -> list[str]:
    return [one.partition("!/")[2] for one in table.paths]


plain_and_packed = pytest.mark.parametrize("kind", ["tar", "tgz"])


@plain_and_packed
@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_every_format_is_read(form: int, kind: str, tmp_path: Path) -> None:
    """Covers pax, GNU and ustar, with names of the maximum length."""
    long = LONG if form != tarfile.USTAR_FORMAT else "f" * 120 + "/" + "n" * 90 + ".png"
    files = {"a.png": png(1), long: png(2), "c.png": png(3)}
    table = read(tmp_path, tar_of(files, form), kind)
    assert (names(table), table.failures) == (list(files), [])


@plain_and_packed
@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_names_that_are_no_text(form: int, kind: str, tmp_path: Path) -> None:
    """Their bytes are kept, as for files."""
    table = read(tmp_path, tar_of({"\udcff.png": png(1)}, form), kind)
    assert names(table) == ["\udcff.png"]


@plain_and_packed
def test_links_and_devices_are_counted(kind: str, tmp_path: Path) -> None:
    """Hard and symbolic links, pipes and devices hold no images and are counted. Folders are
    skipped.
    """
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(header("folder.png", kind=tarfile.DIRTYPE))
        archive.addfile(header("a.png", len(png(1))), io.BytesIO(png(1)))
        for k, what in enumerate([tarfile.SYMTYPE, tarfile.LNKTYPE]):
            link = header(f"link{k}.png", kind=what)
            link.linkname = "a.png"
            archive.addfile(link)
        for k, what in enumerate([tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE]):
            archive.addfile(header(f"device{k}.png", kind=what))
    table = read(tmp_path, file.getvalue(), kind)
    assert names(table) == ["a.png"]
    assert table.skipped == {"device": 3, "link": 2}


@plain_and_packed
def test_sparse_members_are_not_read(kind: str, tmp_path: Path) -> None:
    """Covers old GNU ones, whose map continues in another block, and pax ones."""
    old = header("old.png", 512, tarfile.GNUTYPE_SPARSE)
    block = bytearray(old.tobuf(tarfile.GNU_FORMAT))
    block[482] = 1
    pax = header("pax.png", 512)
    pax.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.name": "real.png"}
    parts = checked(bytes(block)), bytes(512), bytes(512), pax.tobuf(tarfile.PAX_FORMAT), bytes(512)
    table = read(tmp_path, b"".join(parts) + tar_of({"a.png": png(1)}), kind)
    assert names(table) == ["a.png"]
    assert [(one.path.partition("!/")[2], one.status) for one in table.failures] == [
        ("old.png", Status.UNSUPPORTED),
        ("real.png", Status.UNSUPPORTED),
    ]


@plain_and_packed
def test_pax_headers_say_name_and_size(kind: str, tmp_path: Path) -> None:
    """Headers apply to one member or to all that follow, whatever the member's own header says."""
    info = header("wrong.png", 0)
    info.pax_headers = {"path": "right.png", "size": str(len(png(1)))}
    data = (
        tarfile.TarInfo.create_pax_global_header({"comment": "of all"})
        + info.tobuf(tarfile.PAX_FORMAT)
        + png(1)
        + bytes(-len(png(1)) % tarfile.BLOCKSIZE)
        + tar_of({"b.png": png(2)})
    )
    table = read(tmp_path, data, kind)
    assert (names(table), table.failures) == (["right.png", "b.png"], [])


@plain_and_packed
def test_a_missing_end_is_told(kind: str, tmp_path: Path) -> None:
    """All members are read, and the archive is a failure, since more may have followed."""
    table = read(tmp_path, member("a.png", png(1)), kind)
    assert names(table) == ["a.png"]
    assert [one.status for one in table.failures] == [Status.DAMAGED]
    assert "the end-of-archive marker is missing" in table.failures[0].reason


below_zero = bytearray(header("b.png").tobuf())
below_zero[124:136] = b"\xff" * 12
BROKEN = {
    "no header": b"\1" * 512,
    "a lone block of zeros": bytes(512),
    "a size below zero": checked(bytes(below_zero)),
    "a header without sense": header("x", 17, tarfile.XHDTYPE).tobuf() + b"9999999 nonsense\n",
    "a header of a gigabyte": header("x", 1 << 30, tarfile.XHDTYPE).tobuf(),
}


@plain_and_packed
@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_ends_the_archive(what: str, kind: str, tmp_path: Path) -> None:
    """Members before it are read. The archive is damaged, and says so."""
    table = read(tmp_path, member("a.png", png(1)) + BROKEN[what] + tar_of({"b.png": png(2)}), kind)
    assert names(table) == ["a.png"]
    assert [one.status for one in table.failures] == [Status.DAMAGED]
    assert table.failures[0].path == str(tmp_path / f"a.{kind}")


def test_compressed_streams_may_follow_each_other(tmp_path: Path) -> None:
    """Parallel compressors write such streams, some with zeros between."""
    data = tar_of({f"{k}.png": png(k) for k in range(5)})
    half = len(data) // 2 + 77
    path = tmp_path / "a.tgz"
    path.write_bytes(gzip.compress(data[:half]) + bytes(512) + gzip.compress(data[half:]))
    assert len(hash_images(path)) == 5


def test_without_zstd_the_archive_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where this Python has no zstd, the archive is unsupported, with the install line."""

    def without(name: str) -> ModuleType:
        if "zstd" in name:
            raise ImportError(name)
        return import_module(name)

    monkeypatch.setattr(unpacking, "import_module", without)
    path = tmp_path / "a.tar.zst"
    path.write_bytes(ARCHIVES["tar.zst"]({"a.png": png(1)}))
    (only,) = hash_images(path).failures
    assert only.status is Status.UNSUPPORTED
    assert "pip install backports.zstd" in only.reason
