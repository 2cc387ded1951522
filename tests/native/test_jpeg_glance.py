"""The kernel's glance at pixels is the twin's, and that at a JPEG is the one at its picture."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import twin
from jpeg_reference import TOOLS, by_cjpeg
from jpegs import every_kind, exif, jpeg, scene, with_segments
from lookalike._native import kernel
from lookalike.algorithms import get_algorithm
from lookalike.images import read_picture
from lookalike.sight.glance import BYTES, NEAR, close, glance_of
from lookalike.sight.thumb import BYTES as THUMB_BYTES
from lookalike.sight.thumb import LEAST_SIDE
from lookalike.sight.turned import UPRIGHT

pytestmark = pytest.mark.usefixtures("isa")

needs_tools = pytest.mark.skipif(not TOOLS, reason="needs cjpeg and djpeg of libjpeg-turbo")
GREYS = slice(1, 4)
UPRIGHTS = np.array([UPRIGHT], np.uint8)
FILES = {kind: data for kind, data in every_kind(scene(1203, 901, 7)).items() if "RGB" not in kind}
QUADRANTS = np.repeat(
    np.repeat(
        np.array([[[200, 60, 60], [60, 160, 60]], [[60, 60, 200], [170, 170, 60]]], np.uint8),
        315, axis=0,
    ),
    405, axis=1,
)  # fmt: skip
COLOURED = (QUADRANTS // 2 + scene(810, 630, 2) // 2).astype(np.uint8)
"""Each quarter has another colour."""


def seen(data: bytes) -> NDArray[np.uint8]:
    """`(1, BYTES)`: the kernel's glance."""
    reduced = get_algorithm("phash").reduced
    assert reduced is not None
    assert reduced.in_kernel is not None
    kind = (*reduced.in_kernel, reduced.least_side, reduced.doubtful_within, reduced.most_doubtful)
    found = kernel.JpegHashes([kind], LEAST_SIDE, 10**8).of(
        np.frombuffer(data, np.uint8), len(data)
    )
    assert found is not None
    glance = np.frombuffer(found[1][THUMB_BYTES:], np.uint8)
    assert glance.shape == (BYTES,)
    return glance[None]


def at_pixels(data: bytes, least_side: int | None = None) -> NDArray[np.uint8]:
    """`(1, BYTES)`: the glance at the decoded picture."""
    return np.frombuffer(glance_of(read_picture(data, least_side=least_side)), np.uint8)[None]


@pytest.mark.parametrize("size", [(1, 1), (7, 3), (48, 97), (130, 191), (192, 500), (700, 577)])
def test_a_glance_at_pixels_is_the_twins(size: tuple[int, int]) -> None:
    """In any size, with colours or grey, contiguous or turned, and of a few greys alone."""
    random = np.random.default_rng(size)
    for most in (2, 30, 256):
        grey = random.integers(0, most, size, np.uint8)
        colours = random.integers(0, most, (*size, 3), np.uint8)
        for seen_in in (None, grey, colours):
            assert kernel.glance(grey, seen_in) == twin.glance(grey, seen_in)
        turned = colours[::-1].swapaxes(0, 1)
        assert kernel.glance(grey.T, turned) == twin.glance(grey.T, turned)


@pytest.mark.parametrize("grey", [np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4))])
def test_other_arrays_are_refused(grey: NDArray[np.uint8]) -> None:
    """The first must be grey, and have 8 bits."""
    with pytest.raises(ValueError, match="must"):
        kernel.glance(grey, None)


@pytest.mark.parametrize("kind", FILES)
def test_every_kind_of_file_has_the_shares_and_colours_of_its_picture(kind: str) -> None:
    """The shares of one grey are the same. The colours are close, and known."""
    data = FILES[kind]
    ours = seen(data)
    assert ours[0, 0] == 1
    assert np.array_equal(ours[:, GREYS], at_pixels(data, LEAST_SIDE)[:, GREYS])
    assert close(ours, at_pixels(data), UPRIGHTS).all()


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("size", [(192, 200), (333, 201), (801, 600)])
def test_colours_are_means_over_the_picture(size: tuple[int, int], subsampling: int) -> None:
    """A scan with colours has whole MCUs, and what lies beyond the edges does not count."""
    picture = Image.fromarray(COLOURED).resize(size)
    for progressive in (False, True):
        data = jpeg(picture, subsampling=subsampling, progressive=progressive)
        ours, theirs = seen(data)[0, 4:].astype(int), at_pixels(data)[0, 4:].astype(int)
        assert np.abs(ours - theirs).max() <= 2 * NEAR
        assert np.abs(ours - theirs).mean() < 2
        assert np.abs(ours - 128).max() > 20


@pytest.mark.parametrize("quality", [5, 10, 20, 30, 50, 75, 95])
def test_bits_that_are_not_there_yet_do_not_bias_the_colours(quality: int) -> None:
    """The first scan of a progressive file leaves out a bit. If that is too much, it is unknown."""
    for tint in ([0, 0, 0], [8, 0, -8], [-30, 5, 20]):
        picture = (scene(810, 630, 2) * 0.8 + 25 + tint).clip(0, 255).astype(np.uint8)
        data = jpeg(picture, quality=quality, progressive=True)
        ours, theirs = seen(data)[0].astype(int), at_pixels(data)[0].astype(int)
        assert ours[0] or quality < 50
        if ours[0]:
            assert np.abs((ours - theirs)[4:].reshape(2, -1).mean(axis=1)).max() < 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_colours_are_turned_upright(orientation: int) -> None:
    """As the picture is."""
    data = with_segments(jpeg(COLOURED), exif(orientation))
    ours, theirs = seen(data)[0, 4:].astype(int), at_pixels(data)[0, 4:].astype(int)
    assert np.abs(ours - theirs).mean() < 2


def test_a_grey_file_has_no_colour() -> None:
    """That is known, too."""
    ours = seen(jpeg(Image.fromarray(COLOURED).convert("L")))
    assert (ours[0, 0], set(ours[0, 4:].tolist())) == (1, {128})


@needs_tools
@pytest.mark.parametrize(
    "sampling", ["1x1", "2x1", "1x2", "2x2", "4x1", "1x4", "4x2", "2x2,2x1,2x1", "4x1,2x1,2x1"]
)
def test_every_sampling_has_its_colours(sampling: str) -> None:
    """With several blocks of colour in an MCU, and with restarts after a row or a few blocks."""
    for more in ([], ["-restart", "1"], ["-restart", "3B"], ["-progressive", "-restart", "3B"]):
        data = by_cjpeg(COLOURED, "-quality", "80", "-sample", sampling, *more)
        assert data is not None
        ours, theirs = seen(data)[0, 4:].astype(int), at_pixels(data)[0, 4:].astype(int)
        assert np.abs(ours - theirs).mean() < 2


@needs_tools
@pytest.mark.parametrize(
    ("sampling", "script"),
    [("2x2,2x1,1x2", None), ("2x2", "0;1;2;"), ("2x2", "0,1;2;"), ("2x2", "0;1,2;")],
)
def test_colours_that_come_apart_are_unknown(
    sampling: str, script: str | None, tmp_path: Path
) -> None:
    """So are those of which one is finer than the other."""
    (tmp_path / "scans").write_text(script or "")
    scans = ["-scans", str(tmp_path / "scans")] if script else []
    data = by_cjpeg(COLOURED, "-sample", sampling, *scans)
    assert data is not None
    ours = seen(data)
    assert not ours[0, 0]
    assert not ours[0, 4:].any()
