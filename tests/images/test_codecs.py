"""Intact files that cannot be decoded here are distinguished from damaged ones and named."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from files import encoded
from lookalike import Status
from lookalike.images import read_picture
from lookalike.images.formats.codecs import TIFF_CODECS
from raw_files import Builder, scene, stored
from refusing import refusal

FOREIGN = {
    "JBIG": 34661,
    "LERC": 34887,
    "PixarLog": 32909,
    "NeXT": 32766,
    "Aperio JPEG 2000": 33003,
    "lossy JPEG of DNG": 34892,
    "JPEG XL": 50002,
    "JPEG XL of DNG": 52546,
    "JPEG XR": 34934,
    "an unknown codec": 61234,
    "ThunderScan": 32809,
}


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("name", FOREIGN)
def test_a_tiff_of_a_codec_that_is_not_here_is_unsupported(name: str, order: str) -> None:
    """The reason names the codec and its number, and says how to convert the file."""
    build = Builder(order)
    at = build.add(bytes(64 * 64))
    entries = stored(at, 64 * 64, (64, 64), 1, (8,), compression=FOREIGN[name])
    error = refusal(build.done(build.directory(entries)))
    assert error.status == Status.UNSUPPORTED
    assert f"{name} (compression {FOREIGN[name]})" in error.reason
    assert "convert it to PNG" in error.reason


def pixels_last(codec: str) -> bytes:
    """A TIFF with one strip of pixels, stored after its directory."""
    size = (64, 64)
    with Image.open(io.BytesIO(encoded(scene(1, size), "TIFF", compression=codec))) as image:
        tags = dict(image.tag_v2)  # type: ignore[attr-defined]
        (at,), (length,) = tags[273], tags[279]
        assert image.fp is not None
        image.fp.seek(at)
        strip = image.fp.read(length)
    more = {"compression": tags[259]}
    build = Builder("<")
    build.directory(stored(0, length, size, 2, (8, 8, 8), **more))
    behind = len(build.data)
    build = Builder("<")
    first = build.directory(stored(behind, length, size, 2, (8, 8, 8), **more))
    assert len(build.data) == behind
    build.data += strip
    return build.done(first)


@pytest.mark.parametrize("codec", ["tiff_lzw", "tiff_adobe_deflate", "packbits", "raw"])
def test_a_tiff_of_a_known_codec_is_read_and_damaged_where_it_breaks_off(codec: str) -> None:
    """A decoder error in the middle of such a file is damage, and the reason suggests no
    conversion.
    """
    data = pixels_last(codec)
    assert read_picture(data).pixels.shape == (64, 64, 3)
    error = refusal(data[: len(data) // 2])
    assert error.status == Status.DAMAGED
    assert "convert" not in error.reason


def test_a_codec_that_pillow_was_built_without_is_unsupported() -> None:
    """A Pillow that cannot write a codec cannot read it, and says only "decoder error -2"."""
    for number, name in ((50001, "webp"), (50000, "zstd"), (34925, "lzma")):
        try:
            read = read_picture(encoded(scene(2), "TIFF", compression=name))
            assert read.format == "TIFF"
        except OSError:
            build = Builder("<")
            entries = stored(build.add(bytes(99)), 99, (64, 64), 1, (8,), compression=number)
            error = refusal(build.done(build.directory(entries)))
            assert error.status == Status.UNSUPPORTED
            assert TIFF_CODECS[number] in error.reason


def dds(dxgi: int) -> bytes:
    head = struct.pack("<7I44x", 124, 0x1007, 64, 64, 0, 0, 0)
    pixel = struct.pack("<II4s5I", 32, 4, b"DX10", 0, 0, 0, 0, 0)
    return b"DDS " + head + pixel + bytes(20) + struct.pack("<5I", dxgi, 3, 0, 1, 0) + bytes(4096)


def j2k(components: int, step: int = 1) -> bytes:
    """A codestream that ends as it should."""
    size = struct.pack(">HIIIIIIIIH", 0, 64, 64, 0, 0, 64, 64, 0, 0, components)
    size += bytes([7, 1, 1]) + bytes([7, step, step]) * (components - 1)
    return b"\xff\x4f\xff\x51" + struct.pack(">H", 2 + len(size)) + size + b"\xff\xd9"


def psd(mode: int, bits: int) -> bytes:
    return b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, 8, 8, bits, mode) + bytes(12) + bytes(400)


BEYOND = {
    "DDS": dds(200),
    "JPEG 2000 of five components": j2k(5),
    "JPEG 2000 of smaller colours": j2k(3, 2),
    "PSD of 32 bits": psd(3, 32),
    "BMP of an unknown compression": b"BM"
    + struct.pack("<IHHIIiiHHIIiiII", 200, 0, 0, 54, 40, 4, 4, 1, 24, 9, 0, 0, 0, 0, 0)
    + bytes(200),
}


@pytest.mark.parametrize("kind", BEYOND)
def test_a_sound_file_of_a_kind_that_pillow_does_not_decode_is_unsupported(kind: str) -> None:
    """Holds whatever words Pillow uses."""
    error = refusal(BEYOND[kind])
    assert error.status == Status.UNSUPPORTED, error.reason


@pytest.mark.parametrize("format_", ["JPEG2000", "DDS", "BMP"])
def test_the_same_formats_are_damaged_where_they_break_off(format_: str) -> None:
    """Twins of the cases above, of a kind that can be decoded."""
    data = encoded(scene(3, (64, 64)), format_)
    assert read_picture(data).format == format_
    assert refusal(data[: len(data) // 2]).status == Status.DAMAGED


SIGNATURES = {
    "DICOM": bytes(128) + b"DICM",
    "OpenEXR": b"\x76\x2f\x31\x01\x02\0\0\0",
    "Radiance HDR": b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 8 +X 8\n",
    "XCF": b"gimp xcf v011\0",
    "DjVu": b"AT&TFORM\0\0\0\x20DJVU",
    "DPX": b"SDPX\0\0\x20\0V1.0",
    "BPG": b"BPG\xfb\x20\0",
    "FLIF": b"FLIF11\0",
    "JPEG XR": b"II\xbc\x01\x08\0\0\0",
    "CRW": b"II\x1a\0\0\0HEAPCCDR\2\0\1\0",
    "MRW": b"\0MRM\0\1\2\3\0PRD",
    "X3F": b"FOVb\2\0\2\0",
}


@pytest.mark.parametrize("name", SIGNATURES)
@pytest.mark.parametrize("rest", ["zeros", "noise"])
def test_a_format_is_recognised_by_its_signature(name: str, rest: str) -> None:
    """The format is unsupported whatever follows the signature, and the reason says how to convert
    it.
    """
    random = np.random.default_rng(len(name))
    more = bytes(3000) if rest == "zeros" else random.integers(0, 256, 3000, np.uint8).tobytes()
    error = refusal(SIGNATURES[name] + more)
    assert error.status == Status.UNSUPPORTED
    assert error.reason.startswith(name)
    assert (
        "convert it" in error.reason or "export it" in error.reason or "convert its" in error.reason
    )


@pytest.mark.parametrize("name", SIGNATURES)
def test_half_a_signature_is_not_an_image(name: str) -> None:
    """A file that only starts like a signature is not an image."""
    start = SIGNATURES[name][: 130 if name == "DICOM" else 3]
    if name == "JPEG XR":
        start = b"II\xbc"
    error = refusal(start + b"?" * 300)
    assert error.status == Status.NOT_AN_IMAGE


PLUGIN = """
from PIL import Image, ImageFile

class Stand(ImageFile.ImageFile):
    format = "JXL"
    format_description = "a stand-in"

    def _open(self):
        self._size, self._mode = (64, 64), "L"

    def load(self):
        self.im = Image.radial_gradient("L").resize((64, 64)).im
        return super().load()

Image.register_open("JXL", Stand, lambda prefix: prefix.startswith(b"\\xff\\x0a"))
"""


@pytest.mark.slow
@pytest.mark.parametrize("isolate", [[], ["--isolate"]])
def test_the_command_finds_plugins_that_are_installed(tmp_path: Path, isolate: list[str]) -> None:
    """Plug-ins are found without being imported by the caller, and imported only if a file needs
    them.
    """
    plugins, images = tmp_path / "plugins", tmp_path / "images"
    for folder in (plugins, images):
        folder.mkdir()
    trace = f"from pathlib import Path\nPath({str(tmp_path / 'trace')!r}).touch()\n"
    (plugins / "pillow_jxl.py").write_text(trace + PLUGIN)
    command = [sys.executable, "-c", "from lookalike.cli import main; main()"]
    run = {"env": {**os.environ, "PYTHONPATH": str(plugins)}, "capture_output": True, "text": True}
    find = [*command, "find", str(images), "--csv", *isolate]
    (images / "b.png").write_bytes(encoded(Image.radial_gradient("L").resize((64, 64)), "PNG"))
    subprocess.run(find, check=True, **run)  # type: ignore[call-overload]
    assert not (tmp_path / "trace").exists()
    (images / "a.jxl").write_bytes(b"\xff\x0a" + bytes(100))
    done = subprocess.run(find, check=False, **run)  # type: ignore[call-overload]
    assert (tmp_path / "trace").exists()
    assert "unsupported" not in done.stdout
    assert done.stdout.count("64,64") == 2
    listed = subprocess.run([*command, "formats"], check=True, **run)  # type: ignore[call-overload]
    lines = {line.split()[0]: line for line in listed.stdout.splitlines()}
    assert "yes" in lines["JXL"]
    assert "JPEG XL" not in listed.stdout
