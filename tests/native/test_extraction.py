"""The kernel's keypoints and descriptors, compared with a NumPy twin of docs/sight.md."""

import hashlib
import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import features_twin as twin
import pictures
from lookalike._native import kernel

Bytes = NDArray[np.uint8]
Draw = Callable[[int, int, int], Bytes]

ANGLES = Path(__file__).parents[2] / "src/lookalike/_native/sight/orientation.cpp"

on_every_isa = pytest.mark.usefixtures("isa")


def coarse_noise(width: int, height: int, seed: int) -> Bytes:
    """Random squares of 8 x 8, so there are points at many levels, up to the edges."""
    squares = pictures.noise(-(-width // 8), -(-height // 8), seed)
    return np.repeat(np.repeat(squares, 8, 0)[:height], 8, 1)[:, :width].copy()


def extremes(width: int, height: int, seed: int) -> Bytes:
    """Black and white dots: the largest scores that there are."""
    return (pictures.noise(width, height, seed) > 250).astype(np.uint8) * 255


def grid(width: int, height: int, seed: int) -> Bytes:
    """A pattern that repeats, so that many responses are equal."""
    return pictures.checker(width, height, 5 + seed % 7)


def dots(width: int, height: int, seed: int) -> Bytes:
    """Single dots on a plain ground: parts of the scores are flat."""
    grey = pictures.uniform(width, height, seed % 256)
    grey[::9, ::11] ^= 128
    return grey


KINDS = [coarse_noise, extremes, grid, dots, pictures.blobs, pictures.noise]
SIZES = [(512, 384), (384, 512), (512, 40), (97, 64), (40, 12), (41, 13), (50, 50), (200, 133)]


@cache
def drawn_by_twin(
    draw: Draw, size: tuple[int, int], seed: int, most: int
) -> tuple[Bytes, NDArray[np.uint32], Bytes, Bytes]:
    """A picture and its features. Each is computed once for all instruction sets."""
    grey = draw(*size, seed)
    return grey, *twin.query_features(grey, most)


def assert_twins(draw: Draw, size: tuple[int, int], seed: int, most: int) -> None:
    grey, points, descriptors, margins = drawn_by_twin(draw, size, seed, most)
    found = kernel.query_features(grey, most)
    np.testing.assert_array_equal(found[0], points, strict=True)
    np.testing.assert_array_equal(found[1], descriptors, strict=True)
    np.testing.assert_array_equal(found[2], margins, strict=True)


@on_every_isa
@pytest.mark.parametrize("draw", KINDS)
@pytest.mark.parametrize("size", SIZES)
def test_features_are_the_twins(size: tuple[int, int], draw: Draw) -> None:
    """To the bit, for every kind of picture and at every size."""
    assert_twins(draw, size, sum(size), 60)


@on_every_isa
@settings(deadline=None, max_examples=25)
@given(st.integers(1, 140), st.integers(1, 140), st.integers(0, 99), st.sampled_from(KINDS))
def test_features_of_any_size_are_the_twins(width: int, height: int, seed: int, draw: Draw) -> None:
    """Those too small for any point included."""
    assert_twins(draw, (width, height), seed, 40)


@on_every_isa
def test_all_points_of_a_picture_are_the_twins() -> None:
    """However many there are."""
    assert len(kernel.features(coarse_noise(160, 120, 5), 10_000)[0]) > 100
    assert_twins(coarse_noise, (160, 120), 5, 10_000)


FROZEN = {
    "coarse_noise": "8ef01a6cb8ea6227",
    "extremes": "9be483ca4e5954a8",
    "grid": "1b86cc2adf9f3cd9",
    "dots": "4234cb84bf8c2c90",
    "blobs": "376b5032fc37a65d",
    "noise": "60ebcde6ed6bab66",
}
"""The first 16 hex digits of the SHA-256 of the points and the descriptors."""


@on_every_isa
@pytest.mark.parametrize("draw", KINDS)
def test_features_are_frozen(draw: Draw) -> None:
    """They are what they have always been, as they are stored."""
    points, descriptors = kernel.features(draw(512, 341, 7), 100)
    digest = hashlib.sha256(points.astype("<u4").tobytes() + descriptors.tobytes())
    assert digest.hexdigest()[:16] == FROZEN[draw.__name__]


def table(name: str) -> list[int]:
    """The numbers of a table in the source of the kernel's angles."""
    (numbers,) = re.findall(rf"{name}\{{([^}}]*)\}}", ANGLES.read_text("utf-8"))
    return list(map(int, numbers.split(",")))


def rounded(number: Decimal) -> int:
    """Half up."""
    return int(number.to_integral_value(ROUND_HALF_UP))


def test_the_ends_of_sectors_are_tangents() -> None:
    """65536 tan(2 pi k / 64), from the formulas for half an angle and for the sum of two."""
    with localcontext(prec=50):
        step = Decimal(1)  # the tangent of an eighth of a turn
        for _ in range(3):
            step = ((1 + step * step).sqrt() - 1) / step
        tangents = [step]
        for _ in range(6):
            tangents.append((tangents[-1] + step) / (1 - tangents[-1] * step))
        expected = [rounded(65536 * tangent) for tangent in tangents]
    assert expected[4] == 35030
    assert table("kTangents") == twin.TANGENTS.tolist() == expected


def test_the_weights_of_a_circle_fall_with_the_distance() -> None:
    """255 exp(-k^2 / 50) in rows and columns, within 11 pixels."""
    with localcontext(prec=50):
        expected = [rounded(255 * (Decimal(-k * k) / 50).exp()) for k in range(12)]
    assert table("kFalls") == twin.FALLS.tolist() == expected
    assert table("kHalves") == [math.isqrt(121 - k * k) for k in range(12)]


def test_one_descriptor_is_frozen() -> None:
    """Its point and bits in plain sight."""
    points, descriptors = kernel.features(coarse_noise(512, 341, 7), 1)
    assert (hex(points[0]), descriptors[0].tobytes().hex()) == (
        "0x43421c8",
        "4f57d0f0ca0b959f6c33a2830137b10c5d86f0313fce832193fc2a84ffa8eaef",
    )


@pytest.mark.parametrize("draw", KINDS)
def test_stored_points_are_the_first_of_a_query(draw: Draw) -> None:
    """Whatever their number."""
    grey = draw(300, 200, 3)
    points, descriptors, _ = kernel.query_features(grey, 400)
    for most in (0, 1, 7, 100):
        fewer = kernel.features(grey, most)
        np.testing.assert_array_equal(fewer[0], points[:most])
        np.testing.assert_array_equal(fewer[1], descriptors[:most])


def test_mirroring_moves_and_inverts_bits_as_the_pairs_do() -> None:
    """As do margins. Mirrored twice, they are as before."""
    rng = np.random.default_rng(1)
    descriptors, margins = (rng.integers(0, 256, (9, bytes_), np.uint8) for bytes_ in (32, 256))
    found = kernel.mirrored(descriptors, margins)
    for ours, theirs, before, again in zip(
        found,
        twin.mirrored(descriptors, margins),
        (descriptors, margins),
        kernel.mirrored(*found),
        strict=True,
    ):
        np.testing.assert_array_equal(ours, theirs, strict=True)
        np.testing.assert_array_equal(again, before, strict=True)


def test_a_mirrored_picture_has_the_mirrored_descriptors() -> None:
    """Most of its points are at the opposite place, and few of their bits differ."""
    grey = coarse_noise(480, 360, 11)
    points, descriptors, margins = kernel.query_features(grey, 200)
    flipped, theirs = kernel.features(np.ascontiguousarray(grey[:, ::-1]), 200)
    expected, _ = kernel.mirrored(descriptors, margins)
    places = {(int(p >> 20 & 15), 2 * 480 - int(p & 1023), int(p >> 10 & 1023)): k
              for k, p in enumerate(points)}  # fmt: skip
    pairs = [
        (places[place], k)
        for k, p in enumerate(flipped)
        if (place := (int(p >> 20 & 15), int(p & 1023), int(p >> 10 & 1023))) in places
    ]
    assert len(pairs) > 120
    distances = [int(np.bitwise_count(expected[a] ^ theirs[b]).sum()) for a, b in pairs]
    assert np.median(distances) < 16


def test_no_point_is_outside_of_the_picture() -> None:
    """Places, levels and angles are in their ranges, in the thinnest pictures too."""
    for size in ((512, 512), (512, 16), (16, 512), (512, 13)):
        points, _ = kernel.features(pictures.noise(*size, 2), 10_000)
        assert len(points) > 0
        assert ((points & 1023) < 2 * size[0]).all()
        assert ((points >> 10 & 1023) < 2 * size[1]).all()
        assert ((points >> 20 & 15) < 10).all()


@on_every_isa
@settings(deadline=None, max_examples=60)
@given(st.data())
def test_means_of_areas_are_the_twins(data: st.DataObject) -> None:
    """For any part of a picture in eighths of pixels, smaller or larger."""
    rows, columns = data.draw(st.integers(1, 50)), data.draw(st.integers(1, 50))
    samples = pictures.noise(columns, rows, data.draw(st.integers(0, 99)))
    left, top = data.draw(st.integers(0, 8 * columns - 1)), data.draw(st.integers(0, 8 * rows - 1))
    right = data.draw(st.integers(left + 1, 8 * columns))
    bottom = data.draw(st.integers(top + 1, 8 * rows))
    size = data.draw(st.integers(1, 60)), data.draw(st.integers(1, 60))
    box = (left, top, right, bottom)
    found = kernel.area_mean(samples, *size, box)
    np.testing.assert_array_equal(found, twin.area_mean(samples, *size, box), strict=True)


def test_means_of_the_longest_rows_do_not_overflow() -> None:
    """White stays white."""
    for shape in ((1, 65536), (65536, 1)):
        white = np.full(shape, 255, np.uint8)
        box = (0, 0, 8 * shape[1], 8 * shape[0])
        assert (kernel.area_mean(white, 7, 5, box) == 255).all()
        assert (kernel.area_mean(white, 1, 1, box) == 255).all()


WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: kernel.features(np.zeros((513, 4), np.uint8), 1), "sides of 1 to 512, not uint8 of"),
    (lambda: kernel.features(np.zeros((0, 4), np.uint8), 1), "sides of 1 to 512"),
    (lambda: kernel.features(np.zeros((4, 4, 3), np.uint8), 1), r"\(height, width\) of uint8"),
    (lambda: kernel.query_features(np.zeros((4, 4), np.int16), 1), "not int16"),
    (lambda: kernel.features(np.zeros((4, 4), np.uint8), -1), "most must be 0 to 10000, not -1"),
    (lambda: kernel.features(np.zeros((4, 4), np.uint8), 10_001), "not 10001"),
    (lambda: kernel.mirrored(np.zeros((2, 31), np.uint8), np.zeros((2, 256), np.uint8)), "n, 32"),
    (lambda: kernel.mirrored(np.zeros((2, 32), np.uint8), np.zeros((3, 256), np.uint8)), "n, 256"),
    (lambda: kernel.mirrored(np.zeros((2, 32), np.uint8), np.zeros((2, 255), np.uint8)), "n, 256"),
    (lambda: kernel.area_mean(np.zeros((2, 3), np.uint8), 1, 1, (0, 0, 25, 16)), "eighths"),
    (lambda: kernel.area_mean(np.zeros((2, 3), np.uint8), 1, 1, (8, 0, 8, 16)), "eighths"),
    (lambda: kernel.area_mean(np.zeros((2, 3), np.uint8), 1, 1, (0, -1, 8, 16)), "eighths"),
    (lambda: kernel.area_mean(np.zeros((0, 3), np.uint8), 1, 1, (0, 0, 24, 0)), "eighths"),
    (lambda: kernel.area_mean(np.zeros((2, 3), np.uint8), 0, 1, (0, 0, 24, 16)), "not 0 and 1"),
]


@pytest.mark.parametrize(("call", "message"), WRONG)
def test_wrong_arguments_are_refused(call: Callable[[], object], message: str) -> None:
    """With what was expected, and what was passed."""
    with pytest.raises(ValueError, match=message):
        call()
