"""Search by local features in the kernel, compared with twins in NumPy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import sight_twin
from lookalike._native import kernel

pytestmark = pytest.mark.usefixtures("isa")


class Data(NamedTuple):
    """Random stored pictures, and a query."""

    counts: NDArray[np.uint8]
    points: NDArray[np.uint32]
    descriptors: NDArray[np.uint8]
    asked: NDArray[np.uint32]
    rows: NDArray[np.uint8]
    weakest: NDArray[np.uint16]

    @property
    def gallery(self) -> kernel.SightGallery:
        n = len(self.counts)
        thumbs, sizes = np.zeros((n, 1024), np.uint8), np.full((n, 2), 512, np.uint16)
        return kernel.SightGallery(self.counts, self.points, self.descriptors, thumbs, sizes)

    @property
    def query(self) -> kernel.SightQuery:
        grey = np.zeros((384, 512), np.uint8)
        return kernel.SightQuery(self.asked, self.rows, self.weakest, 512, 384, grey)

    @property
    def present(self) -> NDArray[np.bool_]:
        return (np.arange(100) < self.counts[:, None]).ravel()

    @property
    def even(self) -> NDArray[np.float32]:
        """Weights of the rows of the query, all equal."""
        return np.ones(len(self.rows), np.float32)

    @property
    def stored(self) -> NDArray[np.uint8]:
        return self.descriptors.reshape(-1, 32)


def data(seed: int, pictures: int = 12, points: int = 30, noise: int = 40) -> Data:
    """Descriptors of the query are those of stored points, or a few patterns, with bits changed."""
    random = np.random.default_rng(seed)
    patterns = random.integers(0, 256, (8, 32), dtype=np.uint8)
    descriptors = random.integers(0, 256, (pictures, 100, 32), dtype=np.uint8)
    common = random.random((pictures, 100)) < 0.3
    descriptors[common] = patterns[random.integers(0, 8, int(common.sum()))]
    rows = descriptors.reshape(-1, 32)[random.integers(0, pictures * 100, 2 * points)]
    for row in rows:
        for bit in random.integers(0, 256, random.integers(0, noise)):
            row[bit // 8] ^= 1 << bit % 8
    counts = random.integers(0, 101, pictures).astype(np.uint8)
    packed = random.integers(0, 1 << 32, (pictures, 100), dtype=np.uint32)
    asked = random.integers(0, 1 << 32, points, dtype=np.uint32)
    margins = random.integers(0, 256, (2 * points, 256), dtype=np.uint8)
    return Data(counts, packed, descriptors, asked, rows, kernel.weakest_bits(margins))


def near(one: Data, max_distance: int) -> NDArray[np.uint64]:
    """The matches from the kernel."""
    gallery = one.gallery
    tables = [kernel.PostingTable(gallery, k) for k in range(4)]
    return kernel.near_points(tables, gallery, one.query, max_distance)


@given(st.integers(0, 2**32 - 1), st.integers(0, 40))
def test_the_weakest_bits_are_those_with_the_smallest_margins(seed: int, rows: int) -> None:
    """Of equal margins, the first one of the key comes first."""
    margins = np.random.default_rng(seed).integers(0, 256, (rows, 256), dtype=np.uint8)
    margins //= 1 + seed % 64
    np.testing.assert_array_equal(kernel.weakest_bits(margins), sight_twin.weakest_of(margins))


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.sampled_from([0, 20, 46, 256]))
def test_near_points_are_those_that_the_keys_lead_to(
    seed: int, pictures: int, max_distance: int
) -> None:
    """In the order of the query's rows, then of the stored points."""
    one = data(seed, pictures)
    found = near(one, max_distance).view(sight_twin.MATCH)
    expected = sight_twin.probed(one.stored, one.present, one.rows, one.weakest, max_distance)
    np.testing.assert_array_equal(found, expected)


def test_full_buckets_are_passed_over() -> None:
    """A patch of which there are 256 is found no more. With 255 of them, all are found."""
    one = data(1, pictures=3, points=1, noise=1)
    one.descriptors[:] = np.random.default_rng(3).integers(0, 256, one.descriptors.shape)
    one.counts[:] = 100, 100, 55
    one.descriptors.reshape(-1, 32)[:255] = one.rows[0] = 7
    found = near(one, 0).view(sight_twin.MATCH)
    assert found["entry"][found["query"] == 0].tolist() == list(range(255))
    one.counts[2] = 56
    one.descriptors[2, 55] = 7
    assert not len(near(one, 0))


SIDE = 256


def similar(seed: int, count: int, mirrored: bool) -> tuple[Data, NDArray[np.float64]]:
    """A query that shows stored picture 1 by a similarity, and another picture. Returns the map."""
    random = np.random.default_rng(seed)
    one = data(seed, pictures=3, points=count)
    one.counts[:] = count
    one.descriptors[:] = random.integers(0, 256, one.descriptors.shape, dtype=np.uint8)
    turn, levels = int(random.integers(0, 256)), int(random.integers(-1, 2))
    angle, scale = turn * 2 * np.pi / 256, 1.26**levels
    sign = -1 if mirrored else 1
    matrix = scale * np.array(
        [[np.cos(angle), -sign * np.sin(angle)], [np.sin(angle), sign * np.cos(angle)]]
    )
    centre = np.array([SIDE, 192.0])
    places = centre + random.uniform(-70, 70, (count, 2))
    moved = centre + (places - centre) @ matrix.T
    level = random.integers(1, 4, count)
    spin = random.integers(0, 256, count)
    one.points[1, :count] = packed(places, level, spin)
    one.asked[:] = packed(moved, level + levels, (turn + sign * spin) % 256)
    half = count if mirrored else 0
    one.rows[:] = random.integers(0, 256, one.rows.shape, dtype=np.uint8)
    one.rows[half : half + count] = one.descriptors[1, :count]
    shift = centre - matrix @ centre
    return one, np.column_stack([matrix, shift])


def packed(
    places: NDArray[np.float64], level: NDArray[np.int64], angle: NDArray[np.int64]
) -> NDArray[np.uint32]:
    """Points as they are stored."""
    x, y = np.round(2 * places.T).astype(np.uint32)
    points: NDArray[np.uint32] = (
        x | y << 10 | level.astype(np.uint32) << 20 | angle.astype(np.uint32) << 24
    )
    return points


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(16, 90), st.booleans())
def test_a_similar_picture_is_the_candidate_and_its_map_is_found(
    seed: int, count: int, mirrored: bool
) -> None:
    """The map is exact to the half pixels in which points are stored."""
    one, expected = similar(seed, count, mirrored)
    pictures, _, bounds, matches = kernel.sight_candidates(
        one.gallery, one.query, near(one, 46), one.even, None, 3, 20
    )
    assert pictures.tolist() == [1]
    assert bounds.tolist() == [0, len(matches)]
    _, maps, numbers = kernel.sight_verify(one.gallery, one.query, pictures, bounds, matches)
    corners = np.array([[186, 122, 1], [326, 262, 1]])
    np.testing.assert_allclose(corners @ maps.reshape(2, 3).T, corners @ expected.T, atol=2.5)
    assert numbers[0, 0] >= 0.7 * count
    assert numbers[0, 2] == mirrored


def test_candidates_need_matches_that_agree() -> None:
    """With points at random places, hardly any two agree, so there is no candidate."""
    one, _ = similar(5, 60, mirrored=False)
    random = np.random.default_rng(6)
    one.asked[:] = random.integers(0, 1 << 32, len(one.asked), dtype=np.uint32)
    matches = near(one, 46)
    assert len(matches) >= 55
    found = kernel.sight_candidates(one.gallery, one.query, matches, one.even, None, 6, 20)
    assert not len(found[0])


def test_pictures_that_are_gone_are_no_candidates() -> None:
    """The marks are per picture."""
    one, _ = similar(7, 60, mirrored=False)
    for gone, expected in ([0, 1, 0], []), ([1, 0, 1], [1]):
        marks = np.array(gone, np.uint8)
        matches = near(one, 46)
        found = kernel.sight_candidates(one.gallery, one.query, matches, one.even, marks, 1, 20)
        assert found[0].tolist() == expected


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.booleans())
def test_the_best_candidates_come_first_and_their_number_is_limited(
    seed: int, least: int, equal: bool
) -> None:
    """A few are the first of all. Those of equal score are in the order of the gallery."""
    one = data(seed, pictures=30, points=100, noise=20)
    random = np.random.default_rng(seed)
    for points in one.points, one.asked:
        points &= np.uint32(0x7F | 0x7F << 10)  # of one level and angle, and near each other
    weights = one.even if equal else random.uniform(0.1, 1, len(one.even)).astype(np.float32)
    asked = one.gallery, one.query, near(one, 46), weights, None, least
    pictures, scores, bounds, matches = kernel.sight_candidates(*asked, 30)
    assert least > 1 or len(scores) > 10
    assert sorted(zip(-scores, pictures, strict=True)) == list(zip(-scores, pictures, strict=True))
    assert (np.diff(bounds.astype(np.int64)) >= least).all()
    for most in range(len(scores)):
        fewer = kernel.sight_candidates(*asked, most)
        np.testing.assert_array_equal(fewer[0], pictures[:most])
        np.testing.assert_array_equal(fewer[1], scores[:most])
        np.testing.assert_array_equal(fewer[3], matches[: bounds[most]])


def test_matches_of_heavier_rows_count_more() -> None:
    """A candidate has the summed weights of the rows that agree."""
    one, _ = similar(5, 60, mirrored=False)
    asked = one.gallery, one.query, near(one, 46)
    (plain,) = kernel.sight_candidates(*asked, one.even, None, 3, 20)[1]
    (double,) = kernel.sight_candidates(*asked, 2 * one.even, None, 3, 20)[1]
    assert double == pytest.approx(2 * plain)
    assert not len(kernel.sight_candidates(*asked, 0 * one.even, None, 3, 20)[1])


def test_each_row_of_the_query_needs_a_weight() -> None:
    """One number each."""
    one = data(10)
    matches = near(one, 46)
    for weights in one.even[:-1], one.even[:, None]:
        with pytest.raises(ValueError, match="weights must"):
            kernel.sight_candidates(one.gallery, one.query, matches, weights, None, 1, 20)


def verdict_on(stored: NDArray[np.uint8], shown: NDArray[np.uint8]) -> tuple[int, float, float]:
    """Of two greys of 32 x 32 with equal points: the verdict, how well blocks agree, and how many
    blocks there are."""
    one, _ = similar(3, 60, mirrored=False)
    one.asked[:] = one.points[1, :60]
    one.rows[:60] = one.descriptors[1, :60]
    thumbs, sizes = np.zeros((3, 1024), np.uint8), np.full((3, 2), 512, np.uint16)
    thumbs[1] = stored.ravel()
    gallery = kernel.SightGallery(one.counts, one.points, one.descriptors, thumbs, sizes)
    grey = shown.repeat(16, 0).repeat(16, 1)
    query = kernel.SightQuery(one.asked, one.rows, one.weakest, 512, 512, grey)
    pictures, _, bounds, matches = kernel.sight_candidates(
        gallery, query, near(one, 46), one.even, None, 1, 20
    )
    verdicts, _, numbers = kernel.sight_verify(gallery, query, pictures, bounds, matches)
    return int(verdicts[0]), float(numbers[0, 3]), float(numbers[0, 5])


def textured(side: int) -> NDArray[np.uint8]:
    """A dark grey of 32 x 32 with a textured square."""
    grey = np.full((32, 32), 10, np.uint8)
    square = np.random.default_rng(side).integers(60, 200, (side, side))
    grey[8 : 8 + side, 8 : 8 + side] = square
    return grey


@pytest.mark.parametrize(("side", "same"), [(1, False), (4, False), (5, True), (8, True)])
def test_a_single_spot_is_no_proof(side: int, same: bool) -> None:
    """Any lamp at night agrees with any other, and with the moon."""
    verdict, agreement, _ = verdict_on(textured(side), textured(side))
    assert agreement > 0.99
    assert verdict == (1 if same else 0)


@pytest.mark.parametrize(("side", "verdict"), [(8, 0), (16, 3)])
def test_the_fewer_blocks_the_better_they_must_agree(side: int, verdict: int) -> None:
    """Many blocks that agree so well are the same layout, and few are by chance."""
    noise = np.random.default_rng(0).normal(0, 45, (32, 32))
    stored = textured(side)
    shown = np.where(stored > 10, (stored + noise).clip(0, 255), 10).astype(np.uint8)
    found, agreement, blocks = verdict_on(stored, shown)
    assert 0.7 < agreement < 0.86
    assert (blocks < 36) == (verdict == 0)
    assert found == verdict


def test_impossible_counts_and_sizes_are_damage() -> None:
    """Values from a file are checked where they are used."""
    one, _ = similar(9, 60, mirrored=False)
    gallery, query = one.gallery, one.query
    pictures, _, bounds, matches = kernel.sight_candidates(
        gallery, query, near(one, 46), one.even, None, 1, 20
    )
    one.counts[1] = 101
    with pytest.raises(kernel.DamagedError, match="more points"):
        kernel.PostingTable(gallery, 0)
    with pytest.raises(kernel.DamagedError, match="more points"):
        kernel.sight_verify(gallery, query, pictures, bounds, matches)
    sizes = np.zeros((3, 2), np.uint16)
    thumbs = np.zeros((3, 1024), np.uint8)
    one.counts[1] = 60
    gallery = kernel.SightGallery(one.counts, one.points, one.descriptors, thumbs, sizes)
    with pytest.raises(kernel.DamagedError, match="size"):
        kernel.sight_verify(gallery, query, pictures, bounds, matches)


def test_matches_must_be_of_the_gallery_and_the_query() -> None:
    """Numbers beyond their ends are refused."""
    one = data(10)
    for entry, row in (1200, 0), (0, 60):
        match = np.zeros(1, sight_twin.MATCH)
        match["entry"], match["query"] = entry, row
        with pytest.raises(ValueError, match="matches must be"):
            kernel.sight_candidates(
                one.gallery, one.query, match.view(np.uint64), one.even, None, 1, 20
            )
