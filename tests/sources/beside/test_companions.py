"""The files beside a picture that belong to it, by their names and what they hold."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.images.metadata.movie import SINCE_1904
from lookalike.sources.beside import Companion, Disk, Folder, Role
from photo_metadata import exif_block, movie, photo
from pictures import photo as drawn

LONG = "a_name_of_a_picture_that_is_rather_long_indeed.jpg"
NOON = 1_580_472_005
"""2020-01-31 12:00:05 in UTC."""


@pytest.mark.parametrize(
    "name",
    [
        "IMG_1.JPG.xmp", "IMG_1.xmp", "IMG_1.XMP", "IMG_1.AAE", "IMG_1.JPG.json", "IMG_1.THM",
        "IMG_1.JPG.supplemental-metadata.json", "IMG_1.JPG.pp3", "IMG_1.JPG.dop", "IMG_1.JPG.on1",
        "IMG_1.JPG.cos", "._IMG_1.JPG",
    ],
)  # fmt: skip
def test_each_kind_of_sidecar_belongs_to_its_picture(name: str) -> None:
    folder = Folder([name, "IMG_1.JPG", "IMG_2.JPG", "IMG_10.JPG"])
    assert folder.companions("IMG_1.JPG") == [Companion(name, Role.SIDECAR)]
    assert folder.companions("IMG_2.JPG") == folder.companions("IMG_10.JPG") == []


@pytest.mark.parametrize(
    ("picture", "sidecar"),
    [
        ("IMG_1(2).JPG", "IMG_1.JPG(2).json"),
        ("IMG_1(2).JPG", "IMG_1.JPG.supplemental-metadata(2).json"),
        (LONG, f"{LONG[:46]}.json"),
        ("IMG_20200101_123456789.jpg", "IMG_20200101_123456789.jpg.supplemental-metada.json"),
    ],
)
def test_shortened_and_numbered_names_of_takeout_are_recognised(picture: str, sidecar: str) -> None:
    assert Folder([picture, sidecar]).companions(picture) == [Companion(sidecar, Role.SIDECAR)]


@pytest.mark.parametrize(
    "name",
    ["IMG_1.PNG", "IMG_1.txt", "IMG_1", "IMG_1.JPG.bak", "IMG_12.xmp", "img_1.xmp", "IMG_1.xmp.gz"],
)
def test_other_files_do_not_belong_to_it(name: str) -> None:
    assert Folder(["IMG_1.JPG", name]).companions("IMG_1.JPG") == []


def test_a_raw_file_and_its_jpeg_belong_to_each_other() -> None:
    folder = Folder(["a.JPG", "a.CR2", "a.xmp"])
    sidecar = Companion("a.xmp", Role.SIDECAR)
    assert folder.companions("a.JPG") == [Companion("a.CR2", Role.RAW), sidecar]
    assert folder.companions("a.CR2") == [Companion("a.JPG", Role.DEVELOPED), sidecar]


@settings(deadline=None)
@given(st.lists(st.text(st.sampled_from("aB.()1_jpg"), min_size=1, max_size=12)))
def test_a_companion_is_another_name_of_the_folder(names: list[str]) -> None:
    folder = Folder(names)
    for name in names:
        found = [one.name for one in folder.companions(name)]
        assert found == sorted(set(found))
        assert name not in found
        assert set(found) <= set(names)


def pair(folder: Path, block: bytes, film: bytes) -> list[Companion]:
    """What belongs to a picture with this block beside a film."""
    photo(folder / "a.jpg", drawn(48, 32), exif=block)
    (folder / "a.mov").write_bytes(film)
    return Disk().companions(str(folder / "a.jpg"))


FILM = [Companion("a.mov", Role.FILM)]


def test_the_identifier_decides_about_live_photos(tmp_path: Path) -> None:
    block = exif_block("2020:01:31 12:00:05", content_id="4F-11")
    assert pair(tmp_path, block, movie(content_id="4F-11", seconds=60)) == FILM
    at_once = movie(content_id="5A-22", created=SINCE_1904 + NOON)
    assert pair(tmp_path, block, at_once) == []


@pytest.mark.parametrize(
    ("off", "seconds", "is_half"),
    [(0, 2.5, True), (3, 3.9, True), (4, 2.5, False), (0, 4.0, False), (7200, 2.5, True),
     (-7203, 2.5, True), (7210, 2.5, False), (30 * 3600, 2.5, False)],
)  # fmt: skip
def test_without_an_identifier_time_and_length_decide(
    tmp_path: Path, off: int, seconds: float, is_half: bool
) -> None:
    """A time zone is often missing, so whole hours make no difference."""
    film = movie(created=SINCE_1904 + NOON + off, seconds=seconds)
    found = pair(tmp_path, exif_block("2020:01:31 12:00:05"), film)
    assert found == (FILM if is_half else [])


def test_a_film_beside_a_picture_without_a_date_is_another_file(tmp_path: Path) -> None:
    assert pair(tmp_path, b"", movie(created=SINCE_1904 + NOON)) == []
    assert pair(tmp_path, exif_block("2020:01:31 12:00:05"), b"no film") == []


def test_the_disk_tells_links_from_files_and_does_not_wait_for_pipes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "link").symlink_to("a")
    os.mkfifo(tmp_path / "pipe")
    disk = Disk()
    state, link = disk.state(str(tmp_path / "a")), disk.state(str(tmp_path / "link"))
    assert state is not None
    assert link is not None
    assert (state.size, state.is_file, link.is_file) == (3, True, False)
    assert disk.state(str(tmp_path / "missing")) is None
    assert disk.digest(str(tmp_path / "a")) == bytes.fromhex("6437b3ac38465133ffb63b75273a8db5")
    assert disk.digest(str(tmp_path / "pipe")) is None
    assert disk.digest(str(tmp_path)) is None
    assert disk.companions(str(tmp_path / "missing" / "a.jpg")) == []
