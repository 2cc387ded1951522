"""Camera raw files: their true size, and the preview that represents them."""

from __future__ import annotations

import importlib.util
import io
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import raw_files
from lookalike import ImageError, Status, find_duplicates, hash_image, hash_images
from lookalike.images import Mark, read_picture
from raw_files import jpeg, scene
from refusing import refusal
from trying import cases

Make = Callable[..., bytes]
MAKES: dict[str, tuple[str, Make]] = {
    "NEF": ("NEF", raw_files.nef),
    "little-endian NEF": ("NEF", partial(raw_files.nef, order="<")),
    "DNG": ("DNG", raw_files.dng),
    "ARW": ("ARW", raw_files.arw),
    "PEF": ("PEF", raw_files.pef),
    "CR2": ("CR2", raw_files.cr2),
    "RW2": ("RW2", raw_files.rw2),
    "ORF": ("ORF", raw_files.orf),
    "old ORF": ("ORF", partial(raw_files.orf, new=False)),
    "RAF": ("RAF", raw_files.raf),
    "CR3": ("CR3", raw_files.cr3),
    "CR3 without a track": ("CR3", partial(raw_files.cr3, track=False)),
}
TURNED = [kind for kind in MAKES if kind != "RAF"]
"""The only orientation in RAF is that of its JPEG."""


@pytest.fixture
def no_rawpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rawpy", None)


@pytest.mark.parametrize("kind", MAKES)
@pytest.mark.parametrize("reading", ["fast", "exact"])
def test_a_raw_file_is_read_by_its_preview_at_its_own_size(kind: str, reading: str) -> None:
    """Its hash is close to the picture's and far from another's. Its size is the sensor's."""
    name, make = MAKES[kind]
    picture = scene(1)
    table = hash_images(
        [make(picture, jpeg(picture, (320, 240))), jpeg(picture), jpeg(scene(2))],
        reading=reading,  # type: ignore[arg-type]
    )
    raw, hashes = table.images[0], table.hashes["phash"]
    assert (raw.format, raw.width, raw.height, raw.frames) == (name, 640, 480, 1)
    assert raw.marks == ("preview",)
    assert table.images[1].marks == ()
    assert hashes[0] - hashes[1] <= 4
    assert hashes[0] - hashes[2] > 12


@pytest.mark.parametrize("kind", MAKES)
@pytest.mark.parametrize("size", [(199, 149), (200, 149), (199, 150)])
def test_a_thumbnail_never_stands_for_a_raw_file(
    kind: str, size: tuple[int, int], no_rawpy: None
) -> None:
    """A preview below a quarter of a side is unsupported, and the reason names a reader. A quarter
    is enough.
    """
    name, make = MAKES[kind]
    picture = scene(3, (800, 600))
    error = refusal(make(picture, jpeg(picture, size)))
    assert error.status == Status.UNSUPPORTED
    assert error.reason.startswith(f"{name} raw file of 800 x 600")
    assert "pip install rawpy" in error.reason
    assert read_picture(make(picture, jpeg(picture, (200, 150)))).is_preview


def test_a_thumbnail_does_not_stand_for_a_small_raw_file_either(no_rawpy: None) -> None:
    """A thumbnail of 160 pixels is refused even at a quarter of each side. A preview would be
    accepted.
    """
    picture = scene(3, (480, 360))
    assert refusal(raw_files.dng(picture, None)).status == Status.UNSUPPORTED
    assert read_picture(raw_files.dng(picture, jpeg(picture, (161, 121)))).is_preview


def test_a_phase_one_file_is_recognised(no_rawpy: None) -> None:
    """The mark behind its header identifies it. Its size is unknown, so no preview represents
    it.
    """
    build = raw_files.Builder("<", room=b"IIII\x01waR" + bytes(8))
    data = build.done(build.directory(raw_files.thumbnail(build, scene(20))))
    assert refusal(data).reason.startswith("IIQ raw file: pip install rawpy")


def test_the_largest_preview_is_taken() -> None:
    """The larger of two sufficient previews is used."""
    picture, other = scene(4), scene(5)
    build = raw_files.Builder("<")
    under = []
    for one, size in ((other, (200, 150)), (picture, (400, 300)), (other, (320, 240))):
        data = jpeg(one, size)
        at = build.add(data)
        under.append(build.directory({513: (4, at), 514: (4, len(data))}))
    under.append(build.directory(raw_files.sensor(build, picture)))
    first = raw_files.thumbnail(build, picture) | {330: (4, tuple(under))}
    preview = read_picture(build.done(build.directory(first)))
    assert preview.pixels.shape == (300, 400, 3)
    assert (preview.format, preview.width, preview.height) == ("RAW", 640, 480)


def test_a_preview_in_strips_is_read() -> None:
    """It does not have to be a JPEG."""
    picture = scene(6)
    data = raw_files.dng_in_strips(picture, (320, 240))
    read = read_picture(data)
    assert read.pixels.shape == (240, 320, 3)
    assert read.marks & Mark.PREVIEW
    assert hash_image(data) - hash_image(jpeg(picture)) <= 4


def test_the_size_is_that_of_the_crop_that_a_dng_asks_for() -> None:
    """The borders of the sensor do not count."""
    picture = scene(7)
    read = read_picture(raw_files.dng(picture, jpeg(picture, (320, 240)), 1, (632, 474)))
    assert (read.width, read.height) == (632, 474)


@pytest.mark.parametrize("kind", TURNED)
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("reading", ["fast", "exact"])
def test_the_preview_is_turned_as_the_raw_file_says(
    kind: str, orientation: int, reading: str
) -> None:
    """A picture stored sideways by the camera is seen upright, and its size is turned too."""
    picture = scene(8)
    _, make = MAKES[kind]
    turned: Image.Image = Image.open(io.BytesIO(jpeg(picture)))
    turned = {3: turned.rotate(180), 6: turned.rotate(-90, expand=True),
              8: turned.rotate(90, expand=True)}.get(orientation, turned)  # fmt: skip
    data = make(picture, jpeg(picture, (320, 240)), orientation)
    assert hash_image(data, reading=reading) - hash_image(turned) <= 4  # type: ignore[arg-type]
    read = read_picture(data)
    assert (read.width, read.height) == turned.size


def test_a_preview_that_is_stored_upright_is_not_turned_again() -> None:
    """It is already upright, though the raw file is to be turned."""
    picture = scene(9)
    upright = picture.rotate(-90, expand=True)
    data = raw_files.nef(picture, jpeg(upright, (240, 320)), 6)
    read = read_picture(data)
    assert (read.width, read.height) == (480, 640)
    assert hash_image(data) - hash_image(upright) <= 4


@pytest.mark.parametrize("kind", ["RAF", "NEF", "RW2"])
def test_an_orientation_of_the_previews_own_counts(kind: str) -> None:
    """This applies to Fujifilm's previews, which have EXIF."""
    picture = scene(10)
    exif = Image.Exif()
    exif[274] = 6
    data = MAKES[kind][1](picture, jpeg(picture, (320, 240), exif=exif.tobytes()))
    read = read_picture(data)
    assert (read.width, read.height) == (480, 640)
    assert hash_image(data) - hash_image(picture.rotate(-90, expand=True)) <= 4


@pytest.mark.parametrize("size", [(640, 480), (650, 488), (1280, 960)])
def test_a_raw_file_is_kept_before_a_jpeg(size: tuple[int, int], tmp_path: Path) -> None:
    """It is kept even if the camera made a larger JPEG. Between two JPEGs, pixels decide."""
    picture = scene(11)
    (tmp_path / "a much longer name.nef").write_bytes(raw_files.nef(picture, jpeg(picture)))
    (tmp_path / "a.jpg").write_bytes(jpeg(picture, size))
    (tmp_path / "b.jpg").write_bytes(jpeg(picture, (320, 240)))
    (group,) = find_duplicates(tmp_path).groups
    assert (group.keeper.format, group.keeper_reason) == ("NEF", "raw file")
    (tmp_path / "a much longer name.nef").unlink()
    (group,) = find_duplicates(tmp_path).groups
    assert (group.keeper.path[-5:], group.keeper_reason) == ("a.jpg", "most pixels")


@pytest.mark.parametrize("kind", MAKES)
@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_a_raw_file_that_breaks_off_is_damaged(kind: str, share: float, no_rawpy: None) -> None:
    """However much is missing, the file is not accepted as intact: it is unread or not
    understood.
    """
    picture = scene(12)
    data = MAKES[kind][1](picture, jpeg(picture, (320, 240)))
    error = refusal(data[: int(len(data) * share)])
    assert error.status in {Status.DAMAGED, Status.UNSUPPORTED}


@pytest.mark.parametrize("kind", ["CR3", "RAF"])
def test_what_breaks_off_behind_its_preview_is_hashed_where_that_is_wanted(kind: str) -> None:
    """With `--damaged hash` the preview represents it, and the damage is reported."""
    picture = scene(13)
    data = MAKES[kind][1](picture, jpeg(picture, (320, 240)))[:-500]
    assert refusal(data).status == Status.DAMAGED
    table = hash_images([data, jpeg(picture)], damaged="hash")
    assert "cut off" in table.images[0].damage
    assert table.hashes["phash"][0] - table.hashes["phash"][1] <= 4


def test_limits_go_by_the_size_of_the_picture() -> None:
    """The size of the preview does not count."""
    picture = scene(14)
    data = raw_files.nef(picture, jpeg(picture, (320, 240)))
    assert read_picture(data, max_pixels=640 * 480).width == 640
    with pytest.raises(ImageError, match="the limit") as caught:
        read_picture(data, max_pixels=640 * 480 - 1)
    assert caught.value.status == Status.TOO_LARGE


@pytest.mark.skipif(importlib.util.find_spec("rawpy") is None, reason="needs rawpy")
@pytest.mark.parametrize("make", [raw_files.nef, raw_files.dng])
def test_rawpy_reads_what_has_no_preview(make: Make, tmp_path: Path) -> None:
    """With rawpy installed, the sensor data is developed, and the result is not a preview."""
    picture = scene(15)
    (tmp_path / "a.raw").write_bytes(make(picture, None, 6))
    table = hash_images([tmp_path / "a.raw", jpeg(picture.convert("L").rotate(-90, expand=True))])
    assert not table.failures
    raw, hashes = table.images[0], table.hashes["phash"]
    assert (raw.width, raw.height, raw.marks) == (480, 640, ())
    assert hashes[0] - hashes[1] <= 10
    assert hashes[0] - hash_image(scene(16)) > 12


@pytest.mark.skipif(importlib.util.find_spec("rawpy") is None, reason="needs rawpy")
@pytest.mark.parametrize("start", [b"FOVb", b"\0MRM", b"II\x1a\0\0\0HEAPCCDR", b"IIRO\x08\0\0\0"])
def test_what_rawpy_cannot_read_is_a_failure(start: bytes) -> None:
    """The failure has a status, a reason and a way to convert the file."""
    error = refusal(start + bytes(2000))
    assert error.status in {Status.DAMAGED, Status.UNSUPPORTED}
    assert "convert it" in error.reason


@pytest.mark.slow
@settings(max_examples=cases(150), deadline=None)
@given(st.sampled_from(sorted(MAKES)), st.data())
def test_no_bytes_do_more_than_end_in_a_status(kind: str, data: st.DataObject) -> None:
    """Whatever a raw file's directories say, it is read or refused."""
    picture = scene(17, (64, 48))
    raw = bytearray(MAKES[kind][1](picture, jpeg(picture)))
    seams = [0, 80, len(raw) - 200]
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.sampled_from(seams)) + data.draw(st.integers(0, 199))
        if at < len(raw):
            raw[at] = data.draw(st.integers(0, 255))
    with patch.dict(sys.modules, {"rawpy": None}), suppress(ImageError):
        read_picture(bytes(raw))
