"""JPEGs in exact and fast reading: the same pixels as Pillow's, or only as many as needed."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageOps

import lookalike
from jpegs import (
    APP1,
    COM,
    Pixels,
    dc_jpeg,
    every_kind,
    exif,
    jpeg,
    patched,
    scene,
    segment,
    segments,
    with_frame_marker,
    with_segments,
)
from lookalike import ImageError, Status, hash_image, hash_images
from lookalike._native import kernel
from lookalike.images import read_picture
from lookalike.images.jpeg.header import end_of_scan, read_header
from lookalike.images.picture import Picture, turn
from pictures import uniform

PHOTOS = Path(__file__).parents[3] / "shared" / "photos" / "camera"

PICTURE = scene(131, 94)
KINDS = every_kind(PICTURE)
BASELINE, PROGRESSIVE = KINDS["4:2:0"], KINDS["progressive"]
LEFT_TO_PILLOW = {
    "CMYK": jpeg(Image.fromarray(PICTURE).convert("CMYK")),
    "EXIF in two segments": with_segments(BASELINE, exif(6), segment(APP1, b"Exif\0\0more")),
    "rubbish before a marker": with_segments(BASELINE, segment(COM, b""), b"rubbish"),
    "a wrong restart": KINDS["with restarts"].replace(b"\xff\xd0", b"\xff\xd3", 1),
}


def shown(data: bytes) -> Pixels:
    """The pixels that Pillow alone gives, as stored."""
    image = Image.open(io.BytesIO(data))
    return np.asarray(image if image.mode == "L" else image.convert("RGB"))


def beginning_of(data: bytes) -> tuple[int, int]:
    """Where the data of the first scan begins and ends."""
    header = read_header(data)
    assert header is not None
    end = end_of_scan(data, header.scan)
    assert end is not None
    return header.scan, end


# Exact reading


@pytest.mark.parametrize("kind", KINDS | LEFT_TO_PILLOW)
def test_exact_reading_gives_pillows_pixels(kind: str) -> None:
    """Exact reading gives Pillow's pixels and format for every kind of JPEG.

    Each is one picture: other images in an MPO are not frames.
    """
    data = (KINDS | LEFT_TO_PILLOW)[kind]
    picture, image = read_picture(data, as_stored=True), Image.open(io.BytesIO(data))
    np.testing.assert_array_equal(picture.pixels, shown(data))
    assert (picture.format, picture.frames) == (image.format, 1)


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (300, 1), (8, 8), (17, 9), (16, 33)])
def test_exact_reading_gives_pillows_pixels_at_the_edges(size: tuple[int, int]) -> None:
    """The same holds for pictures that end within a block, and for a single row."""
    for kind, data in every_kind(scene(*size)).items():
        np.testing.assert_array_equal(read_picture(data).pixels, shown(data), kind)


@pytest.mark.parametrize("value", range(1, 9))
def test_both_readings_turn_alike(value: int) -> None:
    """Exact reading turns as Pillow does, and fast reading turns its reduced picture the same
    way.
    """
    data = with_segments(BASELINE, exif(value, ">"))
    upright = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    exact, fast = read_picture(data), read_picture(data, least_side=40)
    np.testing.assert_array_equal(exact.pixels, upright)
    assert (exact.width, exact.height) == (fast.width, fast.height) == upright.shape[1::-1]
    stored = read_picture(data, least_side=40, as_stored=True).pixels
    assert stored.shape == (47, 66)
    np.testing.assert_array_equal(fast.pixels, turn(stored, value))


# Fast reading


def off(fast: Picture, exact: Picture) -> float:
    """The mean difference between the fast picture and averages of the exact one."""
    height, width = fast.pixels.shape
    scale = next(scale for scale in (1, 2, 4, 8) if -(-exact.height // scale) == height)
    missing = [(0, scale * height - exact.height), (0, scale * width - exact.width)]
    blocks = np.pad(exact.grey, missing, "edge").reshape(height, scale, width, scale)
    return float(np.abs(fast.pixels - blocks.mean((1, 3))).mean())


@pytest.mark.parametrize("least_side", [1, 11, 12, 23, 24, 40, 47, 48, 94, 95, 500])
@pytest.mark.parametrize("kind", KINDS)
def test_fast_reading_leaves_enough(kind: str, least_side: int) -> None:
    """The luma, reduced by a power of two to at least the requested size, looks like the exact
    grey.
    """
    exact, fast = read_picture(KINDS[kind]), read_picture(KINDS[kind], least_side=least_side)
    scale = next((scale for scale in (8, 4, 2, 1) if 94 // scale >= least_side), 1)
    assert fast.pixels.shape == (-(-94 // scale), -(-131 // scale))
    assert (fast.width, fast.height, fast.byte_count) == (131, 94, len(KINDS[kind]))
    assert (fast.format, fast.frames) == (exact.format, exact.frames)
    assert off(fast, exact) < (1 if scale == 1 else 3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("progressive", [False, True])
def test_the_edge_of_a_reduced_picture_is_where_it_was(orientation: int, progressive: bool) -> None:
    """The last column and row hang over the edge, but do not stretch the grid, whatever the
    orientation.
    """
    data = jpeg(Image.fromarray(scene(1489, 1281)), progressive=progressive)
    data = with_segments(data, exif(orientation, ">"))
    fast, exact = read_picture(data, least_side=160), read_picture(data)
    assert max(fast.pixels.shape) == -(-1489 // 8)
    apart = fast.grey_grid(32, 32).astype(int) - exact.grey_grid(32, 32)
    assert np.abs(apart).mean() < 0.3
    # If they were counted in full, that would be
    stretched = kernel.resample(fast.grey, 32, 32).astype(int) - exact.grey_grid(32, 32)
    assert np.abs(stretched).mean() > 1


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (300, 1), (8, 8), (2000, 3)])
def test_fast_reading_of_tiny_pictures(size: tuple[int, int]) -> None:
    """A picture smaller than any hash needs is read at full size."""
    for kind, data in every_kind(scene(*size)).items():
        fast, exact = read_picture(data, least_side=256), read_picture(data)
        assert fast.pixels.shape == size[::-1], kind
        assert off(fast, exact) < 1.5, kind
        assert hash_image(data).bits == 64


@pytest.mark.parametrize("kind", LEFT_TO_PILLOW)
def test_what_a_strict_decoder_refuses_is_read_by_pillow(kind: str) -> None:
    """What Pillow still reads has its pixels and its orientation in both readings."""
    data = LEFT_TO_PILLOW[kind]
    exact, fast = read_picture(data), read_picture(data, least_side=20)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    np.testing.assert_array_equal(exact.pixels, np.asarray(upright))
    np.testing.assert_array_equal(fast.pixels, exact.pixels)


@pytest.mark.parametrize("marker", [0xC3, 0xC5, 0xC9, 0xCA, 0xCF])
def test_other_codings_end_alike_in_both_readings(marker: int) -> None:
    """A JPEG that is not Huffman-coded goes to Pillow, which accepts or refuses it."""
    data = with_frame_marker(BASELINE, marker)
    outcomes = []
    for least_side in (None, 20):
        try:
            outcomes.append(str(read_picture(data, least_side=least_side).pixel_digest()))
        except ImageError as error:
            outcomes.append(error.status)
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("least_side", [None, 20])
def test_the_pixel_limit_holds_before_anything_is_decoded(least_side: int | None) -> None:
    """The limit counts the pixels of the file, however few would be left after reduction."""
    assert read_picture(BASELINE, max_pixels=131 * 94, least_side=least_side).width == 131
    with pytest.raises(ImageError) as caught:
        read_picture(BASELINE, max_pixels=131 * 94 - 1, least_side=least_side)
    assert caught.value.status is Status.TOO_LARGE


def with_thumbnail(data: bytes, thumbnail: bytes) -> bytes:
    """EXIF whose second directory has a JPEG."""
    first = struct.pack("<HI", 0, 14)
    where = struct.pack("<HHIIHHIII", 0x0201, 4, 1, 44, 0x0202, 4, 1, len(thumbnail), 0)
    tiff = b"II*\0" + struct.pack("<I", 8) + first + struct.pack("<H", 2) + where + thumbnail
    return with_segments(data, segment(APP1, b"Exif\0\0" + tiff))


@pytest.mark.parametrize("kind", ["4:2:0", "progressive"])
def test_the_thumbnail_is_never_looked_at(kind: str) -> None:
    """A picture with a thumbnail of another one has its own hash, and ignores the thumbnail's
    orientation.
    """
    other = with_segments(jpeg(scene(160, 120, seed=9)), exif(6))
    data = with_thumbnail(KINDS[kind], other)
    np.testing.assert_array_equal(read_picture(data).pixels, read_picture(KINDS[kind]).pixels)
    assert hash_image(data) == hash_image(KINDS[kind])
    small = read_picture(data, least_side=11)
    np.testing.assert_array_equal(small.pixels, read_picture(KINDS[kind], least_side=11).pixels)


# The first scan


def without_data(scans: bytes) -> bytes:
    """Replaces the data of scans of one component, and keeps their headers."""
    scan = re.compile(rb"(\xff\xda\0\x08.{6})([^\xff]*)", re.DOTALL)
    return scan.sub(lambda found: found[1] + b"\x7f" * len(found[2]), scans)


def test_the_first_scan_is_all_that_is_decoded() -> None:
    """Data behind the first scan may even be broken, as long as all scans are present."""
    for kind in ("progressive", "progressive 4:4:4", "progressive grey", "progressive RGB"):
        data, (_, end) = KINDS[kind], beginning_of(KINDS[kind])
        whole = read_picture(data, least_side=11)
        lost = data[:end] + without_data(data[end:])
        assert lost != data
        np.testing.assert_array_equal(read_picture(lost, least_side=11).pixels, whole.pixels)
        assert off(whole, read_picture(data)) < 3


@pytest.mark.parametrize("kind", ["4:2:0", "progressive", "progressive with restarts"])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.999])
def test_what_is_cut_off_is_damaged_in_both_readings(kind: str, share: float) -> None:
    """A file without its end does not count as intact because its first scan is present."""
    for least_side in (None, 11, 94):
        with pytest.raises(ImageError) as caught:
            read_picture(KINDS[kind][: int(len(KINDS[kind]) * share)], least_side=least_side)
        assert caught.value.status is Status.DAMAGED


OTHER, LIGHT = np.indices((30, 40)) * 6
FLAT = np.full((30, 40), 128)


@pytest.mark.parametrize("scans", [[[0, 1, 2]], [[0], [1], [2]], [[1], [2], [0]], [[2, 1], [0]]])
def test_the_luma_is_found_in_whatever_scan_it_is(scans: list[list[int]]) -> None:
    """The whole file is decoded if the first scan is not that of the luma."""
    fast = read_picture(dc_jpeg([LIGHT, OTHER, FLAT], scans), least_side=20)
    assert fast.pixels.shape == (30, 40)
    assert np.abs(fast.pixels - LIGHT).max() <= 3


def test_red_is_not_taken_for_luma() -> None:
    """A first scan of red alone is not enough."""
    data = dc_jpeg([LIGHT, OTHER, FLAT], [[0], [1], [2]], jfif=False)
    names = segments(data)[1][1] + 10  # of the frame's components
    scan = [begin + 5 for begin in range(len(data)) if data.startswith(b"\xff\xda\0\x08\1", begin)]
    for at, name in zip([names, names + 3, names + 6], b"RGB", strict=True):
        data = patched(data, at, name)
    for at, name in zip(scan, b"RGBRGB", strict=True):
        data = patched(data, at, name)
    grey = (0.299 * LIGHT + 0.587 * OTHER + 0.114 * FLAT).round()
    assert np.abs(read_picture(data, least_side=20).pixels - grey).max() <= 2


# Flat pictures


@pytest.mark.parametrize("kind", ["4:2:0", "progressive", "grey"])
def test_a_flat_picture_is_read_exactly(kind: str) -> None:
    """A flat picture matches only if every pixel is equal, so fast reading also looks at every
    pixel.
    """
    pixels = uniform(1000, 800, 99)
    pixels[400:, 500:] = 101
    image = Image.fromarray(pixels).convert("L" if kind == "grey" else "RGB")
    data = jpeg(image, progressive=kind == "progressive")
    decoded = np.asarray(Image.open(io.BytesIO(data)))
    fast, exact = (hash_images([data, decoded], reading=how) for how in ("fast", "exact"))
    assert fast.flat_digests == exact.flat_digests
    assert fast.flat_digests[0] == fast.flat_digests[1]
    (group,) = lookalike.find_duplicates([data, decoded]).groups
    assert len(group) == 2


# Broken files


@settings(deadline=None)
@given(
    data=st.sampled_from([BASELINE, PROGRESSIVE, KINDS["grey"], KINDS["MPO"]]),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=5),
    share=st.floats(0, 1),
)
@example(KINDS["grey"], [(1.0, 254), (0.25, 0)], 0.0)
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_whatever_the_bytes_are_there_is_a_picture_or_a_status(
    data: bytes, changes: list[tuple[float, int]], share: float
) -> None:
    """Files with wrong bytes, truncated or not, are read or refused, and raise nothing else."""
    for where, value in changes:
        data = patched(data, int(where * (len(data) - 1)), value)
    for file in (data, data[: int(share * len(data))]):
        for least_side in (None, 11, 40):
            with suppress(ImageError):
                picture = read_picture(file, max_pixels=10**6, least_side=least_side)
                assert picture.width * picture.height <= 10**6


# How far apart the readings are

ALGORITHMS = ["phash", "dhash", "ahash", "whash"]
NEARLY_FLAT = 16
"""Nine tenths of the samples of the 32 x 32 grid differ by at most this many of 255 levels."""


def bits_apart(named: Sequence[bytes | Path]) -> dict[str, NDArray[np.uint64]]:
    """The bits that differ between the readings, per algorithm, for pictures that are not nearly
    flat.
    """
    exact = hash_images(named, algorithms=ALGORITHMS, reading="exact").hashes
    # Each is hashed alone. Together, all would be read as thoroughly as the most demanding one
    # needs.
    fast = {name: hash_images(named, algorithms=[name]).hashes[name] for name in ALGORITHMS}
    detailed = [k for k, source in enumerate(named) if not is_nearly_flat(source)]
    return {
        name: np.bitwise_count(fast[name].words ^ exact[name].words)[detailed]
        for name in ALGORITHMS
    }


def is_nearly_flat(source: bytes | Path) -> bool:
    low, high = np.percentile(read_picture(source, least_side=256).grey_grid(32, 32), [5, 95])
    return bool(high - low <= NEARLY_FLAT)


def scenes() -> Iterator[bytes]:
    """Drawn scenes, baseline and progressive. Their sizes use every scale, many at its limit and
    with a remainder.
    """
    for seed in range(5):
        large = Image.fromarray(scene(2400, 2200, seed))
        for size in (
            (2400, 2200),
            (2107, 2051),
            (1600, 1283),
            (1031, 1033),
            (800, 641),
            (667, 515),
            (500, 375),
            (333, 481),
        ):
            picture = large.resize(size, Image.Resampling.BOX)
            yield jpeg(picture, progressive=False, subsampling=seed % 3)
            yield jpeg(picture, progressive=True, subsampling=seed % 3)


@pytest.mark.slow
def test_drawn_scenes_have_nearly_the_same_hashes_in_both_readings() -> None:
    """They differ by a quarter of a bit on average, and very rarely by more than three."""
    for name, bits in bits_apart(list(scenes())).items():
        assert len(bits) == 80
        assert bits.mean() <= 0.25, name
        assert np.percentile(bits, 99) <= 3, name


@pytest.mark.slow
@pytest.mark.skipif(not PHOTOS.is_dir(), reason="needs the photographs")
def test_photographs_have_nearly_the_same_hashes_in_both_readings() -> None:
    """The same holds for photographs as cameras wrote them, except nearly flat ones."""
    photos = sorted(PHOTOS.iterdir())
    for name, bits in bits_apart(photos).items():
        assert len(bits) >= len(photos) - 3
        assert bits.mean() <= 0.25, name
        assert np.percentile(bits, 99) <= 3, name
