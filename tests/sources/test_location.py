"""Where each input is, and the state of its file when it was listed and when it was read."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from archives import Files, png, tar_of, zip_of
from lookalike import hash_image, hash_images
from lookalike.images import Stamp, read_picture
from lookalike.sources import Choice, Input, Inputs, Kind, Location, source_of

MADE: dict[str, Callable[[Files], bytes]] = {
    "zip": zip_of,
    "tar": tar_of,
    "tgz": lambda files: gzip.compress(tar_of(files)),
}
FILES = {"a.png": png(1), "deep/b.png": png(2)}


def listed(images: Any, **choice: Any) -> list[Input]:
    return list(Inputs(images, Choice(**choice)))


def write(folder: Path, kind: str, files: Files = FILES) -> str:
    path = folder / f"photos.{kind}"
    path.write_bytes(MADE[kind](files))
    return str(path)


class Sheet:
    """An item."""

    key = "sheet 17"
    size = None

    def open(self) -> BinaryIO:
        return io.BytesIO(png(1))


# Locations


def test_every_kind_of_input_says_where_it_is(tmp_path: Path) -> None:
    """A location has a kind, a path, and the inner name that results use."""
    path = str(tmp_path / "a.png")
    Path(path).write_bytes(png(1))
    expected = {
        path: Location(Kind.FILE, path),
        f"file://{path}": Location(Kind.ADDRESS, f"file://{path}"),
        "http://127.0.0.1/a.png": Location(Kind.URL, "http://127.0.0.1/a.png"),
    }
    for name, location in expected.items():
        (one,) = listed(name)
        assert (one.location, one.key, one.is_light) == (location, name, True)
    image = Image.open(io.BytesIO(png(1)))
    others = listed([png(1), np.zeros((9, 9), np.uint8), image, io.BytesIO(png(1)), Sheet()])
    assert [one.location for one in others] == [
        *(Location(Kind.MEMORY, f"[{at}]") for at in range(4)), Location(Kind.ITEM, "sheet 17"),
    ]  # fmt: skip
    assert [one.is_light for one in others] == [False] * 4 + [True]


@pytest.mark.parametrize("kind", MADE)
def test_a_member_is_in_its_archive_and_has_the_stamp_of_it(kind: str, tmp_path: Path) -> None:
    """The inner name is its name there, and its key finds the same place again."""
    path = write(tmp_path, kind)
    members = listed(path)
    assert members
    for one in members:
        assert one.location == Location(Kind.MEMBER, path, one.location.inner)
        assert one.key == f"{path}!/{one.location.inner}"
        assert one.stamp == Stamp.of(os.stat(path))  # noqa: PTH116
        (again,) = listed(one.key)
        assert again.location == one.location
        assert read_picture(again.source).digest == read_picture(one.source).digest


def test_a_row_is_in_its_file_whatever_it_holds(tmp_path: Path) -> None:
    """Whether the row holds an image, a path or a URL, results name only the row."""
    (tmp_path / "a.png").write_bytes(png(1))
    path = str(tmp_path / "a.parquet")
    pq.write_table(pa.table({"image": ["a.png", "gone.png", "http://127.0.0.1/a.png"]}), path)
    assert [one.location for one in listed(path)] == [
        Location(Kind.ROW, path, str(number)) for number in range(3)
    ]
    pq.write_table(pa.table({"image": [png(1), None]}), path)
    assert [one.location for one in listed(path)] == [
        Location(Kind.ROW, path, str(number)) for number in range(2)
    ]


def test_keys_of_an_archive_that_is_named_by_a_link_are_found(tmp_path: Path) -> None:
    """A link to an archive has the members of the archive."""
    if sys.platform == "win32":
        pytest.skip("needs symbolic links")
    path = write(tmp_path, "zip")
    link = tmp_path / "link.zip"
    link.symlink_to(path)
    inner = listed(path)[0].location.inner
    assert hash_image(f"{link}!/{inner}") == hash_image(f"{path}!/{inner}")


@pytest.mark.parametrize("name", ["a[1].png", "b?.png", "*.png"])
def test_a_key_is_found_though_it_looks_like_a_glob(name: str, tmp_path: Path) -> None:
    """It is found by itself and in a list, as written in results."""
    path = write(tmp_path, "zip", {name: png(2), "other.png": png(3)})
    table = hash_images([f"{path}!/{name}"])
    assert table.paths == [f"{path}!/{name}"]
    assert table.hashes["phash"][0] == hash_image(png(2)) == hash_image(f"{path}!/{name}")


def test_a_key_of_a_file_of_several_columns_is_found_in_the_one_that_is_asked_for(
    tmp_path: Path,
) -> None:
    """The settings for Parquet files also apply to a row named by its key."""
    path = str(tmp_path / "a.parquet")
    pq.write_table(pa.table({"one": [png(1)], "other": [png(2)]}), path)
    for column, seed in (("one", 1), ("other", 2)):
        table = hash_images([f"{path}!/0"], column=column)
        assert table.hashes["phash"][0] == hash_image(png(seed))


def test_a_row_named_by_its_key_is_fetched_from_public_hosts_only(tmp_path: Path) -> None:
    """This is the same as when the whole file is named."""
    path = str(tmp_path / "a.parquet")
    pq.write_table(pa.table({"image": ["http://127.0.0.1:9/a.png"]}), path)
    reasons = [
        [one.reason for one in hash_images(named, fetch="public").failures]
        for named in (path, [f"{path}!/0"])
    ]
    assert reasons[0] == reasons[1]
    assert "public" in reasons[0][0]


# Stamps


def test_a_file_has_the_stamp_of_the_moment_when_it_was_listed(tmp_path: Path) -> None:
    """It has the size, time and identity. An input that was read has those of the opened file."""
    path = tmp_path / "a.png"
    path.write_bytes(png(1))
    (one,) = listed(tmp_path)
    before = Stamp.of(path.stat())
    assert one.stamp == before
    assert read_picture(one.source).stamp == before
    os.utime(path, ns=(1, 2_000_000_003))
    after = read_picture(one.source).stamp
    assert one.stamp == before
    assert after == before._replace(modified_ns=2_000_000_003)


def test_a_file_that_was_replaced_has_another_identity(tmp_path: Path) -> None:
    """This holds even if the new file has the old one's size and time."""
    path, other = tmp_path / "a.png", tmp_path / "b.png"
    for one in (path, other):
        one.write_bytes(png(1))
        os.utime(one, ns=(5, 5))
    (listed_one, _) = listed(tmp_path)
    other.replace(path)
    read = read_picture(listed_one.source).stamp
    assert listed_one.stamp is not None
    assert read is not None
    assert read[:2] == listed_one.stamp[:2]
    assert read.identity != listed_one.stamp.identity


def test_what_is_not_a_file_has_no_stamp() -> None:
    """Bytes, arrays and items have no file that could be inspected again."""
    for one in listed([png(1), np.zeros((9, 9), np.uint8), Sheet()]):
        assert one.stamp is None
        assert read_picture(one.source).stamp is None


@pytest.mark.parametrize("least_side", [None, 8])
def test_inputs_go_to_another_process_and_back(least_side: int | None, tmp_path: Path) -> None:
    """A file is sent as its name, and an item as its bytes. Pixels are not sent."""
    path = tmp_path / "a.png"
    path.write_bytes(png(1))
    (one,) = listed(tmp_path)
    assert pickle.loads(pickle.dumps(one)).location == one.location
    sent = source_of(path).sent(least_side, 1 << 20)
    assert sent is not None
    assert len(pickle.dumps(sent)) < 300
    for value in (path, Sheet()):
        sent = source_of(value).sent(least_side, 1 << 20)
        assert sent is not None
        copy = pickle.loads(pickle.dumps(sent))
        assert read_picture(copy).digest == read_picture(png(1)).digest
    assert source_of(np.zeros((9, 9), np.uint8)).sent(least_side, 1 << 20) is None
