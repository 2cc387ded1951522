"""What a JPEG's header says, compared with Pillow."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from jpegs import (
    APP1,
    APP2,
    LONG,
    SHORT,
    SOS,
    dc_jpeg,
    every_kind,
    exif,
    frame_at,
    jpeg,
    patched,
    scene,
    segment,
    segments,
    with_frame_marker,
    with_segments,
    without_segments,
    xmp,
)
from lookalike.images.jpeg.header import (
    HeaderCutOffError,
    JpegHeader,
    end_of_scan,
    read_header,
    read_header_so_far,
)

PICTURE = scene(75, 50)
KINDS = every_kind(PICTURE)
BASELINE, PROGRESSIVE = KINDS["4:2:0"], KINDS["progressive"]


def header(data: bytes) -> JpegHeader:
    found = read_header(data)
    assert found is not None
    return found


def orientation(data: bytes) -> Any:
    """The orientation that Pillow alone gives."""
    return Image.open(io.BytesIO(data)).getexif().get(0x0112, 1)


# What is read


@pytest.mark.parametrize("kind", KINDS)
def test_the_header_agrees_with_pillow(kind: str) -> None:
    """Sizes, components, coding, orientation, number of images and start of the first scan
    agree.
    """
    data, image = KINDS[kind], Image.open(io.BytesIO(KINDS[kind]))
    found = header(data)
    assert (found.width, found.height) == image.size
    assert found.components == len(image.getbands())
    assert found.progressive == bool(image.info.get("progressive"))
    assert found.orientation == 1
    assert found.images == getattr(image, "n_frames", 1)
    plain = BASELINE if kind == "with fill bytes" else data
    assert data[found.scan :] == plain[segments(plain)[-1][2] :]


@pytest.mark.parametrize("kind", ["4:2:0", "progressive", "with a comment", "with fill bytes"])
def test_a_header_that_is_cut_off_is_told_from_one_of_another_kind(kind: str) -> None:
    """More is requested at every byte before the first scan. From there on, nothing changes."""
    data = KINDS[kind]
    begin = header(data).scan
    for size in range(3, begin):
        with pytest.raises(HeaderCutOffError):
            read_header_so_far(data[:size])
        assert read_header(data[:size]) is None
    assert read_header(data[:begin]) == read_header(bytearray(data)) == header(data)


# Files left to Pillow

CMYK = jpeg(Image.fromarray(PICTURE).convert("CMYK"))
FRAME = frame_at(BASELINE)
LEFT = {
    "CMYK": CMYK,
    "12 bits a sample": patched(with_frame_marker(BASELINE, 0xC1), FRAME + 4, 12),
    "lossless": with_frame_marker(BASELINE, 0xC3),
    "hierarchical": with_frame_marker(BASELINE, 0xC5),
    "arithmetic": with_frame_marker(BASELINE, 0xC9),
    "arithmetic, progressive": with_frame_marker(PROGRESSIVE, 0xCA),
    "two components": patched(BASELINE, FRAME + 9, 2),
    "components that do not fit": patched(BASELINE, FRAME + 9, 1),
    "luma less fine than chroma": patched(BASELINE, FRAME + 11, 0x11, 0, 2, 0x22),
    "a height that comes later": patched(BASELINE, FRAME + 5, 0, 0),
    "no width": patched(BASELINE, FRAME + 7, 0, 0),
    "two frames": with_segments(BASELINE, segment(0xC0, BASELINE[FRAME + 4 : FRAME + 19])),
    "no frame": without_segments(BASELINE, 0xC0),
    "an empty frame": with_segments(BASELINE, segment(0xC0, b"")),
    "rubbish before a marker": with_segments(BASELINE, b"rubbish"),
    "a segment of no length": with_segments(BASELINE, b"\xff\xfe\0\1"),
    "an end before the scan": with_segments(BASELINE, b"\xff\xd9"),
    "EXIF in two segments": with_segments(BASELINE, exif(6), exif(6)),
    "no bytes": b"",
    "zeros": bytes(5000),
}


@pytest.mark.parametrize("kind", LEFT)
def test_what_is_not_plain_is_left_to_pillow(kind: str) -> None:
    """Other codings, other samples and faulty headers have no header here."""
    assert read_header(LEFT[kind]) is None


def mutated(data: bytes) -> st.SearchStrategy[bytes]:
    """A header with some bytes changed, and possibly truncated."""
    size = segments(data)[-1][2]
    change = st.tuples(st.integers(2, size - 1), st.integers(0, 255))
    return st.builds(changed, st.just(data), st.lists(change), st.integers(0, 2 * size))


def changed(data: bytes, changes: list[tuple[int, int]], size: int) -> bytes:
    for at, value in changes:
        data = patched(data, at, value)
    return data[:size]


RICH = with_segments(
    KINDS["MPO"], exif(6, ">", LONG), xmp(b'tiff:Orientation="3"'), segment(APP2, b"MPF\0MM\0*")
)


@given(data=st.one_of(st.binary(), mutated(RICH), mutated(PROGRESSIVE), mutated(CMYK)))
@example(data=b"\xff\xd8\xff\xc0\0\2")
@example(data=b"\xff\xd8\xff\xda\0\2")
@example(data=BASELINE[: segments(BASELINE)[-1][1]] + b"\xff\xda\0\2")
def test_whatever_the_bytes_are_nothing_is_raised(data: bytes) -> None:
    """A header is read or rejected, and one that is read could belong to a picture."""
    found = read_header(data)
    if found is not None:
        assert found.width > 0
        assert found.height > 0
        assert found.components in {1, 3}
        assert found.images >= 1
        assert 0 < found.scan <= len(data)


# Orientation


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [SHORT, LONG])
@pytest.mark.parametrize("value", [*range(10), 255, 65535])
def test_the_orientation_of_exif_agrees_with_pillow(order: str, kind: int, value: int) -> None:
    """It is read in both byte orders and from both integer types, whether legal or not."""
    data = with_segments(BASELINE, exif(value, order, kind))
    assert header(data).orientation == orientation(data) == value


WITH_METADATA = {
    "none": [],
    "EXIF without it": [exif(6, tag=0x0111)],
    "EXIF without entries": [segment(APP1, b"Exif\0\0II*\0\x08\0\0\0" + bytes(6))],
    "XMP as an attribute": [xmp(b'<rdf tiff:Orientation="8"/>')],
    "XMP as an element": [xmp(b"<tiff:Orientation>5</tiff:Orientation>")],
    "EXIF and XMP": [exif(3), xmp(b'tiff:Orientation="8"')],
    "XMP and EXIF": [xmp(b'tiff:Orientation="8"'), exif(3)],
    "EXIF of 0 and XMP": [exif(0), xmp(b'tiff:Orientation="8"')],
    "EXIF without it, and XMP": [exif(6, tag=0x0111), xmp(b'tiff:Orientation="8"')],
    "two of XMP": [xmp(b'tiff:Orientation="8"'), xmp(b'tiff:Orientation="3"')],
    "XMP of no known orientation": [xmp(b'tiff:Orientation="upright"')],
    "XMP of another name": [segment(APP1, b'http://ns.adobe.com/xmp/ tiff:Orientation="8"')],
    "twice in one directory": [
        segment(
            APP1,
            exif(3)[4:18] + b"\2\0" + exif(3)[20:32] + exif(8)[20:32] + bytes(4),
        )
    ],
}


@pytest.mark.parametrize("kind", WITH_METADATA)
def test_where_an_orientation_is_found_agrees_with_pillow(kind: str) -> None:
    """EXIF takes precedence over XMP, whatever the order of the segments."""
    data = with_segments(BASELINE, *WITH_METADATA[kind])
    assert header(data).orientation == orientation(data)


EXIF = exif(6)[4:]
BROKEN = {
    "no TIFF": b"Exif\0\0rubbish",
    "twice the mark": b"Exif\0\0" + EXIF,
    "a directory outside": patched(EXIF, 10, 0xFF, 0xFF),
    "cut off within the entry": EXIF[:24],
    "two numbers": patched(EXIF, 20, 2),
    "a number of another type": patched(EXIF, 18, 5),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_exif_is_left_to_pillow(kind: str) -> None:
    """There is no header if the orientation is uncertain."""
    assert read_header(with_segments(BASELINE, segment(APP1, BROKEN[kind]))) is None
    assert header(with_segments(BASELINE, segment(APP1, EXIF))).orientation == 6


# Several images


def test_the_gain_map_of_an_image_is_no_second_picture() -> None:
    """An image with a gain map for brighter screens is one image, as for Pillow."""
    data = with_segments(KINDS["MPO"], xmp(b'<rdf hdrgm:Version="1.0"/>'))
    assert header(data).images == getattr(Image.open(io.BytesIO(data)), "n_frames", 1) == 1


@pytest.mark.filterwarnings("ignore:Image appears to be a malformed MPO file")
@pytest.mark.parametrize("body", [b"", b"rubbish", b"II*\0\xff\xff\0\0", b"II*\0\x08\0\0\0\0\0"])
def test_a_broken_list_of_images_is_that_of_one(body: bytes) -> None:
    """An unreadable list of images changes nothing."""
    data = with_segments(BASELINE, segment(APP2, b"MPF\0" + body))
    assert header(data).images == 1
    assert Image.open(io.BytesIO(data)).format == "JPEG"


# Scans


@pytest.mark.parametrize("kind", KINDS)
def test_only_a_progressive_file_begins_with_all_averages(kind: str) -> None:
    """The first scan of a typical progressive file has all averages."""
    assert header(KINDS[kind]).whole_dc == kind.startswith("progressive")


GREYS = np.arange(12).reshape(3, 4) * 20
COLOURS = [GREYS, GREYS[::-1], GREYS.T.reshape(3, 4)]
SCANS: dict[str, tuple[bytes, bool]] = {
    "all at once": (dc_jpeg(COLOURS, [[0, 1, 2]]), True),
    "grey": (dc_jpeg([GREYS], [[0]]), True),
    "luma first": (dc_jpeg(COLOURS, [[0], [1], [2]]), True),
    "luma and one more": (dc_jpeg(COLOURS, [[0, 1], [2]]), True),
    "chroma first": (dc_jpeg(COLOURS, [[1], [2], [0]]), False),
    "perhaps red first": (dc_jpeg(COLOURS, [[0], [1], [2]], jfif=False), False),
    "perhaps red, green and blue": (dc_jpeg(COLOURS, [[0, 1, 2]], jfif=False), True),
    "but for one bit": (dc_jpeg(COLOURS, [[0, 1, 2]], lost_bits=1), True),
    "but for two bits": (dc_jpeg(COLOURS, [[0, 1, 2]], lost_bits=2), False),
}


@pytest.mark.parametrize("kind", SCANS)
def test_whether_the_first_scan_has_the_averages_of_the_luma(kind: str) -> None:
    """It must be a first pass over what is certainly luma, complete to the last bit but one."""
    data, expected = SCANS[kind]
    assert header(data).whole_dc == expected


def test_what_the_first_scan_refines_is_not_whole() -> None:
    """A later pass over the averages has only one bit of each."""
    data = SCANS["all at once"][0]
    assert not header(patched(data, header(data).scan - 1, 0x10)).whole_dc


@pytest.mark.parametrize("kind", ["progressive", "progressive with restarts"])
def test_a_scan_ends_at_the_next_marker(kind: str) -> None:
    """Stuffed bytes and restart markers do not end a scan, and an unfinished scan has no end."""
    data = KINDS[kind]
    begin = header(data).scan
    end = end_of_scan(data, begin)
    assert end is not None
    assert data[end : end + 2] in {bytes([0xFF, SOS]), b"\xff\xc4"}
    assert b"\xff\xda" not in data[begin:end]
    assert end_of_scan(data[: end + 1], begin) is None
    assert end_of_scan(data[: end + 2], begin) == end
