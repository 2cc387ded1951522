"""JPEGs of many kinds, drawn and assembled by hand, and what is in them."""

import struct
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from files import encoded

Pixels = NDArray[np.uint8]

APP0, APP1, APP2, COM, DQT, DHT, SOS = 0xE0, 0xE1, 0xE2, 0xFE, 0xDB, 0xC4, 0xDA
SHORT, LONG = 3, 4


# Pictures


def scene(width: int, height: int, seed: int = 0) -> Pixels:
    """Light and shade at every scale, crossed by edges: as detailed as a photograph."""
    random = np.random.default_rng(seed)
    light = np.zeros((height, width), np.float32)
    octave, weight = 4, 64.0
    while octave < 2 * max(width, height):
        noise = random.standard_normal((min(octave, height), min(octave, width)), np.float32)
        light += weight * np.asarray(Image.fromarray(noise).resize((width, height)))
        octave, weight = 2 * octave, 0.72 * weight
    x = np.linspace(-1, 1, width, dtype=np.float32)
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    for a, b, c, shade in random.standard_normal((5, 4)):
        light += 30 * shade * (a * x + b * y > c / 2)
    channels = [light + 120 + 20 * shade * x for shade in random.standard_normal(3)]
    return np.stack(channels, axis=2).clip(0, 255).astype(np.uint8)


@cache
def huge() -> Pixels:
    """A scene whose first progressive scan is enough for every usual hash."""
    return scene(2750, 2060)


@cache
def huge_jpeg() -> bytes:
    """Such a scene as a progressive JPEG."""
    return jpeg(huge(), progressive=True)


def jpeg(picture: Pixels | Image.Image, **options: Any) -> bytes:
    """A JPEG as Pillow writes it."""
    form = options.pop("format", "JPEG")
    return encoded(picture, form, **{"quality": 90} | options)


def every_kind(picture: Pixels) -> dict[str, bytes]:
    """The picture as a JPEG of every kind that is read without Pillow."""
    grey = Image.fromarray(picture).convert("L")
    baseline = jpeg(picture)
    return {
        "4:2:0": baseline,
        "4:2:2": jpeg(picture, subsampling=1),
        "4:4:4": jpeg(picture, subsampling=0),
        "4:4:0": simplejpeg.encode_jpeg(picture, colorsubsampling="440"),
        "4:1:1": simplejpeg.encode_jpeg(picture, colorsubsampling="411"),
        "RGB": jpeg(picture, keep_rgb=True),
        "grey": jpeg(grey),
        "progressive": jpeg(picture, progressive=True),
        "progressive 4:4:4": jpeg(picture, progressive=True, subsampling=0),
        "progressive grey": jpeg(grey, progressive=True),
        "progressive RGB": jpeg(picture, progressive=True, keep_rgb=True),
        "progressive with restarts": jpeg(picture, progressive=True, restart_marker_blocks=7),
        "with restarts": jpeg(picture, restart_marker_rows=1),
        "with optimized tables": jpeg(picture, optimize=True, quality=40),
        "with fill bytes": with_fill_bytes(baseline),
        "without JFIF": without_segments(baseline, APP0),
        "with a comment": jpeg(picture, comment="\xff\xd8 " * 50),
        "with a large profile": jpeg(picture, icc_profile=bytes(range(256)) * 600),
        "extended": with_frame_marker(baseline, 0xC1),
        "MPO": jpeg(picture, format="MPO", save_all=True, append_images=[grey]),
        "with bytes behind its end": baseline + b"more",
    }


# Segments


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def segments(data: bytes) -> list[tuple[int, int, int]]:
    """Marker, begin and end of the segments up to the first scan's, including the marker."""
    found: list[tuple[int, int, int]] = []
    at = 2
    while not found or found[-1][0] != SOS:
        (length,) = struct.unpack_from(">H", data, at + 2)
        found.append((data[at + 1], at, at + 2 + length))
        at += 2 + length
    return found


def end_of_first(data: bytes) -> int:
    """Where the first scan ends in a file of several."""
    begin = segments(data)[-1][2]
    return min(data.index(mark, begin) for mark in (b"\xff\xda", b"\xff\xc4"))


def with_segments(data: bytes, *added: bytes) -> bytes:
    """The file with these segments before all others."""
    return data[:2] + b"".join(added) + data[2:]


def without_segments(data: bytes, marker: int) -> bytes:
    for found, begin, end in reversed(segments(data)):
        if found == marker:
            data = data[:begin] + data[end:]
    return data


def with_fill_bytes(data: bytes) -> bytes:
    for _, begin, _ in reversed(segments(data)):
        data = data[:begin] + b"\xff\xff\xff" + data[begin:]
    return data


def frame_at(data: bytes) -> int:
    """Where the marker of the frame is."""
    return next(begin for marker, begin, _ in segments(data) if marker in {0xC0, 0xC1, 0xC2})


def patched(data: bytes, at: int, *values: int) -> bytes:
    return data[:at] + bytes(values) + data[at + len(values) :]


def with_frame_marker(data: bytes, marker: int) -> bytes:
    return patched(data, frame_at(data) + 1, marker)


def exif(value: int, order: str = "<", kind: int = SHORT, tag: int = 0x0112) -> bytes:
    """An EXIF segment with only an orientation."""
    packed = struct.pack(order + {SHORT: "Hxx", LONG: "I"}[kind], value)
    start = {"<": b"II", ">": b"MM"}[order] + struct.pack(order + "HIH", 42, 8, 1)
    entry = struct.pack(order + "HHI", tag, kind, 1) + packed
    return segment(APP1, b"Exif\0\0" + start + entry + bytes(4))


def xmp(text: bytes) -> bytes:
    return segment(APP1, b"http://ns.adobe.com/xap/1.0/\0" + text)


# Progressive JPEGs of averages alone


def dc_jpeg(
    components: Sequence[NDArray[np.int64]],
    scans: Sequence[Sequence[int]],
    *,
    jfif: bool = True,
    lost_bits: int = 0,
) -> bytes:
    """A progressive 4:4:4 JPEG with the averages of blocks of 8 x 8, and no other detail.

    `components` has `(rows, columns)` of averages, 0 to 255. `scans` says which components each
    scan has. `lost_bits` is the number of bits of the averages that the scans leave out.
    """
    rows, columns = components[0].shape
    frame = struct.pack(">BHHB", 8, 8 * rows, 8 * columns, len(components))
    table = bytes([0, 0, 0, 0, 12, *bytes(12), *range(12)])  # twelve codes of four bits each
    parts = [
        b"\xff\xd8",
        segment(APP0, b"JFIF\0\1\1\0\0\1\0\1\0\0") if jfif else b"",
        segment(DQT, bytes([0, *[8] * 64])),
        segment(0xC2, frame + b"".join(bytes([k + 1, 0x11, 0]) for k in range(len(components)))),
        segment(DHT, table),
    ]
    for scan in scans:
        named = b"".join(bytes([k + 1, 0]) for k in scan)
        parts.append(segment(SOS, bytes([len(scan)]) + named + bytes([0, 0, lost_bits])))
        parts.append(_coded([(components[k] - 128) >> lost_bits for k in scan]))
    parts.append(
        segment(DHT, bytes([0x10, 1, *bytes(15), 0]))
    )  # one code of one bit, as no more is needed
    for name in range(1, len(components) + 1):
        parts.append(segment(SOS, bytes([1, name, 0, 1, 63, 0])))
        parts.append(_bytes("0" * components[0].size))
    return b"".join(parts) + b"\xff\xd9"


def _coded(levels: Sequence[NDArray[np.int64]]) -> bytes:
    """Differences from one block to the next: how many bits, then the bits."""
    differences = np.stack([np.diff(one.ravel(), prepend=0) for one in levels], axis=1)
    return _bytes("".join(map(_code, differences.ravel().tolist())))


@cache
def _code(difference: int) -> str:
    count = abs(difference).bit_length()
    low = difference if difference > 0 else difference + (1 << count) - 1
    return f"{count:04b}" + (f"{low:0{count}b}" if count else "")


def _bytes(text: str) -> bytes:
    """Coded bits, as they are stored in a scan."""
    text += "1" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\0")
