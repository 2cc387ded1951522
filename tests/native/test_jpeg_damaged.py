"""The kernel reads no changed or hostile JPEG in another way than libjpeg-turbo, nor for long."""

import random
import struct
from functools import cache

import numpy as np
import pytest

from jpeg_reference import SCALES, TOOLS, by_turbo, read, same
from jpegs import DHT, DQT, SOS, every_kind, jpeg, scene, segment

pytestmark = pytest.mark.usefixtures("isa")

FILES = [*every_kind(scene(70, 40)).values(), jpeg(scene(33, 90), quality=100)]
MARKERS = (0, 255, 0xD0, 0xD1, 0xD7, 0xD9, 0xDA, 0xC4, 0xDD)


def changed(data: bytes, dice: random.Random) -> bytes:
    """The file with one to five wrong, added or missing bytes, or without its end."""
    out = bytearray(data)
    scan = data.index(b"\xff\xda") + 8
    how = dice.choice(["scan", "scan", "header", "bit", "cut", "insert", "drop", "marker"])
    for _ in range(dice.choice([1, 1, 1, 2, 5])):
        at = dice.randrange(2, len(out) - 2)
        if how == "scan":
            out[dice.randrange(min(scan, len(out) - 1), len(out))] = dice.randrange(256)
        elif how == "header":
            out[dice.randrange(2, scan)] = dice.randrange(256)
        elif how == "bit":
            out[at] ^= 1 << dice.randrange(8)
        elif how == "insert":
            out[at:at] = dice.randbytes(dice.randrange(1, 9))
        elif how == "drop":
            del out[at : at + dice.randrange(1, 9)]
        elif how == "marker":
            out[at : at + 2] = bytes([255, dice.choice(MARKERS)])
    return bytes(out[:at] if how == "cut" else out)


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height, as its last frame says."""
    found = [marker for marker in (b"\xff\xc0", b"\xff\xc1", b"\xff\xc2") if marker in data]
    if len(found) != 1 or data.count(found[0]) != 1:
        return None
    frame = data[data.index(found[0]) + 5 :][:4]
    if len(frame) < 4:
        return None
    height, width = struct.unpack(">HH", frame)
    return (width, height) if 0 < width < 5000 and 0 < height < 5000 else None


def check_changed(count: int, seed: int) -> None:
    dice = random.Random(seed)
    both = 0
    for _ in range(count):
        data = changed(dice.choice(FILES), dice)
        size = size_of(data)
        for scale in SCALES:
            verdict, pixels = read(data, scale)
            if size is None or verdict == "left":
                continue
            expected = by_turbo(data, scale, size)
            if expected is not None:
                both += 1
                assert verdict == "read", "it is called damaged, but libjpeg-turbo reads it"
                assert same(pixels, expected)
    assert both > count // 20


@pytest.mark.thorough
@pytest.mark.skipif(not TOOLS, reason="needs cjpeg and djpeg of libjpeg-turbo")
def test_what_both_read_is_equal() -> None:
    """Nothing that libjpeg-turbo reads without a warning is called damaged, either."""
    check_changed(400, seed=1)


@pytest.mark.slow
@pytest.mark.skipif(not TOOLS, reason="needs cjpeg and djpeg of libjpeg-turbo")
def test_what_both_read_is_equal_for_many_more() -> None:
    """The same for other changes."""
    check_changed(10_000, seed=2)


def test_any_change_ends_in_a_verdict() -> None:
    """Also a change of what the reader looks at only now and then."""
    dice = random.Random(3)
    for _ in range(3000):
        data = changed(dice.choice(FILES), dice)
        for scale in SCALES:
            for first_scan in (False, True):
                verdict, pixels = read(data, scale, first_scan=first_scan)
                assert (verdict == "read") == (pixels is not None)


# Hostile files

STEPS = segment(DQT, bytes([0, *[1] * 64]))
AVERAGES = segment(DHT, bytes([0, 0, 1, *bytes(14), 0]))
OTHERS = segment(DHT, bytes([16, 0, 1, *bytes(14), 0]))
SCAN = segment(SOS, b"\1\1\0\0\x3f\0")
FIRST = segment(SOS, b"\1\1\0\0\0\0")


def frame(marker: int, width: int, height: int) -> bytes:
    return segment(marker, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")


@cache
def hostile() -> dict[str, bytes]:
    """Files that cost a careless decoder minutes, or all memory."""
    largest = b"\xff\xd8" + STEPS + AVERAGES + OTHERS
    progressive = largest + frame(0xC2, 4096, 4096) + FIRST + bytes(1 << 15)
    empty_scans = b"".join([segment(SOS, b"\1\1\0\1\x3f\0"), b"\0"] * 5000)
    restarts = segment(0xDD, b"\0\1")
    tables = (AVERAGES + OTHERS) * 2000
    return {
        "a huge frame": largest + frame(0xC0, 65500, 65500) + SCAN + bytes(800) + b"\xff\xd9",
        "a huge progressive frame": largest + frame(0xC2, 65500, 65500) + FIRST + bytes(800),
        "thousands of scans": progressive + empty_scans + b"\xff\xd9",
        "thousands of restarts": largest
        + restarts
        + frame(0xC0, 8000, 8000)
        + SCAN
        + b"".join(b"\x1f\xff" + bytes([0xD0 + k % 8]) for k in range(250_000)),
        "endless padding": largest + frame(0xC0, 64, 64) + SCAN + b"\xff" * (1 << 22),
        "endless stuffing": largest + frame(0xC0, 64, 64) + SCAN + b"\xff\0" * (1 << 21),
        "tables again and again": largest + tables + frame(0xC0, 64, 64) + SCAN,
        "tables before every scan": progressive
        + (AVERAGES + segment(SOS, b"\1\1\0\0\0\x10") + bytes(1 << 15)) * 60,
    }


@pytest.mark.parametrize("kind", hostile())
@pytest.mark.parametrize("scale", SCALES)
def test_hostile_files_are_refused(kind: str, scale: int) -> None:
    """Without pixels."""
    verdict, pixels = read(hostile()[kind], scale)
    assert verdict != "read"
    assert pixels is None


def test_a_file_too_short_for_its_size_is_too_large() -> None:
    """Each block takes two bits at least, or one in a first scan of averages."""
    for kind, scale in (("a huge frame", 2), ("a huge progressive frame", 8)):
        assert read(hostile()[kind], scale) == ("too large", None)


def test_a_picture_of_two_bits_a_block_is_read() -> None:
    """So the bound does not hit the smallest honest file."""
    header = b"\xff\xd8" + STEPS + segment(DHT, bytes([0, 1, *bytes(15), 0]))
    header += segment(DHT, bytes([16, 1, *bytes(15), 0])) + frame(0xC0, 512, 512) + SCAN
    data = header + bytes(64 * 64 * 2 // 8) + b"\xff\xd9"
    for scale in SCALES:
        verdict, pixels = read(data, scale)
        assert verdict == "read"
        assert pixels is not None
        assert np.array_equal(pixels, np.full((512 // scale, 512 // scale), 128))
