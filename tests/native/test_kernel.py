"""The native kernel compared with its plain NumPy twin, on each instruction set in turn."""

import ast
import hashlib
import inspect
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageFilter

import features_twin
import twin
from kernels import UNLIMITED, assert_same, examples, lets_others_run, on_every_isa
from lookalike import _native
from lookalike._native import kernel

Bytes = NDArray[np.uint8]
Span = tuple[int, int]

TWINS = [twin, features_twin]
LOOKING = {
    "look_whole", "look_through", "weakest_bits", "near_points", "sight_candidates", "sight_verify",
    "compare_sheets", "jpeg_tables",
}  # fmt: skip
READING = {"jpeg_header", "jpeg_luma", "jpeg_lumas"}

# Instruction sets


def test_a_forced_instruction_set_is_the_active_one(isa: str) -> None:
    """It stays active until the empty name brings back the best."""
    assert kernel.isa() == isa
    kernel.force_isa("")
    best = kernel.isa()
    kernel.force_isa(isa)
    assert best == kernel.isas()[-1]
    assert kernel.isa() == isa


def test_the_portable_code_comes_first() -> None:
    """Every processor can run it, and each instruction set is listed once."""
    assert kernel.isas()[0] == "scalar"
    assert len(set(kernel.isas())) == len(kernel.isas())


# Hashes


def random_bits(rng: np.random.Generator, n: int, width: int) -> Bytes:
    return rng.integers(0, 256, (n, width), np.uint8)


def all_zero(_: np.random.Generator, n: int, width: int) -> Bytes:
    return np.zeros((n, width), np.uint8)


def all_or_nothing(rng: np.random.Generator, n: int, width: int) -> Bytes:
    return np.repeat(rng.choice(np.array([0, 255], np.uint8), (n, 1)), width, axis=1)


def few_values(rng: np.random.Generator, n: int, width: int) -> Bytes:
    return random_bits(rng, 3, width)[rng.integers(0, 3, n)]


def clusters(rng: np.random.Generator, n: int, width: int) -> Bytes:
    flips = np.packbits(rng.random((n, 8 * width)) < 0.03, axis=1)
    return few_values(rng, n, width) ^ flips


def correlated_bits(rng: np.random.Generator, n: int, width: int) -> Bytes:
    return np.packbits(np.cumsum(rng.random((n, 8 * width)) < 0.05, axis=1) % 2, axis=1)


SKEWS = [random_bits, all_zero, all_or_nothing, few_values, clusters, correlated_bits]
WIDTHS = [*range(1, 41), 64, 248, 249, 300, 8191]

widths = st.sampled_from([1, 3, 7, 8, 9, 16, 20, 32, 40])


def spans(size: int) -> st.SearchStrategy[Span]:
    bound = st.integers(0, size)
    return st.tuples(bound, bound).map(lambda bounds: (min(bounds), max(bounds)))


@st.composite
def hashes_of(draw: st.DrawFn, width: int) -> Bytes:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    hashes: Bytes = draw(st.sampled_from(SKEWS))(rng, draw(st.integers(1, 100)), width)
    hashes.flags.writeable = False  # as those of a mapped file
    return hashes


@st.composite
def scans(draw: st.DrawFn) -> tuple[Bytes, Bytes, int, Span, Span, Span]:
    """Queries, hashes, a distance, spans of the queries and of the hashes, a span of the hashes."""
    width = draw(widths)
    queries, hashes = draw(hashes_of(width)), draw(hashes_of(width))
    max_distance = draw(st.integers(0, 8 * width + 2) | st.just(UNLIMITED))
    of_hashes = spans(len(hashes))
    return (
        queries,
        hashes,
        max_distance,
        draw(spans(len(queries))),
        draw(of_hashes),
        draw(of_hashes),
    )


capacities = st.integers(1, 40) | st.just(UNLIMITED)


@on_every_isa
@pytest.mark.parametrize("width", WIDTHS)
def test_distances_are_right_for_every_width(width: int) -> None:
    """Scans find the same as the twin for every width of a hash, whatever the bits."""
    n = 67 if width < 8191 else 6
    everything = (0, n)
    for skew in SKEWS:
        hashes = skew(np.random.default_rng(width), n, width)
        for max_distance in (0, width // 2, 4 * width, 8 * width):
            arguments = (hashes, max_distance, everything, everything, UNLIMITED)
            assert_same(kernel.scan_pairs(*arguments), twin.scan_pairs(*arguments))
        assert_same(
            kernel.scan_matches(hashes[::-1].copy(), *arguments),
            twin.scan_matches(hashes[::-1], *arguments),
        )


@pytest.mark.slow
@on_every_isa
@examples(150)
@given(scans(), capacities)
def test_tiles_are_scanned_as_the_twin_scans_them(
    scan: tuple[Bytes, Bytes, int, Span, Span, Span], capacity: int
) -> None:
    """Any tile, even empty or across the diagonal, gives the twin's pairs up to the twin's row."""
    queries, hashes, max_distance, query_rows, rows, columns = scan
    pairs = (hashes, max_distance, rows, columns, capacity)
    assert_same(kernel.scan_pairs(*pairs), twin.scan_pairs(*pairs))
    matches = (queries, hashes, max_distance, query_rows, columns, capacity)
    assert_same(kernel.scan_matches(*matches), twin.scan_matches(*matches))


@on_every_isa
@examples(60)
@given(scans(), st.integers(1, 40))
def test_a_resumed_scan_finds_what_one_call_finds(
    scan: tuple[Bytes, Bytes, int, Span, Span, Span], capacity: int
) -> None:
    """Scans resumed at `next_row` add up to the whole, in bounded parts, ordered by i, then j."""
    _, hashes, max_distance, _, (row, end), columns = scan
    whole = kernel.scan_pairs(hashes, max_distance, (row, end), columns, UNLIMITED)
    parts = []
    while True:
        part = kernel.scan_pairs(hashes, max_distance, (row, end), columns, capacity)
        *_, next_row = part
        assert len(part[0]) < capacity + columns[1] - columns[0]
        parts.append(part[:3])
        if next_row == end:
            break
        assert row < next_row < end
        assert len(part[0]) >= capacity
        row = next_row
    i, j, distance = (np.concatenate(column) for column in zip(*parts, strict=True))
    assert_same((i, j, distance, end), whole)
    assert np.array_equal(np.lexsort((j, i)), np.arange(len(i)))


@pytest.mark.slow
@on_every_isa
def test_thousands_of_equal_hashes_give_every_pair() -> None:
    """If all hashes are equal, every pair is found once, at distance 0."""
    n = 3000
    i, j, distance, next_row = kernel.scan_pairs(
        np.full((n, 8), 0xA5, np.uint8), 0, (0, n), (0, n), UNLIMITED
    )
    assert next_row == n
    np.testing.assert_array_equal((i, j), np.triu_indices(n, 1))
    assert not distance.any()


@on_every_isa
def test_no_hashes_have_no_pairs() -> None:
    """Without rows, scans and the diameter are empty."""
    none, some = np.zeros((0, 8), np.uint8), np.zeros((3, 8), np.uint8)
    for arguments in ((none, none), (none, some), (some, none)):
        all_rows, all_columns = ((0, len(array)) for array in arguments)
        scan = (*arguments, 64, all_rows, all_columns, 1)
        assert_same(kernel.scan_matches(*scan), twin.scan_matches(*scan))
    scan_of_none = (none, 64, (0, 0), (0, 0), 1)
    assert_same(kernel.scan_pairs(*scan_of_none), twin.scan_pairs(*scan_of_none))
    assert kernel.diameter(none) == 0


@on_every_isa
@pytest.mark.parametrize("skew", SKEWS)
def test_the_diameter_is_the_largest_distance(skew: Callable[..., Bytes]) -> None:
    """The diameter is the twin's for every width, and 0 for one hash."""
    for width in WIDTHS:
        hashes = skew(np.random.default_rng(width), 20, width)
        assert_same(kernel.diameter(hashes), twin.diameter(hashes))
        assert kernel.diameter(hashes[:1]) == 0


@on_every_isa
def test_the_largest_distance_of_the_widest_hashes_is_right() -> None:
    """All 65528 bits of a hash of 8191 bytes can differ."""
    hashes = np.repeat(np.array([[0], [255]], np.uint8), 8191, axis=1)
    assert kernel.diameter(hashes) == 65528
    scan = kernel.scan_pairs(hashes, 65528, (0, 2), (0, 2), 1)
    assert [column.tolist() for column in scan[:3]] == [[0], [1], [65528]]
    assert not len(kernel.scan_pairs(hashes, 65527, (0, 2), (0, 2), 1)[0])


# Sets


@st.composite
def joins(draw: st.DrawFn) -> tuple[int, list[Span]]:
    """A number of nodes, and pairs of them."""
    nodes = draw(st.integers(1, 60))
    node = st.integers(0, nodes - 1)
    return nodes, draw(st.lists(st.tuples(node, node), max_size=80))


def join(nodes: int, *blocks: list[Span]) -> NDArray[np.uint32]:
    """The parents of the nodes after these blocks of pairs."""
    parent = np.arange(nodes, dtype=np.uint32)
    for block in blocks:
        left, right = np.array(block, np.uint32).reshape(-1, 2).T.copy()
        kernel.join_sets(parent, left, right)
    return twin.roots(parent)


def merged(nodes: int, pairs: list[Span]) -> list[int]:
    """The smallest member of each node's set, by merging sets of nodes."""
    sets = [{node} for node in range(nodes)]
    for pair in pairs:
        union = sets[pair[0]] | sets[pair[1]]
        for node in union:
            sets[node] = union
    return [min(members) for members in sets]


@examples(150)
@given(joins())
def test_sets_are_joined_under_their_smallest_member(drawn: tuple[int, list[Span]]) -> None:
    """Every node leads to the smallest node that pairs connect it with."""
    nodes, pairs = drawn
    parent = np.arange(nodes, dtype=np.uint32)
    twin.join_sets(parent, *np.array(pairs, np.uint32).reshape(-1, 2).T)
    assert join(nodes, pairs).tolist() == parent.tolist() == merged(nodes, pairs)


@examples(80)
@given(joins(), st.data())
def test_sets_do_not_depend_on_the_order_of_pairs(
    drawn: tuple[int, list[Span]], data: st.DataObject
) -> None:
    """The order and direction of pairs, and their division into blocks, make no difference."""
    nodes, pairs = drawn
    shuffled = data.draw(st.permutations([(right, left) for left, right in pairs]))
    cut = data.draw(st.integers(0, len(pairs)))
    assert_same(join(nodes, shuffled[:cut], shuffled[cut:]), join(nodes, pairs))


@pytest.mark.parametrize("step", [1, -1])
def test_a_long_chain_is_one_set(step: int) -> None:
    """A chain of a hundred thousand nodes, joined from either end, is one set."""
    pairs = [(node, node + 1) for node in range(99_999)]
    assert not join(100_000, pairs[::step]).any()


# Resampling


def pattern(*shape: int) -> Bytes:
    """Pixels from integer arithmetic only, which never change."""
    y, x, *channel = np.indices(shape)
    pixels: Bytes = ((x * x * 7 + y * 13 + x * y + 29 * sum(channel)) % 256).astype(np.uint8)
    return pixels


# A pattern's shape, the height and width of its resized version, and the SHA-256 of that. Pillow
# 12.3 makes it by `resize((width, height), LANCZOS)`.
DIGESTS = [
    ((48, 64), (8, 9), "adcf3e493bd7919dcab39557a663bbef52882b9e499fdb5059469da6206e3616"),
    ((480, 640), (32, 32), "1df6cc35e93d0c913c6c61cf9e8cb1abdc3679b2331d18e6833c58ca9c7c2a54"),
    ((99, 70), (16, 17), "41029d932c4d98c7391b4f33fcbccb113b14a8b7463495d2289e17785efb4d55"),
    ((7, 5), (100, 99), "a6ada62cc5a30f8c7b46a939a5979b93a7c036989bbcd59a62b67c44e0067438"),
    ((1, 1), (4, 3), "15ec7bf0b50732b49f8228e07d24365338f9e3ab994b00af08e5a3bffe55fd8b"),
    ((3, 200), (5, 1), "0c8b224c5a1a39a5ebab24c71f5447084c575735423e9aa51750ce5fcd4cacd2"),
    ((200, 3), (1, 5), "4e73d8335f3c553e4ab3f95a64b29b12739b0388735d1093fccd254ca48fcfdf"),
    ((37, 41), (37, 20), "968eb457a5db8dae2700f70c8f4022a797a51025d3ca9f01fab8afcb88fe62b9"),
    ((37, 41), (20, 41), "9f26b24f274b2d9cad7b609fa9718f8ecfdfa0296237a6b3d0d1f67af122469f"),
    ((31, 29), (31, 29), "c4dac4d3858130f66c03163553fdad384793d263224d12243665b5bbdc599257"),
    ((48, 64, 3), (8, 9), "02c25b8e2263c830cfb494a96c65d2264476ac92eba024ff725c67c0552fe939"),
    ((301, 203, 3), (64, 64), "a2a5e91e971dd238797804ef1f382e6f568df82d327402b2dd539c9333aceb7a"),
    ((5, 7, 3), (23, 11), "a8e1de407b71c7c31125a7bfda33f9961c1c4ef0b48a66959475e733b271b71b"),
    ((64, 64, 3), (63, 65), "6e05981ea5470b15dc110f478830952210645eb22006f5331cb51dfc70b8f8f0"),
    ((2, 1000, 3), (3, 7), "7669370778f1d400cc271b709c5408c5aaf625978a892e8e536392724824c926"),
]

# Pixels and Pillow 12.3's results for them.
RESULTS = [
    ([[0, 255]], [[0, 0, 50, 128, 205, 255, 255]]),
    ([[0], [255]], [[0], [0], [50], [128], [205], [255], [255]]),
    ([[0, 28, 56, 84, 112, 140, 168, 196, 224]], [[27, 112, 197]]),
    ([[255, 0, 0, 0, 0, 255, 255, 255]], [[75, 27, 255]]),
    (
        [[0, 255], [255, 0]],
        [[0, 35, 220, 255], [59, 91, 164, 196], [196, 164, 91, 59], [255, 220, 35, 0]],
    ),
]

VIEWS: dict[str, Callable[[Bytes], Bytes]] = {
    "cropped": lambda rgba: rgba[3:20, 5:28, :3].copy()[1:-2, 2:-3],
    "without alpha": lambda rgba: rgba[..., :3],
    "upside down": lambda rgba: rgba[..., :3].copy()[::-1],
    "mirrored": lambda rgba: rgba[..., :3].copy()[:, ::-1],
    "turned by half": lambda rgba: rgba[::-1, ::-1, 1:],
    "transposed": lambda rgba: rgba[..., :3].copy().transpose(1, 0, 2),
    "BGR": lambda rgba: rgba[..., :3].copy()[..., ::-1],
    "every second": lambda rgba: rgba[::2, ::2, :3],
    "one channel": lambda rgba: rgba[..., 1],
    "grey mirrored": lambda rgba: rgba[..., 0].copy()[:, ::-1],
    "grey transposed": lambda rgba: rgba[..., 0].copy().T,
    "grey cropped": lambda rgba: rgba[..., 0].copy()[2:-3, 4:-1],
    "one row for all": lambda rgba: np.broadcast_to(rgba[:1, :, :3], (9, rgba.shape[1], 3)),
}


def assert_resampled(pixels: Bytes, width: int, height: int) -> None:
    assert_same(kernel.resample(pixels, width, height), twin.resample(pixels, width, height))


@on_every_isa
@pytest.mark.parametrize(("shape", "size", "digest"), DIGESTS)
def test_resampling_is_frozen(shape: tuple[int, ...], size: Span, digest: str) -> None:
    """The kernel and its twin resize patterns to exactly the bytes that Pillow 12.3 gives."""
    height, width = size
    for resample in (kernel.resample, twin.resample):
        result = resample(pattern(*shape), width, height)
        assert hashlib.sha256(result.tobytes()).hexdigest() == digest


@on_every_isa
@pytest.mark.parametrize(("pixels", "expected"), RESULTS)
def test_small_pictures_are_resampled_as_by_pillow(
    pixels: list[list[int]], expected: list[list[int]]
) -> None:
    """A few samples become exactly those that Pillow 12.3 gives."""
    result = kernel.resample(np.array(pixels, np.uint8), len(expected[0]), len(expected))
    assert result.tolist() == expected


sides = st.integers(1, 50)


@on_every_isa
@examples(100)
@given(
    st.tuples(sides, sides, st.sampled_from([1, 3])),
    sides,
    sides,
    st.integers(0, 2**32),
    st.booleans(),
)
def test_any_size_is_resampled_as_by_the_twin(
    shape: tuple[int, int, int], width: int, height: int, seed: int, black_and_white: bool
) -> None:
    """Covers grey and colour, larger, smaller and equal on either axis, with smooth or hard
    edges.
    """
    pixels = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    if black_and_white:
        pixels = pixels // 128 * 255
    assert_resampled(pixels[..., 0] if shape[2] == 1 else pixels, width, height)


@on_every_isa
@pytest.mark.parametrize("channels", [(), (3,)])
@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((1, 1500), (1, 1)),
        ((1500, 1), (1, 1)),
        ((1500, 2), (3, 2)),
        ((1, 1), (300, 200)),
        ((2, 1500), (40, 1)),
        ((700, 2), (1, 900)),
    ],
)
def test_extreme_ratios_are_resampled_as_by_the_twin(
    shape: Span, size: Span, channels: tuple[int, ...]
) -> None:
    """Covers pictures of one row or column, and hundreds of samples made from or into one."""
    height, width = size
    assert_resampled(pattern(*shape, *channels), width, height)


@on_every_isa
@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_any_view_is_resampled_as_its_copy(view: Callable[[Bytes], Bytes]) -> None:
    """Strides make no difference, whichever axes are resized."""
    pixels = view(pattern(33, 37, 4))
    assert not pixels.flags.c_contiguous
    height, width = pixels.shape[:2]
    for size in ((9, 8), (width, 8), (9, height), (width, height), (60, 61)):
        assert_resampled(pixels, *size)


@on_every_isa
def test_the_largest_side_is_reached() -> None:
    """A pixel can be enlarged to a width or height of 65536 without changing."""
    pixel = np.array([[7]], np.uint8)
    assert_same(kernel.resample(pixel, 65536, 1), np.full((1, 65536), 7, np.uint8))
    assert_same(kernel.resample(pixel, 1, 65536), np.full((65536, 1), 7, np.uint8))


eighths = st.integers(0, 400).map(lambda number: number / 8)
"""Edges that Pillow, which keeps them as 32-bit floats, does not round."""
fractions = st.floats(0, 1)


@on_every_isa
@examples(100)
@given(
    st.tuples(sides, sides, st.sampled_from([1, 3])),
    st.tuples(fractions, fractions, fractions, fractions),
    sides,
    sides,
)
def test_any_part_is_resampled_as_by_the_twin(
    shape: tuple[int, int, int], edges: twin.Box, width: int, height: int
) -> None:
    """The edges of a box lie anywhere, also within pixels."""
    pixels = pattern(*shape[: 2 if shape[2] == 1 else 3])
    (left, right), (top, bottom) = sorted(edges[:2]), sorted(edges[2:])
    box = left * shape[1], top * shape[0], right * shape[1], bottom * shape[0]
    assume(box[0] + 0.01 < box[2] and box[1] + 0.01 < box[3])
    resampled = kernel.resample(pixels, width, height, box)
    assert_same(resampled, twin.resample(pixels, width, height, box))


@pytest.mark.slow
@on_every_isa
@examples(100)
@given(st.integers(1, 50), st.tuples(eighths, eighths), sides)
def test_any_part_of_a_row_or_a_column_is_resampled_as_by_pillow(
    length: int, ends: tuple[float, float], side: int
) -> None:
    """Along one axis there is only one order of passes, so the result is Pillow's."""
    begin, end = sorted(ends)
    assume(begin < end <= length)
    row = pattern(1, length)
    box = begin, 0.0, end, 1.0
    by_pillow = Image.fromarray(row).resize((side, 1), Image.Resampling.LANCZOS, box)
    assert_same(kernel.resample(row, side, 1, box), np.asarray(by_pillow))
    box = 0.0, begin, 1.0, end
    assert_same(kernel.resample(row.T, 1, side, box), np.asarray(by_pillow).T)


def test_a_box_outside_of_the_picture_is_refused() -> None:
    """The message has the box and its limits."""
    pixels = pattern(5, 6)
    for box in ((0, 0, 6.5, 5), (-1, 0, 6, 5), (3, 0, 3, 5), (0, 4, 6, 2), (0, 0, np.nan, 5)):
        with pytest.raises(ValueError, match=r"box must be .* within 6 x 5 pixels, not \("):
            kernel.resample(pixels, 2, 2, box)


def test_an_unchanged_size_gives_a_copy() -> None:
    """The result never shares its memory with the pixels."""
    pixels = pattern(5, 6, 3)
    assert not np.shares_memory(kernel.resample(pixels, 6, 5), pixels)


# Colours


@on_every_isa
def test_grey_is_the_formula_on_every_corner() -> None:
    """All combinations of channels at and near their ends and middle follow the formula."""
    values = (0, 1, 2, 127, 128, 253, 254, 255)
    pixels = np.stack(np.meshgrid(values, values, values), -1).reshape(-1, 32, 3).astype(np.uint8)
    assert_same(kernel.grey(pixels), twin.grey(pixels))


@on_every_isa
def test_grey_is_rounded_up_from_the_middle() -> None:
    """Colours exactly between two greys become the lighter one."""
    green, blue = np.indices((256, 256)).reshape(2, -1)
    red = pow(19595, -1, 65536) * (32768 - 38470 * green - 7471 * blue) % 65536
    pixels = np.stack((red, green, blue), -1)[red < 256]
    assert len(pixels) > 200
    lighter = (pixels @ [19595, 38470, 7471] // 65536 + 1).astype(np.uint8)
    assert_same(kernel.grey(pixels[None].astype(np.uint8)), lighter[None])


@on_every_isa
@pytest.mark.parametrize("shape", [(1, 1), (1, 67), (67, 1), (31, 33)])
def test_grey_is_right_for_any_number_of_pixels(shape: Span) -> None:
    """Rows of any length follow the formula to their last pixel."""
    pixels = pattern(*shape, 3)
    assert_same(kernel.grey(pixels), twin.grey(pixels))


@on_every_isa
def test_grey_of_equal_channels_is_the_channel() -> None:
    """A grey picture in RGB stays as it is."""
    ramp = np.arange(256, dtype=np.uint8).reshape(8, 32)
    assert_same(kernel.grey(np.stack((ramp, ramp, ramp), -1)), ramp)


@on_every_isa
def test_every_colour_and_alpha_lies_over_white_as_the_twin_puts_it() -> None:
    """All 65536 pairs of a sample and an alpha are rounded to nearest, in each channel."""
    value, alpha = np.indices((256, 256), np.uint8)
    pixels = np.stack((value, 255 - value, value // 2, alpha), -1)
    assert_same(kernel.over_white(pixels), twin.over_white(pixels))
    assert_same(kernel.over_white(pixels[:67, 77:78].copy()), twin.over_white(pixels[:67, 77:78]))


@on_every_isa
@pytest.mark.parametrize("alpha", [255, 0])
def test_opaque_pixels_stay_and_clear_ones_are_white(alpha: int) -> None:
    """An alpha of 255 changes no colour, and one of 0 leaves only white."""
    pixels = pattern(19, 23, 4)
    pixels[..., 3] = alpha
    expected = pixels[..., :3] if alpha else np.full((19, 23, 3), 255, np.uint8)
    assert_same(kernel.over_white(pixels), expected)


@on_every_isa
def test_a_picture_without_pixels_stays_without() -> None:
    """Colours without rows or columns are converted to the same empty shape."""
    for rows, columns in ((0, 0), (0, 5), (5, 0)):
        assert kernel.grey(np.zeros((rows, columns, 3), np.uint8)).shape == (rows, columns)
        white = kernel.over_white(np.zeros((rows, columns, 4), np.uint8))
        assert white.shape == (rows, columns, 3)


@on_every_isa
@pytest.mark.parametrize("red", range(0, 256, 5))
def test_colours_are_counted_by_the_thresholds_of_pillows_hsv(red: int) -> None:
    """Every colour with this much red is classified as its hue, saturation and grey say."""
    green, blue = np.indices((256, 256), np.uint8)
    pixels = np.stack((np.full_like(green, red), green, blue), -1)
    hue, saturation, _ = np.moveaxis(np.asarray(Image.fromarray(pixels).convert("HSV")), 2, 0)
    sixth = np.digitize(hue, [43, 85, 128, 170, 213])
    kinds = [twin.grey(pixels) < 32, saturation < 85, saturation < 170, saturation > 170]
    expected = np.select(kinds, [0 * sixth, 0 * sixth + 1, 2 + sixth, 8 + sixth], 14)
    assert_same(kernel.colour_bins(pixels), np.bincount(expected.ravel(), minlength=15))


@on_every_isa
@pytest.mark.parametrize("shape", [(1, 1), (1, 67), (67, 1), (31, 33), (1, 4096), (3, 4099)])
def test_colours_are_counted_as_by_the_twin(shape: Span) -> None:
    """Any number of pixels is counted to the last one, including grey and dark ones."""
    pixels = pattern(*shape, 3)
    for colours in (pixels, pixels // 8, pixels // 8 + 200, np.repeat(pixels[..., :1], 3, 2)):
        assert_same(kernel.colour_bins(colours), twin.colour_bins(colours))


def test_no_pixels_are_of_no_colour() -> None:
    """Every count of an empty picture is zero."""
    assert_same(kernel.colour_bins(np.zeros((0, 5, 3), np.uint8)), np.zeros(15, np.int64))


# Blur and areas


@examples(60)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32), st.sampled_from([1, 255]))
def test_a_blur_is_the_twins_and_pillows(rows: int, columns: int, seed: int, step: int) -> None:
    """Pictures have any shape and contrast, even narrower than the blur."""
    samples = np.random.default_rng(seed).integers(0, 256, (rows, columns), np.uint8) // step * step
    samples = samples.astype(np.uint8)
    result = kernel.blur(samples)
    assert_same(result, twin.blur(samples))
    assert_same(result, np.asarray(Image.fromarray(samples).filter(ImageFilter.GaussianBlur())))


def test_a_blur_leaves_what_is_flat() -> None:
    """Its weights add up to one for every value, and zeros stay zeros."""
    for value in range(256):
        flat = np.full((7, 9), value, np.uint8)
        assert_same(kernel.blur(flat), flat)
    for shape in ((0, 0), (0, 5), (5, 0)):
        assert kernel.blur(np.zeros(shape, np.uint8)).shape == shape


@examples(60)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32), st.sampled_from([1, 255]))
def test_what_no_product_explains_is_the_twins(
    rows: int, columns: int, seed: int, most: int
) -> None:
    """The values agree for any shape and contrast, except in the last few digits.

    The search begins with the busiest row. If two rows tie, rounding may choose either.
    """
    samples = np.random.default_rng(seed).integers(0, most + 1, (rows, columns), np.uint8)
    neither = samples - samples.mean(axis=1, keepdims=True) - samples.mean(axis=0) + samples.mean()
    squares = (neither**2).sum(axis=1)
    busiest = neither[squares > squares.max() - 1e-9]
    assume(np.allclose(busiest, busiest[0]))
    total, rest = kernel.separable(samples)
    twins = twin.separable(samples)
    assert abs(total - twins[0]) <= 1e-9 * (1 + total)
    assert abs(rest - twins[1]) <= 1e-6 * (1 + total)
    assert abs(total - samples.var()) <= 1e-9 * (1 + total)


@examples(60)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32), st.booleans())
def test_a_product_leaves_nothing(rows: int, columns: int, seed: int, is_sum: bool) -> None:
    """A product and a sum, which products approximate, leave nothing. One more noisy sample leaves
    something.
    """
    random = np.random.default_rng(seed)
    column, row = random.integers(0, 12, (rows, 1)), random.integers(0, 10, (1, columns))
    samples = (column + row if is_sum else random.integers(0, 100) + column * row).astype(np.uint8)
    assert kernel.separable(samples)[1] <= 1e-9
    noisy = random.integers(0, 256, (rows, columns), np.uint8)
    if min(rows, columns) > 2:
        values = np.linalg.svd(noisy - noisy.mean(), compute_uv=False)
        assert kernel.separable(noisy)[1] >= (values[3:] ** 2).sum() / noisy.size * (1 - 1e-9)


def test_nothing_does_not_vary() -> None:
    """One value has no variation, and an empty array is refused."""
    for value in (0, 7, 255):
        assert kernel.separable(np.full((5, 9), value, np.uint8)) == (0.0, 0.0)
    with pytest.raises(ValueError, match="must not be empty"):
        kernel.separable(np.zeros((0, 3), np.uint8))


@examples(60)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 2**32), st.integers(1, 3))
def test_areas_are_the_twins(rows: int, columns: int, seed: int, values: int) -> None:
    """Areas have any shape and may wind around each other."""
    drawn = np.random.default_rng(seed).integers(0, values + 1, (rows, columns), np.uint8)
    assert_same(kernel.areas(drawn), twin.areas(drawn))


def test_a_winding_area_is_one() -> None:
    """A spiral of one value is found whole, and so is the one around it."""
    side = 41
    y, x = np.indices((side, side)) - side // 2
    spiral = ((np.maximum(abs(x), abs(y)) - (x + y > 0) * (x != y)) % 2).astype(np.uint8)
    assert_same(kernel.areas(spiral), twin.areas(spiral))
    comb = np.zeros((5, 9), np.uint8)
    comb[:4, ::2] = comb[0] = 1
    expected = [[1, 9 + 3 * 5, 0, 0, 4, 9], [0, 9 + 3 * 4, 1, 0, 5, 9]]
    assert_same(kernel.areas(comb), np.array(expected, np.int64))


def test_corners_do_not_connect() -> None:
    """A checkerboard has as many areas as squares, row by row. An empty picture has none."""
    board = (np.indices((3, 4)).sum(0) % 2).astype(np.uint8)
    expected = [[board[y, x], 1, y, x, y + 1, x + 1] for y in range(3) for x in range(4)]
    assert_same(kernel.areas(board), np.array(expected, np.int64))
    assert kernel.areas(board[:0]).shape == (0, 6)


# DCT


@on_every_isa
@examples(60)
@given(st.integers(1, 70), st.data(), st.integers(0, 2**32))
def test_small_dcts_are_the_twins(side: int, data: st.DataObject, seed: int) -> None:
    """Any corner of a small square, of odd or even side, is the twin's."""
    samples = np.random.default_rng(seed).integers(0, 256, (side, side), np.uint8)
    low = data.draw(st.integers(1, side))
    assert_same(kernel.dct_low(samples, low), twin.dct_low(samples, low))


@on_every_isa
@pytest.mark.parametrize("side", [127, 128, 129, 200, 255, 256, 257, 512, 513, 1023, 1024])
def test_large_dcts_are_the_twins(side: int) -> None:
    """From a side of 129 on, the passes drop as many bits as in the twin."""
    samples = pattern(side, side)
    assert_same(kernel.dct_low(samples, 9), twin.dct_low(samples, 9))


@on_every_isa
def test_a_flat_picture_has_nothing_but_a_mean() -> None:
    """All coefficients but the first are exactly zero, for a flat picture of any side and value."""
    for side in [*range(1, 257), 512, 1023]:
        for value in (0, 1, 255):
            corner = kernel.dct_low(np.full((side, side), value, np.uint8), min(side, 70))
            assert np.array_equal(np.flatnonzero(corner), [0] if value else []), side


@on_every_isa
def test_the_dct_is_the_real_one_within_its_rounding() -> None:
    """At side 32, coefficients differ from float64's by at most the error of 20-bit cosines."""
    side = 32
    samples = pattern(side, side)
    k, x = np.ogrid[:side, :side]
    cosines = np.cos(np.pi * k * (2 * x + 1) / (2 * side))
    real = cosines @ samples @ cosines.T
    # Each cosine is at most 2^-21 off, so a product of two is at most slightly more than 2^-20 off.
    bound = 1.001 * 2**-20 * samples.sum()
    assert np.abs(kernel.dct_low(samples, side) / 2**40 - real).max() < bound


@on_every_isa
@pytest.mark.parametrize("side", [128, 129, 256, 512, 1024])
@pytest.mark.parametrize(("k", "m"), [(0, 0), (0, 1), (1, 0), (1, 1), (3, 2)])
def test_the_largest_sums_do_not_overflow(side: int, k: int, m: int) -> None:
    """White wherever a basis function is positive gives the same as in Python's integers."""
    x = np.arange(side)
    down, across = (
        np.rint(np.cos(np.pi * f * (2 * x + 1) / (2 * side)) * 2**20).astype(int).astype(object)
        for f in (k, m)
    )
    samples = np.where(np.outer(down, across) > 0, 255, 0).astype(np.uint8)
    sums = down @ samples.astype(object)
    if side > 128:
        dropped = 2 * (side - 1).bit_length() - 14
        sums = (sums + 2 ** (dropped - 1)) >> dropped
    assert kernel.dct_low(samples, 4)[k, m] == sums @ across


@on_every_isa
def test_white_at_the_largest_side_fits() -> None:
    """The mean of the largest white picture is its exact scaled sum, and the rest is zero."""
    corner = kernel.dct_low(np.full((1024, 1024), 255, np.uint8), 8)
    assert int(corner[0, 0]) == 255 * 1024 * 1024 * 2**40 >> 6
    assert np.count_nonzero(corner) == 1


# Haar


@st.composite
def squares(draw: st.DrawFn) -> NDArray[np.float64]:
    """8-bit samples as they are or as fractions, and small, signed and flat ones."""
    side = 2 ** draw(st.integers(0, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    samples = rng.integers(0, 256, (side, side)).astype(np.float64)
    kind = draw(st.sampled_from(["samples", "fractions", "tiny", "signed", "flat"]))
    values: dict[str, NDArray[np.float64]] = {
        "samples": samples,
        "fractions": samples / 255,
        "tiny": rng.random((side, side)) * 1e-300,
        "signed": rng.normal(0, 1e6, (side, side)),
        "flat": np.full((side, side), samples[0, 0] / 255),
    }
    return values[kind]


@on_every_isa
@examples(80)
@given(squares(), st.data())
def test_haar_averages_are_the_twins_to_the_bit(
    values: NDArray[np.float64], data: st.DataObject
) -> None:
    """Any number of steps averages blocks, rounds as the twin does, and leaves the input alone."""
    side = len(values)
    levels = data.draw(st.integers(0, side.bit_length() - 1))
    before = values.copy()
    result = kernel.haar_low(values, levels)
    assert_same(result, twin.haar_low(values, levels))
    assert_same(values, before)
    block = 2**levels
    means = values.reshape(side // block, block, side // block, block).mean((1, 3))
    np.testing.assert_allclose(
        result, means * block, rtol=0, atol=1e-12 * np.abs(values).max() * block
    )


@on_every_isa
@examples(80)
@given(squares())
def test_the_mean_is_removed_as_by_the_twin_to_the_bit(values: NDArray[np.float64]) -> None:
    """The round trip removes the mean, rounds as the twin does, and leaves the input alone."""
    before = values.copy()
    result = kernel.haar_remove_mean(values)
    assert_same(result, twin.haar_remove_mean(values))
    assert_same(values, before)
    tolerance = 1e-12 * np.abs(values).max()
    np.testing.assert_allclose(result, values - values.mean(), rtol=0, atol=tolerance)


# Texts


@examples(100)
@given(st.lists(st.binary(max_size=40)), st.binary(max_size=9))
def test_texts_are_hashed_as_by_the_twin(texts: list[bytes], before: bytes) -> None:
    """Each text has its hash, whatever surrounds it, even in a read-only array."""
    text = np.frombuffer(b"".join([before, *texts, before]), np.uint8)
    offsets = np.cumsum([len(before), *map(len, texts)])
    hashes = kernel.hash_texts(text, offsets)
    assert_same(hashes, twin.hash_texts(text, offsets))
    for one, expected in zip(texts, hashes, strict=True):
        alone = kernel.hash_texts(np.frombuffer(one, np.uint8), np.array([0, len(one)]))
        assert alone.tolist() == [expected]


def test_the_hash_of_texts_is_murmur() -> None:
    """The twin's hash has the value by which its author's test suite, SMHasher, identifies
    MurmurHash64A.
    """
    hashes = [twin.murmur(bytes(range(k)), seed=256 - k) for k in range(256)]
    together = b"".join(value.to_bytes(8, "little") for value in hashes)
    assert twin.murmur(together) % 2**32 == 0x1F0D3804


@examples(50)
@given(
    st.integers(0, 20), st.sampled_from((1, 3, 4, 63, 64, 65, 80, 127, 129, 1000, 1024)), st.data()
)
def test_rows_are_digested_as_by_blake3(count: int, width: int, data: st.DataObject) -> None:
    """Each row has the digest that it has alone, however many blocks it takes."""
    text = data.draw(st.binary(min_size=count * width, max_size=count * width))
    rows = np.frombuffer(text, np.uint8).reshape(count, width)
    assert_same(kernel.digest_rows(rows), twin.digest_rows(rows))


@pytest.mark.parametrize(
    ("offsets", "places"),
    [([-1, 2], "-1 to 2"), ([0, 3, 2], "3 to 2"), ([0, 33], "0 to 33"), ([40, 50], "40 to 50")],
)
def test_offsets_outside_their_text_are_refused(offsets: list[int], places: str) -> None:
    """Offsets that do not ascend within the text are refused, and the first bad one is named."""
    expected = f"^offsets must ascend within 0 and 32, .* not go from {places}$"
    with pytest.raises(ValueError, match=expected):
        kernel.hash_texts(np.zeros(32, np.uint8), np.array(offsets))


# Refusals

HASHES = np.zeros((4, 8), np.uint8)
NODES = np.arange(4, dtype=np.uint32)
RGB = np.zeros((4, 6, 3), np.uint8)
RGBA = np.zeros((4, 6, 4), np.uint8)
SQUARE = np.zeros((4, 4), np.uint8)
VALUES = np.zeros((4, 4))

TILE = {"max_distance": 1, "rows": (0, 4), "columns": (0, 4), "capacity": 1}
VALID: dict[str, dict[str, Any]] = {
    "scan_pairs": {"hashes": HASHES} | TILE,
    "scan_matches": {"queries": HASHES, "hashes": HASHES} | TILE,
    "diameter": {"hashes": HASHES},
    "join_sets": {"parent": NODES.copy(), "left": NODES, "right": NODES},
    "resample": {"pixels": RGB, "width": 2, "height": 2},
    "grey": {"pixels": RGB},
    "over_white": {"pixels": RGBA},
    "colour_bins": {"pixels": RGB},
    "blur": {"samples": SQUARE},
    "areas": {"values": SQUARE},
    "dct_low": {"samples": SQUARE, "low": 1},
    "haar_low": {"values": VALUES, "levels": 1},
    "haar_remove_mean": {"values": VALUES},
    "hash_texts": {"text": HASHES.ravel(), "offsets": np.arange(5)},
    "digest_rows": {"rows": HASHES},
}
ARRAYS = [
    (function, name)
    for function, arguments in VALID.items()
    for name, value in arguments.items()
    if isinstance(value, np.ndarray)
]

WRONG_SHAPES: list[tuple[str, str, NDArray[Any]]] = [
    ("diameter", "hashes", HASHES[0]),
    ("diameter", "hashes", HASHES[:, :0].copy()),
    ("diameter", "hashes", np.zeros((1, 8192), np.uint8)),
    ("scan_pairs", "hashes", HASHES[0]),
    ("scan_pairs", "hashes", HASHES[:, :0].copy()),
    ("scan_matches", "queries", HASHES[:, :0].copy()),
    ("scan_matches", "hashes", np.zeros((1, 8192), np.uint8)),
    ("resample", "pixels", RGBA),
    ("resample", "pixels", RGB[0, 0]),
    ("resample", "pixels", RGB[:0]),
    ("resample", "pixels", RGB[:, :0, 0]),
    ("grey", "pixels", RGBA),
    ("grey", "pixels", SQUARE),
    ("over_white", "pixels", RGB),
    ("over_white", "pixels", SQUARE),
    ("colour_bins", "pixels", RGBA),
    ("colour_bins", "pixels", SQUARE),
    ("blur", "samples", SQUARE[0]),
    ("areas", "values", SQUARE[0]),
    ("dct_low", "samples", SQUARE[0]),
    ("dct_low", "samples", SQUARE[:3]),
    ("dct_low", "samples", SQUARE[:0, :0].copy()),
    ("dct_low", "samples", np.zeros((1025, 1025), np.uint8)),
    ("haar_low", "values", VALUES[0]),
    ("haar_low", "values", VALUES[:2]),
    ("haar_low", "values", np.zeros((6, 6))),
    ("haar_low", "values", VALUES[:0, :0].copy()),
    ("haar_remove_mean", "values", VALUES[0]),
    ("haar_remove_mean", "values", VALUES[:2]),
    ("haar_remove_mean", "values", np.zeros((6, 6))),
    ("haar_remove_mean", "values", VALUES[:0, :0].copy()),
    ("hash_texts", "offsets", np.arange(0)),
    ("digest_rows", "rows", HASHES[0]),
    ("digest_rows", "rows", HASHES[:, :0].copy()),
    ("digest_rows", "rows", np.zeros((1, 1025), np.uint8)),
]

WRONG_VALUES: list[tuple[str, str, object]] = [
    *(
        (function, name, value)
        for function in ("scan_pairs", "scan_matches")
        for name, values in {
            "max_distance": (-1, -(2**40)),
            "rows": ((0, 5), (3, 2), (-1, 2), (5, 5)),
            "columns": ((0, 5), (3, 2), (-1, 2), (5, 5)),
            "capacity": (0, -7),
        }.items()
        for value in values
    ),
    *(("resample", side, value) for side in ("width", "height") for value in (0, -1, 65537)),
    ("dct_low", "low", 0),
    ("dct_low", "low", 5),
    ("haar_low", "levels", -1),
    ("haar_low", "levels", 3),
    ("haar_low", "levels", 64),
]


def call(function: str, **changes: object) -> object:
    """Calls a function of the kernel with valid arguments, except for the changes."""
    result: object = getattr(kernel, function)(**VALID[function] | changes)
    return result


def assert_array_refused(function: str, name: str, array: NDArray[Any]) -> None:
    came = re.escape(f"not {array.dtype} of shape {array.shape}")
    with pytest.raises(ValueError, match=rf"^{name} must be .*{came}|^{name} must have .*{came}"):
        call(function, **{name: array})


@pytest.mark.parametrize("function", VALID)
def test_what_is_valid_is_accepted(function: str) -> None:
    """Each function accepts the arguments from which the refused ones differ in one place."""
    assert (call(function) is None) == (function == "join_sets")


@pytest.mark.parametrize(("function", "name"), ARRAYS)
def test_arrays_of_a_wrong_dtype_are_refused(function: str, name: str) -> None:
    """An array of another dtype is refused, with its name, dtype and shape."""
    array = VALID[function][name]
    for dtype in (np.int8, np.uint8, np.int32, np.uint64, np.float32, np.float64, np.complex64):
        if dtype != array.dtype:
            assert_array_refused(function, name, array.astype(dtype))


@pytest.mark.parametrize(("function", "name"), ARRAYS)
def test_arrays_of_an_axis_too_many_are_refused(function: str, name: str) -> None:
    """An array with one more axis, even of length 1, is refused, with its name, dtype and shape."""
    assert_array_refused(function, name, VALID[function][name][None])


@pytest.mark.parametrize(("function", "name", "array"), WRONG_SHAPES)
def test_arrays_of_a_wrong_shape_are_refused(function: str, name: str, array: NDArray[Any]) -> None:
    """An array with too few axes or impossible sides is refused, with its name, dtype and shape."""
    assert_array_refused(function, name, array)


@pytest.mark.parametrize(
    ("function", "name"), [array for array in ARRAYS if array[0] != "resample"]
)
def test_arrays_that_are_not_contiguous_are_refused(function: str, name: str) -> None:
    """An array with gaps is refused, and the message says so."""
    gaps = np.repeat(VALID[function][name], 2, axis=-1)[..., ::2]
    with pytest.raises(ValueError, match=rf"^{name} must be .*\(not contiguous\)$"):
        call(function, **{name: gaps})


@pytest.mark.parametrize(("function", "name", "value"), WRONG_VALUES)
def test_values_out_of_range_are_refused(function: str, name: str, value: object) -> None:
    """An impossible number or range is refused by name and value."""
    came = rf"\b{name}\b.* must .* not .*(?<!\d){re.escape(str(value))}(?!\d)"
    with pytest.raises(ValueError, match=came):
        call(function, **{name: value})


def test_hashes_of_two_widths_are_refused() -> None:
    """Queries and hashes must have one width, and the message has both."""
    with pytest.raises(ValueError, match=r"^queries and hashes .* 8 and 7 bytes"):
        call("scan_matches", hashes=HASHES[:, :7].copy())


def test_pairs_that_do_not_fit_are_refused() -> None:
    """Both columns of pairs are equally long and hold nodes, as does the parent itself."""
    with pytest.raises(ValueError, match=r"^left and right .* 4 and 3"):
        call("join_sets", right=NODES[:3])
    for name in ("parent", "left", "right"):
        with pytest.raises(ValueError, match=rf"{name}\b.* below 4"):
            call("join_sets", **{name: NODES + np.uint32(1)})


def test_an_unknown_instruction_set_changes_nothing() -> None:
    """An unknown instruction set is refused by name, and the previous one stays active."""
    before = kernel.isa()
    with pytest.raises(ValueError, match="instruction set 'sse9'"):
        kernel.force_isa("sse9")
    assert kernel.isa() == before


# Threads

LONG_CALLS: dict[str, tuple[object, ...]] = {
    "scan_pairs": (np.zeros((3000, 32), np.uint8), 0, (0, 3000), (0, 3000), UNLIMITED),
    "scan_matches": (*2 * [np.zeros((2000, 32), np.uint8)], 0, (0, 2000), (0, 2000), UNLIMITED),
    "diameter": (np.zeros((3000, 32), np.uint8),),
    "join_sets": (np.arange(2**21, dtype=np.uint32), *2 * [np.arange(2**21, dtype=np.uint32)]),
    "resample": (np.zeros((1000, 1000, 3), np.uint8), 500, 500),
    "grey": (np.zeros((2000, 2000, 3), np.uint8),),
    "over_white": (np.zeros((2000, 2000, 4), np.uint8),),
    "colour_bins": (np.zeros((2000, 2000, 3), np.uint8),),
    "blur": (np.zeros((1000, 1000), np.uint8),),
    "areas": (np.zeros((1000, 1000), np.uint8),),
    "dct_low": (np.zeros((1024, 1024), np.uint8), 32),
    "haar_low": (np.zeros((1024, 1024)), 10),
    "haar_remove_mean": (np.zeros((1024, 1024)),),
    "hash_texts": (np.zeros(2**23, np.uint8), np.arange(0, 2**23 + 1, 8)),
    "digest_rows": (np.zeros((2**18, 64), np.uint8),),
}


@pytest.mark.parametrize("name", LONG_CALLS)
def test_other_threads_run_during_a_call(name: str) -> None:
    """A second thread makes progress while the kernel works, without waiting for the GIL."""
    assert lets_others_run(partial(getattr(kernel, name), *LONG_CALLS[name]))


# The description


def described() -> dict[str, ast.FunctionDef]:
    """The functions of `kernel.pyi` by name."""
    stub = next(file for entry in _native.__path__ if (file := Path(entry, "kernel.pyi")).is_file())
    return {
        node.name: node
        for node in ast.parse(stub.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }


def parameters(function: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in function.args.args]


def test_the_stub_documents_every_function() -> None:
    """`kernel.pyi` documents every function, as the compiled module does not."""
    assert [name for name, node in described().items() if not ast.get_docstring(node)] == []


def test_the_stub_describes_the_module() -> None:
    """`kernel.pyi` has exactly the module's functions, with the same parameters."""
    functions = {
        name: value
        for name, value in vars(kernel).items()
        if not name.startswith("_") and not isinstance(value, type)
    }
    signatures = {name: value.__doc__.splitlines()[0] for name, value in functions.items()}
    assert {name: parameters(node) for name, node in described().items()} == {
        name: re.findall(r"(\w+): ", signature) for name, signature in signatures.items()
    }


def test_the_twin_follows_the_stub() -> None:
    """The twins have every computing function of `kernel.pyi`, with the same parameters.

    Those of `LOOKING` have twins of another shape, beside their own tests. The twin of `READING` is
    libjpeg-turbo.
    """
    for name, node in described().items():
        if "isa" not in name and name not in LOOKING | READING:
            function = next(getattr(one, name) for one in TWINS if hasattr(one, name))
            assert list(inspect.signature(function).parameters) == parameters(node)
