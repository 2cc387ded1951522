"""The kernel's pixel check, compared with a plain twin on each instruction set."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import look_twin
from lookalike._native import kernel
from lookalike.images.picture import turn
from pictures import blobs, gradient, noise, stripes, uniform

Thumbs = NDArray[np.uint8]

on_every_isa = pytest.mark.usefixtures("isa")
SIDE = 32
INVERSE = (0, 1, 2, 3, 4, 7, 6, 5)
"""The orientation that undoes each, as an EXIF number minus one."""


@lru_cache
def drawn() -> Thumbs:
    """Thumbs of many kinds, `(n, 32, 32)`: the same things moved, darker, noisy, and others."""
    kinds = [uniform(SIDE, SIDE, 7), gradient(SIDE, SIDE), stripes(SIDE, SIDE, 4)]
    for seed in range(2):
        large = blobs(40, 40, seed)
        here, moved = large[4:36, 4:36], large[5:37, 3:35]
        kinds += [here, moved, here // 2 + 40, here - here // 4 + noise(SIDE, SIDE, seed) // 4]
        half = here.copy()
        half[:16] = noise(SIDE, 16, seed)
        kinds.append(half)
    return np.stack(kinds)


def all_pairs(count: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    first, second = np.divmod(np.arange(count * count, dtype=np.uint32), np.uint32(count))
    return first, second


def look(
    thumbs: Thumbs, first: NDArray[np.uint32], second: NDArray[np.uint32]
) -> NDArray[np.float32]:
    return kernel.look_whole(thumbs, first, second, np.zeros(len(first), np.uint8))


@lru_cache
def expected() -> NDArray[np.float64]:
    """What the twin says of all pairs of the drawn thumbs."""
    return np.stack([look_twin.look_whole(one, other) for one in drawn() for other in drawn()])


@pytest.mark.slow
@on_every_isa
def test_a_look_is_that_of_its_twin() -> None:
    """All nine numbers are the same but for rounding, whether a pair is refined or not."""
    thumbs = drawn()
    first, second = all_pairs(len(thumbs))
    found = look(thumbs, first, second)
    assert 20 < (expected()[:, 6] != expected()[:, 5]).sum() < len(first)
    np.testing.assert_allclose(found, expected(), atol=2e-3)


@on_every_isa
def test_every_instruction_set_gives_the_same_bytes() -> None:
    """Sums are made in the same order everywhere, so no float differs."""
    thumbs = drawn()
    found = look(thumbs, *all_pairs(len(thumbs)))
    forced = kernel.isa()
    kernel.force_isa("scalar")
    plain = look(thumbs, *all_pairs(len(thumbs)))
    kernel.force_isa(forced)
    assert found.tobytes() == plain.tobytes()


@on_every_isa
@pytest.mark.parametrize("orientation", range(8))
def test_a_turned_thumb_is_turned_back(orientation: int) -> None:
    """A thumb and its turned copy agree fully in the orientation that undoes the turn only."""
    thumb = blobs(SIDE, SIDE, 5)
    turned = np.ascontiguousarray(turn(thumb, INVERSE[orientation] + 1))
    pair = np.zeros(8, np.uint32), np.ones(8, np.uint32)
    found = kernel.look_whole(np.stack([thumb, turned]), *pair, np.arange(8, dtype=np.uint8))
    assert (found[:, 0] > 0.999).nonzero()[0].tolist() == [orientation]


@on_every_isa
def test_a_move_of_a_sample_is_made_up_for() -> None:
    """Two cuts of one picture, one sample apart, agree after the refinement."""
    large = blobs(40, 40, 1)
    thumbs = np.stack([large[4:36, 4:36], large[5:37, 3:35]])
    found = look(thumbs, np.array([0], np.uint32), np.array([1], np.uint32))[0]
    assert found[6] < 0.9 < 0.95 < found[5]


def test_thumbs_may_be_a_memory_map(tmp_path: Path) -> None:
    """Thumbs in a mapped file, as rows of bytes, are looked at like those in memory."""
    thumbs = drawn()
    file = tmp_path / "thumbs"
    thumbs.tofile(file)
    mapped = np.memmap(file, np.uint8, "r", shape=(len(thumbs), SIDE * SIDE))
    pairs = all_pairs(len(thumbs))
    assert look(mapped, *pairs).tobytes() == look(thumbs, *pairs).tobytes()


GREY = blobs(97, 80, 3)
MAPS = np.array(
    [
        [1, 0, 0, 1, 0, 0],  # the whole picture
        [0.6, 0, 0, 0.5, 20, 30],  # a part of it
        [1.3, 0.1, -0.1, 1.2, -10, -8],  # more than it
        [0, -1, 1, 0, 97, 0],  # turned by a quarter
        [-1, 0.02, 0, 1, 97, 1],  # mirrored
        [0.1, 0, 0, 0.1, 40, 40],  # less than a pixel per sample
        [1, 0, 0, 1, 1000, 0],  # beside it
    ]
)


@lru_cache
def seen_through() -> tuple[Thumbs, NDArray[np.float64]]:
    """A thumb for each map, of what the map shows, and the size of its picture."""
    sizes = np.array([[97.0, 80.0]] * 3 + [[80.0, 97.0]] + [[97.0, 80.0]] * 3)
    shown = [look_twin.paint_grey(GREY, size, way) for size, way in zip(sizes, MAPS, strict=True)]
    inner = np.s_[look_twin.RING : -look_twin.RING]
    thumbs = np.stack([canvas.grey[inner, inner] + 128 for canvas in shown])
    return thumbs.round().astype(np.uint8), sizes


def look_through(maps: NDArray[np.float64]) -> NDArray[np.float32]:
    thumbs, sizes = seen_through()
    return kernel.look_through(thumbs, sizes, GREY, maps)


@pytest.mark.slow
@on_every_isa
@pytest.mark.parametrize("off", [0, 1.5], ids=["exact", "a pixel off"])
def test_a_look_through_a_map_is_that_of_its_twin(off: float) -> None:
    """All nine numbers are the same but for rounding, for maps of all kinds."""
    thumbs, sizes = seen_through()
    maps = MAPS + np.array([0, 0, 0, 0, off, -off])
    wanted = [
        look_twin.look_through(thumb, size, GREY, way)
        for thumb, size, way in zip(thumbs, sizes, maps, strict=True)
    ]
    np.testing.assert_allclose(look_through(maps), wanted, atol=2e-3)


@on_every_isa
def test_a_part_is_seen_through_its_map() -> None:
    """What lies within the picture agrees. The shares seen and covered are right."""
    found = look_through(MAPS)
    assert (found[:5, 5] > 0.9).all()
    np.testing.assert_allclose(found[[0, 1, 3], 3], 1, atol=0.07)
    np.testing.assert_allclose(found[[0, 1, 2, 3], 4], [1, 0.3, 1, 1], atol=0.1)
    assert found[6].tolist()[2:6] == [0, 0, 0, 0]


def test_no_pairs_give_no_looks() -> None:
    """An empty batch is fine, and so are no thumbs."""
    none = np.zeros(0, np.uint32)
    assert look(np.zeros((0, SIDE, SIDE), np.uint8), none, none).shape == (0, 9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"thumbs": np.zeros((2, 1023), np.uint8)}, "thumbs must be a contiguous array"),
        ({"sizes": np.zeros((2, 2))}, "sizes must be above 0, not 0"),
        ({"sizes": np.ones((1, 2))}, "sizes must have 2 rows of 2, not float64? of shape"),
        ({"grey": np.zeros((0, 4), np.uint8)}, "grey must have 1 to 16384 rows and columns"),
        ({"maps": np.full((2, 6), np.nan)}, "maps must be finite"),
        ({"maps": np.zeros((2, 5))}, "maps must have 2 rows of 6"),
    ],
)
def test_wrong_arguments_of_a_map_are_named(change: dict[str, Any], message: str) -> None:
    """Maps that lead nowhere are refused, like shapes and dtypes."""
    arguments: dict[str, Any] = {
        "thumbs": np.zeros((2, 1024), np.uint8),
        "sizes": np.ones((2, 2)),
        "grey": GREY,
        "maps": MAPS[:2],
    }
    with pytest.raises(ValueError, match=message):
        kernel.look_through(**(arguments | change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"thumbs": np.zeros((2, 16, 64), np.uint8)}, "thumbs must be a contiguous array"),
        ({"thumbs": np.zeros((2, 1024), np.float32)}, "thumbs must be a contiguous array"),
        ({"thumbs": np.zeros(1024, np.uint8)}, "thumbs must be a contiguous array"),
        ({"first": np.array([0, 2], np.uint32)}, "first must be less than 2, not 2"),
        ({"second": np.array([0], np.uint32)}, "second must have 2 values, not 1"),
        ({"second": np.array([0, 1])}, "second must be a contiguous array"),
        ({"orientations": np.array([0, 8], np.uint8)}, "orientations must be less than 8, not 8"),
    ],
)
def test_wrong_arguments_are_named(change: dict[str, NDArray[np.uint8]], message: str) -> None:
    """Shapes, dtypes and numbers out of range are refused before any pair is looked at."""
    arguments = {
        "thumbs": np.zeros((2, SIDE, SIDE), np.uint8),
        "first": np.array([0, 1], np.uint32),
        "second": np.array([1, 0], np.uint32),
        "orientations": np.zeros(2, np.uint8),
    }
    with pytest.raises(ValueError, match=message):
        kernel.look_whole(**(arguments | change))  # type: ignore[arg-type]
