"""The kernel's luma of JPEGs is libjpeg-turbo's, to the last pixel, or it is left to that."""

import io
import itertools
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from jpeg_reference import SCALES, TOOLS, by_cjpeg, by_turbo, read, same
from jpegs import (
    COM,
    DHT,
    DQT,
    Pixels,
    dc_jpeg,
    every_kind,
    frame_at,
    jpeg,
    patched,
    scene,
    segment,
    segments,
    with_frame_marker,
    with_segments,
    without_segments,
)
from lookalike._native import kernel

pytestmark = pytest.mark.usefixtures("isa")

PICTURE = scene(131, 94)
KINDS = every_kind(PICTURE)
PHOTOS = Path(__file__).parents[3] / "shared" / "photos"
NOISE = np.random.default_rng(1).integers(0, 256, (120, 120, 3), np.uint8)
needs_tools = pytest.mark.skipif(not TOOLS, reason="needs cjpeg and djpeg of libjpeg-turbo")


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_usual_kind_has_the_pixels_of_libjpeg_turbo(kind: str, scale: int) -> None:
    """RGB alone is left to it."""
    verdict, pixels = read(KINDS[kind], scale)
    assert verdict == ("left" if "RGB" in kind else "read")
    assert pixels is None or same(pixels, by_turbo(KINDS[kind], scale, (131, 94)))


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("quality", [1, 10, 35, 60, 80, 95, 100])
def test_every_quality_has_its_pixels(quality: int, scale: int) -> None:
    """That holds for drawn scenes and for noise, which has coefficients of every size."""
    for picture, subsampling in itertools.product([PICTURE, NOISE], [0, 1, 2]):
        for optimize in (False, True):
            data = jpeg(picture, quality=quality, subsampling=subsampling, optimize=optimize)
            verdict, pixels = read(data, scale)
            size = picture.shape[1], picture.shape[0]
            assert verdict == "read"
            assert same(pixels, by_turbo(data, scale, size))


def with_steps(data: bytes, steps: list[int]) -> bytes:
    """The file with one table of 16-bit steps for everything."""
    wide = b"".join(step.to_bytes(2) for step in steps)
    data = without_segments(data, DQT)
    return with_segments(data, *(segment(DQT, bytes([16 + k]) + wide) for k in range(2)))


@given(st.integers(0, 2**32), st.sampled_from(SCALES))
def test_absurd_steps_overflow_as_there(seed: int, scale: int) -> None:
    """Products have 16 bits there, and some sums are limited while others go round."""
    random_steps = np.random.default_rng(seed).integers(1, 1 << 16, 64).tolist()
    data = with_steps(jpeg(NOISE[:40, :56], quality=95, subsampling=0), random_steps)
    verdict, pixels = read(data, scale)
    assert verdict == "read"
    assert same(pixels, by_turbo(data, scale, (56, 40)))


def test_averages_may_lack_their_last_bit() -> None:
    """They are read as they are, from the first scan or from the whole file."""
    light = np.indices((30, 40))[0] * 6
    data = dc_jpeg([light], [[0]], lost_bits=1)
    for first_scan in (False, True):
        verdict, pixels = read(data, 8, first_scan=first_scan)
        assert verdict == "read"
        assert same(pixels, by_turbo(data, 8, (320, 240)))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith("progressive")])
def test_the_first_scan_is_enough_for_the_averages(kind: str) -> None:
    """It has all bits but one of the averages that the whole file has."""
    if "RGB" in kind:
        return
    data = KINDS[kind]
    verdict, whole = read(data, 8)
    cut = data[: segments(data)[-1][2]]
    end = data.index(b"\xff\xda", len(cut)) if b"\xff\xda" in data[len(cut) :] else len(data)
    first, pixels = read(data[:end], 8, first_scan=True)
    assert (verdict, first) == ("read", "read")
    assert whole is not None
    assert pixels is not None
    assert np.abs(pixels.astype(int) - whole).max() <= 4


def test_baseline_files_have_no_first_scan_of_averages() -> None:
    """They are left."""
    assert read(KINDS["4:2:0"], 8, first_scan=True) == ("left", None)


LEFT = {
    "CMYK": jpeg(Image.fromarray(PICTURE).convert("CMYK")),
    "lossless": with_frame_marker(KINDS["grey"], 0xC3),
    "arithmetic": with_frame_marker(KINDS["grey"], 0xC9),
    "12 bits": patched(KINDS["grey"], frame_at(KINDS["grey"]) + 4, 12),
    "without codes": without_segments(KINDS["4:2:0"], DHT),
    "chroma finer than luma": patched(KINDS["4:4:4"], frame_at(KINDS["4:4:4"]) + 14, 0x22),
    "no height": patched(KINDS["grey"], frame_at(KINDS["grey"]) + 5, 0, 0),
    "not a JPEG": b"GIF89a" + bytes(100),
    "nothing": b"\xff\xd8",
}


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("kind", LEFT)
def test_everything_else_is_left(kind: str, scale: int) -> None:
    """Without pixels."""
    assert read(LEFT[kind], scale) == ("left", None)


CORRUPT = {
    "rubbish before a marker": with_segments(KINDS["4:2:0"], segment(COM, b""), b"rubbish"),
    "a wrong restart": KINDS["with restarts"].replace(b"\xff\xd0", b"\xff\xd3", 1),
    "no steps": without_segments(KINDS["4:2:0"], DQT),
    "two starts": with_segments(KINDS["4:2:0"], b"\xff\xd8"),
    "no scan": KINDS["4:2:0"][: segments(KINDS["4:2:0"])[-1][1]] + b"\xff\xd9",
}


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("kind", CORRUPT)
def test_what_libjpeg_turbo_warns_of_is_corrupt(kind: str, scale: int) -> None:
    """It refuses such a file, too."""
    assert read(CORRUPT[kind], scale) == ("corrupt", None)
    assert by_turbo(CORRUPT[kind], scale, (131, 94)) is None


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("kind", ["4:2:0", "grey", "with restarts", "progressive"])
def test_a_file_may_end_anywhere(kind: str, scale: int) -> None:
    """Then it ends too early, or it is refused for another reason, but it is never read."""
    data = KINDS[kind]
    found = {read(data[:end], scale)[0] for end in range(2, len(data) - 2, 7)}
    assert "read" not in found
    assert "premature" in found


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("kind", KINDS)
def test_coarser_scales_come_from_the_same_pass(kind: str, scale: int) -> None:
    """Each has the pixels that it has alone. There are none where the finest is left."""
    data = np.frombuffer(KINDS[kind], np.uint8)
    verdict, planes = kernel.jpeg_lumas(data, scale)
    assert verdict == read(KINDS[kind], scale)[0]
    scales = [one for one in SCALES if one >= scale] if verdict == "read" else []
    assert len(planes) == len(scales)
    for one, pixels in zip(scales, planes, strict=True):
        assert same(pixels, read(KINDS[kind], one)[1])


def test_other_scales_are_refused() -> None:
    """And so is anything but bytes."""
    data = np.frombuffer(KINDS["grey"], np.uint8)
    for scale in (0, 1, 3, 16):
        with pytest.raises(ValueError, match=f"scale must be 2, 4 or 8, not {scale}"):
            kernel.jpeg_luma(data, scale)
    with pytest.raises(ValueError, match="data must be"):
        kernel.jpeg_luma(data.astype(np.int16), 8)


# What cjpeg can write

SAMPLINGS = ("1x1", "2x1", "1x2", "2x2", "4x1", "1x4", "4x2", "2x1,1x2,1x1", "2x2,2x1,1x2", "3x1")
SCRIPTS = (
    "0;1;2;",
    "0,1;2;",
    "0;1,2;",
    "1;2;0;",
    "0,1,2:0-0,0,0;0:1-63,0,0;1:1-63,0,0;2:1-63,0,0;",
    "0:0-0,0,2;1,2:0-0,0,0;0:0-0,2,1;0:1-63,0,0;1:1-63,0,0;2:1-63,0,0;0:0-0,1,0;",
    "0,1,2:0-0,0,1;0:1-5,0,2;2:1-63,0,1;1:1-63,0,1;0:6-63,0,2;0:1-63,2,1;0,1,2:0-0,1,0;"
    "2:1-63,1,0;1:1-63,1,0;0:1-63,1,0;",
    "0,1,2:0-0,0,0;1:1-63,0,0;2:1-63,0,0;",
    "0,1,2:0-0,0,1;0:1-63,0,0;1:1-63,0,0;2:1-63,0,0;",
)


def check(picture: Pixels, *options: str) -> None:
    """Whatever cjpeg writes is equal, or left."""
    data = by_cjpeg(picture, *options)
    if data is None:
        return
    for scale in SCALES:
        verdict, pixels = read(data, scale)
        assert verdict in {"read", "left"}, (picture.shape, options, scale)
        if verdict == "read":
            size = picture.shape[1], picture.shape[0]
            assert same(pixels, by_turbo(data, scale, size)), (picture.shape, options, scale)


@needs_tools
@pytest.mark.slow
def test_every_size_is_equal() -> None:
    """Widths and heights of 1 to 70, with all other options by chance."""
    dice = random.Random(2)
    for width, height in itertools.product(range(1, 71, 3), range(1, 71, 2)):
        options = ["-quality", str(dice.randint(1, 100)), "-sample", dice.choice(SAMPLINGS)]
        options += dice.choice([[], ["-restart", "1"], ["-restart", "2B"], ["-restart", "7B"]])
        options += dice.choice([[], ["-optimize"], ["-grayscale"], ["-progressive"]])
        left, top = dice.randrange(40), dice.randrange(20)
        picture = dice.choice([PICTURE, PICTURE, NOISE])
        check(picture[top : top + height, left : left + width], *options)


@needs_tools
@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_every_sampling_is_equal(sampling: str) -> None:
    """With restarts after a row or a block, own tables, in grey, in RGB and in arithmetic code."""
    picture = PICTURE[:70, :61]
    for quality, restart in (("30", []), ("92", ["-restart", "1"]), ("100", ["-restart", "3B"])):
        for other in ([], ["-optimize"], ["-grayscale"], ["-progressive"], ["-arithmetic"]):
            check(picture, "-quality", quality, "-sample", sampling, *restart, *other)
    check(picture, "-sample", sampling, "-rgb")


@needs_tools
@pytest.mark.parametrize("script", SCRIPTS)
def test_every_order_of_scans_is_equal(script: str, tmp_path: Path) -> None:
    """Components may come apart, and averages bit by bit."""
    file = tmp_path / "scans"
    file.write_text(script)
    for sampling, restart in itertools.product(("1x1", "2x2", "2x1"), ([], ["-restart", "2B"])):
        check(PICTURE, "-quality", "80", "-sample", sampling, "-scans", str(file), *restart)


@needs_tools
@pytest.mark.slow
@pytest.mark.skipif(not PHOTOS.is_dir(), reason="needs the photographs")
def test_photographs_are_equal() -> None:
    """As cameras, phones and programs wrote them."""
    for file in sorted(PHOTOS.rglob("*.jp*g"))[::3]:
        data = file.read_bytes()
        size = Image.open(io.BytesIO(data)).size
        for scale in SCALES:
            verdict, pixels = read(data, scale)
            if verdict == "read":
                assert same(pixels, by_turbo(data, scale, size)), (file, scale)
