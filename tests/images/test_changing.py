"""Files that change, shrink, grow or vanish while they are read, and files with odd names."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from files import save
from lookalike import ImageError, Status, find_duplicates, hash_images
from pictures import blobs, noise, photo

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX file system")

LOOKALIKE = str(Path(sys.executable).with_name("lookalike"))


# Between listing, inspecting, opening and reading


def shrink(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(bytes(100_000))


def become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def become_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def become_another(path: Path) -> None:
    path.write_bytes(b"no longer an image")


def lead_to_itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


CHANGES: dict[Callable[[Path], object], dict[str, set[Status]]] = {
    shrink: {"always": {Status.DAMAGED}},
    lambda path: os.truncate(path, 0): {"always": {Status.EMPTY}},
    grow: {"always": {Status.OK}},
    Path.unlink: {"stat": {Status.MISSING}, "always": {Status.OK}},
    become_a_folder: {"stat": {Status.UNREADABLE}, "always": {Status.OK}},
    become_a_pipe: {"stat": {Status.UNREADABLE}, "always": {Status.OK}},
    become_another: {"always": {Status.NOT_AN_IMAGE}},
    lead_to_itself: {"stat": {Status.UNREADABLE}, "always": {Status.OK}},
}


@pytest.mark.slow
@posix_only
@pytest.mark.parametrize("kind", ["PNG", "JPEG with many scans"])
@pytest.mark.parametrize("moment", ["stat", "open", "fstat"])
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_file_that_changes_gets_a_status_and_the_others_are_read(
    change: Callable[[Path], object],
    moment: str,
    kind: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A file may change right after it is inspected, opened or measured, and the scan goes on."""
    before, after = (save(tmp_path / name, photo(40, 30, 1)) for name in ("a.png", "c.png"))
    if kind == "PNG":
        target = save(tmp_path / "b.png", photo(160, 120, 2))
    else:
        pixels = blobs(2100, 2100) // 2 + noise(2100, 2100) // 2
        target = save(tmp_path / "b.jpg", pixels, progressive=True)
    number = target.stat().st_ino
    real = getattr(os, moment)
    left = [change]

    def then_change(*arguments: Any, **options: Any) -> Any:
        result = real(*arguments, **options)
        status = os.stat(result) if moment == "open" else result  # noqa: PTH116
        if left and status.st_ino == number:
            left.pop()(target)
        return result

    with monkeypatch.context() as patch:
        patch.setattr(f"lookalike.images.contents.os.{moment}", then_change)
        table = hash_images([before, target, after], workers=1)
    assert not left
    statuses = {one.path: one.status for one in table.failures}
    expected = CHANGES[change].get(moment, CHANGES[change]["always"])
    assert statuses.get(str(target), Status.OK) in expected
    assert set(statuses) <= {str(target)}


class Shaky(io.BytesIO):
    """A file whose disk fails after a few bytes."""

    def __init__(self, data: bytes, good: int) -> None:
        super().__init__(data)
        self._good = good

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() >= self._good:
            raise OSError(5, "Input/output error")
        return super().read(min(size or 0, self._good) if size and size > 0 else self._good)


class Thing:
    """An item that may give a wrong size and may fail to open."""

    def __init__(self, size: int | None, opened: Callable[[], io.BytesIO]) -> None:
        self.key = "thing"
        self.size = size
        self._opened = opened

    def open(self) -> io.BytesIO:
        return self._opened()


def failing(error: Exception) -> Callable[[], io.BytesIO]:
    def fail() -> io.BytesIO:
        raise error

    return fail


@pytest.mark.slow
@pytest.mark.parametrize("isolate", [False, True])
def test_items_that_are_not_what_they_say_get_a_status(isolate: bool, tmp_path: Path) -> None:
    """A wrong size, a failing disk and a refusal each give one status and harm no other item."""
    path = save(tmp_path / "a.jpg", blobs(2100, 2100) // 2 + noise(2100, 2100) // 2)
    data = path.read_bytes()

    def sound() -> io.BytesIO:
        return io.BytesIO(data)

    things = {
        Thing(len(data), sound): Status.OK,
        Thing(None, sound): Status.OK,
        Thing(len(data) + 10**6, sound): Status.OK,
        Thing(len(data) // 2, sound): Status.DAMAGED,
        Thing(-1, sound): Status.OK,
        Thing(0, sound): Status.EMPTY,
        Thing(1 << 40, sound): Status.TOO_LARGE,
        Thing(len(data), lambda: Shaky(data, 100_000)): Status.UNREADABLE,
        Thing(None, lambda: Shaky(data, 100_000)): Status.UNREADABLE,
        Thing(5, failing(PermissionError(13, "Permission denied"))): Status.UNREADABLE,
        Thing(5, failing(ImageError(Status.UNSUPPORTED, "it is encrypted"))): Status.UNSUPPORTED,
    }
    table = hash_images(list(things), isolate=isolate)
    by_place = dict(zip(table.failed_at, table.failures, strict=True))
    statuses = [by_place[k].status if k in by_place else Status.OK for k in range(len(things))]
    assert statuses == list(things.values())


@pytest.fixture
def churn(tmp_path: Path) -> Iterator[Path]:
    """Keeps rewriting, truncating, removing and recreating the files of a folder."""
    data = save(tmp_path / "0.png", photo(120, 90, 1)).read_bytes()
    paths = [tmp_path / f"{k}.png" for k in range(40)]
    over = threading.Event()

    def change() -> None:
        chance = random.Random(1)
        while not over.wait(0.0005):
            path = chance.choice(paths)
            if chance.random() < 0.3:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(
                    data[: chance.randrange(len(data)) if chance.random() < 0.5 else None]
                )

    for path in paths:
        path.write_bytes(data)
    thread = threading.Thread(target=change)
    thread.start()
    yield tmp_path
    over.set()
    thread.join()


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"isolate": True}, {"damaged": "hash"}])
def test_a_folder_in_turmoil_is_scanned_to_its_end(options: dict[str, Any], churn: Path) -> None:
    """Every listed file is an image or a failure, and the result is valid JSON."""
    for _ in range(2):
        result = find_duplicates([churn] * 2, **options)
        document = json.loads(result.to_json())
        listed = document["images"] + len(document["failures"])
        assert listed + document["skipped"].get("same file", 0) > 20
        assert {one["status"] for one in document["failures"]} <= {
            "missing", "empty", "damaged", "not_an_image",
        }  # fmt: skip


def test_a_file_beyond_the_limit_of_bytes_is_refused_from_its_size(tmp_path: Path) -> None:
    """The limit holds for a path, bytes, an open file or an item. A file exactly at the limit is
    read.
    """
    path = save(tmp_path / "a.png", photo(40, 30, 1))
    data = path.read_bytes()
    images: list[Any] = [
        path, data, io.BytesIO(data),
        Thing(len(data), failing(OSError())), Thing(None, lambda: io.BytesIO(data)),
    ]  # fmt: skip
    table = hash_images(images, max_bytes=len(data) - 1)
    assert [one.status for one in table.failures[:2]] == [Status.TOO_LARGE] * 2
    assert {one.status for one in table.failures[3:]} <= {Status.TOO_LARGE, Status.UNREADABLE}
    assert len(hash_images([path, data], max_bytes=len(data))) == 2


# Names


NAMES = [
    b"a" * 251 + b".png",
    b"not \xff\xfe text.png",
    b"two\nlines.png",
    b"\r\n.png",
    b'"quotes", and commas.png',
    b"back\\slash \\udc80.png",
    b"\x01\x1b[31mred\x1b[0m\x7f.png",
    b" leading and trailing .png ",
    b"-rf.png",
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp.\N{GRINNING FACE}.png".encode(),
    "e\N{COMBINING ACUTE ACCENT}.png".encode(),
    b"[bold]markup.png",
    b"%s {0} $HOME `id`.png",
]


@pytest.fixture(scope="module")
def oddly_named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A duplicate and a failure under every kind of name that a file system accepts."""
    folder = tmp_path_factory.mktemp("names")
    data = save(folder / "plain.png", photo(40, 30, 1)).read_bytes()
    for name in NAMES:
        (folder / os.fsdecode(name)).write_bytes(data)
        (folder / "failures").mkdir(exist_ok=True)
        (folder / "failures" / os.fsdecode(name)).write_bytes(b"no image")
    return folder


def run(*arguments: object) -> str:
    command = [LOOKALIKE, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=True)
    assert b"Traceback" not in done.stderr
    return done.stdout.decode("utf-8")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs a file system that takes any name")
def test_json_holds_every_name_as_it_is(oddly_named: Path) -> None:
    """The names in the JSON of both commands identify the files byte for byte."""
    names = {os.fsencode(oddly_named / os.fsdecode(name)) for name in NAMES}
    failed = {os.fsencode(oddly_named / "failures" / os.fsdecode(name)) for name in NAMES}
    found = json.loads(run("find", oddly_named, "--json", "--isolate"))
    (group,) = found["groups"]
    members = [one["path"] for one in (group["keeper"], *group["duplicates"])]
    assert {os.fsencode(one) for one in members} - {os.fsencode(oddly_named / "plain.png")} == names
    assert {os.fsencode(one["path"]) for one in found["failures"]} == failed
    hashed = json.loads(run("hash", oddly_named, "--json"))
    assert {os.fsencode(one["path"]) for one in hashed["images"]} > names


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs a file system that takes any name")
def test_names_break_neither_csv_nor_lines(oddly_named: Path) -> None:
    """CSV has one row per file. Lines for people are one per file and printable."""
    rows = list(csv.reader(io.StringIO(run("find", oddly_named, "--csv", "-q"), newline="")))
    assert len(rows) == 1 + len(NAMES) + 1 + len(NAMES)
    assert len({len(row) for row in rows}) == 1
    lines = run("hash", oddly_named).splitlines()
    assert len(lines) == len(NAMES) + 1
    shown = run("find", oddly_named)
    assert all(line.isprintable() for line in [*lines, *shown.split("\n")])
    assert "[bold]markup.png" in shown


def test_a_folder_that_vanishes_while_it_is_walked_is_a_failure(tmp_path: Path) -> None:
    """Files listed before the folder vanished are missing, and the rest is read."""
    for name in ("a", "b", "c"):
        save(tmp_path / name / "picture.png", photo(40, 30, 1))

    def paths() -> Iterator[Path]:
        yield tmp_path / "a"
        shutil.rmtree(tmp_path / "b")
        yield tmp_path / "b"
        yield tmp_path / "c"

    table = hash_images(paths())
    assert len(table) == 2
    assert [(one.path, one.status) for one in table.failures] == [
        (str(tmp_path / "b"), Status.MISSING)
    ]
