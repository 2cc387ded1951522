"""Thumbnails: whole, upright, in colour, within their box, and cheap."""

from __future__ import annotations

import struct
import tracemalloc
from typing import Any

import numpy as np
import pytest
import simplejpeg
from PIL import Image

import files
import jpegs
import raw_files
from lookalike import ImageError, Status
from lookalike.images import read_picture
from lookalike.images.thumbnail import read_thumbnail
from pictures import Pixels, blobs, colour, gradient, photo, uniform

LARGE = photo(900, 600, 5)
OTHER = photo(900, 600, 6)
KINDS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 95},
    "4:4:4": {"format": "JPEG", "quality": 95, "subsampling": 0},
    "progressive": {"format": "JPEG", "quality": 95, "progressive": True},
    "PNG": {"compress_level": 1},
}


def encoded(picture: Pixels | Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """A file of one of the kinds, as Pillow writes it."""
    made = {"format": kind} | KINDS.get(kind, {}) | options
    return files.encoded(picture, **made)


def thumbnail(source: Any, width: int, height: int) -> Pixels:
    return read_thumbnail(source, width, height).pixels


def apart(ours: Pixels, theirs: Pixels) -> float:
    """The mean difference of two pictures, in levels."""
    assert ours.shape == theirs.shape
    return float(np.abs(ours.astype(int) - theirs).mean())


def shrunk(pixels: Pixels, width: int, height: int) -> Pixels:
    """The picture as Pillow reduces it."""
    resized = Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(resized.convert("RGB"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [450, 225, 200, 113, 100, 61, 12])
def test_a_thumbnail_is_the_whole_picture_made_smaller(kind: str, width: int) -> None:
    """It is close to Pillow's reduction of every pixel, and far from another picture and its
    mirror.
    """
    height = round(width * 600 / 900)
    small = thumbnail(encoded(LARGE, kind), width, width)
    assert small.shape == (height, width, 3)
    assert small.dtype == np.uint8
    assert apart(small, shrunk(LARGE, width, height)) < 4
    assert apart(small, shrunk(OTHER, width, height)) > 20
    assert apart(small[:, ::-1], shrunk(LARGE, width, height)) > 20


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_thumbnail_is_upright(kind: str, orientation: int) -> None:
    """It is turned like the whole picture, in a box of any shape."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(LARGE, kind, exif=exif)
    whole = np.ascontiguousarray(read_picture(data).pixels)
    assert (whole.shape[0] > whole.shape[1]) == (orientation >= 5)
    for box in ((150, 150), (60, 400), (400, 60)):
        small = thumbnail(data, *box)
        height, width = small.shape[:2]
        assert (height > width) == (orientation >= 5)
        assert apart(small, shrunk(whole, width, height)) < 4


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize(
    ("size", "box", "expected"),
    [
        ((800, 600), (100, 100), (100, 75)),
        ((600, 800), (100, 100), (75, 100)),
        ((800, 600), (400, 30), (40, 30)),
        ((801, 599), (80, 80), (80, 60)),
        ((97, 61), (96, 96), (96, 60)),
        ((8, 6), (100, 100), (8, 6)),
        ((1, 1), (100, 100), (1, 1)),
        ((1, 1), (1, 1), (1, 1)),
        ((3000, 2), (512, 512), (512, 1)),
        ((1, 5000), (50, 50), (1, 50)),
    ],
)
def test_a_thumbnail_fits_its_box(
    kind: str, size: tuple[int, int], box: tuple[int, int], expected: tuple[int, int]
) -> None:
    """It keeps the proportions, has at least one pixel per side, and is never enlarged."""
    small = read_thumbnail(encoded(gradient(*size), kind), *box)
    assert small.pixels.shape == (expected[1], expected[0], 3)
    assert (small.width, small.height) == size


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_colours_stay(kind: str) -> None:
    """Red stays red and grey stays grey, even at the edge: nothing outside the picture bleeds
    in.
    """
    for red, green, blue in ((250, 20, 20), (20, 250, 20), (90, 90, 90), (255, 255, 255)):
        plain = colour(*(uniform(333, 217, value) for value in (red, green, blue)))
        small = thumbnail(encoded(plain, kind), 40, 40).astype(int)
        assert np.abs(small - [red, green, blue]).max() <= 3
    grey = thumbnail(encoded(blobs(300, 200), kind), 60, 60)
    assert (grey[..., 0] == grey[..., 1]).all()
    assert (grey[..., 1] == grey[..., 2]).all()


def test_what_is_transparent_is_seen_over_white() -> None:
    """This holds even if the invisible colour is black. Opaque pixels are unchanged."""
    alpha = np.where(np.arange(300) < 150, 255, 0).astype(np.uint8) + uniform(300, 200, 0)
    small = thumbnail(encoded(np.dstack([np.zeros((200, 300, 3), np.uint8), alpha])), 60, 60)
    assert small.shape == (40, 60, 3)
    assert (small[:, :25] == 0).all()
    assert (small[:, 35:] == 255).all()


def test_cmyk_is_seen_in_its_colours() -> None:
    """The colours are those of the whole picture when it is read."""
    data = encoded(Image.fromarray(LARGE).convert("CMYK"), "JPEG")
    whole = np.ascontiguousarray(read_picture(data).pixels)
    assert apart(thumbnail(data, 90, 90), shrunk(whole, 90, 60)) < 4


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_raw_file_is_seen_by_its_preview(orientation: int) -> None:
    """It is upright, and has the size of the sensor's picture."""
    picture = raw_files.scene(1)
    data = raw_files.nef(picture, raw_files.jpeg(picture, (320, 240)), orientation)
    small = read_thumbnail(data, 64, 64)
    whole = picture if orientation == 1 else picture.transpose(Image.Transpose.ROTATE_270)
    assert (small.width, small.height) == whole.size
    expected = shrunk(np.asarray(whole), *((64, 48) if orientation == 1 else (48, 64)))
    assert apart(small.pixels, expected) < 4


def test_the_thumbnail_in_the_exif_is_never_used() -> None:
    """A file whose EXIF carries another picture is seen as it is."""
    other = encoded(photo(150, 100, 8), "JPEG")
    first = struct.pack("<IHHHIII", 8, 1, 0x0112, 3, 1, 1, 26)  # upright, and the next is at 26
    second = struct.pack("<HHHIIHHIII", 2, 0x0201, 4, 1, 56, 0x0202, 4, 1, len(other), 0)
    exif = b"Exif\0\0II*\0" + first + second + other
    data = jpegs.with_segments(encoded(LARGE, "JPEG"), jpegs.segment(jpegs.APP1, exif))
    assert other in data
    small = thumbnail(data, 150, 100)
    assert apart(small, shrunk(LARGE, 150, 100)) < 4
    assert apart(small, photo(150, 100, 8)) > 20


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize(("side", "scale"), [(512, 1), (256, 2), (128, 4), (64, 8), (5, 8)])
def test_only_as_much_of_a_jpeg_is_decoded_as_is_needed(
    side: int, scale: int, progressive: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An eighth, a quarter or half of the pixels along each side, but never too few."""
    shapes: list[tuple[int, ...]] = []
    decode = simplejpeg.decode_jpeg

    def decode_jpeg(*args: Any, **options: Any) -> Pixels:
        pixels: Pixels = decode(*args, **options)
        shapes.append(pixels.shape)
        return pixels

    monkeypatch.setattr(simplejpeg, "decode_jpeg", decode_jpeg)
    thumbnail(encoded(photo(700, 525), "JPEG", progressive=progressive), side, side)
    assert shapes == [(-(-525 // scale), -(-700 // scale), 3)]


def test_a_huge_jpeg_takes_little_memory() -> None:
    """Of 24 megapixels (72 MB), only an eighth along each side is held in memory."""
    data = encoded(np.kron(photo(150, 100), np.ones((40, 40, 1), np.uint8)), "JPEG")
    tracemalloc.start()
    try:
        small = thumbnail(data, 200, 200)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert small.shape == (133, 200, 3)
    assert peak < 8_000_000


def test_any_source_has_a_thumbnail(tmp_path: Any) -> None:
    """A path, bytes, an open file, a Pillow image and an array give the same thumbnail."""
    path = tmp_path / "a.png"
    path.write_bytes(encoded(LARGE))
    expected = thumbnail(LARGE, 100, 100)
    with path.open("rb") as file, Image.open(path) as image:
        for source in (path, str(path), path.read_bytes(), file, image):
            assert np.array_equal(thumbnail(source, 100, 100), expected)


@pytest.mark.parametrize("kind", ["JPEG", "progressive", "PNG"])
def test_what_cannot_be_read_has_none(kind: str) -> None:
    """A truncated file is damaged, as when it is hashed. Text is not an image."""
    data = encoded(LARGE, kind)
    with pytest.raises(ImageError) as caught:
        thumbnail(data[: len(data) // 2], 100, 100)
    assert caught.value.status is Status.DAMAGED
    with pytest.raises(ImageError) as caught:
        thumbnail(b"some text", 100, 100)
    assert caught.value.status is Status.NOT_AN_IMAGE


@pytest.mark.parametrize(
    ("box", "error", "message"),
    [
        ((0, 10), ValueError, "width must be 1 to 65536, not 0"),
        ((10, 70000), ValueError, "height must be 1 to 65536, not 70000"),
        ((10.0, 10), TypeError, "width must be a whole number, not 10.0"),
    ],
)
def test_a_box_has_a_width_and_a_height(box: Any, error: type[Exception], message: str) -> None:
    """Both must be at least one pixel, which is checked before anything is read."""
    with pytest.raises(error, match=message):
        thumbnail("missing.jpg", *box)
