"""Grey of 16 or 32 bits and floats is seen as its 8-bit rendering, as the file intends."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lookalike import compare, hash_image
from lookalike.images import Picture, read_picture
from pictures import blobs, checker, noise, stripes

Samples = NDArray[Any]


def scene(seed: int, side: int = 200) -> Samples:
    """A soft picture with some grain, from 0 to 255."""
    soft, grain = blobs(side, side, seed).astype(float), noise(side, side, seed)
    return soft * 0.96 + grain * 0.04


def half(samples: Samples) -> Samples:
    height, width = samples.shape
    mean: Samples = samples.reshape(height // 2, 2, width // 2, 2).mean((1, 3))
    return mean


def tiff(
    samples: Samples,
    order: Literal["<", ">"] = "<",
    *,
    photometric: int = 1,
    compressed: bool = False,
    no_data: str = "",
) -> bytes:
    """One grey image of samples of any type, as TIFF defines it."""
    data = samples.astype(samples.dtype.newbyteorder(order)).tobytes()
    data = zlib.compress(data) if compressed else data
    data += b"\0" * (len(data) % 2)
    height, width = samples.shape
    kind = {"u": 1, "i": 2, "f": 3}[samples.dtype.kind]
    shorts = {258: samples.itemsize * 8, 259: 8 if compressed else 1, 262: photometric}
    shorts |= {277: 1, 339: kind}
    longs = {256: width, 257: height, 273: 8, 278: height, 279: len(data)}
    entries = [struct.pack(order + "HHIHH", tag, 3, 1, at, 0) for tag, at in shorts.items()]
    entries += [struct.pack(order + "HHII", tag, 4, 1, at) for tag, at in longs.items()]
    text = no_data.encode() + b"\0" * 8
    if no_data:
        behind = 8 + len(data) + 2 + 12 * (len(entries) + 1) + 4
        entries += [struct.pack(order + "HHII", 42113, 2, len(text), behind)]
    entries.sort(key=lambda entry: struct.unpack(order + "H", entry[:2]))
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8 + len(data))
    count = struct.pack(order + "H", len(entries))
    return head + data + count + b"".join(entries) + b"\0\0\0\0" + text


def whole(times: float, plus: float, dtype: Any) -> Callable[[Samples], Samples]:
    return lambda samples: (samples * times + plus).round().astype(dtype)


def floats(times: float, plus: float, dtype: Any = np.float32) -> Callable[[Samples], Samples]:
    return lambda samples: (samples * times + plus).astype(dtype)


DEPTHS = {
    "8 bits in 16": whole(1, 0, "u2"),
    "10 bits": whole(4, 0, "u2"),
    "12 bits, dim": whole(2, 90, "u2"),
    "thermal": whole(0.8, 29000, "u2"),
    "DICOM": whole(3, 1000, "u2"),
    "DICOM, signed": whole(8, -1024, "i2"),
    "16 bits": whole(257, 0, "u2"),
    "16 bits, signed": whole(257, -32768, "i2"),
    "12 bits in 32": whole(16, 0, "u4"),
    "32 bits, signed": whole(16_000_000, -2_000_000_000, "i4"),
    "32 bits, unsigned": whole(16_843_009, 0, "u4"),
    "32 bits, all above the signed ones": whole(5_000_000, 2**31 + 1000, "u4"),
    "float of 0 to 1": floats(1 / 255, 0),
    "float, small range": floats(0.02 / 255, 0),
    "float, kelvin": floats(0.1, 280),
    "float, HDR": floats(0.5, 0),
    "float, tiny": floats(1e-9, -1e-8),
    "float of 64 bits": floats(7.5, -300, np.float64),
}


@pytest.mark.parametrize("depth", DEPTHS)
def test_every_depth_is_its_8_bit_rendering(depth: str) -> None:
    """A picture of any depth and contrast matches its 8-bit version and half size, and no other."""
    deep = DEPTHS[depth]
    for seed in range(3):
        rendering = hash_image(scene(seed).round().astype(np.uint8))
        picture, small = tiff(deep(scene(seed))), tiff(deep(half(scene(seed))))
        assert hash_image(picture) - rendering <= 4
        assert compare(picture, small).alike
        assert not read_picture(picture).flat
        assert not compare(picture, tiff(deep(scene(seed + 10)))).alike


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("depth", DEPTHS)
def test_min_is_white_at_every_depth(
    depth: str, order: Literal["<", ">"], compressed: bool
) -> None:
    """White stored as the lowest value gives the same pixels in either byte order."""
    samples = DEPTHS[depth](scene(1))
    if depth == "float of 0 to 1":
        inverted: Samples = 1 - samples
    elif depth.startswith("float"):
        inverted = samples.min() + samples.max() - samples
    else:
        limits = np.iinfo(samples.dtype)
        inverted = (limits.max - (samples.astype(np.int64) - limits.min)).astype(samples.dtype)
    expected = read_picture(tiff(samples)).pixels
    plain = read_picture(tiff(samples, order, compressed=compressed))
    np.testing.assert_array_equal(plain.pixels, expected)
    white = read_picture(tiff(inverted, order, photometric=0, compressed=compressed))
    assert np.abs(white.pixels.astype(int) - expected).max() <= 1
    assert hash_image(tiff(inverted, order, photometric=0)) - hash_image(tiff(samples)) <= 2


def test_min_is_white_in_8_bits() -> None:
    """What Pillow has already inverted is not inverted again."""
    samples = scene(2).astype(np.uint8)
    np.testing.assert_array_equal(read_picture(tiff(255 - samples, photometric=0)).pixels, samples)


FROZEN = {
    "wide": {"phash": "c8c71a66e5546d63", "dhash": "e1e9f3e683021818", "ahash": "703c3b7bf1e08c8e"},
    "tall": {"phash": "a61fb5d98632d849", "dhash": "7e7e7fefe3c18fc7", "ahash": "07070f0378f8c3f3"},
    "ink": {"phash": "804ead65ba467177", "dhash": "8888888c8c8c8c88", "ahash": "7e7e7e7e7e7e7e7e"},
}


def full_range(name: str) -> Samples:
    """16 bits, of which the picture spans at least half."""
    if name == "ink":
        ink = np.where(stripes(64, 48, 5) > 0, 65535, 0) | noise(64, 48, 1)
        return ink.astype(np.uint16)
    width, height, seed = {"wide": (160, 120, 1), "tall": (90, 200, 2)}[name]
    high, low = blobs(width, height, seed), noise(width, height, seed)
    return high.astype(np.uint16) * np.uint16(256) + low


@pytest.mark.parametrize("name", FROZEN)
@pytest.mark.parametrize("format_", ["PNG", "TIFF", "PPM"])
def test_pictures_of_full_range_keep_their_hashes(name: str, format_: str) -> None:
    """A picture that spans half of 16 bits is always scaled by the full 16 bits."""
    file = io.BytesIO()
    Image.fromarray(full_range(name)).save(file, format_)
    for algorithm, expected in FROZEN[name].items():
        assert str(hash_image(file.getvalue(), algorithm=algorithm)) == expected


def corner(samples: Samples, value: float, share: float = 0.3) -> Samples:
    """Replaces a block in the corner by one value."""
    spoiled, side = samples.copy(), int(samples.shape[0] * share) // 2 * 2
    spoiled[:side, :side] = value
    return spoiled


FILLS = {
    "least float": (floats(1, 0), -3.4028235e38),
    "greatest float": (floats(1 / 255, 0), 3.4028235e38),
    "NaN": (floats(5, 0), np.nan),
    "infinity": (floats(5, 0), -np.inf),
    "-9999": (floats(5, 100), -9999),
    "-9999 of 16 bits": (whole(10, 100, "i2"), -9999),
    "-32768": (whole(12, 0, "i2"), -32768),
    "least integer": (whole(12, -500, "i4"), -(2**31)),
    "0 kelvin": (whole(2, 28000, "u2"), 0),
    "greatest 16 bits": (whole(2, 28000, "u2"), 65535),
    "1e20": (floats(1, 0), 1e20),
}


@pytest.mark.parametrize("kind", FILLS)
def test_no_data_takes_no_contrast(kind: str) -> None:
    """If a third of a picture has no data, the rest keeps all shades and matches no other
    picture.
    """
    deep, fill = FILLS[kind]
    one = tiff(corner(deep(scene(1)), fill))
    picture = read_picture(one)
    rest = picture.pixels[70:, 70:]
    assert rest.max() - rest.min() > 150
    assert compare(one, tiff(corner(deep(half(scene(1))), fill))).alike
    assert not compare(one, tiff(corner(deep(scene(5)), fill))).alike


@pytest.mark.parametrize("value", ["7000", "7000.0 ", "7e3"])
def test_declared_no_data_takes_no_contrast(value: str) -> None:
    """A declared no-data value is left out, however close it is. Undeclared, it is an ordinary
    shade.
    """
    samples = corner(whole(4, 0, "u2")(scene(1)), 7000)
    declared = read_picture(tiff(samples, no_data=value)).pixels[70:, 70:]
    shade = read_picture(tiff(samples)).pixels[70:, 70:]
    assert declared.max() - declared.min() > 150 > 60 > shade.max() - shade.min()


@pytest.mark.parametrize("side", [20, 50, 200])
def test_hot_pixels_take_no_contrast(side: int) -> None:
    """One pixel far beyond all others changes almost nothing, even in a small picture."""
    hot = scene(3, side) / 255
    hot[side // 2, side // 3] = 50
    picture = read_picture(tiff(hot.astype(np.float32)))
    expected = read_picture((scene(3, side)).round().astype(np.uint8))
    assert np.median(np.abs(picture.pixels.astype(int) - expected.pixels)) <= 1


@pytest.mark.parametrize("level", [200, 30000, 64000])
@pytest.mark.parametrize("spread", [0, 2, 8, 30])
def test_a_blank_scan_with_noise_stays_flat(level: int, spread: int) -> None:
    """Noise of a few counts is not amplified to detail, but a scene of as few counts is."""
    counts = np.random.default_rng(spread).normal(level, spread, (200, 300))
    assert read_picture(tiff(counts.clip(0).round().astype(np.uint16))).flat
    faint = level + scene(1) * max(spread, 8) / 40
    assert not read_picture(tiff(faint.round().astype(np.uint16))).flat


def test_noise_in_floats_stays_flat() -> None:
    """The same holds for floats, and for a constant of any magnitude."""
    counts = np.random.default_rng(1).normal(0, 1, (200, 300))
    for level, spread in ((0.5, 1e-3), (0.0001, 1e-6), (4000.0, 0.05), (-4000.0, 0.0)):
        assert read_picture(tiff((level + counts * spread).astype(np.float32))).flat


@pytest.mark.parametrize("paper", [60000, 40000, 4000])
def test_ink_on_paper_is_not_taken_for_no_data(paper: int) -> None:
    """Two levels far apart, with noise on one of them, are a picture of two levels."""
    ink = checker(240, 160, 40) == 0
    grain = np.random.default_rng(2).normal(0, 20, ink.shape)
    clean, noisy = np.where(ink, 0, paper), np.where(ink, 0, paper + grain.round())
    expected = hash_image(np.where(ink, 0, 255).astype(np.uint8), algorithm="dhash")
    for samples in (clean, noisy):
        picture = read_picture(tiff(samples.astype(np.uint16)))
        assert not picture.flat
        assert hash_image(tiff(samples.astype(np.uint16)), algorithm="dhash") - expected <= 4


def test_pictures_of_nothing_but_no_data_are_flat() -> None:
    """They are read, and count as blank."""
    for samples in (np.full((20, 30), np.nan, "f4"), np.full((20, 30), -9999, "f4")):
        assert read_picture(tiff(samples)).flat
    assert read_picture(tiff(np.full((20, 30), 5, "u2"), no_data="5")).flat


@pytest.mark.parametrize("kind", ["u2", "f4"])
def test_a_large_picture_is_judged_by_a_part_of_its_samples(kind: str) -> None:
    """Beyond four million samples some are skipped, and the picture stays the same."""
    large = scene(4, 250).repeat(10, 0).repeat(10, 1)
    deep = large * 3 + 500
    rendering = Picture(np.floor((large - large.min()) / np.ptp(large) * 255).astype(np.uint8))
    seen = read_picture(tiff(deep.round().astype(kind)))
    assert np.abs(seen.grey_grid(32, 32).astype(int) - rendering.grey_grid(32, 32)).max() <= 3
