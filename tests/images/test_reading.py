"""Every kind of image source gives upright, opaque, 8-bit pixels, or a status and a plain
reason.
"""

from __future__ import annotations

import importlib.util
import io
import os
import re
import socket
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import EpsImagePlugin, Image, features

from files import encoded
from lookalike import Status, distance, hash_image
from lookalike.images import ImageSource, read_picture
from naming import steady
from refusing import refusal

Pixels = NDArray[np.uint8]

HAS_HEIF = importlib.util.find_spec("pillow_heif") is not None


def noise(*shape: int, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def slope(width: int, height: int) -> Pixels:
    """A smooth picture that every codec preserves well. Each way of turning it gives another
    picture.
    """
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    return np.stack([200 * x, 160 * y, 40 + 90 * x * y], axis=2).astype(np.uint8)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def shown(data: bytes) -> Pixels:
    """The pixels that Pillow alone gives for a file."""
    return np.asarray(opened(data))


def read(source: ImageSource, **options: Any) -> Pixels:
    return read_picture(source, **options).pixels


def over_white(rgba: Pixels) -> Pixels:
    colour, alpha = rgba[..., :3].astype(int), rgba[..., 3:].astype(int)
    composed: Pixels = ((colour * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
    return composed


# The forms an image can have


class NamedFile:
    """A path that is neither a `str` nor a `Path`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __fspath__(self) -> str:
        return str(self._path)


SOURCES: dict[str, Callable[[Path], ImageSource]] = {
    "str": str,
    "Path": lambda path: path,
    "PathLike": NamedFile,
    "bytes": Path.read_bytes,
    "bytearray": lambda path: bytearray(path.read_bytes()),
    "memoryview": lambda path: memoryview(path.read_bytes()),
    "every other byte": lambda path: memoryview(path.read_bytes().replace(b"", b" "))[1::2],
    "BytesIO": lambda path: io.BytesIO(path.read_bytes()),
    "Pillow image": lambda path: opened(path.read_bytes()),
    "array": lambda path: shown(path.read_bytes()),
    "array, Fortran order": lambda path: np.asfortranarray(shown(path.read_bytes())),
    "every other pixel": lambda path: np.repeat(shown(path.read_bytes()), 2, axis=1)[:, ::2],
    "every other row": lambda path: np.repeat(shown(path.read_bytes()), 2, axis=0)[::2],
    "backwards": lambda path: shown(path.read_bytes())[::-1].copy()[::-1],
}


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("kind", SOURCES)
def test_every_kind_of_source_gives_the_same_picture_and_hash(
    kind: str, mode: str, tmp_path: Path
) -> None:
    """The pixels and hashes are the same for every kind of source, in grey and in colour."""
    image = Image.fromarray(noise(40, 50, 3)).convert(mode)
    path = tmp_path / "picture.png"
    image.save(path)
    np.testing.assert_array_equal(read(SOURCES[kind](path)), np.asarray(image))
    for algorithm in ("phash", "phash@imagededup"):
        ours = hash_image(SOURCES[kind](path), algorithm=algorithm)
        assert ours == hash_image(np.asarray(image), algorithm=algorithm)


def test_an_open_file_is_read_and_left_open(tmp_path: Path) -> None:
    """A file open for reading bytes is read, stays open, and can be read again from its start."""
    path = tmp_path / "picture.png"
    path.write_bytes(encoded(slope(9, 7), "PNG"))
    with path.open("rb") as file:
        for _ in range(2):
            np.testing.assert_array_equal(read(file), slope(9, 7))
            file.seek(0)


def test_a_file_open_for_reading_text_is_refused(tmp_path: Path) -> None:
    """A file that gives text instead of bytes raises TypeError, and the error says what is
    needed.
    """
    path = tmp_path / "notes.txt"
    path.write_text("some text")
    with path.open() as file, pytest.raises(TypeError, match="reading bytes"):
        read_picture(file)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBX", "CMYK", "YCbCr", "HSV", "LAB"])
def test_an_opaque_pillow_image_of_any_mode_is_read_as_pillow_shows_it(mode: str) -> None:
    """Grey modes are read as grey, and all others as the RGB that Pillow converts them to."""
    image = Image.fromarray(slope(30, 20)).convert(mode)
    converted = image.convert("L" if mode in {"1", "L"} else "RGB")
    np.testing.assert_array_equal(read(image), np.asarray(converted))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "RGBa", "La"])
def test_a_pillow_image_with_alpha_is_read_over_white(mode: str) -> None:
    """Alpha is found in every mode that has it, even premultiplied."""
    plain = mode.upper() if mode != "PA" else "RGBA"
    image = Image.fromarray(noise(20, 30, 4)).convert(plain).convert(mode)
    straight = np.asarray(image.convert(plain).convert("RGBA"))
    np.testing.assert_array_equal(read(image), over_white(straight))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "I", "F"])
def test_the_callers_pillow_image_is_left_as_it_was(mode: str) -> None:
    """Mode, pixels, metadata and orientation of an image in memory are untouched."""
    image = Image.fromarray(slope(30, 20)).convert(mode)
    image.info["note"] = "kept"
    image.getexif()[0x0112] = 6
    before = (image.mode, image.size, image.tobytes(), dict(image.info), dict(image.getexif()))
    read_picture(image)
    assert before == (
        image.mode, image.size, image.tobytes(), dict(image.info), dict(image.getexif()),
    )  # fmt: skip


def test_the_frame_that_a_callers_image_stands_on_stays() -> None:
    """The caller can still seek in an animation and read it."""
    frames = [np.full((8, 8), level, np.uint8) for level in (10, 200)]
    image = opened(
        encoded(frames[0], "GIF", save_all=True, append_images=[Image.new("L", (8, 8), 200)])
    )
    for at, frame in enumerate(frames):
        image.seek(at)
        assert int(read(image).max()) == frame[0, 0]
        assert image.tell() == at


WRONG_ARRAYS = [
    np.zeros((4, 4), np.int64),
    np.zeros((4, 4), np.complex64),
    np.zeros((4, 4, 3), np.float16),
    np.zeros((4, 4, 5), np.uint8),
    np.zeros((4, 4, 0), np.uint8),
    np.zeros((1, 4, 4, 3), np.uint8),
    np.zeros(4, np.uint8),
    np.zeros((), np.uint8),
    np.zeros((0, 4), np.uint8),
    np.zeros((4, 0, 3), np.uint8),
]


@pytest.mark.parametrize("array", WRONG_ARRAYS, ids=lambda array: f"{array.dtype}{array.shape}")
def test_an_array_that_is_no_image_is_named(array: NDArray[Any]) -> None:
    """Wrong arrays raise ValueError with their dtype and shape."""
    named = re.escape(f"not {array.dtype} of shape {array.shape}")
    with pytest.raises(ValueError, match=named):
        read_picture(array)
    with pytest.raises(ValueError, match=named):
        hash_image(array)


@pytest.mark.parametrize("thing", [5, None, 1.5, object(), ["a.png"]], ids=steady)
def test_what_cannot_be_an_image_is_named(thing: Any) -> None:
    """Other objects raise TypeError with the name of their type."""
    with pytest.raises(TypeError, match=f"not {type(thing).__name__}"):
        read_picture(thing)


def test_the_distance_of_two_images_is_that_of_their_hashes(tmp_path: Path) -> None:
    """`distance` takes sources of different kinds. A picture is 0 from itself and far from
    another.
    """
    one, other = noise(40, 50, 3, seed=1), noise(40, 50, 3, seed=2)
    path = tmp_path / "one.png"
    path.write_bytes(encoded(one, "PNG"))
    for algorithm in ("phash", "dhash:16"):
        apart = hash_image(one, algorithm=algorithm) - hash_image(other, algorithm=algorithm)
        assert distance(path, encoded(other, "BMP"), algorithm=algorithm) == apart > 10
        assert distance(path, one, algorithm=algorithm) == 0


# Missing, unreadable, empty


def link_to_nothing(folder: Path) -> Path:
    link = folder / "broken.png"
    link.symlink_to(folder / "gone.png")
    return link


def under_a_file(folder: Path) -> Path:
    (folder / "file.png").write_bytes(b"not a folder")
    return folder / "file.png" / "picture.png"


MISSING: dict[str, Callable[[Path], Path | str]] = {
    "no such file": lambda folder: folder / "absent.png",
    "no such folder": lambda folder: folder / "absent" / "picture.png",
    "a path under a file": under_a_file,
    "a broken link": link_to_nothing,
    "no name": lambda _: "",
    "a null byte": lambda folder: f"{folder}/a\0b.png",
    "half a character": lambda folder: f"{folder}/\ud800.png",
}


@pytest.mark.parametrize("kind", MISSING)
def test_a_name_with_nothing_under_it_is_missing(kind: str, tmp_path: Path) -> None:
    """The status is missing if nothing exists, or can exist, under a name."""
    assert refusal(MISSING[kind](tmp_path)).status == Status.MISSING


def fifo(folder: Path) -> Path:
    os.mkfifo(folder / "fifo.png")
    return folder / "fifo.png"


def link_to_itself(folder: Path) -> Path:
    link = folder / "loop.png"
    link.symlink_to(link)
    return link


def forbidden(folder: Path) -> Path:
    if os.geteuid() == 0:
        pytest.skip("nothing is forbidden to this user")
    path = folder / "forbidden.png"
    path.write_bytes(encoded(slope(8, 8), "PNG"))
    path.chmod(0)
    return path


def own_memory(_: Path) -> Path:
    """A regular file that exists and opens, but fails when read."""
    path = Path("/proc/self/mem")
    if not path.exists():
        pytest.skip("there is no such file on this system")
    return path


UNREADABLE: dict[str, Callable[[Path], Path | str]] = {
    "a folder": lambda folder: folder,
    "a pipe that nobody writes to": fifo,
    "a device": lambda _: os.devnull,
    "a link to itself": link_to_itself,
    "a name that is too long": lambda folder: folder / ("a" * 5000),
    "a file without permission": forbidden,
    "a file that fails when it is read": own_memory,
}


@pytest.mark.skipif(sys.platform == "win32", reason="needs the files of a POSIX system")
@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_is_there_but_cannot_be_had_is_unreadable(kind: str, tmp_path: Path) -> None:
    """Folders, pipes, devices and failing files are unreadable, and reading them never blocks."""
    assert refusal(UNREADABLE[kind](tmp_path)).status == Status.UNREADABLE


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs sockets that are files")
def test_a_socket_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket in a folder of images is unreadable."""
    monkeypatch.chdir(tmp_path)  # socket names must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.png")
        assert refusal("socket.png").status == Status.UNREADABLE


class FailingFile(io.BytesIO):
    def read(self, _size: int | None = -1) -> bytes:
        raise OSError(5, "Input/output error")


def test_an_open_file_that_fails_is_unreadable() -> None:
    """An open file whose disk fails is an unreadable image, not a crash."""
    error = refusal(FailingFile())
    assert error.status == Status.UNREADABLE
    assert "Input/output error" in error.reason


@pytest.mark.parametrize("kind", ["str", "bytes", "bytearray", "memoryview", "BytesIO"])
def test_a_file_without_bytes_is_empty(kind: str, tmp_path: Path) -> None:
    """A source of no bytes has the status empty, whatever its kind."""
    path = tmp_path / "empty.png"
    path.touch()
    assert refusal(SOURCES[kind](path)).status == Status.EMPTY


# Not an image, unsupported


NO_IMAGES = {
    "text": b"Buy milk. Sort the pictures.\n" * 50,
    "one letter": b"a",
    "a line end": b"\n",
    "zeros": bytes(5000),
    "HTML": b"<!DOCTYPE html><html><body>404 not found</body></html>",
    "a ZIP archive": b"PK\3\4" + bytes(100),
    "a video": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(100),
    "noise": noise(1000, seed=4).tobytes(),
    "more noise": noise(100_000, seed=5).tobytes(),
}


@pytest.mark.parametrize("kind", NO_IMAGES)
def test_what_is_no_image_is_said_to_be_none(kind: str, tmp_path: Path) -> None:
    """Bytes of no known image format are not an image, whatever the name."""
    path = tmp_path / "picture.jpg"
    path.write_bytes(NO_IMAGES[kind])
    assert refusal(path).status == Status.NOT_AN_IMAGE


EPS = encoded(slope(8, 8), "EPS")
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
AVIF = b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"></svg>'
UNSUPPORTED = [
    ("JPEG XL", "pillow-jxl-plugin", b"\xff\x0a" + bytes(60)),
    ("JPEG XL", "pillow-jxl-plugin", b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(60)),
    ("SVG", "PNG", SVG),
    ("SVG", "PNG", b'<?xml version="1.0" encoding="UTF-8"?>\n' + SVG),
    ("PDF", "PNG", b"%PDF-1.7\n" + bytes(60)),
    ("EPS", "Ghostscript", EPS),
    (
        "EPS",
        "Ghostscript",
        b"\xc5\xd0\xd3\xc6" + struct.pack("<II", 32, len(EPS)) + bytes(20) + EPS,
    ),
    ("CR3", "JPEG", b"\0\0\0\x18ftypcrx \0\0\0\1crx isom"),
]


@pytest.mark.parametrize(("format_", "remedy", "data"), UNSUPPORTED)
def test_a_format_that_cannot_be_read_here_is_named_with_its_remedy(
    format_: str, remedy: str, data: bytes
) -> None:
    """A recognised format without a decoder is unsupported, and the reason says what to do."""
    if remedy == "pillow-jxl-plugin" and importlib.util.find_spec("pillow_jxl"):
        pytest.skip("the plug-in is installed")
    error = refusal(data)
    assert error.status == Status.UNSUPPORTED
    assert error.reason.startswith(format_)
    assert remedy in error.reason


REFUSED_ALONE = """
import sys
sys.modules["pillow_heif"] = None
from lookalike import ImageError, hash_image
try:
    hash_image(sys.stdin.buffer.read())
except ImageError as error:
    print(error.status, ascii(error.reason))
"""


def refused_alone(data: bytes) -> str:
    """Status and reason, from a program that does nothing else and lacks pillow_heif."""
    script = [sys.executable, "-c", REFUSED_ALONE]
    return subprocess.run(script, input=data, capture_output=True, check=True).stdout.decode()


def test_without_its_extra_a_heic_file_names_the_line_that_installs_it() -> None:
    """Without pillow_heif, HEIC is unsupported, and the reason says how to get a reader."""
    told = refused_alone(HEIC)
    assert told.startswith("unsupported")
    assert re.search("pip install .*heif", told)


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(HEIC, marks=pytest.mark.skipif(not HAS_HEIF, reason="needs pillow_heif")),
        pytest.param(
            AVIF, marks=pytest.mark.skipif(not features.check("avif"), reason="needs AVIF")
        ),
    ],
    ids=["HEIC", "AVIF"],
)
def test_a_broken_file_of_an_installed_codec_is_damaged(header: bytes) -> None:
    """With the codec installed, a truncated file does not suggest installing it."""
    error = refusal(header)
    assert error.status == Status.DAMAGED
    assert "install" not in error.reason


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_eps_never_starts_ghostscript(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No EPS file runs a program, even if Pillow would find Ghostscript and start it."""
    started = tmp_path / "started"
    stand_in = tmp_path / "gs"
    stand_in.write_text(f"#!/bin/sh\n: > '{started}'\n")
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(EpsImagePlugin, "gs_binary", None)
    assert refusal(EPS).status == Status.UNSUPPORTED
    assert not started.exists()
    assert EpsImagePlugin.has_ghostscript()
    assert started.exists()  # so that the stand-in can report it


# Damaged

NOISY = noise(64, 80, 3)
JPEGS: dict[str, dict[str, Any]] = {
    "baseline": {},
    "4:4:4": {"subsampling": 0},
    "4:2:2": {"subsampling": 1},
    "progressive": {"progressive": True},
    "with restarts": {"restart_marker_blocks": 1},
}
FORMATS = ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "TGA", "JPEG2000"]


@pytest.mark.parametrize("kind", JPEGS)
@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.8, 0.99])
def test_a_cut_off_jpeg_is_damaged(kind: str, share: float) -> None:
    """A JPEG that ends in its header, in its middle or just before its end is damaged."""
    data = encoded(NOISY, "JPEG", **JPEGS[kind])
    assert refusal(data[: int(len(data) * share)]).status == Status.DAMAGED


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_cut_off_file_is_damaged(format_: str, share: float) -> None:
    """A partial download is damaged, whatever its format."""
    data = encoded(NOISY, format_)
    assert refusal(data[: int(len(data) * share)]).status == Status.DAMAGED


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP"])
def test_a_cut_off_header_is_told_in_terms_of_its_own_format(format_: str) -> None:
    """20 bytes are enough to name the format, and no decoder of another format is asked."""
    error = refusal(encoded(NOISY, format_)[:20])
    assert error.status == Status.DAMAGED
    assert format_.lower() in error.reason.lower()
    assert "IM " not in error.reason


def test_a_cut_off_header_is_told_the_same_in_a_program_that_does_nothing_else() -> None:
    """The reason does not depend on how Pillow was used before."""
    header = encoded(NOISY, "JPEG")[:60]
    assert refused_alone(header) == f"damaged {refusal(header).reason!a}\n"


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.95])
@pytest.mark.parametrize("level", [0, 6])
def test_a_png_with_a_flipped_bit_is_damaged(level: int, share: float) -> None:
    """One wrong bit in the data of a PNG, compressed or not, is detected."""
    data = bytearray(encoded(NOISY, "PNG", compress_level=level))
    start = data.index(b"IDAT") + 4
    data[start + int((len(data) - 16 - start) * share)] ^= 0x10
    assert refusal(bytes(data)).status == Status.DAMAGED


@pytest.mark.parametrize("size", [6, 13, 20])
def test_the_mere_header_of_a_gif_is_damaged(size: int) -> None:
    """A GIF without a frame is damaged."""
    assert refusal(encoded(slope(8, 8), "GIF")[:size]).status == Status.DAMAGED


def test_a_damaged_image_that_pillow_opened_is_damaged() -> None:
    """A truncated image that Pillow opened fails as its file would."""
    assert refusal(opened(encoded(NOISY, "JPEG")[:2000])).status == Status.DAMAGED


# Too large


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims this size, but whose pixels end after the first few."""
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0),
        b"IDAT": zlib.compress(bytes(100)),
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks.items()
    )


def gif_header(width: int, height: int) -> bytes:
    size = struct.pack("<HH", width, height)
    return b"GIF89a" + size + bytes(3) + b"," + bytes(4) + size + b"\0\2\2\x4c\1\0;"


def bmp_header(width: int, height: int) -> bytes:
    start = b"BM" + struct.pack("<IHHI", 54, 0, 0, 54)
    return start + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)


def ico_of_png(width: int, height: int) -> bytes:
    """An icon that claims to be 256 x 256 and holds a PNG of another size."""
    inner = png_header(width, height)
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, 0, 0, 0, 0, 1, 32, len(inner), 22) + inner


def icns_of_png(width: int, height: int) -> bytes:
    """The same as a Mac icon of 128 x 128."""
    inner = png_header(width, height)
    block = b"ic07" + struct.pack(">I", len(inner) + 8) + inner
    return b"icns" + struct.pack(">I", len(block) + 8) + block


HEADERS: dict[str, Callable[[int, int], bytes]] = {
    "PNG": png_header,
    "GIF": gif_header,
    "BMP": bmp_header,
    "PPM": lambda width, height: f"P6 {width} {height} 255\n".encode(),
    "ICO": ico_of_png,
    "ICNS": icns_of_png,
}


@pytest.mark.parametrize("kind", HEADERS)
def test_an_enormous_image_is_refused_from_its_header(kind: str) -> None:
    """60000 x 60000 pixels are refused at once, before any pixel is decoded."""
    start = time.perf_counter()
    error = refusal(HEADERS[kind](60_000, 60_000))
    assert time.perf_counter() - start < 1
    assert error.status == Status.TOO_LARGE


@pytest.mark.parametrize("kind", HEADERS)
def test_the_limit_holds_where_the_program_has_lifted_pillows(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library's own limit does not depend on Pillow's, which many programs turn off."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    error = refusal(HEADERS[kind](2000, 3000), max_pixels=70_000)
    assert error.status == Status.TOO_LARGE


@pytest.mark.parametrize("as_image", [False, True], ids=["bytes", "Pillow image"])
def test_the_largest_number_of_pixels_is_inclusive(as_image: bool) -> None:
    """An image of exactly `max_pixels` is read. One more pixel is too large."""
    data = encoded(slope(5, 4), "PNG")
    source = opened(data) if as_image else data
    assert read(source, max_pixels=20).shape == (4, 5, 3)
    error = refusal(source, max_pixels=19)
    assert error.status == Status.TOO_LARGE
    assert "5 x 4" in error.reason


@pytest.mark.parametrize("share", [0.9, 0.1], ids=["where it warns", "where it raises"])
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "JPEG2000"])
def test_pillows_own_limit_neither_counts_nor_changes(
    format_: str, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An image above Pillow's process-wide limit is read without a warning."""
    data = encoded(slope(60, 50), format_)
    colours = np.asarray(opened(data).convert("RGB"))
    limit = int(60 * 50 * share)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    np.testing.assert_array_equal(read(data), colours)
    assert limit == Image.MAX_IMAGE_PIXELS


# Orientation

SEEN: dict[int, Callable[[Pixels], Pixels]] = {
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.swapaxes(0, 1),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: stored[::-1, ::-1].swapaxes(0, 1),
    8: lambda stored: np.rot90(stored, 1),
}
"""How a viewer shows stored pixels, by EXIF orientation."""

SHORT, ASCII, LONG, RATIONAL, FLOAT = 3, 2, 4, 5, 11


def exif(value: bytes, kind: int = SHORT, count: int = 1) -> bytes:
    """An EXIF block with only an orientation: its four bytes, type and number of values."""
    entry = struct.pack("<HHI4s", 0x0112, kind, count, value)
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(4)


def oriented(upright: Pixels, format_: str, orientation: int) -> bytes:
    """A file stored so that its pixels are seen as `upright`."""
    inverse = {6: 8, 8: 6}.get(orientation, orientation)
    stored = np.ascontiguousarray(SEEN[inverse](upright))
    options: dict[str, Any] = {"JPEG": {"quality": 100, "subsampling": 0}}.get(format_, {})
    tags = exif(struct.pack("<HH", orientation, 0))
    return encoded(stored, format_, exif=tags, lossless=True, **options)


ORIENTED = {"JPEG": 3, "PNG": 0, "WEBP": 0, "TIFF": 0}
"""Formats that have an orientation, and how far their pixels may differ."""


@pytest.mark.parametrize("orientation", SEEN)
@pytest.mark.parametrize("format_", ORIENTED)
def test_every_orientation_shows_the_same_upright_picture(format_: str, orientation: int) -> None:
    """The orientation is applied exactly once, to a file and to an image that Pillow opened."""
    upright = slope(48, 32)
    data = oriented(upright, format_, orientation)
    pixels = read(data)
    assert pixels.shape == upright.shape
    assert np.abs(pixels.astype(int) - upright).max() <= ORIENTED[format_]
    np.testing.assert_array_equal(read(opened(data)), pixels)


@pytest.mark.parametrize("orientation", SEEN)
@pytest.mark.parametrize("format_", ORIENTED)
def test_as_stored_does_not_turn(format_: str, orientation: int) -> None:
    """`as_stored` gives the pixels as Pillow alone does."""
    data = oriented(slope(48, 32), format_, orientation)
    np.testing.assert_array_equal(read(data, as_stored=True), shown(data))


ILLEGAL = {
    "0": exif(b"\0\0\0\0"),
    "9": exif(b"\x09\0\0\0"),
    "255": exif(b"\xff\0\0\0"),
    "4294967295": exif(b"\xff\xff\xff\xff", LONG),
    "a string": exif(b"top\0", ASCII, 4),
    "a digit as a string": exif(b"6\0\0\0", ASCII, 2),
    "a float": exif(struct.pack("<f", 6.5), FLOAT),
    "a value outside the block": exif(b"\xff\xff\xff\0", RATIONAL),
    "an unknown type": exif(b"\6\0\0\0", 99),
    "a block cut off": exif(b"\6\0\0\0")[:20],
    "a block of rubbish": b"Exif\0\0rubbish",
}


@pytest.mark.filterwarnings(
    "ignore::UserWarning:PIL"
)  # Pillow raises this for a JPEG with broken EXIF
@pytest.mark.parametrize("kind", ILLEGAL)
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_an_illegal_orientation_changes_nothing(format_: str, kind: str) -> None:
    """Unknown EXIF values and broken metadata leave an intact picture as it is stored."""
    plain = encoded(slope(48, 32), format_)
    np.testing.assert_array_equal(
        read(encoded(slope(48, 32), format_, exif=ILLEGAL[kind])), read(plain)
    )


@pytest.mark.skipif(not HAS_HEIF, reason="needs pillow_heif")
@pytest.mark.parametrize("orientation", [1, 2, 6])
def test_a_heic_file_is_read_upright(orientation: int) -> None:
    """With its extra installed, HEIC is read and turned exactly once."""
    import pillow_heif

    pillow_heif.register_heif_opener()
    upright = slope(64, 48)
    pixels = read(oriented(upright, "HEIF", orientation))
    assert pixels.shape == upright.shape
    assert np.abs(pixels.astype(int) - upright).mean() < 3


# Alpha

COLOURS, ALPHAS = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8))
EVERY_ALPHA = np.stack([COLOURS, 255 - COLOURS, COLOURS // 2, ALPHAS], axis=2)


@pytest.mark.parametrize("format_", ["PNG", "TIFF", "WEBP", "TGA"])
def test_alpha_is_composited_on_white_exactly(format_: str) -> None:
    """Every value under every alpha is `(c * a + 255 * (255 - a) + 127) // 255`."""
    data = encoded(EVERY_ALPHA, format_, lossless=True, exact=True)
    np.testing.assert_array_equal(read(data), over_white(EVERY_ALPHA))
    np.testing.assert_array_equal(read(data, as_stored=True), EVERY_ALPHA[..., :3])


def test_grey_with_alpha_is_composited_alike() -> None:
    """A grey PNG with alpha is the same picture as its colour version with alpha."""
    image = Image.fromarray(np.dstack([COLOURS, ALPHAS]), "LA")
    expected = over_white(np.dstack([COLOURS, COLOURS, COLOURS, ALPHAS]))
    np.testing.assert_array_equal(read(encoded(image, "PNG")), expected)
    np.testing.assert_array_equal(read(encoded(image, "PNG"), as_stored=True), COLOURS)


@pytest.mark.parametrize("format_", ["PNG", "TIFF"])
def test_opaque_alpha_changes_nothing(format_: str) -> None:
    """A picture with an opaque alpha channel equals the one without."""
    opaque = np.dstack([NOISY, np.full(NOISY.shape[:2], 255, np.uint8)])
    with_alpha, without = (read_picture(encoded(one, format_)) for one in (opaque, NOISY))
    np.testing.assert_array_equal(with_alpha.pixels, without.pixels)
    assert with_alpha.pixel_digest() == without.pixel_digest()


@pytest.mark.parametrize("format_", ["PNG", "TIFF", "WEBP", "GIF"])
def test_what_is_transparent_is_white(format_: str) -> None:
    """Invisible colours do not show."""
    alpha = np.full(NOISY.shape[:2], 255, np.uint8)
    alpha[:, : NOISY.shape[1] // 2] = 0
    clear = np.dstack([NOISY // 4, alpha])
    if format_ == "GIF":  # of few colours
        clear[..., :3] = 40
    expected = np.where(alpha[..., None] == 0, 255, clear[..., :3])
    np.testing.assert_array_equal(read(encoded(clear, format_, lossless=True)), expected)


def keyed(mode: str) -> tuple[Image.Image, int | tuple[int, ...], Pixels]:
    """A picture of two colours. The colour of the left half is its transparent key."""
    left = np.arange(12) < 6
    if mode == "RGB":
        values = np.where(left[:, None], np.array([9, 80, 200]), np.array([9, 80, 201]))
        return Image.fromarray(np.tile(values, (7, 1, 1)).astype(np.uint8)), (9, 80, 200), values
    values = np.tile(np.where(left, 0, 1 if mode == "1" else 90).astype(np.uint8), (7, 1))
    if mode == "1":
        # The right half is black: white on transparent is seen on black.
        return Image.fromarray(255 - values * 255).convert("1"), 255, np.full((12, 3), 0)
    image = Image.fromarray(values)
    if mode == "P":
        image.putpalette([5, 6, 7] * 90 + [30, 20, 10])
        return image, 0, np.tile([30, 20, 10], (12, 1))
    return image, 0, np.full((12, 3), 90)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_a_colour_key_is_transparent(mode: str) -> None:
    """Only the one colour that a PNG declares transparent is white."""
    image, key, expected = keyed(mode)
    row = np.where((np.arange(12) < 6)[:, None], 255, expected)
    pixels = read(encoded(image, "PNG", transparency=key))
    np.testing.assert_array_equal(pixels, np.tile(row, (7, 1, 1)))


def test_a_palette_with_alpha_is_composited() -> None:
    """Each colour of a palette has its own alpha."""
    indices = np.tile(np.arange(4, dtype=np.uint8), (3, 1))
    image = Image.fromarray(indices)
    colours = noise(4, 3)
    alphas = np.array([0, 100, 254, 255], np.uint8)
    image.putpalette(colours.tobytes())
    data = encoded(image, "PNG", transparency=alphas.tobytes())
    expected = over_white(np.column_stack([colours, alphas]))
    np.testing.assert_array_equal(read(data), expected[indices])
    np.testing.assert_array_equal(read(data, as_stored=True), colours[indices])


# Depth and colour

EVERY_DEEP = np.arange(65536, dtype=np.uint16).reshape(256, 256)


@pytest.mark.parametrize("format_", ["PNG", "TIFF", "PPM"])
def test_16_bit_grey_is_scaled_not_clipped(format_: str) -> None:
    """Each of the 65536 levels becomes `v * 255 / 65535`, rounded."""
    expected = ((EVERY_DEEP.astype(int) + 128) // 257).astype(np.uint8)
    np.testing.assert_array_equal(read(encoded(EVERY_DEEP, format_)), expected)


def test_16_bit_pillow_images_of_either_byte_order_are_scaled() -> None:
    """The byte order in memory makes no difference."""
    expected = read(encoded(EVERY_DEEP, "PNG"))
    for mode, dtype in {"I;16": "<u2", "I;16B": ">u2"}.items():
        image = Image.frombytes(mode, (256, 256), EVERY_DEEP.astype(dtype).tobytes())
        np.testing.assert_array_equal(read(image), expected)


NAN, INFINITY = float("nan"), float("inf")
DEEP = {
    "integers of 16 bits": (np.int32, [0, 128, 257, 65535], [0, 0, 1, 255]),
    "larger integers": (np.int32, [0, 70_000, 140_000], [0, 128, 255]),
    "negative integers": (np.int32, [-1000, 0, 3000], [0, 64, 255]),
    "the largest integers": (np.int32, [-(2**31), 2**31 - 1], [0, 255]),
    "floats of 0 to 1": (np.float32, [0, 0.25, 0.5, 1], [0, 64, 128, 255]),
    "dark floats": (np.float32, [0, 0.1], [0, 255]),
    "floats of 0 to 255": (np.float32, [0, 51, 255], [0, 51, 255]),
    "negative floats": (np.float32, [-2, 0, 2], [0, 128, 255]),
    "the largest floats": (np.float32, [-3e38, 3e38], [0, 255]),
    "NaN": (np.float32, [NAN, 0.5, 1], [0, 128, 255]),
    "infinity": (np.float32, [-INFINITY, 0.5, INFINITY], [0, 128, 255]),
    "NaN alone": (np.float32, [NAN, NAN], [0, 0]),
    "one level alone": (np.int32, [70_000, 70_000], [128, 128]),
}


@pytest.mark.parametrize("kind", DEEP)
def test_deep_samples_are_scaled_or_stretched(kind: str) -> None:
    """Samples that fill their range are scaled, and all others are stretched. NaN is dark."""
    dtype, samples, expected = DEEP[kind]
    image = Image.fromarray(np.array([samples], dtype))
    np.testing.assert_array_equal(read(encoded(image, "TIFF")), [expected])
    np.testing.assert_array_equal(read(image), [expected])


@pytest.mark.parametrize("format_", ["PNG", "TIFF", "BMP", "GIF", "PPM"])
def test_one_bit_is_black_or_white(format_: str) -> None:
    """A 1-bit picture is read as 0 and 255."""
    bits = noise(9, 13) > 127
    image = Image.fromarray(bits.astype(np.uint8) * 255).convert("1")
    pixels = read(encoded(image, format_))
    np.testing.assert_array_equal(pixels.reshape(9, 13, -1)[..., 0], bits * 255)


@pytest.mark.parametrize("format_", ["PNG", "GIF", "BMP", "TIFF"])
def test_a_palette_is_looked_up(format_: str) -> None:
    """A picture with a palette is read as its colours."""
    image = Image.fromarray(NOISY).quantize(17)
    np.testing.assert_array_equal(read(encoded(image, format_)), np.asarray(image.convert("RGB")))


def test_a_cmyk_jpeg_is_close_to_its_rgb() -> None:
    """A CMYK JPEG is read in the colours it was made from."""
    picture = slope(80, 60)
    pixels = read(encoded(Image.fromarray(picture).convert("CMYK"), "JPEG", quality=95))
    assert np.abs(pixels.astype(int) - picture).max() <= 4


# Frames, names


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "TIFF", "PNG"])
def test_the_first_frame_is_read(format_: str) -> None:
    """The first frame or page of an animation or file of many pages counts."""
    first, second = (np.full((20, 30, 3), level, np.uint8) for level in (40, 220))
    more = [Image.fromarray(second)]
    data = encoded(first, format_, save_all=True, append_images=more, lossless=True)
    assert getattr(opened(data), "n_frames", 1) == 2
    np.testing.assert_array_equal(read(data), first)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "GIF", "TIFF", "WEBP"])
@pytest.mark.parametrize("name", ["picture.jpg", "picture.png", "picture.txt", "picture"])
def test_the_content_tells_the_format_not_the_name(name: str, format_: str, tmp_path: Path) -> None:
    """A PNG named .jpg is read as a PNG."""
    path = tmp_path / name
    path.write_bytes(encoded(slope(20, 10), format_))
    assert read_picture(path).format == format_


# JPEG, pixel for pixel


@pytest.mark.thorough
@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("kind", JPEGS)
def test_jpeg_pixels_are_those_of_pillow(kind: str, mode: str) -> None:
    """Pixels agree bit for bit, in every kind of JPEG and at every size from 1 x 1 to 17 x 13."""
    for width in range(1, 18):
        for height in range(1, 14):
            image = Image.fromarray(noise(height, width, 3, seed=width)).convert(mode)
            data = encoded(image, "JPEG", **JPEGS[kind])
            np.testing.assert_array_equal(read(data), shown(data), strict=True)


@pytest.mark.parametrize(
    ("before", "extra"), [(b"\xff\xc0", bytes(3)), (b"\xff\xda", b"\x12\x34"), (b"\xff\xd9", b"\0")]
)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_jpeg_with_stray_bytes_before_a_marker_is_read(
    mode: str, before: bytes, extra: bytes
) -> None:
    """A file that only a strict decoder refuses is read as Pillow reads it."""
    data = encoded(Image.fromarray(slope(40, 30)).convert(mode), "JPEG")
    at = data.index(before)
    strayed = data[:at] + extra + data[at:]
    np.testing.assert_array_equal(read(strayed), shown(data))


def test_a_jpeg_with_more_after_its_end_is_read() -> None:
    """Bytes after the end, as some cameras leave them, do no harm."""
    data = encoded(slope(40, 30), "JPEG")
    np.testing.assert_array_equal(read(data + b"trailing bytes"), read(data))


def test_a_side_of_millions_is_refused() -> None:
    """It is refused however few its pixels: resampling would need memory for every row and
    column.
    """
    file = io.BytesIO()
    Image.new("1", (1, 1_000_001)).save(file, "PNG")
    assert refusal(file.getvalue()).status == Status.TOO_LARGE


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    """A sparse file of 3 GB is refused because of its size."""
    with (tmp_path / "disk.img").open("wb") as file:
        file.truncate(3 << 30)
    error = refusal(tmp_path / "disk.img")
    assert error.status == Status.TOO_LARGE
    assert "3,221,225,472 bytes" in error.reason


def test_heic_is_unsupported_even_where_another_decoder_takes_it_for_its_own() -> None:
    """Pillow's AVIF plug-in accepts the brand mif1, but its complaint is not about HEIC."""
    script = """
import sys
sys.modules["pillow_heif"] = None
from lookalike import hash_image, ImageError
try:
    hash_image(bytes.fromhex("00000018667479706d69663100000000") + b"mif1heic" + bytes(64))
except ImageError as error:
    print(error.status, error.reason)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "unsupported HEIC is not readable here: pip install pillow-heif\n"


@pytest.mark.parametrize("data", [b"BMW invoice, 2 pages", b"BM"])
def test_text_that_begins_like_a_bitmap_is_no_image(data: bytes) -> None:
    """Two letters are not a signature."""
    assert refusal(data).status == Status.NOT_AN_IMAGE
