"""The kernel's quick looks: how far samples spread, and what a JPEG's markers say."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import twin
from lookalike._native import kernel


@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 2**32), st.data())
def test_spread_is_the_twins(rows: int, columns: int, seed: int, data: st.DataObject) -> None:
    """For any samples, and any number of specks."""
    most = data.draw(st.sampled_from([1, 5, 255]))
    samples = np.random.default_rng(seed).integers(0, most + 1, (rows, columns), np.uint8)
    specks = data.draw(st.integers(0, samples.size - 1))
    assert kernel.spread(samples, specks) == twin.spread(samples, specks)


@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 2**32), st.sampled_from([1, 5, 256]))
def test_a_histogram_counts_every_sample(rows: int, columns: int, seed: int, levels: int) -> None:
    """For any number of samples, also where neighbours are equal."""
    samples = np.random.default_rng(seed).integers(0, levels, (rows, columns), np.uint8)
    counts = twin.histogram(samples)
    np.testing.assert_array_equal(kernel.histogram(samples), counts, strict=True)


def test_as_many_specks_as_samples_are_refused() -> None:
    """As nothing would be left."""
    samples = np.zeros((2, 3), np.uint8)
    for specks in (-1, 6):
        with pytest.raises(ValueError, match=f"not {specks} of 6"):
            kernel.spread(samples, specks)


@given(st.integers(1, 6), st.integers(1, 6), st.sampled_from([1, 2, 4]), st.integers(0, 2**32))
def test_blocks_have_no_more_beyond_one_axis(
    rows: int, columns: int, block: int, seed: int
) -> None:
    """What is left of their means is the twin's, and no more than all that the samples vary."""
    shape = (rows * block, columns * block)
    samples = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    total, rest = kernel.separable(samples, block)
    twins = twin.separable(samples, block)
    assert abs(total - twins[0]) <= 1e-9 * (1 + total)
    assert abs(rest - twins[1]) <= 1e-6 * (1 + total)
    assert total <= samples.var() * (1 + 1e-9)


def test_a_block_must_fit() -> None:
    """It divides both sides."""
    for block in (0, 4):
        with pytest.raises(ValueError, match=f"block must be .* not {block}"):
            kernel.separable(np.zeros((8, 6), np.uint8), block)


@given(st.integers(1, 20), st.integers(0, 2**32), st.floats(0.1, 1e15), st.booleans())
def test_sureness_is_the_twins(side: int, seed: int, limit: float, whole: bool) -> None:
    """It is so for whole numbers and for others, to all digits but the last few."""
    margins = np.random.default_rng(seed).normal(0, 1e15, (side, side))
    found = kernel.sureness(margins.astype(np.int64) if whole else margins, limit)
    assert abs(found - twin.sureness(np.rint(margins) if whole else margins, limit)) <= 1e-9
    assert 0 <= found <= 1 + 1e-9


def test_no_limit_is_refused() -> None:
    """No margins, and margins of other types, are refused too."""
    margins = np.ones((2, 3))
    for wrong, limit in ((margins, 0.0), (margins[:0], 1.0)):
        with pytest.raises(ValueError, match="limit must be more than 0"):
            kernel.sureness(wrong, limit)
    with pytest.raises(ValueError, match="of int64 or float64"):
        kernel.sureness(margins.astype(np.float32), 1.0)  # type: ignore[arg-type]


def jpeg(seed: int) -> bytes:
    """Of ten scans."""
    pixels = np.random.default_rng(seed).integers(0, 256, (40, 40, 3), np.uint8)
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", progressive=True, quality=80)
    return file.getvalue()


@given(st.integers(0, 50), st.integers(1, 12), st.floats(0, 1), st.lists(st.floats(0, 1)))
def test_outlines_are_the_twins(
    seed: int, most_scans: int, share: float, changed: list[float]
) -> None:
    """Of a sound JPEG, one that is cut off anywhere, and one with any bytes set to 255."""
    data = bytearray(jpeg(seed))
    for place in changed:
        data[int(place * (len(data) - 1))] = 0xFF
    for part in (data, data[: int(share * len(data)) + 1]):
        found = kernel.jpeg_outline(np.frombuffer(part, np.uint8), most_scans).tobytes()
        assert found == twin.jpeg_outline(bytes(part), most_scans)


def test_an_outline_has_every_scan() -> None:
    """The frame, ten scans and the end, of 19, 10 times 10 or 14, and 2 bytes."""
    found = kernel.jpeg_outline(np.frombuffer(jpeg(0), np.uint8), 100).tobytes()
    assert found[:2] == b"\xff\xc2"
    assert found.count(b"\xff\xda") == 10
    assert found.endswith(b"\xff\xd9")
