"""Addresses as sources, through fsspec's file systems in memory and on this machine."""

from __future__ import annotations

import io
import os
import pickle
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem

import lookalike
from archives import ARCHIVES, png, zip_of
from lookalike import Status, find_duplicates, hash_image, hash_images
from lookalike.errors import ImageError, MissingExtraError
from lookalike.images import read_picture
from lookalike.sources import Choice, Inputs
from lookalike.sources.places import addresses
from lookalike.sources.places.addresses import RemotePlace, is_address, place_of

FILES = {
    "photos/b.png": png(1), "photos/a.png": png(2), "photos/deep/er/c": png(3),
    "photos/.hidden.png": png(4), "photos/film.mp4": b"film", "photos/broken.png": png(5)[:100],
    "photos/empty.png": b"",
}  # fmt: skip
FOUND = ["photos/a.png", "photos/b.png", "photos/deep/er/c"]


@pytest.fixture(autouse=True)
def memory() -> Iterator[MemoryFileSystem]:
    """Files in memory, which are removed after the test."""
    file_system = MemoryFileSystem()
    for name, data in FILES.items():
        file_system.pipe(f"/{name}", data)
    yield file_system
    file_system.store.clear()
    file_system.pseudo_dirs[:] = [""]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The same files on disk."""
    for name, data in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["memory://photos", "memory:///photos", "memory://photos/", "memory://"]
)
@pytest.mark.parametrize("workers", [1, 4])
def test_a_folder_is_walked_as_one_on_disk(name: str, workers: int) -> None:
    """Names, statuses and counts are the same. Keys begin as the folder was named."""
    table = hash_images(name, workers=workers)
    assert [one.partition("photos/")[2] for one in table.paths] == ["a.png", "b.png", "deep/er/c"]
    assert all(one.startswith(name) for one in table.paths)
    assert [hash_image(one) for one in table.paths] == list(table.hashes["phash"])
    assert [one.status for one in table.failures] == [Status.DAMAGED, Status.EMPTY]
    assert table.skipped == {"video": 1}


def test_files_on_disk_have_addresses_too(folder: Path) -> None:
    """`file://` means this machine, and one file by address and by path is the same file."""
    address = f"file://{folder}"
    result = find_duplicates([address, folder, str(folder / "photos/a.png")])
    assert [one.path for one in result.images] == [f"{address}/{name}" for name in FOUND]
    assert result.skipped["same file"] == len(FOUND) + 2 + 1
    assert hash_image(f"{address}/photos/a.png") == hash_image(png(2))
    assert hash_images(f"local://{folder}/*/*.png").paths[0] == f"local://{folder}/photos/a.png"
    os.mkfifo(folder / "photos/pipe.png")
    with pytest.raises(ImageError, match="a pipe"):
        hash_image(f"{address}/photos/pipe.png")


def test_any_file_system_can_be_walked(folder: Path) -> None:
    """Links to files are followed, and links to folders are not. Pipes are not opened."""
    os.mkfifo(folder / "photos/pipe.png")
    (folder / "photos/up").symlink_to(folder)
    (folder / "photos/link.png").symlink_to("a.png")
    (folder / "photos/nowhere.png").symlink_to("gone")
    root = str(folder / "photos")
    place = RemotePlace(LocalFileSystem(), f"file://{root}", root)
    assert place.list(root).folders == ["deep"]
    names = [".hidden", "a", "b", "broken", "empty", "film", "link", "nowhere", "pipe"]
    assert [Path(name).stem for name in place.list(root).files] == names
    link, image = (read_picture(place.image(f"{root}/{name}")) for name in ("link.png", "a.png"))
    assert link.digest == image.digest
    for name, status in (("nowhere.png", Status.MISSING), ("pipe.png", Status.UNREADABLE)):
        with pytest.raises(ImageError) as caught:
            read_picture(place.image(f"{root}/{name}"))
        assert caught.value.status is status


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("memory://photos/gone.png", Status.MISSING),
        ("memory://gone", Status.MISSING),
        ("memory://photos/*.gif", Status.MISSING),
        ("memory://photos/broken.png", Status.DAMAGED),
        ("memory://photos/empty.png", Status.EMPTY),
        ("nothing://photos/a.png", Status.UNSUPPORTED),
        ("memory::nothing://photos/a.png", Status.UNSUPPORTED),
    ],
)
def test_what_cannot_be_read_has_a_status(name: str, status: Status) -> None:
    """The status is under the address, in a set and alone."""
    assert [(one.path, one.status) for one in hash_images([name]).failures] == [(name, status)]
    if "*" not in name:
        with pytest.raises(ImageError) as caught:
            hash_image(name)
        assert (caught.value.status, caught.value.path) == (status, name)


def test_globs_and_patterns_work_there() -> None:
    """As with paths."""
    assert hash_images("memory://photos/?.png").paths == [f"memory://{n}" for n in FOUND[:2]]
    assert hash_images("memory://**/c").paths == ["memory://photos/deep/er/c"]
    assert hash_images("memory://photos", include="a.*").paths == ["memory://photos/a.png"]
    table = hash_images("memory://photos", exclude=["deep", "b*", "empty.png"])
    assert (table.paths, table.skipped["excluded folder"]) == (["memory://photos/a.png"], 1)
    assert len(hash_images("memory://photos", recursive=False)) == 2
    assert len(hash_images("memory://photos", hidden=True)) == 4


@pytest.mark.parametrize("kind", ARCHIVES)
def test_archives_there_are_gone_into(kind: str, memory: MemoryFileSystem) -> None:
    """Named ones are read, and those in folders on request. A key reads a member again."""
    memory.pipe(f"/old/x.{kind}", ARCHIVES[kind]({"m/a.png": png(1), "b.png": png(2)}))
    key = f"memory://old/x.{kind}!/m/a.png"
    assert hash_images(f"memory://old/x.{kind}", workers=4).paths[0] == key
    assert hash_images("memory://old").skipped == {"archive": 1}
    assert len(hash_images("memory://old", archives=True)) == 2
    assert hash_image(key) == hash_image(png(1))


def test_chained_addresses_keep_their_form(memory: MemoryFileSystem, tmp_path: Path) -> None:
    """A file in a file system inside another is named by both."""
    memory.pipe("/z.zip", zip_of({"in/a.png": png(1)}))
    assert hash_images("zip://in::memory://z.zip").paths == ["zip://in/a.png::memory://z.zip"]
    table = hash_images("simplecache::memory://photos", include="a.png")
    assert table.paths == ["simplecache::memory://photos/a.png"]
    assert hash_image(table.paths[0]) == hash_image(png(2))


def test_the_same_address_is_read_once() -> None:
    """It is read once even if named twice, or along with its folder."""
    result = find_duplicates(["memory://photos/a.png", "memory://photos", "memory://photos/a.png"])
    assert [one.path for one in result.images] == [f"memory://{name}" for name in FOUND]
    assert result.skipped["same file"] == 2


def test_small_files_are_one_request_and_large_ones_are_streamed(
    memory: MemoryFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names that are clearly images are opened without asking about them first."""
    asked: list[str] = []
    for name in ("info", "cat_file", "open", "ls"):
        real = getattr(MemoryFileSystem, name)

        def spy(self: Any, *given: Any, _real: Any = real, _name: str = name, **more: Any) -> Any:
            if not asked or asked[-1] != "cat_file":  # which opens the file in this file system
                asked.append(_name)
            return _real(self, *given, **more)

        monkeypatch.setattr(MemoryFileSystem, name, spy)
    assert len(hash_images(["memory://photos/a.png"])) == 1
    assert "info" not in asked[:1]
    asked.clear()
    assert len(hash_images("memory://photos/deep")) == 1
    assert asked == ["info", "ls", "ls", "cat_file"]
    asked.clear()
    monkeypatch.setattr(addresses, "SMALL", 10)
    assert len(hash_images("memory://photos/deep")) == 1
    assert asked == ["info", "ls", "ls", "open"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (PermissionError(13, "Permission denied"), Status.UNREADABLE),
        (FileNotFoundError("x"), Status.MISSING),
        (IsADirectoryError("x"), Status.UNREADABLE),
        (TimeoutError("x"), Status.TIMED_OUT),
        (RuntimeError("NoCredentialsError"), Status.UNREADABLE),
        (KeyError("x"), Status.UNREADABLE),
        (NotImplementedError(), Status.UNREADABLE),
    ],
    ids=repr,
)
def test_whatever_a_file_system_raises_is_a_status(
    error: Exception, status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Covers an unlistable folder and an unreadable file. The rest goes on."""

    def failing(name: str, part: str) -> None:
        real = getattr(MemoryFileSystem, name)

        def fail(self: Any, path: str, *given: Any, **options: Any) -> Any:
            if part in path:
                raise error
            return real(self, path, *given, **options)

        monkeypatch.setattr(MemoryFileSystem, name, fail)

    failing("ls", "deep")
    failing("cat_file", "b.png")
    table = hash_images("memory://photos", exclude=["broken.png", "empty.png"])
    assert table.paths == ["memory://photos/a.png"]
    assert [(one.path.rstrip("/"), one.status) for one in table.failures] == [
        ("memory://photos/b.png", status),
        ("memory://photos/deep", status),
    ]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("s3://bucket/a.png", "s3:// addresses need s3fs: pip install s3fs"),
        ("gs://bucket/a.png", "gs:// addresses need gcsfs: pip install gcsfs"),
        ("hf://datasets/x", "hf:// addresses need huggingface-hub: pip install huggingface-hub"),
        ("simplecache::s3://bucket", "s3:// addresses need s3fs"),
        ("sftp://host/a.png", 'sftp:// addresses need .*"paramiko" to be installed'),
    ],
)
def test_a_missing_package_is_named_at_once(name: str, line: str, tmp_path: Path) -> None:
    """The error gives the install line before anything is read.

    If the need appears only on the way, it is a failure, and the rest is read.
    """
    found: list[Any] = [name, png(1)]
    table = hash_images(iter(found))
    assert table.paths == ["[1]"]
    assert [(one.path, one.status) for one in table.failures] == [(name, Status.UNSUPPORTED)]
    assert re.match(line, table.failures[0].reason)
    for images in (name, ["gone.png", name]):
        with pytest.raises(MissingExtraError, match=line):
            hash_images(images)
    with pytest.raises(MissingExtraError, match=line):
        hash_image(name)


def test_without_fsspec_addresses_say_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """All but `file://`, which needs nothing."""
    for module in ("fsspec", "fsspec.registry"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        MissingExtraError, match="memory:// addresses need fsspec: pip install fsspec"
    ):
        hash_images("memory://photos")
    assert len(hash_images(f"file://{folder}")) == 3


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("s3://b", True), ("S3://b", True), ("aa::bb://c", True), ("file:///a", True),
        ("http://a", False), ("https://a", False), ("C:\\a", False), ("c://a", False),
        ("a/b://c", False), ("://", False), ("a b://c", False), ("a.png", False),
    ],
)  # fmt: skip
def test_what_is_an_address(name: str, expected: bool) -> None:
    """An address is a name of two letters or more, then `://`. Only text can be one."""
    assert is_address(name) is expected
    assert not is_address(Path(name))


def test_its_files_can_be_sent_to_other_processes() -> None:
    """They are pickled, and read there."""
    for one in Inputs("memory://photos", Choice(include="a.png")):
        copy = pickle.loads(pickle.dumps(one))
        assert read_picture(copy.source).digest == read_picture(png(2)).digest


def test_its_streams_are_streams(memory: MemoryFileSystem) -> None:
    """An image is read from front to back, and an archive from anywhere."""
    place, path = place_of("memory://photos/a.png")
    file = place.file(path)
    assert file is not None
    with file.open() as stream:
        assert stream.seekable()
        stream.seek(-8, io.SEEK_END)
        assert stream.read() == png(2)[-8:]
        assert stream.tell() == len(png(2))
    assert read_picture(place.image(path)).digest == read_picture(png(2)).digest


def test_the_library_and_the_command_take_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    """The library compares two, and the command reads them."""
    assert lookalike.compare("memory://photos/a.png", "memory://photos/a.png").exact
    from lookalike.cli.commands import commands

    commands.main(["hash", "memory://photos/a.png"], standalone_mode=False)
    assert capsys.readouterr().out == f"{hash_image(png(2))}  memory://photos/a.png\n"
