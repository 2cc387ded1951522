"""The linear scan against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lookalike import AlgorithmMismatchError, HashArray
from lookalike.index import linear

ALGORITHMS = {1: "dhash:2", 8: "phash", 18: "phash:12", 32: "dhash:16"}
"""One for each width in bytes."""


@st.composite
def hash_arrays(draw: st.DrawFn, width: int) -> HashArray:
    """Random, clustered, all equal or all zero: up to some hundreds of hashes."""
    count = draw(st.integers(0, 300))
    random = np.random.default_rng(draw(st.integers(0, 1 << 16)))
    shape = draw(st.sampled_from(["random", "clusters", "equal", "zeros", "correlated"]))
    data = random.integers(0, 256, (count, width), dtype=np.uint8)
    if shape == "clusters":
        centres = random.integers(0, 256, (5, width), dtype=np.uint8)
        flips = np.packbits(random.random((count, width * 8)) < 0.03, axis=1)
        data = centres[random.integers(0, 5, count)] ^ flips
    elif shape == "equal":
        data[:] = data[:1]
    elif shape == "zeros":
        data[:] = 0
    elif shape == "correlated":
        data = np.repeat(data[:, :1], width, axis=1)
    if width == 1:
        data &= 0x0F
    return HashArray(data, ALGORITHMS[width])


def brute_force(queries: HashArray, hashes: HashArray) -> NDArray[np.int64]:
    """The matrix of all distances."""
    differing = queries.data[:, None] ^ hashes.data[None]
    distances: NDArray[np.int64] = np.unpackbits(differing, axis=2).sum(axis=2, dtype=np.int64)
    return distances


def collected(blocks: object) -> set[tuple[int, int, int]]:
    """The matches of all blocks; none may be reported twice."""
    found = [
        (int(i), int(j), int(d))
        for block in blocks  # type: ignore[attr-defined]
        for i, j, d in zip(*block, strict=True)
    ]
    assert len(found) == len(set(found))
    return set(found)


@pytest.mark.parametrize("width", ALGORITHMS)
@settings(max_examples=40, deadline=None)
@given(data=st.data(), workers=st.integers(1, 3))
def test_pairs_are_those_of_brute_force(width: int, data: st.DataObject, workers: int) -> None:
    """All pairs i < j within the distance are found, once, with their distances."""
    hashes = data.draw(hash_arrays(width))
    max_distance = data.draw(st.integers(0, hashes.bits))
    distances = brute_force(hashes, hashes)
    i, j = np.nonzero(np.triu(distances <= max_distance, k=1))
    expected = {(int(a), int(b), int(distances[a, b])) for a, b in zip(i, j, strict=True)}
    assert collected(linear.pairs(hashes, max_distance, workers=workers)) == expected


@pytest.mark.parametrize("width", ALGORITHMS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_matches_are_those_of_brute_force(width: int, data: st.DataObject) -> None:
    """All hashes within the distance of each query are found, once, with their distances."""
    queries, hashes = data.draw(hash_arrays(width)), data.draw(hash_arrays(width))
    max_distance = data.draw(st.integers(0, hashes.bits))
    distances = brute_force(queries, hashes)
    i, j = np.nonzero(distances <= max_distance)
    expected = {(int(a), int(b), int(distances[a, b])) for a, b in zip(i, j, strict=True)}
    assert collected(linear.matches(queries, hashes, max_distance, workers=2)) == expected


def test_tiles_leave_no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiles of any shape, and blocks smaller than a tile's matches, give the same pairs."""
    data = np.random.default_rng(1).integers(0, 4, (300, 8), dtype=np.uint8)
    hashes = HashArray(data, "phash")
    expected = collected(linear.pairs(hashes, 8))
    assert expected
    for rows, columns, block in ((7, 13, 5), (64, 7, 1), (13, 300, 50), (1, 1, 1)):
        monkeypatch.setattr(linear, "TILE_ROWS", rows)
        monkeypatch.setattr(linear, "TILE_BYTES", columns * 8)
        monkeypatch.setattr(linear, "BLOCK", block)
        assert collected(linear.pairs(hashes, 8, workers=2)) == expected
        assert collected(linear.matches(hashes[:50], hashes, 8)) >= {
            pair for pair in expected if pair[0] < 50
        }


def test_blocks_do_not_depend_on_the_number_of_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """One worker and many give the same blocks in the same order."""
    monkeypatch.setattr(linear, "TILE_ROWS", 64)
    monkeypatch.setattr(linear, "TILE_BYTES", 512)
    data = np.random.default_rng(2).integers(0, 2, (500, 8), dtype=np.uint8)
    hashes = HashArray(data, "phash")
    one, many = (list(linear.pairs(hashes, 2, workers=workers)) for workers in (1, 4))
    assert len(one) == len(many)
    for left, right in zip(one, many, strict=True):
        for a, b in zip(left, right, strict=True):
            np.testing.assert_array_equal(a, b)


def test_blocks_stay_small_when_everything_matches() -> None:
    """Equal hashes by the thousand come in blocks of bounded size."""
    hashes = HashArray(np.zeros((5000, 8), np.uint8), "phash")
    sizes = [len(block.i) for block in linear.pairs(hashes, 0)]
    assert sum(sizes) == 5000 * 4999 // 2
    assert max(sizes) < linear.BLOCK + linear.TILE_BYTES // 8


def test_progress_counts_the_tiles() -> None:
    """Progress ends at the number of tiles that it told from the start."""
    hashes = HashArray(np.zeros((20_000, 8), np.uint8), "phash")
    calls: list[tuple[str, int, int | None]] = []
    for _ in linear.pairs(
        HashArray(np.random.default_rng(3).integers(0, 256, hashes.data.shape, np.uint8), "phash"),
        2,
        progress=lambda *call: calls.append(call),
    ):
        pass
    total = calls[0][2]
    assert calls == [("comparing", k, total) for k in range(1, len(calls) + 1)]
    assert len(calls) == total


def test_hashes_of_unlike_algorithms_are_not_compared() -> None:
    """Queries of one algorithm against hashes of another are an error."""
    data = np.zeros((1, 8), np.uint8)
    with pytest.raises(AlgorithmMismatchError, match="phash.*dhash"):
        linear.matches(HashArray(data, "phash"), HashArray(data, "dhash"), 1)
