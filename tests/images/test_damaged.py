"""Images that cannot be decoded to the end: reported, or hashed as far as they go."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFile

from files import save
from lookalike import ImageError, Status, find_duplicates, hash_image, hash_images
from lookalike.images import read_picture
from pictures import photo, uniform

LOOKALIKE = Path(sys.executable).with_name("lookalike")
PICTURE = photo(200, 150, 1)
FORMATS: dict[str, dict[str, Any]] = {
    "JPEG": {}, "JPEG progressive": {"progressive": True}, "PNG": {}, "BMP": {}, "TIFF": {},
    "GIF": {}, "PPM": {}, "TGA": {},
}  # fmt: skip


def encoded(kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(PICTURE).save(file, kind.split()[0], **FORMATS[kind], **options)
    return file.getvalue()


@contextmanager
def pillows_flag(value: bool) -> Iterator[None]:
    """The values that a program may have given Pillow's own flag."""
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = value
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


@pytest.mark.parametrize("flag", [False, True])
@pytest.mark.parametrize("kind", FORMATS)
def test_a_truncated_image_is_reported_unless_asked_for(kind: str, flag: bool) -> None:
    """A truncated image is a failure by default, and Pillow's flag neither matters nor changes."""
    data = encoded(kind)
    cut_off = data[: len(data) * 3 // 4]
    with pillows_flag(flag):
        table = hash_images([data, cut_off])
        assert [one.status for one in table.failures] == [Status.DAMAGED]
        assert table.damaged == []
        assert bool(ImageFile.LOAD_TRUNCATED_IMAGES) == flag


@pytest.mark.parametrize("flag", [False, True])
@pytest.mark.parametrize("reading", ["fast", "exact"])
@pytest.mark.parametrize("kind", FORMATS)
def test_what_there_is_of_it_is_hashed_and_marked(kind: str, reading: Any, flag: bool) -> None:
    """Its pixels are those that Pillow gives for truncated images. An intact image has no mark."""
    data = encoded(kind)
    cut_off = data[: len(data) * 3 // 4]
    with pillows_flag(flag):
        table = hash_images([data, cut_off], damaged="hash", reading=reading)
        assert bool(ImageFile.LOAD_TRUNCATED_IMAGES) == flag
    assert table.failures == []
    assert [one.damage != "" for one in table.images] == [False, True]
    assert [(one.path, one.status) for one in table.damaged] == [("[1]", Status.DAMAGED)]
    with pillows_flag(True), Image.open(io.BytesIO(cut_off)) as image:
        shown = np.asarray(image.convert("RGB"))
    np.testing.assert_array_equal(read_picture(cut_off, take_damaged=True).pixels, shown)
    assert table.hashes["phash"][1] == hash_image(shown, reading=reading)


def test_what_only_pillow_can_read_is_not_damaged() -> None:
    """A JPEG with stray bytes, which strict decoders refuse, is read to its end and not marked."""
    data = encoded("JPEG")
    at = data.index(b"\xff\xda")
    table = hash_images([data[:at] + b"\x12\x34" + data[at:]], damaged="hash")
    assert (len(table), table.damaged) == (1, [])


@pytest.mark.parametrize(("kind", "after"), [("JPEG", b"\xff\xda"), ("PNG", b"IDAT")])
@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("count", [0, 20, 200])
def test_an_image_of_which_next_to_nothing_is_left_stays_a_failure(
    kind: str, after: bytes, count: int, orientation: int
) -> None:
    """Two such images would be duplicates whatever they once showed, whether upright or turned."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(kind, exif=exif)
    table = hash_images([data[: data.index(after) + count]], damaged="hash")
    assert [one.status for one in table.failures] == [Status.DAMAGED]


def test_the_limits_hold_for_damaged_images() -> None:
    """An image beyond the pixel limit is refused, damaged or not."""
    cut_off = encoded("PNG")[:-2000]
    with pytest.raises(ImageError) as caught:
        read_picture(cut_off, take_damaged=True, max_pixels=1000)
    assert caught.value.status is Status.TOO_LARGE


@pytest.mark.parametrize("flag", [False, True])
def test_an_image_that_the_caller_has_opened_goes_by_the_callers_flag(flag: bool) -> None:
    """The caller's program has already decided how to treat it, and that is left alone."""
    image = Image.open(io.BytesIO(encoded("JPEG")[:-2000]))
    with pillows_flag(flag):
        table = hash_images([image], damaged="hash")
    assert (len(table), table.damaged) == (int(flag), [])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small intact picture and a large damaged copy of it."""
    save(tmp_path / "small.png", photo(100, 75, 1))
    large = save(tmp_path / "large.png", photo(200, 150, 1))
    large.write_bytes(large.read_bytes()[:-200])
    save(tmp_path / "flat.png", uniform(20, 20, 5))
    return tmp_path


def test_a_group_keeps_an_undamaged_image(folder: Path) -> None:
    """The intact image is kept even if the damaged one has more pixels, which the result lists."""
    result = find_duplicates(folder, damaged="hash")
    (group,) = result.groups
    assert (Path(group.keeper.path).name, group.keeper_reason) == ("small.png", "undamaged")
    assert [Path(one.path).name for one in result.damaged] == ["large.png"]
    (entry,) = result.to_dict()["damaged"]
    assert entry == {"path": str(folder / "large.png"), "reason": result.damaged[0].reason}
    assert [row["status"] for row in result.rows()] == ["ok", "damaged"]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(LOOKALIKE), *map(str, arguments)], capture_output=True, text=True, check=True
    )


@pytest.mark.slow
def test_the_command_marks_them_in_every_form(folder: Path) -> None:
    """The text, JSON and CSV mark damaged images. They are not failures, so --strict accepts
    them.
    """
    shown = run("find", folder, "--damaged", "hash", "--strict").stdout
    assert "PNG, damaged" in shown
    assert "1 damaged image, hashed as far as readable:\n  damaged: " in shown
    document = json.loads(run("hash", folder, "--damaged", "hash", "--json").stdout)
    assert [Path(one["path"]).name for one in document["damaged"]] == ["large.png"]
    rows = run("hash", folder, "--damaged", "hash", "--csv").stdout.splitlines()
    assert [row.count(",damaged,it cannot be decoded") for row in rows] == [0, 0, 1, 0]
    assert "damaged: " in run("hash", folder, "--damaged", "hash").stderr
    assert "damaged" not in run("find", folder, "--json", "-q").stdout.split('"failures"')[0]
