"""How much of a file is read: all of it, or the first scan of a large progressive JPEG."""

from __future__ import annotations

import io
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

import lookalike
from jpegs import COM, dc_jpeg, end_of_first, huge_jpeg, jpeg, scene, segment, with_segments
from lookalike import ImageError, Status, hash_image
from lookalike.images import FirstScan, Stamp, read_picture
from lookalike.images.contents import FIRST, STEP, Contents, file_contents, item_contents
from lookalike.images.jpeg.decoding import LAST_BYTES, LEAST_SPARED, LONGEST_HEADER, WORTH_CUTTING
from lookalike.images.jpeg.header import END

SIDE = 125
"""A shorter side that an eighth of the pictures here have."""
PICTURE = scene(1300, 1000)
LARGE = jpeg(PICTURE, progressive=True, quality=97, subsampling=0)
BASELINE = jpeg(PICTURE, quality=97)
PROFILE = bytes(range(256)) * 1200
MAX_BYTES = 1 << 30


class Stream(io.BytesIO):
    """A file in memory that counts how many bytes are read."""

    def __init__(self, data: bytes, seekable: bool) -> None:
        super().__init__(data)
        self._seekable = seekable
        self.bytes_read = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.bytes_read += len(data)
        return data

    def seekable(self) -> bool:
        return self._seekable


@dataclass
class Memory:
    """An image in memory, as an item."""

    data: bytes
    size: int | None
    key: str = "memory"
    seekable: bool = True
    streams: list[Stream] = field(default_factory=list)

    def open(self) -> BinaryIO:
        self.streams.append(Stream(self.data, self.seekable))
        return self.streams[-1]

    @property
    def bytes_read(self) -> int:
        return sum(stream.bytes_read for stream in self.streams)


def item(data: bytes, seekable: bool = True) -> Memory:
    return Memory(data, len(data), seekable=seekable)


# Only the first scan


def test_of_a_large_progressive_file_the_first_scan_alone_is_read() -> None:
    """Reads only the steps up to the end of the first scan, and the last bytes of the file."""
    file = item(LARGE)
    contents = item_contents(file, SIDE, MAX_BYTES)
    end = end_of_first(LARGE)
    assert contents == Contents(LARGE[:end] + END, len(LARGE))
    assert file.bytes_read <= max(FIRST, end + STEP) + LAST_BYTES < len(LARGE) // 2
    picture, of_bytes = read_picture(file, least_side=SIDE), read_picture(LARGE, least_side=SIDE)
    np.testing.assert_array_equal(picture.pixels, of_bytes.pixels)
    assert (picture.width, picture.height, picture.byte_count) == (1300, 1000, len(LARGE))
    assert picture.is_beginning
    assert not of_bytes.is_beginning


READ_WHOLE = {
    "exact reading": (LARGE, None),
    "a larger picture asked for": (LARGE, SIDE + 1),
    "baseline": (BASELINE, SIDE),
    "few bytes": (jpeg(PICTURE, progressive=True, quality=20), SIDE),
    "no JPEG": (jpeg(PICTURE, format="PNG"), SIDE),
    "a first scan of chroma": (
        dc_jpeg([PICTURE[..., k].astype(np.int64) for k in range(3)], [[1], [2], [0]]),
        SIDE,
    ),
    "no end": (LARGE[:-LAST_BYTES], SIDE),
    "a header without end": (with_segments(LARGE, *[segment(COM, bytes(65533))] * 80), SIDE),
}


@pytest.mark.parametrize("kind", READ_WHOLE)
def test_everything_else_is_read_whole(kind: str, tmp_path: Path) -> None:
    """All bytes are read if the first scan is missing, not enough or not worth it."""
    data, least_side = READ_WHOLE[kind]
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    assert item_contents(item(data), least_side, MAX_BYTES) == Contents(data, len(data))
    stamp = Stamp.of(path.stat())
    assert file_contents(str(path), least_side, MAX_BYTES) == Contents(data, len(data), stamp)


@pytest.mark.parametrize("kind", ["unknown size", "not to be sought in", "both"])
def test_a_stream_is_read_whole(kind: str) -> None:
    """So is a stream of unknown size, and one that cannot be read from its end."""
    file = item(LARGE, seekable=kind == "unknown size")
    file.size = len(LARGE) if kind == "not to be sought in" else None
    contents = item_contents(file, SIDE, MAX_BYTES)
    assert contents == Contents(LARGE, len(LARGE))
    assert hash_image(file) == hash_image(LARGE)


@pytest.mark.parametrize("step", [997, 60_000, 1 << 17, 1 << 20])
def test_the_cut_does_not_depend_on_the_pieces(step: int) -> None:
    """The first scan has the same bytes whatever the size of the pieces."""
    scan = FirstScan(SIDE, len(LARGE))
    ends = (end for end in range(step, len(LARGE) + step, step) if scan.ends_in(LARGE[:end]))
    assert scan.cut_out(LARGE[: next(ends)]) == LARGE[: end_of_first(LARGE)] + END


@pytest.mark.parametrize(("spared", "ends"), [(LEAST_SPARED, True), (LEAST_SPARED - 1, False)])
def test_little_is_not_spared(spared: int, ends: bool) -> None:
    """A file is read whole if the first scan is nearly all of it."""
    data = with_segments(LARGE, *[segment(COM, bytes(65533))] * 2)
    size = end_of_first(data) + spared
    assert size > WORTH_CUTTING
    scan = FirstScan(SIDE, size)
    assert scan.ends_in(data) == ends
    assert scan.hopeless != ends


def test_a_header_of_any_length_is_waited_for() -> None:
    """A large profile or preview before the first scan does not stop the first scan from being
    used.
    """
    data = jpeg(PICTURE, progressive=True, quality=97, subsampling=0, icc_profile=PROFILE)
    assert end_of_first(data) - end_of_first(LARGE) > 4 * FIRST
    file = item(data)
    contents = item_contents(file, SIDE, MAX_BYTES)
    assert contents.data == data[: end_of_first(data)] + END
    assert file.bytes_read < end_of_first(data) + STEP + LAST_BYTES
    assert hash_image(data) == hash_image(LARGE)
    for count, hopeless in ((LONGEST_HEADER // 65537, False), (LONGEST_HEADER // 65537 + 1, True)):
        scan = FirstScan(SIDE, 1 << 30)
        assert not scan.ends_in(b"\xff\xd8" + segment(COM, bytes(65533)) * count)
        assert scan.hopeless == hopeless


def test_where_the_first_scan_cannot_be_decoded_the_rest_is_read() -> None:
    """A first scan that a strict decoder refuses is still read if Pillow reads the file."""
    data = jpeg(PICTURE, progressive=True, quality=97, subsampling=0, restart_marker_rows=5)
    data = data.replace(b"\xff\xd0", b"\xff\xd3", 1)
    file = item(data)
    picture = read_picture(file, least_side=SIDE)
    assert picture.pixels.shape == (1000, 1300, 3)
    assert len(file.streams) == 2
    assert not picture.is_beginning


# Exact duplicates


def test_a_file_that_was_cut_off_is_damaged_though_its_first_scan_is_there(tmp_path: Path) -> None:
    """The end of the file is checked before its first scan is trusted."""
    for share in (0.5, 0.9, 0.999):
        path = tmp_path / "a.jpg"
        path.write_bytes(LARGE[: int(share * len(LARGE))])
        for source in (str(path), item(path.read_bytes())):
            with pytest.raises(ImageError) as caught:
                read_picture(source, least_side=SIDE)
            assert caught.value.status is Status.DAMAGED


@pytest.mark.thorough
def test_files_are_exact_duplicates_only_if_all_their_bytes_are_equal(tmp_path: Path) -> None:
    """A copy is an exact duplicate. A file that differs only behind the first scan is not."""
    other = bytearray(huge_jpeg())
    other[-5000] ^= 1
    (tmp_path / "a.jpg").write_bytes(huge_jpeg())
    shutil.copy(tmp_path / "a.jpg", tmp_path / "b.jpg")
    (tmp_path / "c.jpg").write_bytes(other)
    result = lookalike.find_duplicates(tmp_path)
    assert result.table.beginnings == {0, 1, 2}
    assert len(np.unique(result.table.digests, axis=0)) == 1
    (group,) = result.groups
    assert group.keeper.path == str(tmp_path / "a.jpg")
    found = {Path(one.image.path).name: (one.distance, one.exact) for one in group.duplicates}
    assert found == {"b.jpg": (0, True), "c.jpg": (0, False)}
    by_pixels = lookalike.find_duplicates(tmp_path, reading="exact")
    assert by_pixels.table.beginnings == set()
    assert [one.exact for one in by_pixels.groups[0].duplicates].count(True) == 1


def test_of_other_sources_beginning_and_size_decide() -> None:
    """Only files are read a second time, so other items with equal beginnings count as the same."""
    items = [item(huge_jpeg()), item(huge_jpeg()), item(huge_jpeg()[:-9] + huge_jpeg()[-2:])]
    result = lookalike.find_duplicates(items)
    assert result.table.beginnings == set()
    (group,) = result.groups
    assert group.positions.tolist() == [0, 1, 2]
    assert [one.exact for one in group.duplicates] == [True, False]


# Files that are not what they claim


@pytest.mark.parametrize("data", [LARGE, BASELINE], ids=["progressive", "baseline"])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.05, 0.6])
def test_a_file_that_has_shrunk_since_is_read_as_it_is(data: bytes, share: float) -> None:
    """Whatever is left is read: it is empty or damaged, and nothing waits for more."""
    left = data[: int(share * len(data))]
    file = Memory(left, len(data))
    assert item_contents(file, SIDE, MAX_BYTES) == Contents(left, len(left))
    with pytest.raises(ImageError) as caught:
        read_picture(file, least_side=SIDE)
    assert caught.value.status is (Status.DAMAGED if left else Status.EMPTY)


class Failing(Memory):
    """An item that fails to open."""

    def __init__(self, error: Exception) -> None:
        super().__init__(b"", 5)
        self._error = error

    def open(self) -> BinaryIO:
        raise self._error


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ImageError(Status.TIMED_OUT, "it takes too long"), Status.TIMED_OUT),
        (OSError(5, "Input/output error"), Status.UNREADABLE),
    ],
)
@pytest.mark.parametrize("least_side", [None, SIDE])
def test_an_item_that_cannot_be_opened_has_a_status(
    error: Exception, status: Status, least_side: int | None
) -> None:
    """The status is the error's own, or that of a system error."""
    with pytest.raises(ImageError) as caught:
        read_picture(Failing(error), least_side=least_side)
    assert caught.value.status is status


def test_an_item_of_too_many_bytes_is_not_read() -> None:
    """The item's size alone is enough to refuse it."""
    file = Memory(b"", MAX_BYTES + 1)
    with pytest.raises(ImageError) as caught:
        item_contents(file, None, MAX_BYTES)
    assert caught.value.status is Status.TOO_LARGE
    assert file.bytes_read == 0
