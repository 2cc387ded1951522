"""Files that end properly though data is missing: libjpeg and libtiff decide their status."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from jpegs import (
    APP0,
    APP2,
    exif,
    jpeg,
    patched,
    scene,
    segment,
    with_segments,
    without_segments,
)
from lookalike import ImageError, Status, find_duplicates, hash_images
from lookalike.images import read_picture
from lookalike.images.jpeg.losses import lost_at_end, lost_data
from lookalike.images.jpeg.scans import MAX_SCANS, segments

LOOKALIKE = Path(sys.executable).with_name("lookalike")
SOS, EOI = 0xDA, 0xD9
END = b"\xff\xd9"
PICTURE = scene(231, 194, 5)
IMAGE = Image.fromarray(PICTURE)
BASELINE, PROGRESSIVE = jpeg(PICTURE), jpeg(PICTURE, progressive=True)
RESTARTS = jpeg(PICTURE, restart_marker_blocks=5)
KINDS = {
    "4:2:0": BASELINE,
    "4:4:4": jpeg(PICTURE, subsampling=0),
    "grey": jpeg(IMAGE.convert("L")),
    "RGB": jpeg(PICTURE, keep_rgb=True),
    "with restarts": RESTARTS,
    "progressive": PROGRESSIVE,
    "progressive with restarts": jpeg(PICTURE, progressive=True, restart_marker_blocks=7),
    "CMYK": jpeg(IMAGE.convert("CMYK")),
    "progressive CMYK": jpeg(IMAGE.convert("CMYK"), progressive=True),
    "MPO": jpeg(PICTURE, format="MPO", save_all=True, append_images=[IMAGE.rotate(90)]),
    "EXIF in two segments": with_segments(BASELINE, exif(6), segment(0xE1, b"Exif\0\0more")),
}


def found(data: bytes, marker: int) -> list[int]:
    """Where the markers of the first image are."""
    return [one.begin for one in segments(data) if one.marker == marker]


def restarts(data: bytes) -> list[int]:
    return [one.start() for one in re.finditer(rb"\xff[\xd0-\xd7]", data)]


def cut(data: bytes, share: float) -> bytes:
    """Keeps this much of the scan data, and then adds a proper end."""
    begin = next(one.end for one in segments(data) if one.marker == SOS)
    (end,) = found(data, EOI)
    return data[: begin + int(share * (end - begin))].rstrip(b"\xff") + END


def status(data: bytes, least_side: int | None = None) -> str:
    try:
        return "ok" if not read_picture(data, least_side=least_side).damage else "marked"
    except ImageError as error:
        return error.status


# JPEG


@pytest.mark.parametrize("least_side", [None, 90, 180])
@pytest.mark.parametrize("kind", KINDS)
def test_a_jpeg_that_was_cut_and_ends_properly_is_damaged(kind: str, least_side: int) -> None:
    """The file is damaged however much is missing and whoever decodes it. The whole file is
    intact.
    """
    assert status(KINDS[kind], least_side) == "ok"
    for share in (0.02, 0.1, 0.5, 0.97):
        assert status(cut(KINDS[kind], share), least_side) == Status.DAMAGED, share


@pytest.mark.parametrize("kind", ["4:2:0", "progressive", "CMYK"])
def test_what_there_is_of_it_is_hashed_where_that_is_wanted(kind: str) -> None:
    """It has Pillow's pixels and the reason. The intact file has no reason."""
    data = cut(KINDS[kind], 0.6)
    table = hash_images([KINDS[kind], data], damaged="hash", reading="exact")
    assert [one.path for one in table.damaged] == ["[1]"]
    assert table.damaged[0].reason.startswith("some of its data is ")
    shown = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    np.testing.assert_array_equal(read_picture(data, take_damaged=True).pixels, shown)


def test_who_reads_as_others_do_gets_what_they_get() -> None:
    """ImageHash and imagededup read what Pillow reads, so the drop-in modules do too."""
    data = cut(BASELINE, 0.5)
    shown = np.asarray(Image.open(io.BytesIO(data)))
    np.testing.assert_array_equal(read_picture(data, as_stored=True).pixels, shown)


def between(data: bytes, at: int, more: bytes) -> bytes:
    return data[:at] + more + data[at:]


ADOBE = without_segments(with_segments(BASELINE, segment(0xEE, b"Adobe\0\x64\0\0\0\0\x07")), APP0)
HARMLESS = {
    "bytes between segments": between(BASELINE, found(BASELINE, SOS)[0], b"\x12\x34"),
    "bytes behind the scan": between(BASELINE, found(BASELINE, EOI)[0], b"\x12" * 40),
    "bytes behind a scan": between(PROGRESSIVE, found(PROGRESSIVE, SOS)[4], b"\x12" * 40),
    "bytes behind an interval": between(RESTARTS, restarts(RESTARTS)[4], b"\x12" * 20),
    "an unknown JFIF": BASELINE.replace(b"JFIF\0\1\1", b"JFIF\0\5\1"),
    "an unknown Adobe transform": ADOBE,
    "a bad profile": with_segments(BASELINE, segment(APP2, b"ICC_PROFILE\0\x02\x05no")),
    "odd parameters": patched(
        BASELINE, next(one.end - 3 for one in segments(BASELINE) if one.marker == SOS), 0, 5, 0
    ),
    "a wrong number": patched(RESTARTS, restarts(RESTARTS)[8] + 1, 0xD3),
}


@pytest.mark.parametrize("kind", HARMLESS)
def test_what_libjpeg_warns_of_without_a_loss_is_sound(kind: str) -> None:
    """It is read as Pillow reads it, and has no mark."""
    data = HARMLESS[kind]
    picture = read_picture(data)
    assert picture.damage == ""
    np.testing.assert_array_equal(picture.pixels, np.asarray(Image.open(io.BytesIO(data))))


@pytest.mark.parametrize("kind", HARMLESS)
def test_a_harmless_warning_does_not_hide_a_loss(kind: str) -> None:
    """The strict decoder stops at the first warning, but a later loss is still found."""
    assert status(cut(HARMLESS[kind], 0.9)) == Status.DAMAGED


@pytest.mark.parametrize("seed", range(12))
def test_bytes_left_over_in_intervals_are_no_loss(seed: int) -> None:
    """Left-over bytes are fine, however many and in however many intervals. A cut behind them is a
    loss.
    """
    random = np.random.default_rng(seed)
    data = jpeg(PICTURE, restart_marker_blocks=int(random.integers(3, 12)))
    places = restarts(data)[:-4]
    count = int(random.integers(1, 3))
    for at in sorted(random.choice(places, count, replace=False).tolist(), reverse=True):
        data = between(data, at, bytes([0x55] * int(random.integers(12, 60))))
    assert lost_data(data) == ""
    assert lost_data(data[: restarts(data)[-3]] + END) != ""


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("renumbered", [False, True])
def test_missing_intervals_are_a_loss(count: int, renumbered: bool) -> None:
    """It is a loss even if so many are missing that the numbers continue as if none were."""
    places = restarts(RESTARTS)
    data = bytearray(RESTARTS[: places[4]] + RESTARTS[places[4 + count] :])
    for number, at in enumerate(restarts(bytes(data))):
        data[at + 1] = 0xD0 + number % 8 if renumbered else data[at + 1]
    assert status(bytes(data)) == Status.DAMAGED


@pytest.mark.parametrize("least_side", [None, 20])
def test_every_missing_scan_is_a_loss(least_side: int | None) -> None:
    """libjpeg says nothing if the last ones are missing."""
    for data in (PROGRESSIVE, KINDS["progressive CMYK"]):
        scans = found(data, SOS)
        tables = sorted({one.begin for one in segments(data) if one.marker in {SOS, 0xC4, EOI}})
        for at in scans:
            end = next(begin for begin in tables if begin > at)
            assert status(data[:at] + data[end:], least_side) == Status.DAMAGED
            assert status(data[:at] + END, least_side) == Status.DAMAGED


def in_several_scans(names: bytes) -> bytes:
    """A baseline JPEG of three equal grey components, with one scan for each component named."""
    grey = jpeg(IMAGE.convert("L"))
    (start,), (end,) = found(grey, SOS), found(grey, EOI)
    data = next(one.end for one in segments(grey) if one.marker == SOS)
    (frame,) = (one for one in segments(grey) if one.marker == 0xC0)
    three = grey[frame.body : frame.body + 5] + bytes([3, 1, 17, 0, 2, 17, 0, 3, 17, 0])
    head = grey[: frame.begin] + segment(0xC0, three) + grey[frame.end : start]
    scans = (segment(SOS, bytes([1, name, 0, 0, 63, 0])) + grey[data:end] for name in names)
    return head + b"".join(scans) + END


@pytest.mark.parametrize("least_side", [None, 90])
def test_a_baseline_file_of_several_scans_has_all_its_components(least_side: int | None) -> None:
    """libjpeg makes up the missing ones."""
    assert status(in_several_scans(b"\1\2\3"), least_side) == "ok"
    for names in (b"\1", b"\1\2", b"\2\3", b"\1\1\1"):
        assert status(in_several_scans(names), least_side) == Status.DAMAGED


# Too many scans


def with_scans(data: bytes, count: int) -> bytes:
    """Repeats the first scan to give the file this many scans."""
    first, begin = found(data, SOS)[0], found(data, SOS)
    end = min(one.begin for one in segments(data) if one.begin > first)
    return data[:end] + data[first:end] * (count - len(begin)) + data[end:]


@pytest.mark.slow
@pytest.mark.parametrize("as_stored", [False, True])
@pytest.mark.parametrize("least_side", [None, 20, 90])
@pytest.mark.parametrize("kind", ["progressive", "progressive CMYK", "several scans"])
def test_too_many_scans_are_refused_before_they_are_decoded(
    kind: str, least_side: int | None, as_stored: bool
) -> None:
    """They are refused whoever would decode them. The limit itself is accepted."""
    data = in_several_scans(b"\1\2\3") if kind == "several scans" else KINDS[kind]
    most = with_scans(data, MAX_SCANS)
    assert read_picture(most, least_side=least_side, as_stored=as_stored).damage == ""
    for count in (MAX_SCANS + 1, 20_000):
        with pytest.raises(
            ImageError, match="it has 501 scans or more; the limit is 500"
        ) as caught:
            read_picture(
                with_scans(data, count), least_side=least_side, as_stored=as_stored,
                take_damaged=True,
            )  # fmt: skip
        assert caught.value.status is Status.TOO_LARGE


# Files of which only the first scan was read

LARGE = jpeg(scene(3000, 2400, 3), progressive=True, quality=92)
SMALL = jpeg(Image.fromarray(scene(3000, 2400, 3)).resize((750, 600)), quality=85)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A large truncated picture, of which only the first scan is read, and a small whole one."""
    (tmp_path / "cut.jpg").write_bytes(cut(LARGE, 0.4))
    (tmp_path / "small.jpg").write_bytes(SMALL)
    return tmp_path


def test_the_row_says_that_only_the_first_scan_was_read(folder: Path) -> None:
    """Fast reading sets the mark. Exact reading has no such mark, and the truncated file is
    damaged.
    """
    fast, exact = hash_images(folder), hash_images(folder, reading="exact")
    assert [one.marks for one in fast.images] == [("first scan",), ()]
    assert ([one.marks for one in exact.images], len(exact.failures)) == ([()], 1)
    assert hash_images([LARGE]).images[0].marks == ("first scan",)
    assert [one.status for one in hash_images([cut(LARGE, 0.4)]).failures] == [Status.DAMAGED]


@pytest.mark.slow
@pytest.mark.parametrize("isolate", [False, True])
def test_a_cut_file_never_beats_a_whole_one(folder: Path, isolate: bool) -> None:
    """The rest of a file is checked before it is kept. A whole one is kept for its pixels."""
    result = find_duplicates(folder, isolate=isolate)
    (group,) = result.groups
    assert (Path(group.keeper.path).name, group.keeper_reason) == ("small.jpg", "undamaged")
    assert "some of its data is missing" in group.duplicates[0].image.damage
    assert [Path(one.path).name for one in result.damaged] == ["cut.jpg"]
    (folder / "whole.jpg").write_bytes(LARGE)
    (group,) = find_duplicates(folder, isolate=isolate).groups
    assert (Path(group.keeper.path).name, group.keeper_reason) == ("whole.jpg", "most pixels")
    assert group.keeper.damage == ""


class Elsewhere:
    """An image that is not in a file on this machine."""

    def __init__(self, key: str, data: bytes) -> None:
        self.key, self.size, self._data = key, len(data), data

    def open(self) -> Any:
        return io.BytesIO(self._data)


def test_what_cannot_be_looked_through_does_not_beat_what_was_read(folder: Path) -> None:
    """The end of a remote image is not checked, so the one with the most pixels is kept."""
    large = Elsewhere("large", LARGE)
    (group,) = find_duplicates([large, folder / "small.jpg"]).groups
    assert (Path(group.keeper.path).name, group.keeper_reason) == ("small.jpg", "read to its end")
    (group,) = find_duplicates([large, Elsewhere("smaller", LARGE[:-2] + b"\0\0" + END)]).groups
    assert (group.keeper.path, group.keeper_reason) == ("smaller", "most bytes")


def test_a_file_that_is_gone_when_it_would_be_looked_through_is_not_kept(folder: Path) -> None:
    """Its end is unknown, so it is not kept. Nothing is raised."""

    def progress(stage: str, done: int, total: int | None) -> None:
        if stage == "reading" and done == total:
            (folder / "cut.jpg").unlink()

    (group,) = find_duplicates(folder, workers=1, progress=progress).groups
    assert (Path(group.keeper.path).name, group.keeper_reason) == ("small.jpg", "read to its end")


def test_a_file_without_an_end_marker_is_not_whole() -> None:
    """The walk over markers adds nothing for a file that was read to its end."""
    assert lost_at_end(PROGRESSIVE) == ""
    assert lost_at_end(PROGRESSIVE[:-2]) == "some of its data is missing: it has no end marker"
    assert lost_at_end(with_scans(PROGRESSIVE, 600)).startswith("it has 501 scans")


# TIFF

heard = pytest.mark.skipif(sys.platform == "win32", reason="libtiff cannot be reached")
CODECS = ["group3", "group4", "tiff_ccitt", "jpeg", "packbits", "tiff_lzw", "tiff_adobe_deflate"]


def tiff(compression: str, **options: Any) -> bytes:
    file = io.BytesIO()
    bilevel = compression in CODECS[:3]
    IMAGE.convert("1" if bilevel else "RGB").save(file, "TIFF", compression=compression, **options)
    return file.getvalue()


def broken(data: bytes, seed: int) -> bytes:
    """Puts random bytes in the last two thirds of the middle strip."""
    with Image.open(io.BytesIO(data)) as image:
        tags: Any = image
        starts: list[int] = tags.tag_v2[273]
        counts: list[int] = tags.tag_v2[279]
    middle = len(starts) // 2
    at, count = starts[middle] + counts[middle] // 3, counts[middle] - counts[middle] // 3
    noise = np.random.default_rng(seed).integers(0, 256, count, np.uint8).tobytes()
    return data[:at] + noise + data[at + count :]


@heard
@pytest.mark.parametrize("compression", [one for one in CODECS if one != "packbits"])
def test_a_tiff_of_which_libtiff_complains_is_damaged(compression: str) -> None:
    """Pillow decodes some of them without an error. An intact one is read."""
    data = tiff(compression)
    assert status(data) == "ok"
    for seed in range(3):
        table = hash_images([broken(data, seed)])
        assert [one.status for one in table.failures] == [Status.DAMAGED]


@heard
def test_a_tiff_that_libtiff_only_warns_of_is_damaged() -> None:
    """On request it is hashed as far as it goes, and gives libtiff's message."""
    data = tiff("group4")
    zeros = patched(data, len(data) // 2, *bytes(len(data) // 4))
    assert status(zeros) == Status.DAMAGED
    picture = read_picture(zeros, take_damaged=True)
    assert picture.damage.startswith("some of its data is lost: Fax4Decode: Premature EOL")
    np.testing.assert_array_equal(picture.pixels, Image.open(io.BytesIO(zeros)).convert("L"))


def test_odd_tags_of_a_tiff_are_no_loss() -> None:
    """What libtiff says about the header does not decide the status."""
    assert status(tiff("group4", tiffinfo={65000: "unknown", 65001: 7})) == "ok"


SCRIPT = """
import sys, lookalike
from PIL import Image
table = lookalike.hash_images(sys.argv[1], workers=4)
print(len(table.failures))
if len(sys.argv) > 2:
    Image.open(sys.argv[2]).load()
"""


@pytest.mark.slow
@heard
@pytest.mark.parametrize("arguments", [["-q"], [], ["-q", "--isolate"]])
def test_nothing_of_it_appears_on_standard_error(tmp_path: Path, arguments: list[str]) -> None:
    """Nothing appears from threads or from processes. What the program decodes itself is left
    alone.
    """
    for compression in ("group3", "group4", "jpeg", "tiff_lzw"):
        for seed in range(3):
            (tmp_path / f"{compression}{seed}.tif").write_bytes(broken(tiff(compression), seed))
    ended = subprocess.run(
        [str(LOOKALIKE), "find", str(tmp_path), *arguments], capture_output=True, text=True
    )
    assert ended.stderr == ""
    script = [sys.executable, "-c", SCRIPT, str(tmp_path)]
    ended = subprocess.run(script, capture_output=True, text=True, check=True)
    assert (ended.stdout.split(), ended.stderr) == (["12"], "")
    own = subprocess.run(
        [*script, str(tmp_path / "group41.tif")], capture_output=True, text=True, check=True
    )
    assert "Bad code word" in own.stderr
