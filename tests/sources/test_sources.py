"""Folders, links, names, lists and other sources become single images, in a fixed order."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from archives import png
from lookalike import (
    ImageError,
    Item,
    Status,
    files_from,
    find_duplicates,
    hash_image,
    hash_images,
)
from lookalike.images import ImageSource, read_picture
from lookalike.sources import Choice, ImageSources, Input, Inputs
from naming import steady

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX file system")


def picture(seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (12, 16, 3), np.uint8)


def fill(folder: Path, names: Iterable[str]) -> Path:
    """Writes a different picture under each name, in the order of the names."""
    for seed, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(seed))
    return folder


def inputs(images: ImageSources, *, repeats: bool = False, **choice: Any) -> Inputs:
    return Inputs(images, Choice(**choice), repeats=repeats)


def listed(folder: Path, **options: Any) -> list[str]:
    """The names under a folder that are treated as images, relative to it, with slashes."""
    return [Path(one.key).relative_to(folder).as_posix() for one in inputs(folder, **options)]


# Folders

IN_ORDER = [
    "10.png",
    "9.png",
    "B.png",
    "_.png",
    "a.png",
    "\N{LATIN SMALL LETTER E WITH ACUTE}.png",
    "A/z.png",
    "A/x/1.png",
    "A/x/2.png",
    "A/y/0.png",
    "b/a.png",
]


@pytest.mark.parametrize("seed", range(4))
def test_a_folder_is_walked_in_the_order_of_names(seed: int, tmp_path: Path) -> None:
    """The order of creation does not matter: files come by name, then folders by name."""
    names = random.Random(seed).sample(IN_ORDER, len(IN_ORDER))
    assert listed(fill(tmp_path, names)) == IN_ORDER


def test_sub_folders_are_left_alone_unless_asked_for(tmp_path: Path) -> None:
    """Without `recursive` only the files of the folder itself are listed."""
    fill(tmp_path, IN_ORDER)
    assert listed(tmp_path, recursive=False) == [name for name in IN_ORDER if "/" not in name]


def test_hidden_files_and_folders_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    """A name with a leading dot is skipped, with everything under it."""
    fill(tmp_path, ["a.png", ".b.png", ".c/d.png", "e/.f.png", "e/g.png"])
    assert listed(tmp_path) == ["a.png", "e/g.png"]
    assert listed(tmp_path, hidden=True) == [".b.png", "a.png", ".c/d.png", "e/.f.png", "e/g.png"]


def test_a_hidden_folder_that_is_named_is_walked(tmp_path: Path) -> None:
    """A named folder is wanted, whatever its name."""
    fill(tmp_path, [".hidden/a.png", ".hidden/b/c.png"])
    assert listed(tmp_path / ".hidden") == ["a.png", "b/c.png"]


def test_an_empty_folder_holds_no_images(tmp_path: Path) -> None:
    """A folder without files gives neither images nor failures."""
    (tmp_path / "sub").mkdir()
    table = hash_images(tmp_path)
    assert (len(table), table.failures, table.skipped) == (0, [], {})


def test_a_folder_may_be_named_with_a_trailing_slash_or_relatively(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Output paths begin as the folder was named."""
    fill(tmp_path, ["photos/a.png"])
    monkeypatch.chdir(tmp_path)
    for name in ("photos", f"photos{os.sep}", os.curdir, str(tmp_path)):
        (only,) = inputs(name)
        assert only.key.startswith(name)
        assert Path(only.key).samefile(tmp_path / "photos" / "a.png")


# Kinds of files


def test_other_kinds_of_files_are_skipped_and_counted(tmp_path: Path) -> None:
    """A file of an obviously different kind, by its extension in any case, is counted by kind."""
    others = {
        "text": ["a.txt", "b.TXT", "sub/c.Json"],
        "video": ["d.mp4", "e.MOV"],
        "audio": ["f.mp3"],
        "document": ["g.pdf"],
        "archive": ["h.tar.gz", "i.zip"],
        "program": ["j.py"],
        "data": ["Thumbs.db"],
    }
    fill(tmp_path, ["picture.png", *chain(*others.values())])
    table = hash_images(tmp_path)
    assert [Path(path).name for path in table.paths] == ["picture.png"]
    assert table.skipped == {kind: len(names) for kind, names in sorted(others.items())}
    assert list(table.skipped) == sorted(others)


@pytest.mark.parametrize(
    "name", ["IMG_1", "txt", "a.", "a.JPG", "b.photo", "2024.05.01", "a.txt.png", "mp4 (1)"]
)
def test_a_file_that_may_be_an_image_is_opened(name: str, tmp_path: Path) -> None:
    """Names without an extension, or with an uninformative one, are opened."""
    assert hash_images(fill(tmp_path, [name])).paths == [str(tmp_path / name)]


def test_hidden_files_are_not_counted_as_skipped(tmp_path: Path) -> None:
    """Hidden files are skipped silently."""
    assert hash_images(fill(tmp_path, [".notes.txt"])).skipped == {}


def test_a_file_that_is_named_is_opened_whatever_its_extension(tmp_path: Path) -> None:
    """The caller's word outranks a name."""
    fill(tmp_path, ["picture.txt"])
    (tmp_path / "text.txt").write_text("no picture")
    table = hash_images([tmp_path / "picture.txt", tmp_path / "text.txt"])
    assert table.paths == [str(tmp_path / "picture.txt")]
    assert [one.status for one in table.failures] == [Status.NOT_AN_IMAGE]
    assert table.skipped == {}


# Links


@posix_only
def test_links_that_lead_nowhere_are_failures(tmp_path: Path) -> None:
    """A broken link is missing, and a link to itself is unreadable. Both keep their place."""
    fill(tmp_path, ["b.png"])
    (tmp_path / "a.png").symlink_to("gone.png")
    (tmp_path / "c.png").symlink_to("c.png")
    table = hash_images(tmp_path)
    assert table.paths == [str(tmp_path / "b.png")]
    assert [(Path(one.path).name, one.status) for one in table.failures] == [
        ("a.png", Status.MISSING),
        ("c.png", Status.UNREADABLE),
    ]


def named_twice(path: Path) -> ImageSources:
    return [path, str(path)]


def named_otherwise(path: Path) -> ImageSources:
    return [path, path.parent / os.pardir / path.parent.name / path.name]


def hard_linked(path: Path) -> ImageSources:
    (path.parent / "other.png").hardlink_to(path)
    return path.parent


def with_its_folder(path: Path) -> ImageSources:
    return [path, path.parent]


def its_folder_twice(path: Path) -> ImageSources:
    return [path.parent, path.parent]


@posix_only
@pytest.mark.parametrize(
    "name_twice",
    [named_twice, named_otherwise, hard_linked, with_its_folder, its_folder_twice],
)
def test_a_file_that_is_there_twice_is_no_duplicate_of_itself(
    name_twice: Callable[[Path], ImageSources], tmp_path: Path
) -> None:
    """A search reads one file once, and counts its other names as the same file."""
    images = name_twice(fill(tmp_path, ["file.png"]) / "file.png")
    result = find_duplicates(images)
    assert len(result.images) == 1
    assert result.skipped == {"same file": 1}
    assert not result.groups
    table = hash_images(images)
    assert len(table) == 2
    assert table.hashes["phash"][0] == table.hashes["phash"][1]
    assert table.skipped == {}


def test_copies_of_a_file_are_not_the_same_file(tmp_path: Path) -> None:
    """Files of equal bytes are exact duplicates, not one file."""
    fill(tmp_path, ["a.png"])
    shutil.copy(tmp_path / "a.png", tmp_path / "b.png")
    result = find_duplicates(tmp_path)
    assert len(result.images) == 2
    assert result.skipped == {}


def test_missing_files_are_each_a_failure() -> None:
    """A missing file cannot be the same as anything, so each mention of it is reported."""
    result = find_duplicates(["gone.png", "gone.png"])
    assert [one.status for one in result.failures] == [Status.MISSING] * 2


# Folders that cannot be listed


def error_of(one: Input) -> ImageError:
    with pytest.raises(ImageError) as caught:
        read_picture(one.source)
    return caught.value


def test_a_folder_that_vanishes_while_it_is_walked_is_a_failure(tmp_path: Path) -> None:
    """The walk names the folder that could not be listed, and goes on."""
    fill(tmp_path, ["a.png", "b/c.png", "d/e.png"])
    walk = iter(inputs(tmp_path))
    assert next(walk).key == str(tmp_path / "a.png")
    shutil.rmtree(tmp_path / "b")
    vanished, last = walk
    assert vanished.key == str(tmp_path / "b")
    assert error_of(vanished).status == Status.UNREADABLE
    assert "cannot be listed" in error_of(vanished).reason
    assert last.key == str(tmp_path / "d" / "e.png")


@posix_only
def test_a_folder_that_may_not_be_listed_is_a_failure(tmp_path: Path) -> None:
    """A folder without permission, named or found, is one failure, and the rest is read."""
    if os.geteuid() == 0:
        pytest.skip("nothing is forbidden to this user")
    fill(tmp_path, ["a.png", "b/c.png"])
    (tmp_path / "b").chmod(0)
    try:
        found, named = hash_images(tmp_path), hash_images(tmp_path / "b")
    finally:
        (tmp_path / "b").chmod(0o700)
    assert found.paths == [str(tmp_path / "a.png")]
    for table in (found, named):
        assert [(one.path, one.status) for one in table.failures] == [
            (str(tmp_path / "b"), Status.UNREADABLE)
        ]


@posix_only
def test_a_folder_too_deep_to_be_named_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path that grows beyond the system's limit ends the walk in a failure."""
    fill(tmp_path, ["a.png"])
    monkeypatch.chdir(tmp_path)
    for _ in range(20):
        Path("deep" * 60).mkdir()
        os.chdir("deep" * 60)
    table = hash_images(tmp_path)
    assert table.paths == [str(tmp_path / "a.png")]
    assert [one.status for one in table.failures] == [Status.UNREADABLE]


# Lists and generators


def test_folders_files_bytes_and_pixels_may_be_mixed(tmp_path: Path) -> None:
    """Everything comes in the given order, and an input without a path is named by its place."""
    fill(tmp_path, ["folder/a.png", "folder/b.png", "c.png"])
    images: list[ImageSource] = [
        png(7),
        tmp_path / "folder",
        picture(8),
        str(tmp_path / "c.png"),
        io.BytesIO(png(9)),
        Image.fromarray(picture(10)),
    ]
    folder = tmp_path / "folder"
    assert hash_images(images).paths == [
        "[0]",
        str(folder / "a.png"),
        str(folder / "b.png"),
        "[2]",
        str(tmp_path / "c.png"),
        "[4]",
        "[5]",
    ]


SINGLE: dict[str, Callable[[Path], ImageSource]] = {
    "a path": lambda path: path,
    "a name": str,
    "bytes": Path.read_bytes,
    "a file": lambda path: io.BytesIO(path.read_bytes()),
    "a Pillow image": lambda path: Image.open(io.BytesIO(path.read_bytes())),
    "an array": lambda _: picture(0),
}


@pytest.mark.parametrize("kind", SINGLE)
def test_a_single_image_is_a_set_of_one(kind: str, tmp_path: Path) -> None:
    """One image does not need a list: bytes and arrays are not mistaken for many images."""
    path = fill(tmp_path, ["a.png"]) / "a.png"
    (only,) = hash_images(SINGLE[kind](path)).images
    (same,) = hash_images([SINGLE[kind](path)]).images
    assert only == same
    assert (only.width, only.height) == (16, 12)


MANY: dict[str, Callable[[list[Path]], Any]] = {
    "list": list,
    "tuple": tuple,
    "generator": lambda paths: (path for path in paths),
    "dictionary": lambda paths: dict.fromkeys(paths),
    "entries of a folder": lambda paths: sorted(os.scandir(paths[0].parent), key=os.fspath),
    "entries of a folder by bytes": lambda paths: sorted(
        os.scandir(os.fsencode(paths[0].parent)), key=os.fspath
    ),
}


@pytest.mark.parametrize("kind", MANY)
def test_any_iterable_of_images_will_do(kind: str, tmp_path: Path) -> None:
    """Any iterable that yields images is a set of them."""
    fill(tmp_path, ["a.png", "b.png", "c.png"])
    paths = sorted(tmp_path.iterdir())
    assert hash_images(MANY[kind](paths)).paths == [str(path) for path in paths]


@pytest.mark.parametrize("thing", [5, None, 2.5, object()], ids=steady)
def test_what_holds_no_images_is_named(thing: Any) -> None:
    """Anything else raises TypeError with its type, before any work is done."""
    for take in (inputs, hash_images, find_duplicates):
        with pytest.raises(TypeError, match=f"not {type(thing).__name__}"):
            take(thing)


@pytest.mark.parametrize("thing", [5, None, ["a.png"]], ids=steady)
@pytest.mark.parametrize("place", [0, 2])
def test_a_thing_in_a_list_that_is_no_image_is_named(thing: Any, place: int) -> None:
    """The TypeError has the thing itself and its place in the list."""
    images: list[Any] = [picture(0), picture(1), picture(2)]
    images.insert(place, thing)
    with pytest.raises(TypeError) as caught:
        hash_images(images)
    assert repr(thing) in str(caught.value)
    assert f"number {place} " in str(caught.value)


def test_pictures_from_a_generator_are_not_drawn_far_ahead() -> None:
    """Only a few of a generator's pictures are in memory at a time."""
    drawn = 0
    ahead = []

    def pictures() -> Iterator[NDArray[np.uint8]]:
        nonlocal drawn
        for seed in range(60):
            drawn += 1
            yield picture(seed)

    def progress(_stage: str, done: int, _total: int | None) -> None:
        ahead.append(drawn - done)

    assert len(hash_images(pictures(), workers=1, progress=progress)) == 60
    assert max(ahead) <= 8


def test_a_generator_that_fails_fails_the_call() -> None:
    """An exception of the caller's own generator reaches the caller."""

    def pictures() -> Iterator[NDArray[np.uint8]]:
        yield picture(0)
        raise RuntimeError("the camera fell in the water")

    with pytest.raises(RuntimeError, match="fell in the water"):
        hash_images(pictures())


# Odd names


@posix_only
@pytest.mark.parametrize(
    "name",
    [
        "two\nlines.png",
        " ",
        "a'b\"c;$(d)*?.png",
        "\N{SNOWMAN}\N{GRINNING FACE}.png",
        "e\N{COMBINING ACUTE ACCENT}.png",
        "n" * 251 + ".png",
        "-rf",
        "~",
        pytest.param(
            os.fsdecode(b"\xff.png"),
            marks=pytest.mark.skipif(
                sys.platform != "linux", reason="names must be text on this system"
            ),
        ),
    ],
    ids=ascii,
)
def test_odd_names_are_names(name: str, tmp_path: Path) -> None:
    """Any name that the system allows is found in a folder, read when named, and kept."""
    fill(tmp_path, [name])
    for images in (tmp_path, tmp_path / name, [str(tmp_path / name)]):
        table = hash_images(images)
        assert table.failures == []
        assert table.paths == [str(tmp_path / name)]


@posix_only
def test_pipes_sockets_and_devices_are_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found, named, matched by a glob or listed, they are unreadable and never waited for."""
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    os.mkfifo("in/a.png")
    os.mkfifo("in/b.zip")
    os.mkfifo("in/c.parquet")
    Path("in/d.png").symlink_to("/dev/zero")
    zero = os.path.realpath("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("in/e.png")
        names = ["in/a.png", "in/b.zip", "in/c.parquet", "in/d.png", "in/e.png"]
        listed = [zero if name == "in/d.png" else name for name in names]
        Path("list").write_text("\n".join(names))
        for images in (names, "in/*", files_from("list")):
            table = hash_images(images)
            assert [(one.path, one.status) for one in table.failures] == [
                (name, Status.UNREADABLE) for name in listed
            ]
        table = hash_images("in", archives=True)
        assert [one.path for one in table.failures] == [n for n in listed if "parquet" not in n]
        assert {one.status for one in table.failures} == {Status.UNREADABLE}


NO_NAMES = {
    "longer than a name may be": ("n" * 256 + ".png", Status.UNREADABLE),
    "longer than a path may be": ("deep/" * 2000 + "a.png", Status.UNREADABLE),
    "with a null byte": ("a\0b.png", Status.MISSING),
    "empty": ("", Status.MISSING),
    "under a file": ("a.png/b.png", Status.MISSING),
    "no valid text": ("\udcff.png", Status.MISSING),
    "in two lines": ("two\nlines.png", Status.MISSING),
    "an impossible archive": ("n" * 256 + ".zip", Status.UNREADABLE),
    "a member of none": ("gone.zip!/a.png", Status.MISSING),
}


@posix_only
@pytest.mark.parametrize("what", NO_NAMES)
def test_names_of_nothing_are_failures(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every name has a status, and the output stays valid."""
    name, status = NO_NAMES[what]
    monkeypatch.chdir(fill(tmp_path, ["a.png"]))
    for images in ([name, "a.png"], iter([name, "a.png"])):
        result = find_duplicates(images)
        assert [(one.path, one.status) for one in result.failures] == [(name, status)]
        assert [one.path for one in result.images] == ["a.png"]
        assert json.loads(result.to_json())["failures"][0]["path"] == name
        result.to_csv().encode()


@posix_only
def test_files_that_vanish_are_failures(tmp_path: Path) -> None:
    """A listed file that is gone when its turn comes is missing, and the rest is read."""
    fill(tmp_path, [f"{k:02}.png" for k in range(40)])

    def progress(_stage: str, done: int, _total: int | None) -> None:
        if done == 1:
            for path in sorted(tmp_path.iterdir())[20:30]:
                path.unlink()

    table = hash_images(tmp_path, workers=1, progress=progress)
    assert len(table) == 30
    assert [one.status for one in table.failures] == [Status.MISSING] * 10


# Items


class Made:
    """An item of the caller's own."""

    def __init__(self, key: str, data: bytes, size: int | None = None) -> None:
        self.key, self.data, self.size = key, data, size

    def open(self) -> BinaryIO:
        return io.BytesIO(self.data)


class Failing(Made):
    """An item that cannot be opened."""

    def __init__(self, key: str, error: Exception) -> None:
        super().__init__(key, b"")
        self.error = error

    def open(self) -> BinaryIO:
        raise self.error


@pytest.mark.parametrize("workers", [1, 4])
def test_items_of_the_callers_own_are_read(workers: int) -> None:
    """Anything with a key, a size and `open` is an item. Any error is a failure under its key."""
    items: list[Item] = [
        Made("a", png(1)),
        Made("b", png(2), len(png(2))),
        Failing("c", OSError(5, "Input/output error")),
        Failing("d", ImageError(Status.TIMED_OUT, "the tape is being fetched")),
        Made("e", b""),
        Made("f", png(1)[:60]),
    ]
    for images in (items, iter(items)):
        table = hash_images(images, workers=workers)
        assert table.paths == ["a", "b"]
        assert [(one.path, one.status) for one in table.failures] == [
            ("c", Status.UNREADABLE),
            ("d", Status.TIMED_OUT),
            ("e", Status.EMPTY),
            ("f", Status.DAMAGED),
        ]
    assert hash_images(items[0]).paths == ["a"]
    assert hash_image(items[0]) == hash_image(png(1))
    assert find_duplicates([items[0], Made("again", png(1))]).groups[0].duplicates[0].exact


def test_items_are_opened_when_their_turn_comes() -> None:
    """They are listed ahead, but only a few are open at a time, and each is closed."""
    opened = closed = most = 0

    class Counted(io.BytesIO):
        def close(self) -> None:
            nonlocal closed
            closed += not self.closed
            super().close()

    class Lazy(Made):
        def open(self) -> BinaryIO:
            nonlocal opened, most
            opened += 1
            most = max(most, opened - closed)
            return Counted(self.data)

    ahead = []

    def progress(_stage: str, done: int, total: int | None) -> None:
        ahead.append(opened - done)

    hash_images((Lazy(str(k), png(k % 5)) for k in range(200)), workers=2, progress=progress)
    assert (opened, closed) == (200, 200)
    assert most <= 2
    assert max(ahead) <= 16
