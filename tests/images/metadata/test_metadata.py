"""What files say about their pictures is read from every format that stores it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from files import encoded, save
from lookalike.images.metadata import NOTHING, Metadata, read_metadata
from lookalike.images.metadata.exif import exif_of, moment
from lookalike.images.metadata.xmp import xmp_of
from photo_metadata import apple_note, exif_block, photo, xmp_packet
from pictures import photo as drawn

PICTURE = drawn(48, 32, seed=3)
FULL = exif_block(
    "2020:01:31 12:00:05", camera="X100", software="GIMP 2.10", gps=True, rating=3, fraction="25"
)
TAKEN = int(datetime(2020, 1, 31, 12, 0, 5, tzinfo=UTC).timestamp()) * 10**9
KEYWORDS = "<dc:subject><rdf:Bag><rdf:li>sea</rdf:li></rdf:Bag></dc:subject>"


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif"])
def test_six_facts_are_read_from_every_format(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "a.png":
        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", xmp_packet(KEYWORDS).decode(), zip=True)
        save(path, PICTURE, exif=FULL, pnginfo=info)
    elif name == "a.tif":
        exif = Image.Exif()
        exif.load(FULL)
        exif[700] = xmp_packet(KEYWORDS)
        save(path, PICTURE, exif=exif)
    else:
        photo(path, PICTURE, exif=FULL, xmp=xmp_packet(KEYWORDS))
    found = read_metadata(str(path))
    assert found is not None
    assert found.facts == ("date taken", "camera", "GPS", "keywords", "rating", "XMP")
    assert (found.taken_ns, found.has_fraction) == (TAKEN + 250_000_000, True)
    assert (found.camera, found.software) == ("X100", "GIMP 2.10")


def test_a_file_without_metadata_has_no_facts(tmp_path: Path) -> None:
    path = photo(tmp_path / "a.jpg", PICTURE)
    assert read_metadata(str(path)) == NOTHING
    assert NOTHING.facts == ()


def test_metadata_after_the_pixels_of_a_png_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    data = encoded(PICTURE, "PNG", exif=FULL)
    begin = data.index(b"eXIf") - 4
    end = begin + 12 + int.from_bytes(data[begin : begin + 4], "big")
    last = data.index(b"IEND") - 4
    path.write_bytes(data[:begin] + data[end:last] + data[begin:end] + data[last:])
    found = read_metadata(str(path))
    assert found is not None
    assert found.camera == "X100"


def test_what_cannot_be_read_has_unknown_metadata(tmp_path: Path) -> None:
    assert read_metadata(str(tmp_path / "missing.jpg")) is None
    assert read_metadata(str(tmp_path)) is None
    assert read_metadata("a\0b.jpg") is None


def test_a_long_header_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    data = encoded(PICTURE, "JPEG", exif=FULL)
    comment = b"\xff\xfe\xff\xff" + bytes(65533)
    path.write_bytes(data[:2] + comment * 5 + data[2:])
    found = read_metadata(str(path))
    assert found is not None
    assert found.camera == "X100"


def test_keywords_of_iptc_count(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    data = encoded(PICTURE, "JPEG")
    body = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x08\x1c\x02\x19\0\x03sea"
    path.write_bytes(data[:2] + b"\xff\xed" + (len(body) + 2).to_bytes(2, "big") + body + data[2:])
    assert read_metadata(str(path)) == Metadata(keywords=True)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2020:01:31 12:00:05", "", TAKEN),
        ("2020-01-31T12:00:05", "", TAKEN),
        ("2020:01:31 14:00:05", "+02:00", TAKEN),
        ("2020:01:31 12:00:05", "Z", TAKEN),
        ("2020:01:31 12:00:05", "nonsense", TAKEN),
        ("0000:00:00 00:00:00", "", None),
        ("", "", None),
        ("2020:13:31 12:00:05", "+02:00", None),
    ],
)
def test_times_are_read_with_their_zones(text: str, zone: str, expected: int | None) -> None:
    assert moment(text, zone) == expected


def test_facts_of_xmp_in_attributes_and_elements_are_the_same() -> None:
    attributes = (
        b'<rdf:Description xmp:Rating="4" tiff:Model="X100" exif:GPSLatitude="52,31N" '
        b'exif:DateTimeOriginal="2020-01-31T12:00:05"/>'
    )
    elements = xmp_packet(
        "<xmp:Rating>4</xmp:Rating><tiff:Model>X100</tiff:Model>",
        "<exif:GPSLatitude>52,31N</exif:GPSLatitude>",
        "<exif:DateTimeOriginal>2020-01-31T12:00:05</exif:DateTimeOriginal>",
    )
    assert xmp_of(attributes) == xmp_of(elements) == (TAKEN, "X100", True, False, True)


def test_no_stars_and_no_words_are_no_facts() -> None:
    packet = xmp_packet("<xmp:Rating>0</xmp:Rating><dc:subject><rdf:Bag/></dc:subject>")
    assert xmp_of(packet) == (None, "", False, False, False)


def test_the_identifier_of_a_live_photo_is_read_from_the_maker_note() -> None:
    block = exif_block("2020:01:31 12:00:05", content_id="4F-11")
    assert exif_of(block.removeprefix(b"Exif\0\0")).content_id == "4F-11"
    assert apple_note("x").startswith(b"Apple iOS")


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_readers(data: bytes) -> None:
    exif_of(b"MM\0*\0\0\0\x08" + data)
    xmp_of(data)


@settings(deadline=None)
@given(st.data())
def test_no_broken_file_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    form = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP", "TIFF"]))
    image = bytearray(encoded(PICTURE, form, exif=FULL))
    at = data.draw(st.integers(0, min(len(image) - 1, 400)))
    image[at] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "broken.bin"
    path.write_bytes(image[: data.draw(st.integers(0, len(image)))])
    found = read_metadata(str(path))
    assert found is None or isinstance(found, Metadata)
