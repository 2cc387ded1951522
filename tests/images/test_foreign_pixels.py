"""What is sound and beyond Pillow is `unsupported`: its reason names it and a way to convert it."""

import logging
import struct
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike import ImageError, Status, hash_image

LOOKALIKE = Path(sys.executable).with_name("lookalike")
WIDTH, HEIGHT = 40, 30
SHORT, LONG = 3, 4


def tiff(samples: int, bits: int, numbers: int, photometric: int = 1) -> bytes:
    """Its pixels are before its directory, as most writers have it. `numbers`: unsigned, signed,
    floats, none, complex, complex floats, from 1."""
    count = WIDTH * HEIGHT * samples * bits // 8
    pixels = np.random.default_rng(count).integers(0, 256, count, np.uint8).tobytes()
    entries = [
        *((256, SHORT, [WIDTH]), (257, SHORT, [HEIGHT]), (258, SHORT, [bits] * samples)),
        *((259, SHORT, [1]), (262, SHORT, [photometric]), (273, LONG, [8])),
        *((277, SHORT, [samples]), (278, SHORT, [HEIGHT]), (279, LONG, [count])),
        (339, SHORT, [numbers] * samples),
    ]
    at = 8 + count
    directory, values = struct.pack("<H", len(entries)), b""
    behind = at + 2 + 12 * len(entries) + 4
    for tag, kind, numbers_of_it in entries:
        packed = b"".join(
            struct.pack("<H" if kind == SHORT else "<I", one) for one in numbers_of_it
        )
        if len(packed) > 4:
            packed, values = struct.pack("<I", behind + len(values)), values + packed
        directory += struct.pack("<HHI", tag, kind, len(numbers_of_it)) + packed.ljust(4, b"\0")
    return b"II*\0" + struct.pack("<I", at) + pixels + directory + bytes(4) + values


def bmp(compression: int) -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, WIDTH, HEIGHT, 1, 0, compression, 100, 1, 1, 0, 0)
    return b"BM" + struct.pack("<IHHI", 154, 0, 0, 54) + head + bytes(100)


def dds(code: bytes) -> bytes:
    head = struct.pack("<7I", 124, 0x1007, HEIGHT, WIDTH, 0, 0, 1) + bytes(44)
    kind = struct.pack("<II4s5I", 32, 4, code, 0, 0, 0, 0, 0)
    return b"DDS " + head + kind + struct.pack("<5I", 0x1000, 0, 0, 0, 0) + bytes(2000)


def jpeg(bits: int) -> bytes:
    """Of so many bits a sample, by its header."""
    file = BytesIO()
    Image.new("RGB", (WIDTH, HEIGHT), (200, 30, 90)).save(file, "JPEG")
    data = bytearray(file.getvalue())
    data[data.index(b"\xff\xc0") + 4] = bits
    return bytes(data)


FOREIGN = {
    "7 samples per pixel of 8 bits": tiff(7, 8, 1, 2),
    "5 samples per pixel of 8 bits": tiff(5, 8, 1, 5),
    "3 samples per pixel of 32 bits (floats)": tiff(3, 32, 3, 2),
    "3 samples per pixel of 16 bits (floats)": tiff(3, 16, 3, 2),
    "1 sample per pixel of 16 bits (floats)": tiff(1, 16, 3),
    "1 sample per pixel of 10 bits (unsigned integers)": tiff(1, 10, 1),
    "1 sample per pixel of 14 bits": tiff(1, 14, 1),
    "1 sample per pixel of 24 bits": tiff(1, 24, 1),
    "1 sample per pixel of 64 bits (signed integers)": tiff(1, 64, 2),
    "1 sample per pixel of 64 bits (complex floats)": tiff(1, 64, 6),
    "DDS with ETC2": dds(b"ETC2"),
    "JPEG in BMP": bmp(4),
    "PNG in BMP": bmp(5),
    "12 bits per sample": jpeg(12),
    "Photoshop PSB": b"8BPS\0\2" + bytes(6) + struct.pack(">HIIHH", 3, 30, 40, 8, 3) + bytes(99),
}


@pytest.mark.parametrize("words", FOREIGN)
def test_foreign_pixels_are_named(words: str) -> None:
    """The reason says what they are and how to convert them."""
    with pytest.raises(ImageError) as caught:
        hash_image(FOREIGN[words])
    assert caught.value.status is Status.UNSUPPORTED
    assert words in caught.value.reason
    assert "convert it to PNG" in caught.value.reason


def test_their_like_are_read() -> None:
    """Files of the same kinds that Pillow has a way to hold."""
    for data in (tiff(3, 8, 1, 2), tiff(1, 8, 1), tiff(1, 16, 1), jpeg(8)):
        assert hash_image(data)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.97])
def test_a_tiff_cut_before_its_directory_breaks_off(share: float) -> None:
    """It is damaged, and the reason says that it breaks off."""
    data = tiff(3, 8, 1, 2)
    with pytest.raises(ImageError) as caught:
        hash_image(data[: int(share * len(data))])
    assert caught.value.status is Status.DAMAGED
    assert caught.value.reason.startswith("it breaks off: ")


@pytest.mark.parametrize("options", [[], ["--isolate"]])
@pytest.mark.thorough
def test_the_command_is_silent_and_the_library_leaves_logging_alone(
    tmp_path: Path, options: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """What Pillow logs is not on the command's stderr; who uses the library gets it."""
    (tmp_path / "a.tif").write_bytes(tiff(7, 8, 1, 2))
    command = [str(LOOKALIKE), "hash", *options, str(tmp_path / "a.tif")]
    run = subprocess.run(command, capture_output=True, text=True)
    assert "More samples" not in run.stderr + run.stdout
    with caplog.at_level(logging.ERROR, "PIL"), pytest.raises(ImageError):
        hash_image(tmp_path / "a.tif")
    assert "More samples" in caplog.text
