"""TIFF files of several directories: pages, smaller versions, masks, and broken chains."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image

import raw_files
from lookalike import ImageError, Status, hash_image
from lookalike.images import read_picture
from lookalike.images.tiff.directories import MOST_PAGES, Tiff, pages
from raw_files import LONG, Builder, jpeg, scene, stored

SUBFILES = {"smaller version": 1, "mask": 4, "smaller mask": 5}


def several(picture: Image.Image, subfiles: list[int], order: str = "<") -> bytes:
    """A TIFF with a chain of directories: the whole picture, and smaller versions of it."""
    build, following = Builder(order), 0
    for k, subfile in reversed(list(enumerate(subfiles))):
        shown = picture.resize((80, 60)) if subfile else picture.rotate(90 * k)
        pixels = np.asarray(shown).tobytes()
        at = build.add(pixels)
        entries = stored(at, len(pixels), shown.size, 2, (8, 8, 8), subfile=subfile)
        following = build.directory(entries, following)
    return build.done(following)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", SUBFILES)
def test_smaller_versions_and_masks_are_no_pages(kind: str, order: str) -> None:
    """Only pictures of their own are counted, and their places in the chain are given."""
    bit = SUBFILES[kind]
    data = several(scene(1), [0, bit, 0, bit, bit, 2], order)
    assert read_picture(data).frames == 3
    assert [page.place for page in pages(data)] == [0, 2, 5]
    tiff = Tiff.of(data)
    assert tiff is not None
    assert [page.at for page in pages(data)] == [
        one.at for k, one in enumerate(tiff.chain()) if k in {0, 2, 5}
    ]


@pytest.mark.parametrize("count", [1, 2, 17])
@pytest.mark.parametrize("big", [False, True])
def test_pages_that_pillow_writes_are_counted(count: int, big: bool) -> None:
    """This also holds with 64-bit offsets."""
    file = io.BytesIO()
    images = [scene(k, (64, 48)) for k in range(count)]
    images[0].save(file, "TIFF", save_all=True, append_images=images[1:], big_tiff=big)
    picture = read_picture(file.getvalue())
    assert picture.frames == count
    assert np.array_equal(picture.pixels, np.asarray(images[0]))


@pytest.mark.thorough
def test_the_counting_of_pages_has_a_limit() -> None:
    """The count ends after `MOST_PAGES`."""
    data = raw_files.pages(MOST_PAGES + 500)
    assert read_picture(data).frames == MOST_PAGES


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("count", [1, 2, 50])
def test_a_chain_that_leads_back_ends(count: int, order: str) -> None:
    """Each directory counts once."""
    assert read_picture(raw_files.pages(count, order, loop=True)).frames == count


def test_a_chain_that_leads_out_of_the_file_ends() -> None:
    """The directories in the file count."""
    data = bytearray(raw_files.pages(3))
    data[-4:] = struct.pack("<I", len(data) + 1000)
    assert read_picture(bytes(data)).frames == 3


def test_a_pyramid_is_read_by_its_first_directory() -> None:
    """Smaller versions behind it or under it change nothing."""
    picture = scene(2)
    assert np.array_equal(read_picture(several(picture, [0, 1, 1])).pixels, np.asarray(picture))
    build = Builder("<")
    small = build.directory(raw_files.thumbnail(build, scene(3)))
    pixels = np.asarray(picture).tobytes()
    first = stored(build.add(pixels), len(pixels), picture.size, 2, (8, 8, 8))
    data = build.done(build.directory(first | {330: (LONG, small)}))
    assert np.array_equal(read_picture(data).pixels, np.asarray(picture))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("parts", [1, 3])
def test_a_thumbnail_that_comes_first_is_not_the_picture(parts: int, order: str) -> None:
    """The first directory that is not a smaller version of another is the picture."""
    picture = scene(4)
    data = several(picture, [1] * parts + [0, 1, 0], order)
    read = read_picture(data)
    assert (read.width, read.height, read.frames) == (640, 480, 2)
    assert hash_image(data) - hash_image(picture.rotate(90 * parts)) <= 2


def thumbnail_first(picture: Image.Image, order: str = "<", compression: int = 1) -> bytes:
    build = Builder(order)
    pixels = np.asarray(picture).tobytes()
    main = build.directory(
        stored(build.add(pixels), len(pixels), picture.size, 2, (8, 8, 8), compression=compression)
    )
    first = raw_files.thumbnail(build, scene(99)) | {330: (LONG, main)}
    at = build.directory(first)
    return build.done(at)


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_picture_under_its_thumbnail_is_read(order: str) -> None:
    """Unless it is a camera's raw data, it is an ordinary TIFF."""
    picture = scene(5)
    read = read_picture(thumbnail_first(picture, order))
    assert (read.format, read.marks.words, read.frames) == ("TIFF", (), 1)
    assert np.array_equal(read.pixels, np.asarray(picture))


def test_a_thumbnail_does_not_stand_for_a_picture_that_cannot_be_read() -> None:
    """With another codec it is unsupported, and damaged if truncated."""
    picture = scene(6)
    with pytest.raises(ImageError, match="LERC") as caught:
        read_picture(thumbnail_first(picture, compression=34887))
    assert caught.value.status == Status.UNSUPPORTED
    data = bytearray(thumbnail_first(picture))
    first = struct.unpack_from("<I", data, 4)[0]
    tag = data.index(struct.pack("<HHI", 330, 4, 1), first)
    struct.pack_into("<I", data, tag + 8, len(data) + 5)
    with pytest.raises(ImageError, match="ends before") as caught:
        read_picture(bytes(data))
    assert caught.value.status == Status.DAMAGED


def test_a_lone_picture_that_calls_itself_a_smaller_version_is_read() -> None:
    """The file has nothing else."""
    build = Builder("<")
    picture = scene(7)
    data = build.done(build.directory(raw_files.thumbnail(build, picture)))
    assert np.array_equal(read_picture(data).pixels, np.asarray(picture.resize((160, 120))))


@pytest.mark.parametrize("seed", range(4))
def test_noise_behind_a_header_ends_in_a_status(seed: int) -> None:
    """Nonsense directories fail in no other way, and do not take long."""
    random = np.random.default_rng(seed)
    for start in (b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"II+\0\x08\0\0\0\x10" + bytes(7)):
        data = start + random.integers(0, 256, 1 << 18, np.uint8).tobytes()
        with pytest.raises(ImageError):
            read_picture(data)


def test_a_jpeg_of_a_page_is_not_a_tiff() -> None:
    """Anything else has no pages."""
    assert pages(jpeg(scene(8))) == []
    assert pages(b"II*\0") == []


@pytest.mark.parametrize("start", [b"IIII", b"MMMM", b"CR\2\0", b"CR\2\0IIII"])
def test_pixels_that_look_like_a_camera_maker_s_mark_are_pixels(start: bytes) -> None:
    """The bytes behind a raw file's header may also occur in an ordinary TIFF."""
    pixels = np.asarray(scene(9, (64, 48))).copy()
    pixels.reshape(-1)[: len(start)] = list(start)
    build = Builder("<")
    at = build.add(pixels.tobytes())
    data = build.done(build.directory(stored(at, pixels.nbytes, (64, 48), 2, (8, 8, 8))))
    assert data[8:].startswith(start)
    read = read_picture(data)
    assert read.format == "TIFF"
    assert np.array_equal(read.pixels, pixels)
